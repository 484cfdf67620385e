"""How fast a client sends a request or reads an answer."""

import time
import weakref
from collections.abc import Callable

from bambleweeny.server.http.buffers.limits import Limits


class Progress:
    """The progress of one connection between two checks. It has weak references only."""

    def __init__(self) -> None:
        self._awaited: Callable[[], object] = _nothing
        self._begun = self._window = 0.0
        self._moved = self._moved_before = 0

    def is_slow(self, awaited: object, moved: int, limits: Limits, *, has_waiters: bool) -> bool:
        """Check a connection, and return whether its client is too slow.

        `awaited` is the request or answer that the client must send or read further, or None;
        `moved` is the number of bytes that the client has transferred so far.
        """
        now = time.monotonic()
        if awaited is None or awaited is not self._awaited():
            self._awaited = _nothing if awaited is None else weakref.ref(awaited)
            self._begun = self._window = now
            self._moved = self._moved_before = moved
            return False
        lately, self._moved = moved - self._moved, moved
        if has_waiters and lately < limits.bytes_with_waiters:
            return True
        if now - self._window < limits.window_seconds:
            return False
        in_window, self._moved_before = moved - self._moved_before, moved
        self._window = now
        return in_window < limits.window_bytes

    @property
    def seconds(self) -> float:
        """The seconds since the first check of the current request or answer."""
        return time.monotonic() - self._begun


def _nothing() -> None:
    """Return None, as a dead weak reference does."""
