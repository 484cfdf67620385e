"""How fast a client sends a request or reads an answer."""

import time
import weakref
from collections.abc import Callable

from bambleweeny.server.http.buffers.limits import Limits


class Progress:
    """The progress of one connection between two checks. It keeps no object alive."""

    def __init__(self) -> None:
        self._what: Callable[[], object] = _nothing
        self._begun = self._window = 0.0
        self._moved = self._moved_before = 0

    def is_slow(self, what: object, moved: int, limits: Limits, *, is_crowded: bool) -> bool:
        """Check a connection, and return whether its client is too slow.

        `what` is the request or the answer that the client must continue, or None, and
        `moved` the number of bytes that it has transferred so far.
        """
        now = time.monotonic()
        if what is None or what is not self._what():
            self._what = _nothing if what is None else weakref.ref(what)
            self._begun = self._window = now
            self._moved = self._moved_before = moved
            return False
        lately, self._moved = moved - self._moved, moved
        if is_crowded and lately < limits.crowded_bytes:
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
