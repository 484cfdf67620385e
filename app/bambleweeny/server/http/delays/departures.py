"""Clients that leave while their answers are delayed."""

import select
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bambleweeny.server.http.delays.plan import Plan

_GONE = select.EPOLLHUP | select.EPOLLERR
_MOST_EVENTS = 64


class Departures:
    """Watches the connections of delayed answers, which the event loop does not watch.

    This is one descriptor of the event loop, readable when a client has left, so that the loop
    has no more work for other requests. A client that has closed its side may still read its
    answer, so `note_half_closed` decides about that; any other one's connection is closed.
    """

    accepting = False

    def __init__(self, note_half_closed: Callable[[Plan], None], watched: dict[int, Any]) -> None:
        self._note_half_closed = note_half_closed
        self._plans: dict[int, Plan] = {}
        # NOTE: edge-triggered, as a client that has closed its side stays in that state.
        self._epoll = select.epoll()
        watched[self._epoll.fileno()] = self

    def watch(self, plan: Plan) -> None:
        """Watch the connection of a plan."""
        fd = plan.connection.wire.fileno()
        self._plans[fd] = plan
        self._epoll.register(fd, select.EPOLLRDHUP | select.EPOLLET)

    def forget(self, plan: Plan) -> None:
        """Stop watching; call this before the connection is closed."""
        fd = plan.connection.wire.fileno()
        if self._plans.pop(fd, None):
            with suppress(OSError):
                self._epoll.unregister(fd)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        """Handle the clients that have left."""
        for fd, flags in self._epoll.poll(0, _MOST_EVENTS):
            plan = self._plans.get(fd)
            if plan is None:
                continue
            if flags & _GONE:
                plan.close("client_left")
            else:
                self._note_half_closed(plan)

    def close(self) -> None:
        """Stop watching all connections."""
        self._epoll.close()
