"""The bytes that a user uses: exact after every operation, and never beyond their limit."""

import time
from random import Random

import pytest
from bambleweeny.core.usage.byte_counts import recount, used_bytes
from tenant_work import SOON_MS, Work, bytes_of_export, bytes_of_pushes


@pytest.mark.parametrize(("seed", "limit"), [*((n, [0, 4000, 7000][n % 3]) for n in range(60))])
def test_the_count_is_exact_after_random_work(services, uli, store, raw, seed, limit):
    random = Random(seed)
    set_max_bytes(store, "1", limit)
    work = Work(services, uli, raw, random)
    for _ in range(20):
        for _ in range(30):
            work.step()
        time.sleep(SOON_MS / 1000)
        used = used_bytes(store, uli)
        assert used == recount(store, uli)
        assert not limit or used <= limit
    empty = [
        one for one in raw.zrange("b9y:{1}:topics", 0, -1) if not raw.xlen(b"b9y:{1}:topic:" + one)
    ]
    more = sum(len(name) + 64 for name in empty)
    assert used == bytes_of_export(services, uli) + bytes_of_pushes(raw) + more
    assert bool(limit) == ("max_bytes_exceeded" in work.refused)
