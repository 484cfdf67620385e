"""A worker gives back the memory that logins, bodies and listings took."""

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from servers import Http, Server, children_of, running

pytestmark = pytest.mark.alone

_MB = 1 << 20
# Without bounds for the allocator logins leave 320 MB and bodies 150 MB and more.
_AFTER_LOGINS = 20 * _MB
_AFTER_BODIES = 80 * _MB
_PATIENCE = 15.0


@pytest.fixture
def server(tmp_path):
    options = ("--data-dir", str(tmp_path), "--admin-password", "changeme", "--log-level", "error")
    # NOTE: nobody reads its log, and a pipe that is full stops it.
    with running("serve", *options) as server:
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
        yield server


def test_logins_leave_no_memory_behind(server):
    before = _held(server)
    for _ in range(30):
        server.token()
    _at_once(50, lambda n: _token_in_the_end(server))
    _wait_until_held(server, before + _AFTER_LOGINS)


def test_large_bodies_and_listings_leave_no_memory_behind(server):
    token = server.token()
    sets = json.dumps([["set", f"key-{n:016}", "value"] for n in range(10_000)])
    before = _held(server)

    def work(number: int) -> None:
        with Http(server.url, token) as http:
            assert http.put(f"/keys/big-{number}", data=os.urandom(_MB - 1)).status_code == 200
            assert len(http.get(f"/keys/big-{number}").content) == _MB - 1
            assert http.post("/batch", data=sets).status_code == 200
            assert len(http.get("/keys").json()["keys"]) > 10_000

    _at_once(20, work)
    _wait_until_held(server, before + _AFTER_BODIES)


def _at_once(number: int, work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(number) as threads:
        list(threads.map(work, range(number)))


def _token_in_the_end(server: Server) -> None:
    """Log in; some of many at once are told to come again."""
    login = {"username": "admin", "password": "changeme"}
    for _ in range(1000):
        answer = requests.post(f"{server.url}/auth/token", json=login, timeout=30)
        if answer.status_code == 200:
            return
        assert answer.status_code == 503
        time.sleep(0.05)
    raise AssertionError("never logged in")


def _wait_until_held(server: Server, most: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while (held := _held(server)) > most:
        assert time.monotonic() < deadline, f"{held >> 20} MB, not {most >> 20}"
        time.sleep(0.05)


def _held(server: Server) -> int:
    """Give the bytes of the largest worker, its part of what is shared included."""
    return max(_pss(child) for child in children_of(server.process.pid) if not _is_engine(child))


def _is_engine(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().strip() == "redis-server"


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    [line] = [line for line in rollup.splitlines() if line.startswith("Pss:")]
    return int(line.split()[1]) << 10
