"""A proxy that treats a server's answers badly, to see what clients make of it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class Proxy:
    """Passes requests on, one a connection, and treats those of `treatments` in turn.

    `before` closes without passing the request on, `without` passes it on and closes
    without an answer, `middle` closes within the answer, `silent` never answers and
    `foreign` answers as a proxy of somebody else's would. Logins pass untouched.
    With a `prefix` only paths below it are passed on, without it.
    """

    def __init__(self, url: str, prefix: str = "") -> None:
        self._server = urlsplit(url)
        self._prefix = prefix.encode()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.treatments: list[str] = []
        self.seen: list[str] = []
        """The request lines that came, logins aside."""
        self.heads: list[str] = []
        """Their lines and headers."""

    def run(self) -> None:
        """Serve until the listener is closed."""
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(wire,)).start()

    def stop(self) -> None:
        """Close everything."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for wire in self._held:
            wire.close()

    def _serve(self, wire: socket.socket) -> None:
        request = _message(wire)
        line = request.partition(b"\r\n")[0].decode()
        treatment = "pass"
        if "/auth/" not in line and line:
            self.seen.append(line)
            self.heads.append(request.partition(b"\r\n\r\n")[0].decode())
            treatment = self.treatments.pop(0) if self.treatments else "pass"
        if treatment == "silent":
            self._held.append(wire)
            return
        with wire:
            if line and not line.split()[1].startswith(self._prefix.decode()):
                wire.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            elif treatment == "foreign":
                wire.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>")
            elif treatment != "before" and line:
                answer = self._passed_on(request.replace(self._prefix, b"", 1))
                half = len(answer) - (len(answer.partition(b"\r\n\r\n")[2]) + 1) // 2
                cut = {"pass": len(answer), "without": 0, "middle": half}[treatment]
                wire.sendall(answer[:cut])

    def _passed_on(self, request: bytes) -> bytes:
        place = self._server.hostname or "", self._server.port or 80
        with socket.create_connection(place, timeout=40) as onward:
            onward.sendall(request)
            answer = _message(onward)
        return answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


@contextmanager
def proxy_of(url: str, prefix: str = "") -> Iterator[Proxy]:
    """A proxy in front of a server."""
    proxy = Proxy(url, prefix)
    thread = threading.Thread(target=proxy.run)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join()


def _message(wire: socket.socket) -> bytes:
    """Read one message with a length, or nothing where the other side closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = wire.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        part = wire.recv(65536)
        body += part
        data += part
    return data
