"""Clients that are slow, gone, or half gone."""

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest


@pytest.fixture
def connect(session_url):
    place = urlsplit(session_url)
    with ExitStack() as opened:
        yield lambda: opened.enter_context(
            socket.create_connection((place.hostname, place.port), timeout=10)
        )


def request(path, token=None):
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
    return (head + (f"Authorization: {token}\r\n\r\n" if token else "\r\n")).encode()


def test_a_client_that_closes_its_side_still_gets_its_answer(connect, as_uli):
    for number in range(20):
        as_uli.post("/lists/q", data=b"%d" % number)
    for number in range(20):
        wire = connect()
        wire.sendall(request("/lists/q", as_uli.headers["Authorization"]))
        wire.shutdown(socket.SHUT_WR)
        answer = b""
        while data := wire.recv(65536):
            answer += data
        assert answer.endswith(b"\r\n\r\n%d" % number)


@pytest.mark.parametrize("more", [b"", request("/") * 3])
def test_nothing_is_taken_for_a_waiter_that_is_gone(connect, as_uli, more):
    wire = connect()
    wire.sendall(request("/lists/q?wait=10", as_uli.headers["Authorization"]) + more)
    time.sleep(0.05)
    wire.close()
    as_uli.post("/lists/q", data=b"x")
    assert as_uli.get("/lists/q").content == b"x"


def test_clients_that_do_not_read_keep_nobody_waiting(connect, http):
    for _ in range(40):
        connect().sendall(request("/docs/files/0/swagger-ui-bundle.js") * 6)
    for _ in range(5):
        before = time.monotonic()
        assert http.get("/").ok
        assert time.monotonic() - before < 5


def test_pipelined_requests_are_answered_in_order(connect, as_uli):
    for number in range(50):
        as_uli.post("/lists/q", data=b"<%d>" % number)
    wire = connect()
    wire.sendall(request("/lists/q", as_uli.headers["Authorization"]) * 50)
    answer = b""
    while b"<49>" not in answer:
        answer += wire.recv(65536)
    positions = [answer.index(b"<%d>" % number) for number in range(50)]
    assert positions == sorted(positions)
