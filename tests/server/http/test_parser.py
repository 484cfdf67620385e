"""What our parser accepts it reads as Waitress's own does, and it accepts less.

Plain heads are read the short way, all others strictly; `raw_requests` has what is refused.
"""

import random

import pytest
from bambleweeny.errors import BambleweenyError
from bambleweeny.server.http.parser import Parser
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented

SETTINGS = Adjustments()
SEEN = (
    "command", "version", "request_uri", "path", "query", "headers", "connection_close",
    "expect_continue", "content_length", "chunked",
)  # fmt: skip
REFUSALS = (BambleweenyError, ParsingError, TransferEncodingNotImplemented, ValueError)
PLAIN = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /keys/a:b_c.d-e?token=x&y=%20 HTTP/1.1\r\nHost: localhost:8080\r\n\r\n",
    "PUT /keys/a HTTP/1.1\r\nHost:a\r\nContent-Length: 5\r\nContent-Type:  text/plain \r\n\r\n",
    "POST /lists/l? HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Empty:\r\n\r\n",
    "OPTIONS /a=b@c HTTP/1.1\r\nHost: [::1]:80\r\nConnection: Keep-Alive\r\nAccept: */*\r\n\r\n",
]
UNUSUAL = [
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.2\r\n\r\n",
    "GET /\r\n\r\n",
    "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "get / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET //host/path HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://host/path HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a?b#c HTTP/1.1\r\nHost: a\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n X: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX_Y: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n",
    "GET / HTTP/1.1\nX: a\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
]


PIECES = (
    b"", b" ", b"\t", b"\r\n", b"\n", b":", b"%41", b"//", b"?", b"#", b"[", b"\\", b"\x80", b",", b";",
    b"\x0b", b"\x00", b"_", b"-", b"chunked", b"Host: b\r\n", b"http://", b"Content-Length: 3\r\n", b"0", b"*",
)  # fmt: skip


def read(kind, head):
    """Return what was seen in a head, or that it was refused."""
    parser = kind(SETTINGS)
    try:
        parser.parse_header(head)
    except REFUSALS:
        return "refused"
    return {name: getattr(parser, name) for name in SEEN}, parser.body_rcv is None


def is_plain(head):
    return Parser(SETTINGS)._read_plain(head)


def mutated(dice):
    head = bytearray(dice.choice(PLAIN + UNUSUAL).encode("latin-1"))
    for _ in range(dice.choice((0, 1, 1, 2))):
        place = dice.randrange(len(head) - 3)
        head[place : place + dice.randrange(2)] = dice.choice(PIECES)
    return bytes(head[: head.find(b"\r\n\r\n") + 4])


def is_read_otherwise(head):
    """Tell where this server decides otherwise than Waitress, on purpose.

    A URL as target names the host, an encoded slash stays encoded, HTTP/1.2 is not 1.0,
    Connection and Expect are lists.
    """
    first, _, rest = head.partition(b"\r\n")
    target, _, version = first.partition(b" ")[2].rpartition(b" ")
    return (
        not target.startswith(b"/")
        or b"%2f" in target.lower()
        or version not in (b"HTTP/1.1", b"HTTP/1.0")
        or any(b"," in line for line in rest.splitlines() if line[:7] in (b"Connect", b"Expect:"))
    )


@pytest.mark.parametrize("head", PLAIN)
def test_a_plain_request_is_read_the_short_way(head):
    assert is_plain(head.encode())
    assert read(Parser, head.encode()) == read(HTTPRequestParser, head.encode())


@pytest.mark.parametrize("head", UNUSUAL)
def test_an_unusual_request_is_read_strictly(head):
    assert not is_plain(head.encode("latin-1"))


def test_an_encoded_slash_is_no_separator():
    for path, decoded in [("/a%2fb%20c", "/a%2Fb c"), ("/%2F%2f", "/%2F%2F"), ("/%252F", "/%2F")]:
        assert (
            read(Parser, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())[0]["path"] == decoded
        )


@pytest.mark.parametrize("seed", range(30))
def test_what_is_accepted_is_what_waitress_reads(seed):
    dice, plain, others, refused = random.Random(seed), 0, 0, 0
    for _ in range(500):
        head = mutated(dice)
        ours, theirs = read(Parser, head), read(HTTPRequestParser, head)
        if ours == "refused":
            refused += 1
        elif not is_read_otherwise(head):
            assert ours == theirs, head
            plain, others = plain + is_plain(head), others + (not is_plain(head))
    assert min(plain, others, refused) > 10


@pytest.mark.parametrize("seed", range(10))
def test_the_short_way_reads_what_the_strict_one_reads(seed, monkeypatch):
    dice = random.Random(seed)
    heads = [mutated(dice) for _ in range(500)]
    short = [read(Parser, head) for head in heads if is_plain(head)]
    heads = [head for head in heads if is_plain(head)]
    monkeypatch.setattr(Parser, "_read_plain", lambda *_: False)
    assert [read(Parser, head) for head in heads] == short
    assert len(heads) > 20
