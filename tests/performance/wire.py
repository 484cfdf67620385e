"""One connection that is kept, and requests over it at the least cost to the client."""

import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


def request_bytes(method: str, path: str, token: str = "", body: str = "") -> bytes:
    """Write a request down."""
    login = f"Authorization: Bearer {token}\r\n" if token else ""
    length = f"Content-Length: {len(body.encode())}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{login}{length}\r\n{body}".encode()


class Wire:
    """A connection to a server."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._socket = socket.create_connection(
            (place.hostname or "", place.port or 80), timeout=120
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        ex: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, request: bytes) -> None:
        """Send a request; `receive` gives its answer's status."""
        self._socket.sendall(request)

    def ask(self, request: bytes) -> int:
        """Send a request, read all of the answer and give its status."""
        self._socket.sendall(request)
        return self.receive()

    def read(self) -> bytes:
        """Read all of a short answer and give it."""
        answer = self._socket.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer = self._more(answer)
        head, _, body = answer.partition(b"\r\n\r\n")
        while len(body) < _length(head):
            body = self._more(body)
        return head + b"\r\n\r\n" + body

    def receive(self, *, has_body: bool = True) -> int:
        """Read all of an answer and give its status."""
        answer = self._socket.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer = self._more(answer)
        head, _, body = answer.partition(b"\r\n\r\n")
        missing = _length(head) - len(body) if has_body else 0
        while missing > 0:
            missing -= len(self._more(b""))
        return int(head[9:12])

    def _more(self, answer: bytes) -> bytes:
        more = self._socket.recv(65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        return answer + more


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
