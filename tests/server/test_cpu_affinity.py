"""Where workers run."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from servers import children_of, running

_CORES = os.sched_getaffinity(0)


@pytest.mark.parametrize("workers", [1, max(2, len(_CORES))])
def test_as_many_workers_as_cores_have_one_each_and_fewer_have_all(tmp_path, workers):
    with running("serve", "--data-dir", str(tmp_path), "--workers", str(workers)) as server:
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
        pids = [pid for pid in children_of(server.process.pid) if not _is_engine(pid)]
        assert len(pids) == workers
        while not all(len(list(_threads(pid))) > 1 for pid in pids):
            time.sleep(0.01)
        kept = [os.sched_getaffinity(thread) for pid in pids for thread in _threads(pid)]
        assert set.union(*kept) == _CORES
        assert {len(cores) == 1 for cores in kept} == {workers >= len(_CORES)}


def _threads(pid: int) -> Iterator[int]:
    return (int(thread.name) for thread in Path(f"/proc/{pid}/task").iterdir())


def _is_engine(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().strip() == "redis-server"
