"""Answers on the wire, of applications that do and do not keep to WSGI: where each one ends."""

import re
import socket

import pytest
from server.http.test_leader_follower import App, serving

THREE = ("Content-Length", "3")
PROBE = b"GET /probe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
DEFECT = (500, True, rb'{"info":"[^"]+","code":"internal_error"}\n')


def broken(*pieces):
    yield from pieces
    raise ValueError("broken")


ANSWERS = {
    "/probe": lambda: ("200 OK", [THREE], [b"end"]),
    "/none": lambda: ("204 No Content", [], []),
    "/none-with-body": lambda: ("204 No Content", [], [b"x"]),
    "/same": lambda: ("304 Not Modified", [THREE], []),
    "/same-with-body": lambda: ("304 Not Modified", [THREE], [b"abc"]),
    "/no-length": lambda: ("200 OK", [], [b"ab", b"c"]),
    "/short": lambda: ("200 OK", [THREE], [b"ab"]),
    "/long": lambda: ("200 OK", [THREE], [b"ab", b"cd", b"ef"]),
    "/text": lambda: ("200 OK", [THREE], ["abc"]),
    "/bad-length": lambda: ("200 OK", [("Content-Length", "x")], [b"abc"]),
    "/bad-header": lambda: ("200 OK", [THREE, ("X", "a\r\nY: b")], [b"abc"]),
    "/not-latin": lambda: ("200 OK", [THREE, ("X", "\u20ac")], [b"abc"]),
    "/breaks-first": lambda: ("200 OK", [THREE], broken()),
    "/breaks-later": lambda: ("200 OK", [THREE], broken(b"ab")),
    "/breaks-in-chunks": lambda: ("200 OK", [], broken(b"abc")),
    "/breaks": lambda: next(broken()),
}
GOT = [
    # path, status, whether the connection ends, the body as a pattern
    ("/none", 204, False, b""),
    ("/none-with-body", 204, False, b""),
    ("/same", 304, False, b""),
    ("/same-with-body", 304, False, b""),
    ("/no-length", 200, True, rb"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
    ("/short", 200, True, b"ab"),
    ("/long", 200, False, b"abc"),
    ("/breaks-later", 200, True, b"ab"),
    ("/breaks-in-chunks", 200, True, rb"3\r\nabc\r\n"),
    ("/text", *DEFECT),
    ("/bad-length", *DEFECT),
    ("/bad-header", *DEFECT),
    ("/not-latin", *DEFECT),
    ("/breaks-first", *DEFECT),
    ("/breaks", *DEFECT),
]
OF_HEAD = {"/no-length": False, "/short": False, "/text": False}
"""Where an answer to HEAD leaves the connection otherwise than one to GET does."""


class Odd(App):
    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/leaves":
            raise SystemExit(1)
        status, headers, body = ANSWERS[path]()
        start_response(status, headers)
        return body


@pytest.fixture(scope="module")
def address():
    with serving(Odd()) as address:
        yield address


def ask(address, method, path):
    """Return the answers to a request and to the one behind it, each as its head and its body."""
    with socket.create_connection(address, timeout=10) as wire:
        wire.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() + PROBE)
        got = b""
        while data := wire.recv(65536):
            got += data
    return [one.split(b"\r\n\r\n", 1) for one in re.split(rb"(?=HTTP/1\.1 \d{3} )", got)[1:]]


@pytest.mark.parametrize(("path", "status", "ends", "body"), GOT, ids=[got[0] for got in GOT])
def test_an_answer_ends_where_the_client_can_see_it(address, path, status, ends, body):
    (head, got), *others = ask(address, "GET", path)
    assert int(head[9:12]) == status
    assert re.fullmatch(body, got)
    assert [other for _, other in others] == ([] if ends else [b"end"])


@pytest.mark.parametrize(("path", "status", "ends", "body"), GOT, ids=[got[0] for got in GOT])
def test_an_answer_to_head_has_no_body(address, path, status, ends, body):
    (head, got), *others = ask(address, "HEAD", path)
    assert int(head[9:12]) == (200 if path == "/text" else status)
    assert got == b""
    assert [other for _, other in others] == ([] if OF_HEAD.get(path, ends) else [b"end"])


def test_a_request_that_ends_its_thread_closes_its_connection(address):
    with pytest.raises(ConnectionResetError):
        ask(address, "GET", "/leaves")
    assert ask(address, "GET", "/long")[0][1] == b"abc"
