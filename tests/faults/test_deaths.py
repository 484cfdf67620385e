"""Deaths: whatever is killed under load, nothing that was acknowledged is lost or doubled."""

import os
import random
import re
import signal
import threading
import time
from collections import Counter

import psutil
import pytest
import redis
import requests
from load import Client, Reader, judge
from servers import Http, start

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "3"))
CLIENTS = 8


class House:
    """A server that is started again on the same data and port after its supervisor dies."""

    def __init__(self, data):
        self.data = data
        self.server = self._start("127.0.0.1:0")
        self.port = int(self.server.url.rpartition(":")[2])
        self.token = self.server.token(password="x")

    def _start(self, listen):
        return start(
            "serve", "--data-dir", str(self.data), "--workers", "2", "--log-level", "warning",
            listen=listen, BAMBLEWEENY_ADMIN_PASSWORD="x",
        )  # fmt: skip

    def kill(self, victim):
        """Kill one of the kind; give how many seconds it took until writes worked again."""
        before = time.monotonic()
        if victim == "supervisor":
            children = psutil.Process(self.server.process.pid).children(recursive=True)
            self.server.stop(signal.SIGKILL)
            self.server = self._start(f"127.0.0.1:{self.port}")
            _, alive = psutil.wait_procs(children, timeout=5)
            assert not alive, "something outlived the supervisor"
        else:
            children = psutil.Process(self.server.process.pid).children()
            engines = [child for child in children if child.name() == "redis-server"]
            workers = [child for child in children if child not in engines]
            random.choice(engines if victim == "engine" else workers).kill()
        with Http(self.server.url, self.token) as http:
            while True:
                try:
                    if http.put("/keys/probe", data=b"x").status_code == 200:
                        return time.monotonic() - before
                except requests.ConnectionError:
                    pass
                assert time.monotonic() - before < 30
                time.sleep(0.005)

    def index_agrees_with_data(self):
        """Compare the cardinalities that the quota counts with what is there."""
        with redis.Redis(unix_socket_path=str(self.data / "run" / "engine.sock")) as raw:
            for index, prefix in (("keys", "key"), ("lists", "ready")):
                listed = {name.decode() for name in raw.zrange(f"b9y:{{0}}:{index}", 0, -1)}
                there = {
                    key.decode().removeprefix(f"b9y:{{0}}:{prefix}:")
                    for key in raw.scan_iter(f"b9y:{{0}}:{prefix}:*", count=1000)
                }
                assert listed == there


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
    assert max(seconds) < 5
    if victim != "supervisor":
        assert len(re.findall(rf"{victim}( \d)? ended by signal 9", house.server.log)) == ROUNDS
