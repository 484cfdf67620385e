"""The bytes that a user uses: exact after every operation, and never beyond their limit."""

import time
from random import Random

import pytest
from bambleweeny.core.usage.byte_counts import recount, used_bytes
from tenant_work import SOON_MS, Work, bytes_of_export, bytes_of_pushes


@pytest.mark.parametrize("seed", range(6))
def test_the_count_is_exact_after_random_work(services, uli, store, raw, seed):
    random, limit = Random(seed), (0, 4000, 7000)[seed % 3]
    services.users.change("1", limits={"max_bytes": limit})
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
