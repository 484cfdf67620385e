"""A server that receives webhooks, answers as it is told by a test, and can be stopped."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request as it arrived; each header in order, as it was spelled."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header, or None."""
        return next((text for other, text in self.headers if other.lower() == name.lower()), None)


Answer = Callable[[Received], "tuple[int, dict[str, str], bytes] | int | None"]
"""Returns a status, or status, headers and body; None breaks the connection."""


@dataclass
class Receiver:
    """Records what arrives. `answer` decides on each answer."""

    answer: Answer = lambda _: 200
    received: list[Received] = field(default_factory=list)
    delivered: list[Received] = field(default_factory=list)
    """Those that were answered 2xx."""
    port: int = 0
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """The URL of the server; it stays the same after a restart."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, at the port of the last time."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return lambda: receiver.handle(self)
                raise AttributeError(name)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 50

            def handle_error(self, *_: object) -> None:
                """Stay quiet: clients that are killed are part of the tests."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """Record one request and answer it."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        arrived = Received(handler.command, handler.path, handler.headers.items(), body)
        self.received.append(arrived)
        answer = self.answer(arrived)
        if answer is None:
            handler.close_connection = True
            return
        status, headers, text = (answer, {}, b"") if isinstance(answer, int) else answer
        if 200 <= status < 300:
            self.delivered.append(arrived)
        handler.send_response_only(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)


@contextmanager
def receiving(answer: Answer = lambda _: 200) -> Iterator[Receiver]:
    """A receiver that is stopped in the end."""
    receiver = Receiver(answer)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


def kept(body: object = "", method: str = "POST", **fields: object) -> bytes:
    """An item as a bin that keeps requests makes it."""
    fields = {"headers": {"content-type": "application/json"}, **fields}
    first = {"time": "2026-01-01T00:00:00.000Z", "method": method, "path": ""}
    return json.dumps({**first, **fields, "body": body}).encode()
