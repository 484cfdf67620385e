"""Waitress with errors in our form, for what never reaches the application."""

import select
import socket
import time
from collections.abc import Callable
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server
from waitress.task import ErrorTask, WSGITask

from bambleweeny.api.errors import error_body
from bambleweeny.errors import (
    BambleweenyError,
    BodyTooLarge,
    HeadersTooLarge,
    InternalError,
    InvalidRequest,
    NotImplementedByServer,
)

_BY_STATUS: dict[int, type[BambleweenyError]] = {
    400: InvalidRequest,
    413: BodyTooLarge,
    431: HeadersTooLarge,
    501: NotImplementedByServer,
}
_CONNECTIONS = 10_000
_HEADERS = 64 << 10
_MEMORY_BODY = 1 << 30
_STREAM_AHEAD = 1 << 20
_BACKLOG = 1024
_TURN_SECONDS = 0.2
_GRACE_SECONDS = 10.0
_IDLE_GRACE_SECONDS = 0.2


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Answers what Waitress refuses as the application answers its errors."""

    def execute(self) -> None:
        refused = self.request.error
        kind = _BY_STATUS.get(refused.code, InternalError)
        error = kind(f"{kind.info[:-1]}: {refused.body}." if kind is InvalidRequest else None)
        body = error_body(error)
        self.status = f"{error.status} {refused.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Task(WSGITask):  # type: ignore[misc]
    """Keeps the connection after an answer that has no body, as a 204 of an empty list.

    Waitress closes it for want of a length, which such an answer must not have.
    """

    def set_close_on_finish(self) -> None:
        asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked or self.version != "1.1":
            super().set_close_on_finish()


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ErrorTask
    task_class = _Task


class HttpServer:
    """Answers one application on a socket that is bound already.

    `run` returns after `stop`, when the requests that were accepted have been
    answered, or after ten seconds.
    """

    def __init__(self, app: Any, listener: socket.socket, *, threads: int, max_body: int) -> None:
        self._server: TcpWSGIServer = create_server(
            app,
            sockets=[listener],
            threads=threads,
            ident=None,
            # NOTE: Waitress refuses a body that has exactly its limit.
            max_request_body_size=max_body + 1,
            max_request_header_size=_HEADERS,
            connection_limit=_CONNECTIONS,
            asyncore_use_poll=True,
            backlog=_BACKLOG,
            channel_request_lookahead=1,
            inbuf_overflow=_MEMORY_BODY,
            outbuf_overflow=_MEMORY_BODY,
            outbuf_high_watermark=_STREAM_AHEAD,
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = _Channel
        self._stopping = False

    def stop(self) -> None:
        """Let `run` end; a signal's handler may call this."""
        self._stopping = True
        self._server.pull_trigger()

    def run(self, is_wanted: Callable[[], bool] = lambda: True) -> None:
        """Answer requests until `stop`, or until nobody wants it any more."""
        while not self._stopping and is_wanted():
            wasyncore.poll2(_TURN_SECONDS, self._server._map)
        self._accept_last()
        deadline = time.monotonic() + _GRACE_SECONDS
        while self._server.active_channels and time.monotonic() < deadline:
            self._close_idle()
            wasyncore.poll2(0.01, self._server._map)
        self._server.task_dispatcher.shutdown(timeout=0.5)
        wasyncore.close_all(self._server._map)

    def _accept_last(self) -> None:
        """Take over who is in the queue already, then let nobody in."""
        listener = self._server.socket
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        for _ in range(_BACKLOG):
            if not waiting.poll(0):
                break
            self._server.handle_accept()
        self._server.del_channel()
        listener.close()

    def _close_idle(self) -> None:
        seen_until = time.time() - _IDLE_GRACE_SECONDS
        for channel in list(self._server.active_channels.values()):
            busy = channel.requests or channel.request or channel.total_outbufs_len
            if not busy and channel.last_activity < seen_until:
                channel.will_close = True
