"""What strangers and slow clients can make a worker keep: memory before, at the peak, and after.

Run it as `PYTHONPATH=tests python -m faults.strangers [ATTACK ...]`; it takes two minutes an attack.
"""

import argparse
import json
import resource
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
from performance.processes import resident_bytes, workers_of
from performance.programs import ADMIN_PASSWORD, Served, serving
from performance.report import Table
from servers import Http, Server

MB = 1 << 20
BODY = MB
_HOLD_SECONDS = 10.0
_REST_SECONDS = 60.0
_LOOK_SECONDS = 0.02
_RECEIVE_BUFFER = 4096
_OPEN_FILES = 20_000
_SENDERS = 40


@dataclass
class Target:
    """A server, what was put into it, and the connections of the attack."""

    url: str
    token: str
    route: str
    bin: str
    opened: list[socket.socket] = field(default_factory=list)
    senders: ThreadPoolExecutor = field(init=False)

    def dial(self, *, receive_buffer: int = 0) -> socket.socket:
        """Open one more connection; with a small buffer it takes little that it does not read."""
        wire = socket.socket()
        if receive_buffer:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        wire.settimeout(10)
        self.opened.append(wire)
        host, _, port = self.url.rpartition("/")[2].rpartition(":")
        wire.connect((host, int(port)))
        return wire

    def send(self, data: bytes, *, receive_buffer: int = 0) -> None:
        """Send bytes over one more connection, as far as the server takes them, while others do."""
        self.senders.submit(self._send, data, receive_buffer)

    def _send(self, data: bytes, receive_buffer: int) -> None:
        with suppress(OSError):  # a server that defends itself may refuse
            self.dial(receive_buffer=receive_buffer).sendall(data)

    def close(self) -> None:
        """Close the connections of the attack."""
        for wire in self.opened:
            wire.close()

    def ask_unread(self, path: str, *more: str, method: str = "GET", times: int = 1) -> None:
        """Ask for something over one more connection, and never read the answer."""
        lines = (f"Authorization: Bearer {self.token}", *more)
        self.send(_head(method, path, *lines) * times, receive_buffer=_RECEIVE_BUFFER)


