"""Bytes that are sent to a server, and what it must answer: what two programs could read in two ways.

The cases are those of the public literature on request smuggling: lengths against transfer
codings, obfuscated names and values, chunks, line ends, targets, Expect, pipelining, and
protocols that are not HTTP. Most carry a second request that writes the key `smuggled`. It
runs only where the case says `runs`. To print the table for a throw-away server:

    PYTHONPATH=tests python -m server.http.raw_requests
"""

import re
import socket
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from servers import Http, running

T = b"%TOKEN%"
HOST = b"Host: localhost\r\n"
PUT = b"PUT /keys/first?token=%b HTTP/1.1\r\nHost: localhost\r\n" % T
OLD = b"PUT /keys/first?token=%b HTTP/1.0\r\nHost: localhost\r\n" % T
GET = b"GET / HTTP/1.1\r\n"
HIDDEN = (
    b"PUT /keys/smuggled?token=%b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx" % T
)
ROOM = b"%LENGTH%"
"""Stands for the length of HIDDEN."""
CHUNKED = b"Transfer-Encoding: chunked\r\n"
END = b"0\r\n\r\n"
FIVE = b"5\r\nhello\r\n"
MOST_BODY = 1 << 20


@dataclass(frozen=True)
class Case:
    """What is sent, in one part or in several of which each waits for an answer to the one before.

    `answers` are the statuses that come back, `stays` tells whether the connection is open then.
    A `withheld` body is not received, so that the connection ends unless it came with the head.
    """

    name: str
    sent: bytes | tuple[bytes, ...]
    answers: tuple[int, ...] = (400,)
    stays: bool = False
    runs: bool = False
    withheld: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came back; `closes` tells whether the last answer said that the connection ends."""

    answers: tuple[int, ...]
    stays: bool
    ran: bool
    closes: bool

    def is_right(self, case: Case) -> bool:
        """Tell whether that is what the case asks for."""
        return self == Outcome(case.answers, case.stays, case.runs, not case.stays)


def put(name: str, headers: bytes, body: bytes, *answers: int, stays: bool = False) -> Case:
    """A PUT with headers and a body, with the hidden request behind it."""
    return Case(name, PUT + headers + b"\r\n" + body + HIDDEN, answers or (400,), stays)


def taken(name: str, headers: bytes, body: bytes) -> Case:
    """A PUT that is well-formed, so that a request behind it is one of its own."""
    return Case(name, PUT + headers + b"\r\n" + body + HIDDEN, (200, 200), stays=True, runs=True)


def start(line: bytes, *answers: int, name: str = "", stays: bool = False) -> Case:
    """A first line, with good headers and the hidden request behind it."""
    sent = line + b"\r\n" + HOST + b"\r\n" + HIDDEN
    return Case(name or f"first line {shown(line)}", sent, answers or (400,), stays, runs=stays)


def get(name: str, headers: bytes, *answers: int) -> Case:
    """A GET with headers, with the hidden request behind it; answered and followed, or refused."""
    is_taken = answers == (200,)
    sent = GET + headers + b"\r\n" + HIDDEN
    return Case(name, sent, (200, 200) if is_taken else answers or (400,), is_taken, is_taken)


def shown(text: bytes) -> str:
    return repr(text[:60])[2:-1]


LENGTH_OR_CODING = [
    put("CL.TE", b"Content-Length: 6\r\n" + CHUNKED, END + b"G"),
    put("TE.CL", CHUNKED + b"Content-Length: 4\r\n", b"5c\r\n"),
    put("CL.TE, the length of the hidden request", b"Content-Length: %b\r\n" % ROOM + CHUNKED, b""),
    put("CL.TE with a length of 0", b"Content-Length: 0\r\n" + CHUNKED, END),
    put("TE.TE, an unknown coding and a length", b"Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n", b"abc"),
    put("TE.TE, a good coding and an unknown one", CHUNKED + b"Transfer-Encoding: x\r\n", END),
    put("TE.TE, an unknown coding and a good one", b"Transfer-Encoding: x\r\n" + CHUNKED, END),
    put("TE.TE, the same coding twice", CHUNKED + CHUNKED, END),
    put("a coding in HTTP/1.1, spelled in other case", b"tRANSFER-eNCODING: x\r\n", END),
    Case("TE in 1.0 with a length", OLD + b"Connection: keep-alive\r\nContent-Length: 3\r\n" + CHUNKED + b"\r\nabc" + HIDDEN),
    Case("TE in 1.0 without a length", OLD + b"Connection: keep-alive\r\n" + CHUNKED + b"\r\n" + END + HIDDEN),
    Case("an unknown coding in 1.0", OLD + b"Transfer-Encoding: identity\r\n\r\n" + HIDDEN),
    Case("TE in 1.2, which is read as 1.1", PUT.replace(b"1.1", b"1.2") + CHUNKED + b"\r\n" + FIVE + END + HIDDEN, (200, 200), True, True),
    taken("chunked", CHUNKED, FIVE + END),
    taken("CHUNKED", b"Transfer-Encoding: CHUNKED\r\n", FIVE + END),
    taken("chunked behind a tab", b"Transfer-Encoding:\tchunked \r\n", FIVE + END),
    *(
        put(f"Transfer-Encoding: {shown(value)}", b"Transfer-Encoding: %b\r\n" % value, END, status)
        for value, status in (
            (b"", 400), (b",", 400), (b"chunked,", 400), (b",chunked", 400), (b"chunked, chunked", 400),
            (b"gzip, chunked", 400), (b"chunked, gzip", 400), (b"identity", 400), (b"identity, chunked", 400),
            (b"chunked, identity", 400), (b"chunked;q=1", 400), (b"chunked;", 400), (b'"chunked"', 400),
            (b"'chunked'", 400), (b"chunked\x0b", 400), (b"\x0bchunked", 400), (b"\x0cchunked", 400),
            (b"chunked\x00", 400), (b"\xa0chunked", 400), (b"\x85chunked", 400), (b"chunked\x7f", 400),
            (b"xchunked", 400), (b"chunkedx", 400), (b"chunked chunked", 400), (b"chunked\t;x", 400), (b"chunked, ,", 400),
            (b"chunked=1", 400), (b"\\chunked", 400), (b'ch"unked"', 400), (b"\x00chunked", 400), (b"\x1cchunked", 400),
            (b"chunked\x85", 400), (b"chunked\r", 400), (b"\nchunked", 400), (b"Chunked, CHUNKED", 400), (b"br", 400),
            (b"cow", 400), (b"chunke\xe4", 400), (b"gzip", 501), (b"deflate", 501), (b"x-compress", 501),
        )
    ),
]  # fmt: skip

NAMES = [
    put("a space in front of the colon", b"Transfer-Encoding : chunked\r\n", END),
    put("a tab in front of the colon", b"Transfer-Encoding\t: chunked\r\n", END),
    put("a vertical tab in front of the colon", b"Transfer-Encoding\x0b: chunked\r\n", END),
    put("a NUL in front of the colon", b"Transfer-Encoding\x00: chunked\r\n", END),
    put("a line end in front of the colon", b"Transfer-Encoding\r\n : chunked\r\n", END),
    put("a space in front of the name", b" Transfer-Encoding: chunked\r\n", END),
    put("Transfer_Encoding", b"Transfer_Encoding: chunked\r\n", END),
    put("TRANSFER_ENCODING and a length", b"TRANSFER_ENCODING: chunked\r\nContent-Length: 5\r\n", END),
    put("Content_Length", b"Content_Length: %b\r\n" % ROOM, b""),
    put("content_length beside the length", b"content_length: 5\r\nContent-Length: 0\r\n", b""),
    put("a space in front of the length's colon", b"Content-Length : %b\r\n" % ROOM, b""),
    put("a space in the name", b"X Content-Length: %b\r\n" % ROOM, b""),
    *(
        put(f"the coding as {shown(name)}", name + b": chunked\r\n", FIVE + END)
        for name in (
            b"Transfer Encoding", b"Transfer\tEncoding", b"Transfer\x0bEncoding", b"Transfer-Encoding:", b'"Transfer-Encoding"',
            b"\x00Transfer-Encoding", b"\xefTransfer-Encoding", b"Transfer-Encoding\xa0", b"Transfer\xadEncoding",
            b"Transfer-Encoding\xe2\x84\xaa", b"transfer-Encoding\x85",
        )
    ),
    *(
        put(f"another header than the coding, {shown(name)}", name + b": chunked\r\n", FIVE + END, 200, 400)
        for name in (b"TE", b"Transfer--Encoding", b"Transfer.Encoding", b"X-Transfer-Encoding", b"Transfer-Encoding-")
    ),
    *(get(f"a name with {shown(sign)}", HOST + b"X%bY: z\r\n" % sign) for sign in map(bytes, zip(b'"(),/;<=>?@[\\]{}\x7f\x80\xff\x01'))),
    put("two lengths, of which one is in other case", b"content-length: 5\r\nCONTENT-LENGTH: 5\r\n", b"hello"),
    get("two hosts, of which one is in other case", b"host: localhost\r\nHOST: localhost\r\n"),
    get("a space in front of the host's colon", b"Host : localhost\r\n"),
    get("a space in front of the colon of Expect", HOST + b"Expect : 100-continue\r\n"),
    *(
        get(f"two headers {name.decode()}", HOST + b"%b: a\r\n%b: a\r\n" % (name, name.lower()))
        for name in (b"Authorization", b"Content-Type", b"Content-Range", b"Idempotency-Key", b"If-Range", b"Last-Event-ID", b"Origin", b"Range")
    ),
    Case("two tokens, of which the first is good", b"GET /keys HTTP/1.1\r\n" + HOST + b"Authorization: Bearer %b\r\nAuthorization: x\r\n\r\n" % T + HIDDEN),
    Case("two tokens, of which the last is good", b"GET /keys HTTP/1.1\r\n" + HOST + b"Authorization: x\r\nAuthorization: Bearer %b\r\n\r\n" % T + HIDDEN),
    get("101 headers of one name", HOST + b"X: y\r\n" * 101, 200),
    get("101 headers", HOST + b"".join(b"X%d: y\r\n" % number for number in range(101)), 200),
    get("16,000 headers of one name", HOST + b"a:\r\n" * 16_000, 200),
    get("101 hosts", HOST * 101),
    get("headers for a proxy", HOST + b"X-Forwarded-Host: evil.example\r\nX-HTTP-Method-Override: DELETE\r\nX-Original-URL: /keys/smuggled\r\n", 200),
    get("a header without a colon", HOST + b"X\r\n"),
    get("a header without a name", HOST + b": x\r\n"),
    get("a name that is not ASCII", HOST + b"X\xc3\xa4: x\r\n"),
    get("a name in brackets", HOST + b"(X): x\r\n"),
    get("a name with a NUL", HOST + b"X\x00Y: x\r\n"),
    get("a value with a NUL", HOST + b"X: a\x00b\r\n"),
    get("a value with an escape character", HOST + b"X: a\x1bb\r\n"),
    get("X_Forwarded_For, which is left out", HOST + b"X_Forwarded_For: 1.2.3.4\r\n", 200),
    get("a value of other bytes", HOST + b"X: \xc3\xa4\r\n", 200),
]  # fmt: skip

LINES = [
    put("obs-fold with a coding", b"X: y\r\n Transfer-Encoding: chunked\r\n", END),
    put("obs-fold with a tab", b"X: y\r\n\tTransfer-Encoding: chunked\r\n", END),
    put("obs-fold of the coding", b"Transfer-Encoding:\r\n chunked\r\n", END),
    put("obs-fold of the length", b"Content-Length: 1\r\n 0\r\n", b"x"),
    put("obs-fold that is empty", b"X: y\r\n \r\n", b""),
    put("a bare LF behind a header", b"X: y\nTransfer-Encoding: chunked\r\n", END),
    put("a bare CR behind a header", b"X: y\rTransfer-Encoding: chunked\r\n", END),
    put("a CR more behind a header", b"X: y\r\r\nContent-Length: 0\r\n", b""),
    put("a bare LF in front of the coding", b"X: y\r\n\nTransfer-Encoding: chunked\r\n", END),
    get(
        "a value with the next line of Unicode",
        HOST + b"X: y\x85Transfer-Encoding: chunked\r\n",
        200,
    ),
    get("a value with a separator of ASCII", HOST + b"X: y\x1cTransfer-Encoding: chunked\r\n"),
    get("a line of one space", HOST + b" \r\n"),
    Case("a fold behind the first line", GET + b" Host: localhost\r\n\r\n" + HIDDEN),
    Case("a fold behind the first line, and a Host", GET + b"\tX: y\r\n" + HOST + b"\r\n" + HIDDEN),
    Case("a CR more in the empty line", GET + HOST + b"\r\r\n" + HIDDEN),
    Case("a bare LF in front of the empty line", GET + b"Host: localhost\n\r\n" + HIDDEN),
    Case("a bare CR in front", b"\r" + GET + HOST + b"\r\n" + HIDDEN),
    Case("a byte order mark in front", b"\xef\xbb\xbf" + GET + HOST + b"\r\n" + HIDDEN),
    put("a bare LF behind the coding", b"Transfer-Encoding: chunked\n", END),
    Case("bare LF everywhere", b"GET / HTTP/1.1\nHost: localhost\n\n" + HIDDEN),
    Case("a bare LF behind the first line", b"GET / HTTP/1.1\nHost: localhost\r\n\r\n" + HIDDEN),
    Case("a bare LF for the empty line", b"GET / HTTP/1.1\r\nHost: localhost\r\n\n" + HIDDEN),
    Case("a bare CR for the empty line", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r" + HIDDEN),
]

LENGTHS = [
    *(
        put(f"Content-Length: {shown(value)}", b"Content-Length: %b\r\n" % value, b"hello")
        for value in (
            b"", b"+5", b"-5", b"0x5", b"5.0", b"5e0", b"5 5", b"5,5", b"5, 5", b"5, 6", b"5;", b"5\x0b",
            b"\x0b5", b"5\x00", b"\xef\xbc\x95", b"\xb2", b"five", b"1" * 19, b"9" * 5000, b"0 5", b"5_0", b"'5'",
            b"+0", b"-0", b"0x0", b"0b101", b"0o5", b"5\t6", b"5\r", b"5\n", b"\n5", b'"5"', b"5,", b",5", b"5, 5, 5", b"5l",
            b"NaN", b"\x005", b"\xa05", b"5\x85", b"5 \x0b", b"0" * 18 + b"5", b"5:5",
        )
    ),
    put("two lengths around another header", b"Content-Length: 5\r\nX: y\r\nContent-Length: 6\r\n", b"hello"),
    put("a length and an empty coding", b"Content-Length: 5\r\nTransfer-Encoding:\r\n", b"hello"),
    put("a length and identity", b"Content-Length: 5\r\nTransfer-Encoding: identity\r\n", b"hello"),
    put("two equal lengths", b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello"),
    put("two lengths", b"Content-Length: 0\r\nContent-Length: %b\r\n" % ROOM, b""),
    put("a length over the limit", b"Content-Length: 99999999\r\n", b"", 413),
    put("a length of 18 digits", b"Content-Length: 999999999999999999\r\n", b"", 413),
    taken("a length with zeros in front", b"Content-Length: 0005\r\n", b"hello"),
    taken("a length in spaces and tabs", b"Content-Length: \t5 \t\r\n", b"hello"),
    taken("no length, no body", b"", b""),
    *(
        Case(
            f"CL.0, {line.decode()}",
            line + b" HTTP/1.1\r\n" + HOST + b"Content-Length: %b\r\n\r\n" % ROOM + HIDDEN,
            (status,),
            stays=True,
            withheld=b"/bins/" not in line,
        )
        for line, status in (
            (b"GET /", 200), (b"HEAD /healthz", 200), (b"OPTIONS /keys", 200), (b"DELETE /nowhere", 404),
            (b"GET /docs", 200), (b"GET /docs/files/0/style.css", 200), (b"POST /bins/none", 404),
            (b"POST /", 405), (b"TRACE /", 405), (b"GET /keys", 401), (b"GET /openapi.json", 200),
            (b"BREW /", 400),
        )
    ),
]  # fmt: skip

CHUNKS = [
    *(
        put(f"chunk {shown(chunk)}", CHUNKED, chunk + b"\r\nhello\r\n" + END)
        for chunk in (
            b"0x5", b"+5", b"-5", b" 5", b"5 ", b"5\t", b"5\x0b", b"5\x00", b"", b"\r\n5", b"g", b"5;", b"5;;a",
            b"5;=a", b"5;a=", b"5 ;a", b"5; a", b"5;a =b", b'5;a="b', b'5;a="b\nc"', b"5;a\n", b"5;a\nb", b"5\n", b"5\r",
            b"5;a\rb", b"5;\x00", b"5,5", b"5.0", b"0" * 16 + b"5", b"f" * 17, b"5;" + b"a" * 300,
            b"10000000000000005", b"5_", b"\xd9\xa5", b"5\x85", b"5;\xff", b"5;a=b c", b'5;a="\x00"', b'5;a="b\r\nc"', b'5;a="\\\r\n"',
            b'5;a="b"c', b"5hello", b"0x", b"5\r\r", b"5\xa0",
        )
    ),
    *(
        put(f"last chunk {shown(last)}", CHUNKED, FIVE + last + b"\r\n\r\n")
        for last in (b"-0", b"+0", b"0x0", b"0x", b"0 ", b"0\t", b" 0", b"0_0", b"0;a=b\n", b"0\r", b"0" * 17, b"")
    ),
    *(
        put(f"trailer {shown(line)}", CHUNKED, b"0\r\n%b\r\n\r\n" % line)
        for line in (
            b" ", b": y", b"X : y", b"X: \x00", b"X: y\r", b"Transfer-Encoding : chunked", b"Content-Length\t: 5",
            b"CONTENT-LENGTH: 5", b"content_length: 5", b"Transfer-Encoding: chunked", b"host: localhost",
        )
    ),
    put("a size of 2^32 + 5", CHUNKED, b"100000005\r\nhello\r\n" + END, 413),
    put("a chunk with an empty line behind it", CHUNKED, FIVE + b"\r\n" + END),
    put("a chunk that is the end of the next size", CHUNKED, b"5\r\nhello" + b"0\r\n\r\n"),
    Case("a trailer with a token", b"PUT /keys/first HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n" + FIVE + b"0\r\nAuthorization: Bearer %b\r\n\r\n" % T + HIDDEN, (401, 200), True, True, withheld=True),
    taken("trailers that mean nothing there", CHUNKED, b"0\r\nAuthorization: x\r\nContent-Type: x\r\nContent-Encoding: gzip\r\nConnection: close\r\nExpect: x\r\n\r\n"),
    taken("a Trailer header that names the length", b"Trailer: Content-Length\r\n" + CHUNKED, FIVE + END),
    taken("a chunk of other bytes in an extension", CHUNKED, b'5;a="\xff"\r\nhello\r\n' + END),
    taken("many chunks of one byte", CHUNKED, b"1\r\nx\r\n" * 5000 + END),
    *(
        Case(
            f"chunks on {line.decode()}",
            line + b" HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n%LENGTHHEX%\r\n" + HIDDEN + b"\r\n" + END,
            (status,),
            stays=True,
            withheld=b"/bins/" not in line,
        )
        for line, status in (
            (b"GET /", 200), (b"HEAD /healthz", 200), (b"DELETE /nowhere", 404), (b"OPTIONS /keys", 200),
            (b"TRACE /", 405), (b"POST /", 405), (b"POST /bins/none", 404), (b"GET /keys", 401),
        )
    ),
    put("a chunk that is longer than its size", CHUNKED, b"5\r\nhello!\r\n" + END),
    put("a chunk that is shorter than its size", CHUNKED, b"5\r\nhell\r\n" + END),
    put("a chunk without an end", CHUNKED, b"5\r\nhello" + END),
    put("a chunk that ends with LF", CHUNKED, b"5\r\nhello\n" + END),
    put("a chunk that ends with CR", CHUNKED, b"5\r\nhello\r" + END),
    put("a chunk that ends with other bytes", CHUNKED, b"5\r\nhelloXX" + END),
    put("a line end of the size that is LF", CHUNKED, b"5\nhello\r\n" + END),
    put("a last chunk that ends with LF", CHUNKED, b"0\n\r\n"),
    put("an empty line that is LF", CHUNKED, b"0\r\n\n"),
    put("a size over the limit", CHUNKED, b"fffffff\r\nhello", 413),
    put("a size of 16 digits", CHUNKED, b"ffffffffffffffff\r\nhello", 413),
    put("a trailer without a colon", CHUNKED, b"0\r\nX\r\n\r\n"),
    put("a trailer that ends with LF", CHUNKED, b"0\r\nX: y\n\r\n"),
    put("a trailer that is folded", CHUNKED, b"0\r\nX: y\r\n z\r\n\r\n"),
    put("a trailer with a bare CR", CHUNKED, b"0\r\nX: y\rZ: z\r\n\r\n"),
    put("a trailer with a length", CHUNKED, b"0\r\nContent-Length: 0\r\n\r\n"),
    put("a trailer with a coding", CHUNKED, b"0\r\ntransfer_encoding: chunked\r\n\r\n"),
    put("a trailer with a host", CHUNKED, b"0\r\nHost: evil.example\r\n\r\n"),
    put("trailers over 8 kB", CHUNKED, b"0\r\n" + b"X: %b\r\n" % (b"x" * 1000) * 9 + b"\r\n"),
    put("a request in the trailers", CHUNKED, b"0\r\n"),
    taken("an extension", CHUNKED, b"5;a\r\nhello\r\n" + END),
    taken("extensions with values", CHUNKED, b'5;a=b;c="d;\\"e"\r\nhello\r\n0;z\r\n\r\n'),
    taken("a size with zeros in front", CHUNKED, b"0000000000000005\r\nhello\r\n000\r\n\r\n"),
    taken("a size in letters of both cases", CHUNKED, b"a\r\nhellohello\r\nA\r\nhellohello\r\n" + END),
    taken("trailers", CHUNKED, FIVE + b"0\r\nX: y\r\nDate: now\r\n\r\n"),
    taken("the hidden request in a chunk", CHUNKED, b"%LENGTHHEX%\r\n" + HIDDEN + b"\r\n" + END),
]  # fmt: skip

HOSTS = [
    get("1.1 without a Host", b""),
    get("two hosts", HOST + b"Host: evil.example\r\n"),
    get("two equal hosts", HOST + HOST),
    get("an empty Host", b"Host:\r\n"),
    get("a Host with a space", b"Host: local host\r\n"),
    get("a Host that is a list", b"Host: localhost, evil.example\r\n"),
    get("a Host with a path", b"Host: localhost/x\r\n"),
    get("a Host that is a URL", b"Host: http://localhost\r\n"),
    get("a Host with a port that is not a number", b"Host: localhost:x\r\n"),
    get("a Host with two ports", b"Host: localhost:80:80\r\n"),
    get("a Host with an open bracket", b"Host: [::1\r\n"),
    get("a Host with a NUL", b"Host: localhost\x00.evil.example\r\n"),
    get("a Host with a query", b"Host: localhost?x\r\n"),
    get("a Host of 300 letters", b"Host: %b\r\n" % (b"a" * 300)),
    Case("a Host with a user", GET + b"Host: localhost@evil.example\r\n\r\n" + HIDDEN, (421,)),
    get("a Host behind a fold", b"X: y\r\n Host: localhost\r\n"),
    *(
        get(f"Host {shown(value)}", b"Host: %b\r\n" % value)
        for value in (
            b"localhost:65536",
            b"localhost:99999",
            b"localhost:-1",
            b"localhost:+80",
            b"localhost:0x50",
            b"localhost:8 0",
            b"localhost:80,evil.example",
            b":80",
            b"[::::::]",
            b"[....]",
            b"[1.2.3.4]",
            b"[::1]x",
            b"[::1%25eth0]",
            b"[v1.a]",
            b"[]",
            b"lo%63alhost",
            b"localhost\\evil.example",
            b"localhost#x",
            b"localhost;x",
            b"local\xe4host",
            b"\xc4\xb0",
            b"localhost\x0b",
            b"localhost\x7f",
            b"localhost\x85",
            b'"localhost"',
            b"<localhost>",
            b"*",
            b"localhost\r\n .evil.example",
            b"\r\n localhost",
        )
    ),
    get("a Host behind a tab", b"Host:\tlocalhost\t\r\n", 200),
    get("a Host with the last port", b"Host: localhost:65535\r\n", 200),
    get("a Host with a port", b"Host: localhost:8080\r\n", 200),
    get("a Host that is an address of IPv6", b"Host: [::1]:8080\r\n", 200),
    Case("another Host", GET + b"Host: evil.example\r\n\r\n" + HIDDEN, (421, 200), True, True),
    Case("1.0 without a Host", b"GET / HTTP/1.0\r\n\r\n" + HIDDEN, (200,)),
    Case("1.0 with two hosts", b"GET / HTTP/1.0\r\n" + HOST + HOST + b"\r\n" + HIDDEN),
]

STARTS = [
    *(
        start(line)
        for line in (
            b"GET healthz HTTP/1.1", b"GET  / HTTP/1.1", b"GET /  HTTP/1.1", b"GET / HTTP/1.1 ", b"GET / HTTP/1.1\x0b",
            b" GET / HTTP/1.1", b"\x0bGET / HTTP/1.1", b"\tGET / HTTP/1.1", b"GET\t/ HTTP/1.1", b"GET\x0b/ HTTP/1.1",
            b"GET /", b"GET", b"GET /a b HTTP/1.1", b"GET / HTTP/1.1 HTTP/1.1", b"get / HTTP/1.1", b"Get / HTTP/1.1",
            b"G\x00T / HTTP/1.1", b"G(T / HTTP/1.1", b"GET\xa0/ HTTP/1.1", b"GET /\x00 HTTP/1.1", b"GET /\x7f HTTP/1.1",
            b"GET /\xe4 HTTP/1.1", b"GET /#x HTTP/1.1", b"GET /x?y#z HTTP/1.1", b"GET \\healthz HTTP/1.1",
            b"GET ?x HTTP/1.1", b"GET / http/1.1", b"GET / HTTP/1", b"GET / HTTP/1.", b"GET / HTTP/.1", b"GET / HTTP/1.10",
            b"GET / HTTP/01.1", b"GET / HTTP/1,1", b"GET / HTTP/ 1.1", b"GET / HTTP /1.1", b"GET / FTP/1.1", b"GET / HTTP1.1",
            b"GET / HTTP/1.1\rX: y", b"X" * 40 + b" / HTTP/1.1", b"X" * 33 + b" / HTTP/1.1",
            b"GET GET / HTTP/1.1", b"GET / HTTP/1.1\t", b"GET / HTTP/1.1\r", b"GET / HTTP/1.1\x00", b"GET / HTTP/1.1;x", b"GET\r/ HTTP/1.1",
            b"GET /\tHTTP/1.1", b"GET / HTTP/1.-1", b"GET / HTTP/+1.1", b"GET / HTTP/0x1.1", b"GET / HTTP/11", b"GET / HTTP/1.1.1",
            b"GET / HTTPS/1.1", b"GET / Http/1.1", b"GET / ICY/1.1", b"GET / HTTP/2", b"GET / HTTP/-1.1", b"-GET / HTTP/1.1",
            b"G_T / HTTP/1.1", b"GET1 / HTTP/1.1", b"\x00GET / HTTP/1.1", b"* * HTTP/1.1", b"PRI * HTTP/1.1", b"M-SEARCH * HTTP/1.1",
            b"GET /?\xff HTTP/1.1", b"GET /\xc3\xa4 HTTP/1.1", b"",
        )
    ),
    start(b"GET / HTTP/2.0", 505),
    start(b"GET / HTTP/3.0", 505),
    start(b"GET / HTTP/0.9", 505),
    start(b"GET / HTTP/9.9", 505),
    start(b"PRI * HTTP/2.0", 505),
    start(b"GET / HTTP/1.2", 200, 200, stays=True),
    start(b"GET / HTTP/1.9", 200, 200, stays=True),
    start(b"X" * 70_000 + b" / HTTP/1.1", name="a method over 64 kB"),
    start(b"X" * 32 + b" / HTTP/1.1", 400, 200, stays=True),
    start(b"PROPFIND / HTTP/1.1", 405, 200, stays=True),
    start(b"GET /%00 HTTP/1.1", 404, 200, stays=True),
    start(b"GET /%0d%0aX:y HTTP/1.1", 404, 200, stays=True),
    start(b"GET /%zz HTTP/1.1", 404, 200, stays=True),
    start(b"GET /\\..\\x HTTP/1.1", 404, 200, stays=True),
    start(b"GET //localhost/ HTTP/1.1", 404, 200, stays=True),
    start(b"GET /%2e%2e/ HTTP/1.1", 404, 200, stays=True),
]  # fmt: skip

TARGETS = [
    start(b"GET http://localhost/ HTTP/1.1", 200, 200, stays=True),
    start(b"GET HTTP://LOCALHOST:80 HTTP/1.1", 200, 200, stays=True),
    start(b"GET http://localhost?x HTTP/1.1", 200, 200, stays=True),
    start(b"GET http://evil.example/ HTTP/1.1", 421, 200, stays=True),
    start(b"GET http://localhost@evil.example/ HTTP/1.1", 421),
    start(b"GET http://user:word@localhost/ HTTP/1.1", 421),
    start(b"GET http://localhost\\@evil.example/ HTTP/1.1", 421),
    start(b"GET http://localhost:80@evil.example/ HTTP/1.1", 421),
    *(
        start(b"GET %b HTTP/1.1" % url)
        for url in (
            b"http://localhost:99999/", b"http://localhost,evil.example/", b"http://", b"http://?x", b"http:\\\\localhost/",
            b"ws://localhost/", b"file:///etc/passwd", b"javascript:x", b"http://localhost/#x", b"http://[::]]/",
        )
    ),
    start(b"GET http://localhost//healthz HTTP/1.1", 404, 200, stays=True),
    start(b"OPTIONS http://localhost HTTP/1.1", 200, 200, stays=True),
    start(b"GET /http://evil.example/ HTTP/1.1", 404, 200, stays=True),
    start(b"GET http:///healthz HTTP/1.1"),
    start(b"GET http://[::1/ HTTP/1.1"),
    start(b"GET http://local%68ost/ HTTP/1.1"),
    start(b"GET https://localhost/ HTTP/1.1"),
    start(b"GET ftp://localhost/ HTTP/1.1"),
    start(b"GET http:/localhost/ HTTP/1.1"),
    start(b"GET localhost:80 HTTP/1.1"),
    start(b"GET * HTTP/1.1"),
    start(b"OPTIONS * HTTP/1.1", 200, 200, stays=True),
    start(b"OPTIONS ** HTTP/1.1"),
    start(b"CONNECT localhost:80 HTTP/1.1", 501),
    start(b"CONNECT / HTTP/1.1", 501),
    start(b"TRACE / HTTP/1.1", 405, 200, stays=True),
    Case("a URL without a Host", b"GET http://localhost/ HTTP/1.1\r\n\r\n" + HIDDEN),
    Case("a URL beside another Host", b"GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n\r\n" + HIDDEN, (200, 200), True, True),
    Case("a URL beside a bad Host", b"GET http://localhost/ HTTP/1.1\r\nHost: a b\r\n\r\n" + HIDDEN),
]  # fmt: skip

EXPECT = b"Expect: 100-continue\r\n"
EXPECTATIONS = [
    taken("Expect and an empty body", EXPECT + b"Content-Length: 0\r\n", b""),
    taken("Expect without a body", EXPECT, b""),
    taken("Expect, and the body is there", EXPECT + b"Content-Length: 5\r\n", b"hello"),
    taken("Expect in 1.2, and the chunks are there", EXPECT + CHUNKED, FIVE + END),
    Case("Expect, and the body comes behind 100", (PUT + EXPECT + b"Content-Length: 5\r\n\r\n", b"hello" + HIDDEN), (100, 200, 200), True, True),
    Case("Expect, and chunks come behind 100", (PUT + b"expect: 100-Continue\r\n" + CHUNKED + b"\r\n", FIVE + END + HIDDEN), (100, 200, 200), True, True),
    Case("Expect twice", (PUT + EXPECT * 2 + b"Content-Length: 5\r\n\r\n", b"hello" + HIDDEN), (100, 200, 200), True, True),
    Case("Expect behind another request", (GET + HOST + b"\r\n" + PUT + EXPECT + b"Content-Length: 5\r\n\r\n", b"", b"hello" + HIDDEN), (200, 100, 200, 200), True, True),
    Case("Expect, and a bad chunk behind 100", (PUT + EXPECT + CHUNKED + b"\r\n", b"x\r\n" + HIDDEN), (100, 400)),
    put("Expect and a length over the limit", EXPECT + b"Content-Length: 99999999\r\n", b"", 413),
    put("Expect, a length and a coding", EXPECT + b"Content-Length: 5\r\n" + CHUNKED, END),
    put("Expect: 200-ok", b"Expect: 200-ok\r\nContent-Length: 5\r\n", b"hello", 417),
    put("Expect: 100-continue, x", b"Expect: 100-continue, x\r\nContent-Length: 5\r\n", b"hello", 417),
    put("Expect: 100-continue;x", b"Expect: 100-continue;x\r\n", b"", 417),
    put("Expect: 100-continue and another", EXPECT + b"Expect: x\r\n", b"", 417),
    taken("an empty Expect", b"Expect:\r\nContent-Length: 5\r\n", b"hello"),
    put("Expect: 100-continue\\x00", b"Expect: 100-continue\x00\r\nContent-Length: 5\r\n", b"hello"),
    put("Expect: y 100-continue", b"Expect: y 100-continue\r\nContent-Length: %b\r\n" % ROOM, b"", 417),
    put("Expect behind a fold", b"Expect:\r\n 100-continue\r\nContent-Length: %b\r\n" % ROOM, b""),
    Case("Expect in 1.0", OLD + b"Connection: keep-alive\r\n" + EXPECT + b"Content-Length: 5\r\n\r\nhello" + HIDDEN, (200, 200), True, True),
    Case("another expectation in 1.0", OLD + b"Expect: x\r\n\r\n" + HIDDEN, (200,)),
]  # fmt: skip

CONNECTIONS = [
    *(
        Case(f"1.1 {shown(lines)}", GET + HOST + lines + b"\r\n" + HIDDEN, (200,))
        for lines in (
            b"Connection: close\r\n", b"Connection: Close\r\n", b"Connection: keep-alive, close\r\n",
            b"Connection: close, keep-alive\r\n", b"Connection: x,\tCLOSE ,y\r\n",
            b"Connection: keep-alive\r\nConnection: close\r\n", b"Connection: close\r\nConnection: keep-alive\r\n",
        )
    ),
    get("1.1 keep-alive", HOST + b"Connection: keep-alive\r\n", 200),
    get("1.1 another option", HOST + b"Connection: closed, x-close\r\n", 200),
    get("1.1 an upgrade to h2c", HOST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n", 200),
    get("1.1 an upgrade to a WebSocket", HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n", 200),
    get("1.1 an upgrade to HTTP/2 and TLS", HOST + b"Connection: Upgrade\r\nUpgrade: TLS/1.0, HTTP/2.0\r\n", 200),
    taken("1.1 a Connection that names the coding", b"Connection: Transfer-Encoding\r\n" + CHUNKED, FIVE + END),
    get("1.1 a Connection that names a header", HOST + b"Connection: Host, Content-Length\r\n", 200),
    Case("1.0", b"GET / HTTP/1.0\r\n\r\n" + HIDDEN, (200,)),
    Case("1.0 close", b"GET / HTTP/1.0\r\nConnection: close\r\n\r\n" + HIDDEN, (200,)),
    Case("1.0 keep-alive, close", b"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n" + HIDDEN, (200,)),
    Case("1.0 keep-alive", b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + HIDDEN, (200, 200), True, True),
    Case("1.0 keep-alive among others", b"GET / HTTP/1.0\r\nConnection: x, keep-alive\r\n\r\n" + HIDDEN, (200, 200), True, True),
]  # fmt: skip

PIPELINES = [
    Case("two requests", GET + HOST + b"\r\n" + HIDDEN, (200, 200), True, True),
    Case("a bad one behind a good one", GET + HOST + b"\r\n" + GET + b"\r\n" + HIDDEN, (200, 400)),
    Case("bytes behind a body that are no request", PUT + b"Content-Length: 1\r\n\r\nxyz\r\n\r\n" + HIDDEN, (200, 400)),
    Case("a missing path, then another request", b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n" + HIDDEN, (404, 200), True, True),
    *(
        Case(f"{status} for {shown(line)}, then another request", line + b" HTTP/1.1\r\n" + HOST + b"\r\n" + HIDDEN, (status, 200), True, True)
        for line, status in (
            (b"GET /keys", 401), (b"PUT /keys", 405), (b"POST /", 405), (b"POST /auth/token", 400),
            (b"GET /keys/nothing?token=" + T, 404), (b"GET /keys/first?nonsense=1&token=" + T, 400),
        )
    ),
    Case("line ends behind a body", PUT + b"Content-Length: 1\r\n\r\nx\r\n" + HIDDEN, (200, 200), True, True),
    Case("two line ends in front", b"\r\n\r\n" + GET + HOST + b"\r\n" + HIDDEN, (200, 200), True, True),
    Case("three line ends in front", b"\r\n\r\n\r\n" + GET + HOST + b"\r\n" + HIDDEN),
    Case("line ends without an end", b"\r\n" * 4000 + HIDDEN),
    Case("a bare LF in front", b"\n" + GET + HOST + b"\r\n" + HIDDEN),
    Case("a bare LF behind a body", PUT + b"Content-Length: 1\r\n\r\nx\n" + HIDDEN, (200, 400)),
    Case("headers over 64 kB", GET + HOST + b"X: %b\r\n\r\n" % (b"x" * 70_000) + HIDDEN, (431,)),
    Case("headers without an end", GET + HOST + b"X: " + b"x" * 70_000, (431,)),
    Case("a target over 64 kB", b"GET /%b HTTP/1.1\r\n" % (b"x" * 70_000) + HOST + b"\r\n" + HIDDEN, (431,)),
]  # fmt: skip

TLS_HELLO = bytes.fromhex(
    "16030100c8010000c40303" + "ab" * 32 + "20" + "cd" * 32 + "001c130213031301c02fc02bc030c02c"
)
OTHER_PROTOCOLS = [
    Case("a TLS hello", TLS_HELLO),
    Case("a TLS hello of an old version", b"\x16\x03\x00\x00\x2f\x01\x00\x00\x2b\x03\x00"),
    Case("an SSL 2 hello", b"\x80\x2e\x01\x00\x02\x00\x15"),
    Case("a TLS alert", b"\x15\x03\x01\x00\x02\x02\x28"),
    Case("SSH", b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
    Case("Redis", b"*1\r\n$4\r\nPING\r\n"),
    Case("Redis, in a line", b"PING\r\n"),
    Case("memcached", b"stats\r\n"),
    Case("SMTP", b"EHLO localhost\r\n"),
    Case("SOCKS 5", b"\x05\x01\x00"),
    Case("SOCKS 4", b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00"),
    Case("RDP", b"\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00"),
    Case("MQTT", b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test"),
    Case("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", (505,)),
    Case("PROXY protocol", b"PROXY TCP4 1.2.3.4 127.0.0.1 1 80\r\n" + HIDDEN),
    Case("PROXY protocol 2", b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + HIDDEN),
    Case("a NUL", b"\x00"),
    Case("text", b"hello there"),
    Case("HTTP/0.9", b"GET /\r\n"),
    Case("an answer", b"HTTP/1.1 200 OK\r\n"),
    Case("a method without an end", b"A" * 100),
]

CASES = [
    *LENGTH_OR_CODING,
    *NAMES,
    *LINES,
    *LENGTHS,
    *CHUNKS,
    *HOSTS,
    *STARTS,
    *TARGETS,
    *EXPECTATIONS,
    *CONNECTIONS,
    *PIPELINES,
    *OTHER_PROTOCOLS,
]
PROBE = (
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: probe\r\nConnection: close\r\n\r\n"
)


def send(case: Case, http: Http, address: tuple[str, int], piece: int = 1 << 20) -> Outcome:
    """Send a case on a connection of its own, in pieces of so many bytes.

    `http` looks for what was smuggled.
    """
    parts = case.sent if isinstance(case.sent, tuple) else (case.sent,)
    with socket.create_connection(address, timeout=10) as wire:
        answer = b""
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number, part in enumerate(parts):
            send_in_pieces(wire, filled(part, http.token or ""), piece)
            is_last = number == len(parts) - 1
            answer = read_answers(wire, answer, len(case.answers) if is_last else number + 1)
        answer += read_to_the_end_behind(wire, PROBE)
    *answers, last = [b"", *re.split(rb"(?=HTTP/1\.[01] \d{3} )", answer)[1:]]
    is_probed = b"X-Request-Id: probe\r\n" in last
    answers = answers[1:] if is_probed else [*answers[1:], last]
    ran = http.delete("/keys/smuggled").status_code == 200
    return Outcome(
        tuple(int(one[9:12]) for one in answers),
        is_probed,
        ran,
        b"\r\nConnection: close\r\n" in answers[-1],
    )


def filled(part: bytes, token: str) -> bytes:
    """Put the token and the length of the hidden request in their places."""
    length = len(HIDDEN) - len(T) + len(token)
    part = part.replace(b"%LENGTHHEX%", b"%x" % length).replace(ROOM, b"%d" % length)
    return part.replace(T, token.encode())


def send_in_pieces(wire: socket.socket, data: bytes, piece: int) -> None:
    """Send bytes, unless the server has closed the connection before their end."""
    with suppress(ConnectionError):
        for place in range(0, len(data), piece):
            wire.sendall(data[place : place + piece])


def read_answers(wire: socket.socket, answer: bytes, number: int) -> bytes:
    """Read until so many answers have begun, or the server has closed the connection."""
    while answer.count(b"HTTP/1.") < number:
        data = b""
        with suppress(ConnectionError):
            data = wire.recv(65536)
        if not data:
            break
        answer += data
    return answer


def read_to_the_end_behind(wire: socket.socket, probe: bytes) -> bytes:
    """Send a last request, which is answered where the connection is still open."""
    answer = b""
    with suppress(ConnectionError):
        wire.sendall(probe)
        while data := wire.recv(65536):
            answer += data
    return answer


def main() -> int:
    """Print the table for a throw-away server; the exit status is the number of wrong answers."""
    outcomes, wrong = [], 0
    print("| case | answers | connection | hidden request |\n|---|---|---|---|")
    with running("sandbox", "--log-level", "error", "--max-body", str(MOST_BODY)) as server:
        host, _, port = server.url.removeprefix("http://").rpartition(":")
        with Http(server.url, server.token()) as http:
            for case in CASES:
                got = send(case, http, (host, int(port)))
                outcomes.append(got)
                is_right = got.is_right(case)
                wrong += not is_right
                answers = " ".join(map(str, got.answers)) + ("" if is_right else " **not right**")
                ran = "is one of its own" if got.ran else "did not run"
                name = case.name.replace("|", "\\|")
                print(f"| {name} | {answers} | {'open' if got.stays else 'closed'} | {ran} |")
    print(f"\n{summary(outcomes)}; {wrong} not right.", file=sys.stderr)
    return min(wrong, 100)


def summary(outcomes: list[Outcome]) -> str:
    """Count the cases by their first final answer, and what came behind."""
    first = Counter(next((one // 100 for one in got.answers if one >= 200), 0) for got in outcomes)
    kinds = ", ".join(f"{number} answered {kind}xx" for kind, number in sorted(first.items()))
    smuggled = sum(got.ran and not case.runs for case, got in zip(CASES, outcomes, strict=True))
    stay = sum(got.stays for got in outcomes)
    return f"{len(outcomes)} cases: {kinds}; {stay} leave the connection open; {smuggled} smuggled"


if __name__ == "__main__":
    sys.exit(main())
