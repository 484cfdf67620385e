"""Bodies in chunks: taken whatever the cut, bounded, and nothing behind them is touched."""

import random

import pytest
from bambleweeny.errors import BodyTooLarge, InvalidRequest
from bambleweeny.server.http.chunks import ChunkedBody
from waitress.buffers import OverflowableBuffer
from waitress.receiver import ChunkedReceiver

MOST = 100_000
BEHIND = b"GET / HTTP/1.1\r\n"


def body(most=MOST):
    return ChunkedBody(OverflowableBuffer(1 << 30), most)


def chunked(dice, data):
    """Write data in chunks as a client may, with extensions and trailers."""
    wire = b""
    while data:
        part, data = data[: (size := dice.randrange(1, 400))], data[size:]
        digits = f"{len(part):{dice.choice(('x', 'X', '08x'))}}".encode()
        wire += (
            digits + dice.choice((b"", b";a", b";a=b", b';a="b;\\"c";d')) + b"\r\n" + part + b"\r\n"
        )
    return wire + b"0\r\n" + dice.choice((b"", b"X: y\r\n", b"X: y\r\nZ:\r\n")) + b"\r\n"


def take(receiver, dice, wire, longest):
    """Have a receiver take the wire in pieces; return how many bytes it took."""
    taken = 0
    while taken < len(wire) and not receiver.completed:
        piece = wire[taken : taken + dice.randrange(1, longest)]
        taken += receiver.received(piece)
        assert receiver.error is None
    return taken


@pytest.mark.parametrize("seed", range(20))
def test_chunks_are_read_as_waitress_reads_them(seed):
    dice = random.Random(seed)
    data = dice.randbytes(dice.randrange(5000))
    wire = chunked(dice, data)
    for longest in (2, 9, 10_000):
        ours, theirs = body(), ChunkedReceiver(OverflowableBuffer(1 << 30))
        assert take(ours, dice, wire + BEHIND, longest) == len(wire)
        assert take(theirs, dice, wire + BEHIND, longest) == len(wire)
        assert ours.getfile().read() == theirs.getfile().read() == data
        assert len(ours) == len(data)


@pytest.mark.parametrize("sizes", [(MOST + 1,), (MOST, 1), (1 << 60,)])
def test_a_chunk_over_the_limit_is_refused_when_its_size_is_read(sizes):
    receiver = body()
    with pytest.raises(BodyTooLarge):
        for size in sizes:
            receiver.received(b"%x\r\n" % size + b"x" * min(size, MOST) + b"\r\n")


def test_a_body_of_exactly_the_limit_is_taken_in_small_chunks():
    receiver = body()
    wire = b"10\r\n0123456789abcdef\r\n" * (MOST // 16) + b"0\r\n\r\n"
    assert receiver.received(wire) == len(wire)
    assert receiver.completed
    assert len(receiver) == MOST


def test_what_is_around_the_chunks_is_bounded():
    receiver, sent = body(), 0
    with pytest.raises(BodyTooLarge):
        for _ in range(MOST):
            sent += receiver.received(b"1;%b\r\nx\r\n" % (b"a" * 200))
    assert MOST * 0.9 < sent < MOST * 1.1


@pytest.mark.parametrize("begun", [b"", b"5\r\nhello", b"0\r\n"])
def test_a_line_without_an_end_is_refused(begun):
    receiver, sent = body(), 0
    receiver.received(begun)
    with pytest.raises(InvalidRequest):
        for _ in range(MOST):
            sent += receiver.received(b"1")
    assert sent <= 8192
