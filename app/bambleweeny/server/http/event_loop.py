"""The event loop, at a cost that idle connections do not raise.

Waitress passes all connections to the system on every turn. Here epoll remembers them, and
the loop passes only changes.
"""

import logging
import math
import select
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from waitress import wasyncore

_log = logging.getLogger(__name__)

_READ = select.EPOLLIN | select.EPOLLPRI
_MOST_EVENTS = 64


class EventLoop:
    """Waits for events on the descriptors of a map, and calls their handlers.

    One thread at a time runs the loop. Any thread may call `note`, `forget` and
    `call_soon`; only functions that the loop calls may call `call_at` and `cancel_call`.
    """

    def __init__(self, watched: dict[int, Any]) -> None:
        self._watched = watched
        self._registered: dict[int, int] = {}
        self._changed: deque[int] = deque()
        self._calls: deque[Callable[[], None]] = deque()
        self._timers: dict[Callable[[], None], float] = {}
        self._next_due = math.inf
        self._epoll = select.epoll()

    def turn(self, seconds: float | None) -> None:
        """Handle the next events; wait at most `seconds` for them (None: without limit)."""
        while self._calls:
            self._call(self._calls.popleft())
        changed = self._changed
        while changed:
            self.update(changed.popleft())
        if self._timers:
            seconds = self._call_due(seconds)
        for fd, flags in self._epoll.poll(seconds, _MOST_EVENTS):
            handler = self._watched.get(fd)
            if handler is not None:
                self._handle(fd, handler, flags)

    def call_soon(self, function: Callable[[], None]) -> None:
        """Call a function on the next turn."""
        self._calls.append(function)

    def call_at(self, due: float, function: Callable[[], None]) -> None:
        """Call a function at a time of `time.monotonic`, unless it is cancelled."""
        self._timers[function] = due
        self._next_due = min(self._next_due, due)

    def cancel_call(self, function: Callable[[], None]) -> None:
        """Do not call a function for which `call_at` has set a time."""
        self._timers.pop(function, None)

    def note(self, fd: int) -> None:
        """Mark a descriptor whose wanted events have changed, for the next turn to update."""
        self._changed.append(fd)

    def note_all(self) -> None:
        """Mark every descriptor. O(descriptors)."""
        self._changed.extend(list(self._watched))

    def forget(self, fd: int) -> None:
        """Stop watching a descriptor; call this before it is closed."""
        if self._registered.pop(fd, None):
            with suppress(OSError):
                self._epoll.unregister(fd)

    def update(self, fd: int) -> None:
        """Update epoll if the wanted events of a descriptor have changed."""
        handler = self._watched.get(fd)
        wanted = _interest(handler) if handler is not None else 0
        registered = self._registered.get(fd, 0)
        if wanted == registered:
            return
        if not wanted:
            self.forget(fd)
            return
        self._registered[fd] = wanted
        # NOTE: `suppress` would cost each request three calls more.
        try:
            if registered:
                self._epoll.modify(fd, wanted)
            else:
                self._epoll.register(fd, wanted)
        except OSError:
            pass  # another thread may have closed it

    def _call_due(self, seconds: float | None) -> float | None:
        """Call the due functions; return how long the turn may wait for events."""
        now = time.monotonic()
        if now < self._next_due:
            left = self._next_due - now
            return left if seconds is None else min(seconds, left)
        for function in [one for one, due in self._timers.items() if due <= now]:
            # NOTE: a function that is called may cancel another one.
            if self._timers.pop(function, None) is not None:
                self._call(function)
        self._next_due = min(self._timers.values(), default=math.inf)
        return 0

    def _call(self, function: Callable[[], None]) -> None:
        try:
            function()
        except Exception:
            _log.exception("a call of the event loop failed")

    def _handle(self, fd: int, handler: Any, flags: int) -> None:
        if flags & _READ and not handler.readable():
            self.update(fd)
            flags &= ~_READ
        wasyncore.readwrite(handler, flags)
        # NOTE: a connection with a request is updated after the answer: mostly nothing has
        # changed by then, which saves a system call.
        if flags & select.EPOLLOUT or not getattr(handler, "requests", None):
            self.update(fd)


def _interest(handler: Any) -> int:
    flags = _READ if handler.readable() else 0
    return flags | (select.EPOLLOUT if handler.writable() and not handler.accepting else 0)
