"""Connections are shared evenly among workers, and nobody waits long for a stuck one."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from servers import Server, children_of, running

pytestmark = pytest.mark.alone

_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    with running("serve", "--data-dir", str(tmp_path), "--workers", "2") as server:
        while len(_workers(server)) < 2 or not all(_listens(pid) for pid in _workers(server)):
            time.sleep(0.01)
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
        yield server


def test_of_64_connections_at_once_each_worker_has_its_share(server):
    with _stopped(*_workers(server)), _connections(server, 64) as connections:
        for connection in connections:
            connection.sendall(_REQUEST)
        for pid in _workers(server):
            os.kill(pid, signal.SIGCONT)
        _read_answers(connections)
        first, second = (_connected(pid) for pid in _workers(server))
        assert first + second >= 64
        assert abs(first - second) <= 64 * 0.2


def test_connections_that_come_later_go_to_who_has_fewer(server):
    with ExitStack() as held:
        for _ in range(16):
            [connection] = held.enter_context(_connections(server, 1))
            connection.sendall(_REQUEST)
            _read_answers([connection])
        first, second = (_connected(pid) for pid in _workers(server))
        assert abs(first - second) <= 4


def test_a_stuck_worker_holds_up_no_new_connections(server):
    with _stopped(_workers(server)[0]):
        _ask_over_many(server)


def test_a_killed_worker_holds_up_no_new_connections(server):
    os.kill(_workers(server)[0], signal.SIGKILL)
    _ask_over_many(server)


def _ask_over_many(server: Server) -> None:
    with _connections(server, 20) as connections:
        for connection in connections:
            connection.sendall(_REQUEST)
        _read_answers(connections)


def _read_answers(connections: list[socket.socket]) -> None:
    for connection in connections:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


@contextmanager
def _stopped(*pids: int) -> Iterator[None]:
    """Hold processes still."""
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def _connections(server: Server, number: int) -> Iterator[list[socket.socket]]:
    place = urlsplit(server.url)
    address = (place.hostname or "", place.port or 80)
    with ExitStack() as held:
        yield [
            held.enter_context(socket.create_connection(address, timeout=10)) for _ in range(number)
        ]


def _workers(server: Server) -> list[int]:
    children = children_of(server.process.pid)
    return [pid for pid in children if "redis-server" not in _command(pid)]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text()


def _listens(pid: int) -> bool:
    """Tell whether a worker has come as far as its threads."""
    return len(list(Path(f"/proc/{pid}/task").iterdir())) > 1


def _connected(pid: int) -> int:
    """Count the TCP connections of a process."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    connected = {f"socket:[{row[9]}]" for row in rows if row[3] == "01"}
    names = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    return sum(name in connected for name in names)
