"""The HTTP server: Waitress on a bound socket, with limits and a graceful shutdown."""

import logging
import select
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.api.middleware.early_refusals import Refusals
from bambleweeny.api.middleware.gate import Gate
from bambleweeny.api.requests.base_path import BasePath
from bambleweeny.options import Network
from bambleweeny.server.http.accept_balancer import AcceptBalancer, Share
from bambleweeny.server.http.answer_cache import AnswerCache
from bambleweeny.server.http.buffers.budget import Budget
from bambleweeny.server.http.buffers.limits import Limits
from bambleweeny.server.http.connection import Connection
from bambleweeny.server.http.delays.places import Places
from bambleweeny.server.http.event_loop import EventLoop
from bambleweeny.server.http.exclusive import Exclusive
from bambleweeny.server.http.leader_follower import LeaderFollower, OneByOne, Scheduler
from bambleweeny.server.http.trusted_proxies import TrustedProxies
from bambleweeny.server.http.waitress_settings import BACKLOG, waitress_settings

_MOST_ACCEPTED = 16
_WATCH_SECONDS = 0.2
_DEFER_SECONDS = 0.0005
_GRACE_SECONDS = 10.0
_IDLE_GRACE_SECONDS = 0.2

BodyLimit = Callable[[dict[str, Any]], int]
"""Returns the maximum size of a body from the WSGI environment; 0: the body is not read."""

_log = logging.getLogger(__name__)


