"""The HTTP server: Waitress on a socket that is bound already, with bounds and a clean end."""

import resource
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from waitress import wasyncore
from waitress.server import TcpWSGIServer, create_server

from bambleweeny.api.access_log import AccessLog
from bambleweeny.server.connection import Connection
from bambleweeny.server.shares import Share
from bambleweeny.server.turns import Turns

_MOST_CONNECTIONS = 10_000
_LARGEST_HEADERS = 64 << 10
_IN_MEMORY = 1 << 30
_STREAM_AHEAD = 1 << 20
_BACKLOG = 1024
_TURN_SECONDS = 0.2
_GRACE_SECONDS = 10.0
_IDLE_GRACE_SECONDS = 0.2


class HttpServer:
    """Answers one application on a socket that is bound already.

    `run` returns after `stop`, when the requests that were accepted have been
    answered, or after ten seconds.
    """

    def __init__(
        self,
        app: Any,
        listener: socket.socket,
        *,
        threads: int,
        max_body: int,
        access_log: AccessLog,
        share: Share | None = None,
    ) -> None:
        self._server: TcpWSGIServer = create_server(
            app,
            sockets=[listener],
            threads=threads,
            ident=None,
            # NOTE: Waitress refuses a body that has exactly its limit.
            max_request_body_size=max_body + 1,
            max_request_header_size=_LARGEST_HEADERS,
            connection_limit=_connection_limit(threads),
            asyncore_use_poll=True,
            backlog=_BACKLOG,
            # NOTE: a client that has sent all may close its side and still read the answer;
            # Waitress takes that for gone when it looks ahead.
            channel_request_lookahead=0,
            inbuf_overflow=_IN_MEMORY,
            outbuf_overflow=_IN_MEMORY,
            outbuf_high_watermark=_STREAM_AHEAD,
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = Connection
        self._server.access_log = access_log
        self._server.is_ending = False
        if share:
            share.bind(self._server)
        self._turns = Turns(self._server._map)
        self._server.slow = threading.BoundedSemaphore(max(1, threads // 2))

    def stop(self) -> None:
        """Let `run` end; a signal's handler may call this."""
        self._server.is_ending = True

    def run(
        self,
        is_wanted: Callable[[], bool] = lambda: True,
        before_end: Callable[[], None] = lambda: None,
    ) -> None:
        """Answer requests until `stop`, or until nobody wants it any more.

        `before_end` is called once, before the running requests are waited for.
        """
        while not self._server.is_ending and is_wanted():
            self._turns.turn(_TURN_SECONDS)
        self.stop()
        before_end()
        self._accept_last()
        deadline = time.monotonic() + _GRACE_SECONDS
        while self._server.active_channels and time.monotonic() < deadline:
            self._close_idle()
            self._turns.turn(0.01)
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


def _connection_limit(threads: int) -> int:
    """Leave descriptors for the engine: one for each thread, and some for the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + threads + 100
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return int(max(soft - threads - 100, 16))
    return _MOST_CONNECTIONS
