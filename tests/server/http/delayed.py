"""A server whose application plans its answers, and clients that look at the wire."""

import logging
import socket
import struct
import threading
import time
from contextlib import ExitStack, contextmanager, suppress

import falcon
from bambleweeny.api import create_app
from bambleweeny.api.answers.delayed import answer_fault, answer_later
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.api.middleware.errors import add_error_handlers
from bambleweeny.api.requests.concurrency import run_alone
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.shared_counters import SharedCounters
from bambleweeny.server.http.server import HttpServer

MAX_BODY = 1 << 20


class Planned:
    """Answers a number of bytes as the query says: after a delay, with a fault, alone."""

    def on_get(self, req, resp):
        alone = req.get_param_as_int("alone")
        if alone:
            run_alone(req, alone)
        if req.method == "POST":
            assert req.bounded_stream.read()
        resp.status = req.get_param_as_int("status") or 200
        resp.data = (req.get_param("text") or "").encode() * (req.get_param_as_int("times") or 1)
        if "seconds" in req.params:
            answer_later(req, resp, float(req.params["seconds"]))
        if "fault" in req.params:
            answer_fault(req, resp, req.params["fault"])
        if "bad" in req.params:
            resp.set_header("X-Bad", "a\r\nb")
        if "ends" in req.params:
            req.env["bambleweeny.connection"].server.places.end_at(time.monotonic())

    on_head = on_post = on_get


class Plain:
    def on_get(self, req, resp):
        resp.text = "plain"


class Serving:
    """A server, its log lines, and connections to it that are closed in the end."""

    def __init__(self, server, address, metrics, opened):
        self.server, self.address, self.metrics, self._opened = server, address, metrics, opened

    def dial(self, data=b"", **options):
        wire = self._opened.enter_context(socket.socket())
        if "receive_buffer" in options:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["receive_buffer"])
        wire.settimeout(10)
        wire.connect(self.address)
        wire.sendall(data)
        return wire

    def ask(self, *asked, **options):
        return answer(self.dial(get(*asked, **options)))

    @property
    def places(self):
        return self.server._server.places

    @property
    def delayed(self):
        return len(self.places._sizes)

    @property
    def buffered(self):
        return sum(account.size for account in self.server._server.budget.holders())

    @property
    def is_clean(self):
        """Whether nothing is left of any delayed answer."""
        loop = self.server._server.event_loop
        left = (self.places._sizes, self.places._half_closed, self.places.departures._plans)
        return not any(left) and not loop._timers and not self.buffered and not self.places._total


@contextmanager
def serving(*, threads=8, send_buffer=0, services=None, **options):
    """Serve a small application, or the whole one with `services`, with planned answers."""
    metrics = services.metrics if services else Metrics(SharedCounters().part(0))
    log = AccessLog(metrics)
    if services:
        app = create_app(services)
    else:
        app = falcon.App(middleware=[log])
        add_error_handlers(app)
    app.add_route("/planned", Planned())
    app.add_route("/plain", Plain())
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    if send_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    server = HttpServer(
        app, listener, threads=threads, max_body=MAX_BODY, access_log=log, **options
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with ExitStack() as opened:
            yield Serving(server, listener.getsockname(), metrics, opened)
    finally:
        server.stop()
        thread.join()


def get(path="/planned", *lines, method="GET", version="1.1", **query):
    if query:
        path += "?" + "&".join(f"{name}={value}" for name, value in query.items())
    first = f"{method} {path} HTTP/{version}"
    return "\r\n".join([first, "Host: localhost", *lines, "", ""]).encode()


def answer(wire, *, has_body=True):
    """Read one answer: its status, its headers and its body."""
    with wire.makefile("rb", buffering=0) as file:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = file.read(1)
            assert byte, f"closed after {head!r}"
            head += byte
        first, *lines = head.decode().strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        body, length = b"", int(headers["Content-Length"]) if has_body else 0
        while len(body) < length:
            piece = file.read(length - len(body))
            assert piece, f"closed after {len(body)} of {length} bytes"
            body += piece
    return int(first.split()[1]), headers, body


def everything(wire):
    """Read until the server closes its side; ConnectionResetError if it resets."""
    received = b""
    while data := wire.recv(1 << 16):
        received += data
    return received


def is_closed(wire):
    """Whether the server closes the connection without another byte."""
    with suppress(ConnectionResetError):
        return wire.recv(1) == b""
    return True


def break_off(wire):
    """Reset a connection."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()


@contextmanager
def logged(caplog):
    """The records of the access log, as they come."""
    with caplog.at_level(logging.INFO, "bambleweeny.access"):
        yield lambda: [one for one in caplog.records if one.name == "bambleweeny.access"]
