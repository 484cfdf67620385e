"""The turns of a server's loop, at a cost that idle connections do not raise.

Waitress tells the system anew in each turn about every connection that there is. Here
the system remembers them, and is told only of what has changed.
"""

import logging
import select
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from waitress import wasyncore

_log = logging.getLogger(__name__)

_READ = select.EPOLLIN | select.EPOLLPRI
_AT_ONCE = 64


class Turns:
    """Waits for what happens on the descriptors of a map, and has it handled.

    One thread at a time takes turns. Every thread may note or forget a descriptor.
    """

    def __init__(self, watched: dict[int, Any]) -> None:
        self._watched = watched
        self._known: dict[int, int] = {}
        self._changed: deque[int] = deque()
        self._due: deque[Callable[[], None]] = deque()
        self._epoll = select.epoll()

    def turn(self, seconds: float | None) -> None:
        """Handle what has happened, once something has or so many seconds are over."""
        while self._due:
            self._do(self._due.popleft())
        changed = self._changed
        while changed:
            self.look_at(changed.popleft())
        for fd, flags in self._epoll.poll(seconds, _AT_ONCE):
            handler = self._watched.get(fd)
            if handler is not None:
                self._handle(fd, handler, flags)

    def call_soon(self, do: Callable[[], None]) -> None:
        """Have the next turn call a function."""
        self._due.append(do)

    def note(self, fd: int) -> None:
        """Have the next turn look at a descriptor: what is wanted of it has changed."""
        self._changed.append(fd)

    def note_all(self) -> None:
        """Have the next turn look at every descriptor. O(descriptors)."""
        self._changed.extend(list(self._watched))

    def forget(self, fd: int) -> None:
        """Watch a descriptor no longer; before it is closed."""
        if self._known.pop(fd, None):
            with suppress(OSError):
                self._epoll.unregister(fd)

    def look_at(self, fd: int) -> None:
        """Tell the system what is wanted of a descriptor, where that has changed."""
        handler = self._watched.get(fd)
        wanted = _interest(handler) if handler is not None else 0
        known = self._known.get(fd, 0)
        if wanted == known:
            return
        if not wanted:
            self.forget(fd)
            return
        self._known[fd] = wanted
        with suppress(OSError):  # a thread that answers may have closed it meanwhile
            if known:
                self._epoll.modify(fd, wanted)
            else:
                self._epoll.register(fd, wanted)

    def _do(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception:
            _log.exception("a call of the event loop failed")

    def _handle(self, fd: int, handler: Any, flags: int) -> None:
        if flags & _READ and not handler.readable():
            self.look_at(fd)
            flags &= ~_READ
        wasyncore.readwrite(handler, flags)
        # NOTE: what has a request now is looked at when that is answered: mostly
        # nothing has changed by then, and the system need not be told.
        if flags & select.EPOLLOUT or not getattr(handler, "requests", None):
            self.look_at(fd)


def _interest(handler: Any) -> int:
    flags = _READ if handler.readable() else 0
    return flags | (select.EPOLLOUT if handler.writable() and not handler.accepting else 0)