class _Waitress(TcpWSGIServer):  # type: ignore[misc]
    """Waitress's server with our pool of threads, and the state that its connections share."""

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
        leader_follower: Callable[[EventLoop], LeaderFollower],
        limits: Limits,
        body_limit: BodyLimit,
    ) -> None:
        watched: dict[int, Any] = {}
        self.limits = limits
        self.body_limit = body_limit
        self.budget = Budget(limits)
        self.exclusive = Exclusive(Connection.run_again_alone)
        self.places = Places(limits, self.budget, watched)
        self._slow_clients: Counter[str] = Counter()
        self.event_loop = EventLoop(watched)
        self.leader_follower = leader_follower(self.event_loop)
        self.refusals, self.share = refusals, share
        super().__init__(
            app,
            watched,
            _sock=listener,
            dispatcher=self.leader_follower,
            adj=Adjustments(sockets=[listener], **settings),
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )
        self.event_loop.note_all()
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
            "bambleweeny.max_body": self.adj.max_request_body_size - 1,
        }

    def handle_accept(self) -> None:
        """Accept waiting connections: requests that arrive together can be pipelined."""
        if not self.share.may_accept(len(self.active_channels)):
            # NOTE: the next turn tries again, unless another worker has accepted by then.
            time.sleep(_DEFER_SECONDS)
            return
        for _ in range(_MOST_ACCEPTED):
            before = len(self.active_channels)
            super().handle_accept()
            after = len(self.active_channels)
            if after == before or not self.share.may_accept(after):
                break
        self.share.note(len(self.active_channels))

    def pull_trigger(self) -> None:
        self.leader_follower.pull()

    def soon(self, do: Callable[[], None]) -> None:
        """Call a function in the event loop; any thread may call this."""
        self.event_loop.call_soon(do)
        self.wake()

    def wake(self) -> None:
        """Interrupt the event loop, so that it handles what has changed."""
        self.trigger.pull_trigger()

    def count_slow_client(self, address: str) -> None:
        """Count a connection that was closed because its client did not read the answer."""
        self._slow_clients[address] += 1

    def check_clients(self) -> None:
        """Disconnect clients that are too slow, and update all connections."""
        for account in self.budget.holders():
            try:
                account.check_speed(has_waiters=self.budget.has_waiters)
            except Exception:
                _log.exception("a slow client could not be looked for on one connection")
        self.budget.enforce()
        self.budget.admit_overdue()
        if self._slow_clients:
            [(address, _)], number = self._slow_clients.most_common(1), self._slow_clients.total()
            _log.warning("disconnected %d clients that read too slowly; most: %s", number, address)
            self._slow_clients.clear()
        self._close_idle_if_full()
        self.event_loop.note_all()

    def _close_idle_if_full(self) -> None:
        """Close the connections that were idle longest before the limit is reached."""
        most = self.adj.connection_limit
        if len(self.active_channels) < most - most // 10:
            return
        idle = [one for one in self.active_channels.values() if one.is_idle]
        idle.sort(key=lambda one: one.last_activity)
        for one in idle[: most // 5]:
            one.will_close = True


class HttpServer:
    """Serves one application on a bound socket.

    `run` returns after `stop`, when the accepted requests have been answered, or after ten
    seconds. `gate` decides which web pages may read an answer to a request that is refused
    before the application; without it, none may. `scheduler` runs the requests that arrive
    together. Without `short_requests`, others are answered while the engine is called; this
    costs more and suits a remote engine.
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
        scheduler: Scheduler | None = None,
        short_requests: bool = True,
        limits: Limits | None = None,
        body_limit: BodyLimit | None = None,
        base_path: BasePath | None = None,
        proxies: Sequence[Network] = (),
        answer_cache: AnswerCache | None = None,
    ) -> None:
        self._threads = threads
        self._check_due = 0.0
        self._limits = limits or Limits.for_bodies_of(max_body)
        self._server = _Waitress(
            app,
            listener,
            waitress_settings(max_body, threads),
            refusals=Refusals(access_log, gate or Gate((), None), base_path),
            share=share or AcceptBalancer(1).of(0),
            leader_follower=partial(
                LeaderFollower,
                scheduler=scheduler or OneByOne(),
                short_requests=short_requests,
            ),
            limits=self._limits,
            body_limit=body_limit or (lambda _: max_body),
        )
        self._server.proxies = TrustedProxies(proxies) if proxies else None
        self._server.answer_cache = answer_cache
        self._server.slow = threading.BoundedSemaphore(max(1, threads // 2))

    def stop(self) -> None:
        """Make `run` return; a signal handler may call this."""
        self._server.is_ending = True

    def run(
        self,
        should_run: Callable[[], bool] = lambda: True,
        before_end: Callable[[], None] = lambda: None,
        each_tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Answer requests until `stop`, or until `should_run` returns false.

        `before_end` is called once, before the wait for running requests. `each_tick` is
        called every 4 ms while there are requests, and once at the end.
        """
        leader_follower, trigger, exclusive = (
            self._server.leader_follower,
            self._server.trigger,
            self._server.exclusive,
        )

        def tick() -> bool:
            each_tick()
            exclusive.call_next()
            return exclusive.is_waited_for

        leader_follower.start(self._threads, trigger.pull_trigger)
        while not self._server.is_ending and should_run():
            leader_follower.watch(min(_WATCH_SECONDS, self._limits.check_seconds), tick)
            self._check_if_due()
        self.stop()
        before_end()
        trigger.pull_trigger(self._accept_last)
        deadline = time.monotonic() + _GRACE_SECONDS
        self._server.soon(partial(self._server.places.end_at, deadline - _IDLE_GRACE_SECONDS))
        while self._is_busy() and time.monotonic() < deadline:
            trigger.pull_trigger(self._close_idle)
            leader_follower.watch(0.01, tick)
        leader_follower.shutdown(timeout=0.5)
        each_tick()
        wasyncore.close_all(self._server._map)

    def _check_if_due(self) -> None:
        """Check what depends on the clock alone, such as the end of lingering."""
        if time.monotonic() > self._check_due:
            self._check_due = time.monotonic() + self._limits.check_seconds
            self._server.share.note(len(self._server.active_channels))
            self._server.soon(self._server.check_clients)

    def _is_busy(self) -> bool:
        return bool(self._server.accepting or self._server.active_channels)

    def _accept_last(self) -> None:
        """Accept the connections in the backlog, then close the listening socket."""
        listener = self._server.socket
        waiting = select.poll()
        waiting.register(listener, select.POLLIN)
        for _ in range(BACKLOG):
            if not waiting.poll(0):
                break
            TcpWSGIServer.handle_accept(self._server)
        self._server.event_loop.forget(listener.fileno())
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
        self._server.event_loop.note_all()
