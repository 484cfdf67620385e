"""The turns of a server's loop, at a cost that many idle connections do not raise much.

Waitress tells the system anew in each turn about every connection that there is. Here
only what has changed since the last turn is told.
"""

import select
from typing import Any

from waitress import wasyncore

_READ = select.POLLIN | select.POLLPRI
_ALWAYS = select.POLLERR | select.POLLHUP | select.POLLNVAL


class Turns:
    """Waits for what happens on the descriptors of a map, and has it handled."""

    def __init__(self, watched: dict[int, Any]) -> None:
        self._watched = watched
        self._known: dict[int, int] = {}
        self._poll = select.poll()

    def turn(self, seconds: float) -> None:
        """Handle what has happened, once something has or so many seconds are over."""
        self._tell_changes()
        for fd, flags in self._poll.poll(seconds * 1000):
            handler = self._watched.get(fd)
            if handler is not None:
                wasyncore.readwrite(handler, flags)

    def _tell_changes(self) -> None:
        wanted = {
            fd: _READ if getattr(handler, "is_idle", False) else _interest(handler)
            for fd, handler in list(self._watched.items())
        }
        if wanted == self._known:
            return
        for fd, flags in wanted.items():
            if flags != self._known.get(fd, 0):
                if flags:
                    self._poll.register(fd, flags | _ALWAYS)
                else:
                    self._poll.unregister(fd)
        for fd in self._known.keys() - wanted.keys():
            if self._known[fd]:
                self._poll.unregister(fd)
        self._known = wanted


def _interest(handler: Any) -> int:
    flags = _READ if handler.readable() else 0
    return flags | (select.POLLOUT if handler.writable() and not handler.accepting else 0)
