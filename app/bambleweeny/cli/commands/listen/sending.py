"""Sending one request to the target, within a time."""

import http
import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import NamedTuple

from bambleweeny.cli.commands.listen.outgoing import Outgoing
from bambleweeny.cli.commands.listen.targets import Target

_MOST_ANSWER = 1 << 20
_CHUNK = 1 << 16
_MOST_INTERIM = 20
_OVERLOADED = (408, 425, 429)


class Outcome(NamedTuple):
    """The answer's status, or 0 and the reason why there was none; the time in milliseconds."""

    status: int
    reason: str
    milliseconds: int

    @property
    def is_delivered(self) -> bool:
        """Return whether the answer was 2xx."""
        return 200 <= self.status < 300

    @property
    def is_outage(self) -> bool:
        """Return whether the target is down or overloaded; else it refused the request."""
        return self.status in _OVERLOADED or not 100 <= self.status < 500


def send(outgoing: Outgoing, timeout: float) -> Outcome:
    """Send a request and return its outcome. No redirect is followed.

    Each request has a connection of its own: one that the target closed meanwhile would look
    like a failure of the target. The answer's body is discarded, after 1 MB at most.
    """
    begun = time.monotonic()
    status, reason = 0, ""
    connection = _connection(outgoing.target, timeout)
    deadline = _Deadline(connection, timeout)
    try:
        with deadline:
            connection.connect()
            deadline.check()
            _write(connection, outgoing)
            answer = connection.getresponse()
            # NOTE: http.client takes a head that ends early for a whole one.
            deadline.check()
            status = answer.status
            took = time.monotonic() - begun
            # NOTE: the status decides; the body is read so that the target can send it.
            with suppress(OSError, http.client.HTTPException, ValueError):
                _discard(answer)
    except (OSError, http.client.HTTPException, ValueError) as ex:
        took = time.monotonic() - begun
        is_late = deadline.is_over or isinstance(ex, TimeoutError)
        reason = f"no answer within {timeout:g} s" if is_late else _reason_of(ex)
    finally:
        connection.close()
    return Outcome(status, reason, round(took * 1000))


class _Response(http.client.HTTPResponse):
    """The final answer, after any interim ones such as 103 (Early Hints)."""

    def begin(self) -> None:
        super().begin()
        left = _MOST_INTERIM
        while 100 < self.status < 200 and self.status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            # NOTE: a socket that was shut down still reads what the target keeps sending.
            if not left:
                raise http.client.HTTPException
            left -= 1
            # NOTE: with headers, this would take the answer as already read.
            self.headers = None  # type: ignore[assignment]
            super().begin()


class _Deadline:
    """Ends the waiting for a socket after a time, also if bytes arrive one by one."""

    def __init__(self, connection: http.client.HTTPConnection, seconds: float) -> None:
        self.is_over = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def check(self) -> None:
        """Raise TimeoutError if the time is over."""
        if self.is_over:
            raise TimeoutError

    def _end(self) -> None:
        self.is_over = True
        if wire := self._connection.sock:
            with suppress(OSError):
                # NOTE: not that of SSLSocket, which would take its TLS away from the reader.
                socket.socket.shutdown(wire, socket.SHUT_RDWR)


def _connection(target: Target, timeout: float) -> http.client.HTTPConnection:
    connection = (
        http.client.HTTPSConnection(
            target.host, target.port, timeout=timeout, context=ssl.create_default_context()
        )
        if target.scheme == "https"
        else http.client.HTTPConnection(target.host, target.port, timeout=timeout)
    )
    connection.response_class = _Response
    return connection


def _write(connection: http.client.HTTPConnection, outgoing: Outgoing) -> None:
    connection.putrequest(outgoing.method, outgoing.url, skip_accept_encoding=True)
    connection.putheader("Connection", "close")
    for name, text in outgoing.headers.items():
        connection.putheader(name, text.encode("latin-1"))
    if outgoing.body is not None:
        connection.putheader("Content-Length", str(len(outgoing.body)))
    connection.endheaders(outgoing.body)


def _discard(answer: http.client.HTTPResponse) -> None:
    left = _MOST_ANSWER
    while left > 0 and (chunk := answer.read(min(left, _CHUNK))):
        left -= len(chunk)


def _reason_of(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, socket.gaierror):
        return "the host cannot be resolved"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, http.client.HTTPException | ValueError) and not isinstance(error, OSError):
        return "the answer is not HTTP"
    if isinstance(error, ConnectionError):
        return "the connection broke"
    return (getattr(error, "strerror", None) or "no connection").lower()
