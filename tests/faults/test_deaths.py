"""Deaths: whatever is killed under load, nothing that was acknowledged is lost or doubled."""

import os
import random
import re
import threading
import time
from collections import Counter

import pytest
from house import House
from load import Client, Reader, judge
from servers import Http

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "3"))
CLIENTS = 8


@pytest.mark.timeout(60 + ROUNDS * 20)
@pytest.mark.parametrize("victim", ["engine", "worker", "supervisor"])
def test_nothing_acknowledged_is_lost_or_doubled(tmp_path, victim, record_property):
    house = House(tmp_path / "data")
    go_on = threading.Event()
    go_on.set()
    clients = [Client(number, house.port, house.token, go_on) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    seconds = []
    try:
        for _ in range(ROUNDS):
            time.sleep(random.uniform(0.1, 0.5))
            seconds.append(house.kill(victim))
    finally:
        go_on.clear()
        for client in clients:
            client.join()
    house.index_agrees_with_data()
    with Http(house.server.url, house.token) as http:
        verdict = judge([client.account for client in clients], Reader(http))
    assert house.server.stop() == 0
    statuses = sum((client.account.statuses for client in clients), start=Counter())
    print(
        f"\n{victim}: {ROUNDS} rounds, {verdict.acknowledged} acknowledged, {verdict}, "
        f"back after {sorted(seconds)[len(seconds) // 2]:.2f} s (most {max(seconds):.2f} s), "
        f"answers {dict(statuses)}"
    )
    assert verdict.is_clean, verdict
    assert verdict.acknowledged > 100 * ROUNDS
    assert max(seconds) < 20
    if victim != "supervisor":
        assert len(re.findall(rf"{victim}( \d)? ended by signal 9", house.server.log)) == ROUNDS
