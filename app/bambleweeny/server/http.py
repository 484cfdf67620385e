"""The HTTP server: Waitress on a socket that is bound already, with bounds and a clean end."""

import resource
import select
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from bambleweeny.api.access_log import AccessLog
from bambleweeny.api.gate import Gate
from bambleweeny.api.refusals import Refusals
from bambleweeny.server.connection import Connection
from bambleweeny.server.crew import Crew, SideBySide, one_by_one
from bambleweeny.server.shares import Share, Shares
from bambleweeny.server.turns import Turns

_MOST_CONNECTIONS = 10_000
_LARGEST_HEADERS = 64 << 10
_IN_MEMORY = 1 << 30
_STREAM_AHEAD = 1 << 20
_BACKLOG = 1024
_MOST_ACCEPTED = 16
_WATCH_SECONDS = 0.2
_ALL_SECONDS = 1.0
_LEAVING_SECONDS = 0.0005
_GRACE_SECONDS = 10.0
_IDLE_GRACE_SECONDS = 0.2


class _Waitress(TcpWSGIServer):  # type: ignore[misc]
    """Waitress's server over a crew of ours, with what its connections share."""

    channel_class = Connection
    is_ending = False

    def __init__(
        self,
        app: Any,
        listener: socket.socket,
        settings: dict[str, Any],
        *,
        refusals: Refusals,
        share: Share,
        crew: Callable[[Turns], Crew],
    ) -> None:
        watched: dict[int, Any] = {}
        self.turns = Turns(watched)
        self.crew = crew(self.turns)
        self.refusals = refusals
        self.share = share
        super().__init__(
            app,
            watched,
            _sock=listener,
            dispatcher=self.crew,
            adj=Adjustments(sockets=[listener], **settings),
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )
        self.turns.note_all()
        self.environ = {
            "SERVER_NAME": self.server_name,
            "SERVER_PORT": str(self.effective_port),
            "SERVER_SOFTWARE": "waitress",
            "SCRIPT_NAME": "",
            "wsgi.url_scheme": self.adj.url_scheme,
            "wsgi.version": (1, 0),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
            "bambleweeny.step_aside": self.crew.step_aside,
            "bambleweeny.max_body": self.adj.max_request_body_size - 1,
        }

    def handle_accept(self) -> None:
        """Accept who waits: those who come together can share a round trip."""
        if not self.share.may_accept(len(self.active_channels)):
            # NOTE: the next turn asks again, unless another worker has accepted by then.
            time.sleep(_LEAVING_SECONDS)
            return
        for _ in range(_MOST_ACCEPTED):
            before = len(self.active_channels)
            super().handle_accept()
            after = len(self.active_channels)
            if after == before or not self.share.may_accept(after):
                break
        self.share.note(len(self.active_channels))

    def pull_trigger(self) -> None:
        self.crew.pull()


class HttpServer:
    """Answers one application on a socket that is bound already.

    `run` returns after `stop`, when the requests that were accepted have been
    answered, or after ten seconds. `gate` says which pages may read what is refused before
    the application sees it; without it none may. `side_by_side` runs up to `most_together` requests
    that come at the same moment. Without `short_requests` others are answered while
    the engine is asked, which costs more and suits one that is far away.
    """

    def __init__(
        self,
        app: Any,
        listener: socket.socket,
        *,
        threads: int,
        max_body: int,
        access_log: AccessLog,
        gate: Gate | None = None,
        share: Share | None = None,
        side_by_side: SideBySide = one_by_one,
        most_together: int = 1,
        short_requests: bool = True,
    ) -> None:
        settings = {
            "ident": None,
            # NOTE: Waitress refuses a body that has exactly its limit.
            "max_request_body_size": max_body + 1,
            "max_request_header_size": _LARGEST_HEADERS,
            "connection_limit": _connection_limit(threads),
            "backlog": _BACKLOG,
            # NOTE: a client that has sent all may close its side and still read the answer;
            # Waitress takes that for gone when it looks ahead.
            "channel_request_lookahead": 0,
            "inbuf_overflow": _IN_MEMORY,
            "outbuf_overflow": _IN_MEMORY,
            "outbuf_high_watermark": _STREAM_AHEAD,
            # NOTE: the task leaves them out.
            "clear_untrusted_proxy_headers": False,
        }
        self._threads = threads
        self._all_due = 0.0
        self._server = _Waitress(
            app,
            listener,
            settings,
            refusals=Refusals(access_log, gate or Gate((), None)),
            share=share or Shares(1).of(0),
            crew=partial(
                Crew,
                side_by_side=side_by_side,
                most_together=most_together,
                short_requests=short_requests,
            ),
        )
        self._server.slow = threading.BoundedSemaphore(max(1, threads // 2))

    def stop(self) -> None:
        """Let `run` end; a signal's handler may call this."""
        self._server.is_ending = True

    def run(
        self,
        is_wanted: Callable[[], bool] = lambda: True,
        before_end: Callable[[], None] = lambda: None,
        each_tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Answer requests until `stop`, or until nobody wants it any more.

        `before_end` is called once, before the running requests are waited for, and
        `each_tick` every 4 ms while there are requests, and when all has ended.
        """
        crew, trigger = self._server.crew, self._server.trigger
        crew.start(self._threads, trigger.pull_trigger)
        while not self._server.is_ending and is_wanted():
            crew.watch(_WATCH_SECONDS, each_tick)
            self._look_at_all_if_due()
        self.stop()
        before_end()
        trigger.pull_trigger(self._accept_last)
        deadline = time.monotonic() + _GRACE_SECONDS
        while self._is_busy() and time.monotonic() < deadline:
            trigger.pull_trigger(self._close_idle)
            crew.watch(0.01, each_tick)
        crew.shutdown(timeout=0.5)
        each_tick()
        wasyncore.close_all(self._server._map)

    def _look_at_all_if_due(self) -> None:
        """See what is due by the clock alone, as an end of lingering."""
        if time.monotonic() > self._all_due:
            self._all_due = time.monotonic() + _ALL_SECONDS
            self._server.share.note(len(self._server.active_channels))
            self._server.trigger.pull_trigger(self._server.turns.note_all)

    def _is_busy(self) -> bool:
        return bool(self._server.accepting or self._server.active_channels)

    def _accept_last(self) -> None:
        """Take over who is in the queue already, then let nobody in."""
        listener = self._server.socket
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        for _ in range(_BACKLOG):
            if not waiting.poll(0):
                break
            TcpWSGIServer.handle_accept(self._server)
        self._server.turns.forget(listener.fileno())
        self._server.del_channel()
        self._server.accepting = False
        listener.close()

    def _close_idle(self) -> None:
        seen_until = time.time() - _IDLE_GRACE_SECONDS
        for channel in list(self._server.active_channels.values()):
            busy = channel.requests or channel.request or channel.total_outbufs_len
            if channel.last_activity >= seen_until:
                continue
            if not busy:
                channel.will_close = True
            elif channel.is_stream and channel.total_outbufs_len:
                channel.handle_close()
        self._server.turns.note_all()


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
