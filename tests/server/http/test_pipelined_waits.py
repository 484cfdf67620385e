"""A long poll holds up none of the requests that arrive together with it."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from servers import Http, running

WAITS = 4


@pytest.fixture(scope="module")
def server():
    """A server with one worker, which is the process itself, and a user with a rate."""
    with running("sandbox", "--workers", "1", "--log-level", "warning") as server:
        with Http(server.url, server.token()) as admin:
            made = {"username": "rated", "password": "secret", "rate": "1000000/s"}
            assert admin.post("/users", json=made).status_code == 200
        yield server


def stopped(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def ask_together(server, token, paths):
    """Send requests that the worker receives in one turn of its loop; return the connections."""
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    wires = [socket.create_connection(address, timeout=20) for _ in paths]
    with Http(server.url, token) as http:
        assert http.get("/keys").status_code == 200  # the connections are accepted by now
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        while not stopped(server.process.pid):
            time.sleep(0.005)
        for wire, path in zip(wires, paths, strict=True):
            head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}"
            wire.sendall(f"{head}\r\n\r\n".encode())
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    return wires


# NOTE: with a rate a request asks the engine before it says that it may block.
def test_others_that_may_block_do_not_wait_for_the_end_of_a_long_poll(server):
    token = server.token("rated", "secret")
    with Http(server.url, token) as http:
        http.put("/keys/a", data=b'{"b": 1}')
        paths = [path for n in range(WAITS) for path in (f"/lists/q{n}?wait=30", "/keys/a?path=b")]
        wires = ask_together(server, token, paths)
        begun = time.monotonic()
        for wire in wires[1::2]:
            assert wire.recv(4096).startswith(b"HTTP/1.1 200")
        for n in reversed(range(WAITS)):
            assert http.post(f"/lists/q{n}", data=b"item").status_code == 200
            assert wires[2 * n].recv(4096).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - begun < 15
        for wire in wires:
            wire.close()