def _head(method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def withheld_logins(target: Target) -> None:
    """200 logins of 1 MB whose last bytes do not come"""
    head = _head("POST", "/auth/token", f"Content-Length: {BODY}")
    for _ in range(200):
        target.send(head + bytes(BODY - 5))


def withheld_small_logins(target: Target) -> None:
    """1,000 logins of 60 kB, as large as they may be, whose last bytes do not come"""
    head = _head("POST", "/auth/token", f"Content-Length: {60_000}")
    for _ in range(1000):
        target.send(head + bytes(60_000 - 5))


def unread_routes(target: Target) -> None:
    """150 public routes of 1 MB whose answers are not read"""
    for _ in range(150):
        target.ask_unread(target.route)


def unread_values(target: Target) -> None:
    """20 answers of GET /keys?names= with 16 MB of values that are not read"""
    names = ",".join(f"large-{n}" for n in range(16))
    for _ in range(20):
        target.ask_unread(f"/keys?names={names}&values=1")


def half_sent_headers(target: Target) -> None:
    """2,000 requests with 60 kB of headers that do not end"""
    for _ in range(2000):
        target.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Fill: " + b"x" * 60_000)


def withheld_uploads(target: Target) -> None:
    """200 uploads of 1 MB to a public bin whose last bytes do not come"""
    head = _head("POST", target.bin, f"Content-Length: {BODY}")
    for _ in range(200):
        target.send(head + bytes(BODY - 5))


def endless_chunks(target: Target) -> None:
    """200 chunked uploads to a public bin, of which 1 MB comes and no end"""
    head = _head("POST", target.bin, "Transfer-Encoding: chunked")
    for _ in range(200):
        target.send(head + b"100000\r\n" + bytes(BODY - 5))


def foreign_uploads(target: Target) -> None:
    """200 uploads of 1 MB to a key without a token, whose last bytes do not come"""
    head = _head("PUT", "/keys/foreign", f"Content-Length: {BODY}", "Authorization: Bearer x.y.z")
    for _ in range(200):
        target.send(head + bytes(BODY - 5))


def pipelined(target: Target) -> None:
    """200 connections with 400 requests at once whose answers are not read"""
    for _ in range(200):
        target.send(_head("GET", "/docs/files/0/swagger-ui-bundle.js") * 400, receive_buffer=4096)


def unread_streams(target: Target) -> None:
    """60 streams of a topic that are not read, while 30 MB are published"""
    for _ in range(60):
        target.ask_unread("/topics/news", "Accept: text/event-stream")
    time.sleep(1)
    with Http(target.url, target.token) as http:
        for _ in range(30):
            http.post("/topics/news", data=b"x" * BODY)


def unread_leases(target: Target) -> None:
    """40 leases of up to 100 items of 500 kB that are not read"""
    with Http(target.url, target.token) as http:
        for _ in range(100):
            http.post("/lists/large", data=b"x" * 500_000)
    for _ in range(40):
        target.ask_unread("/lists/large/lease?max=100&for=1", "Content-Length: 0", method="POST")


def unread_pages(target: Target) -> None:
    """40 listings with 16 MB of values that are not read"""
    for _ in range(40):
        target.ask_unread("/keys?prefix=large&values=1")


def unread_batches(target: Target) -> None:
    """20 batches of gets, of 16 MB each, that are not read"""
    body = json.dumps([["get", f"large-{n}"] for n in range(16)])
    for _ in range(20):
        lines = (f"Content-Length: {len(body)}", f"Authorization: Bearer {target.token}")
        target.send(_head("POST", "/batch", *lines) + body.encode(), receive_buffer=_RECEIVE_BUFFER)


def unread_exports(target: Target) -> None:
    """40 exports that are not read"""
    for _ in range(40):
        target.ask_unread("/export")


def idle(target: Target) -> None:
    """5,000 connections that say nothing"""
    for _ in range(5000):
        target.dial()


ATTACKS: list[Callable[[Target], None]] = [
    withheld_logins, withheld_small_logins, unread_routes, unread_values, half_sent_headers,
    withheld_uploads, endless_chunks, foreign_uploads, pipelined, unread_streams, unread_leases,
    unread_pages, unread_batches, unread_exports, idle,
]  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Make each attack on a server of its own and print the table."""
    names = [attack.__name__ for attack in ATTACKS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=", ".join(names))
    parser.add_argument("--rest", type=float, default=_REST_SECONDS, help="seconds until 'after'")
    args = parser.parse_args(argv)
    if unknown := set(args.attacks) - set(names):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, _OPEN_FILES), hard))
    columns = ["attack", "MB before", "at the peak", "growth", f"{args.rest:.0f} s after", "left",
               "other calls", "failed", "p99 ms", "max ms"]  # fmt: skip
    rows = [
        measured(attack, args.rest)
        for attack in ATTACKS
        if not args.attacks or attack.__name__ in args.attacks
    ]
    print(Table("strangers", columns, rows))
    return 0


def measured(attack: Callable[[Target], None], rest: float) -> list[str | float | int | None]:
    """Make an attack, hold its connections for ten seconds, close them, and wait for the rest."""
    with tempfile.TemporaryDirectory() as directory, serving(Path(directory)) as server:
        target, mine = filled(server, ADMIN_PASSWORD)
        [worker] = workers_of(server.pid)
        warm(target)
        time.sleep(5)
        before = peak = resident_bytes(worker)
        with _others(server.url, mine) as calls:
            attacker = threading.Thread(target=make, args=[attack, target])
            begun = time.monotonic()
            attacker.start()
            while attacker.is_alive() or time.monotonic() < begun + _HOLD_SECONDS:
                peak = max(peak, resident_bytes(worker))
                time.sleep(_LOOK_SECONDS)
        end = time.monotonic() + rest
        while time.monotonic() < end:
            peak = max(peak, resident_bytes(worker))
            time.sleep(_LOOK_SECONDS)
        after = resident_bytes(worker)
        target.close()
    seconds = sorted(calls.seconds)
    print(f"{attack.__name__}: +{(peak - before) / MB:.1f} MB", file=sys.stderr)
    return [
        str(attack.__doc__), before / MB, peak / MB, (peak - before) / MB, after / MB,
        (after - before) / MB, len(seconds), calls.failed, seconds[len(seconds) * 99 // 100] * 1e3,
        seconds[-1] * 1e3,
    ]  # fmt: skip


def make(attack: Callable[[Target], None], target: Target) -> None:
    """Make an attack; return once the server has taken or refused what it sends."""
    with suppress(OSError), ThreadPoolExecutor(_SENDERS) as target.senders:
        attack(target)


def filled(server: Served | Server, admin_password: str) -> tuple[Target, str]:
    """Put what the attacks ask for into a server; return that, and the token of another tenant."""
    token = server.token("admin", admin_password)
    with Http(server.url, token) as http:
        for name in ("route", *(f"large-{n}" for n in range(16))):
            http.put(f"/keys/{name}", data=b"x" * (BODY - 1024))
        route = http.post("/routes", json={"key": "route", "content_type": "text/plain"}).json()
        public_bin = http.post("/bins", json={"list": "inbox"}).json()
        http.post("/users", json={"username": "bo", "password": "secret"})
    return Target(server.url, token, route["path"], public_bin["path"]), server.token(
        "bo", "secret"
    )


def warm(target: Target) -> None:
    """Ask for each kind of answer once, so that the worker has made room for it."""
    with Http(target.url, target.token) as http:
        for path in (
            "/docs/files/0/swagger-ui-bundle.js",
            target.route,
            "/keys?prefix=large&values=1",
        ):
            http.get(path)


@dataclass
class _Calls:
    seconds: list[float] = field(default_factory=list)
    failed: int = 0


@contextmanager
def _others(url: str, token: str) -> Iterator[_Calls]:
    """Have another tenant write and read a key, in turn, until the end."""
    calls, ended = _Calls(), threading.Event()

    def call() -> None:
        with Http(url, token) as http:
            while not ended.is_set():
                for method, data in (("PUT", b"mine" * 25), ("GET", None)):
                    begun = time.perf_counter()
                    try:
                        is_good = http.request(method, "/keys/mine", data=data).status_code == 200
                    except requests.RequestException:
                        is_good = False
                    calls.seconds.append(time.perf_counter() - begun)
                    calls.failed += not is_good
                time.sleep(0.005)

    with ExitStack() as stack:
        thread = threading.Thread(target=call)
        thread.start()
        stack.callback(thread.join)
        stack.callback(ended.set)
        yield calls


if __name__ == "__main__":
    sys.exit(main())
