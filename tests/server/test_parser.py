"""The short way to read a request gives what Waitress's own gives, or leaves it to that."""

import random

import pytest
from bambleweeny.server.parser import Parser
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError

SETTINGS = Adjustments()
SEEN = (
    "command", "version", "request_uri", "path", "query", "fragment", "url_scheme", "headers",
    "proxy_scheme", "proxy_netloc", "connection_close", "expect_continue", "content_length", "chunked",
)  # fmt: skip
PLAIN = [
    "GET / HTTP/1.1\r\n\r\n",
    "GET /keys/a:b_c.d-e?token=x&y=%20 HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
    "PUT /keys/a HTTP/1.1\r\nHost:a\r\nContent-Length: 5\r\nContent-Type:  text/plain \r\n\r\n",
    "POST /lists/l? HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Empty:\r\n\r\n",
    "OPTIONS /a=b@c HTTP/1.1\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\r\n",
]
UNUSUAL = [
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.2\r\n\r\n",
    "GET /\r\n\r\n",
    "GET  / HTTP/1.1\r\n\r\n",
    "get / HTTP/1.1\r\n\r\n",
    "GET //host/path HTTP/1.1\r\n\r\n",
    "GET http://host/path HTTP/1.1\r\n\r\n",
    "GET /a%2Fb HTTP/1.1\r\n\r\n",
    "GET /a#b HTTP/1.1\r\n\r\n",
    "GET /a?b#c HTTP/1.1\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\n\r\n",
    "GET /\xe4 HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n",
    "GET / HTTP/1.1\r\n X: a\r\n\r\n",
    "GET / HTTP/1.1\r\nX : a\r\n\r\n",
    "GET / HTTP/1.1\r\nX_Y: a\r\n\r\n",
    "GET / HTTP/1.1\r\nX\r\n\r\n",
    "GET / HTTP/1.1\r\nX: a\tb\r\n\r\n",
    "GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
    "GET / HTTP/1.1\r\nX: a\nY: b\r\n\r\n",
    "GET / HTTP/1.1\r\nX: a\rY: b\r\n\r\n",
    "GET / HTTP/1.1\nX: a\r\n\r\n",
    "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "PUT / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
    "PUT / HTTP/1.1\r\nContent-Length: +5\r\n\r\n",
    "PUT / HTTP/1.1\r\nContent-Length:\r\n\r\n",
    "PUT / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
]


def read(kind, head):
    """Give what became of a head: what was seen in it, or that it was refused."""
    parser = kind(SETTINGS)
    try:
        parser.parse_header(head)
    except (ParsingError, ValueError):
        return "refused"
    return {name: getattr(parser, name) for name in SEEN}, parser.body_rcv is None


@pytest.mark.parametrize("head", PLAIN)
def test_a_plain_request_is_read_the_short_way(head):
    assert Parser(SETTINGS)._read_plain(head.encode())
    assert read(Parser, head.encode()) == read(HTTPRequestParser, head.encode())


@pytest.mark.parametrize("head", UNUSUAL)
def test_an_unusual_request_is_left_to_waitress(head):
    assert not Parser(SETTINGS)._read_plain(head.encode("latin-1"))


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_read_the_short_way_is_what_waitress_reads(seed):
    dice, plain = random.Random(seed), 0
    for _ in range(500):
        head = bytearray(dice.choice(PLAIN + UNUSUAL).encode("latin-1"))
        for _ in range(dice.choice((0, 1, 1, 2))):
            place = dice.randrange(len(head))
            piece = dice.choice(
                (
                    b"",
                    b" ",
                    b"\t",
                    b"\r\n",
                    b"\n",
                    b":",
                    b"%41",
                    b"//",
                    b"?",
                    b"#",
                    b"[",
                    b"\\",
                    b"\x80",
                )
            )
            head[place : place + dice.randrange(2)] = piece
        if Parser(SETTINGS)._read_plain(bytes(head)):
            plain += 1
            assert read(Parser, bytes(head)) == read(HTTPRequestParser, bytes(head)), bytes(head)
    assert plain > 20
