"""How fast a client sends a request, or takes an answer."""

import time
import weakref
from collections.abc import Callable

from bambleweeny.server.http.buffers.limits import Limits


class Progress:
    """What was seen of one connection, each time that it was looked at. It keeps nothing alive."""

    def __init__(self) -> None:
        self._what: Callable[[], object] = _nothing
        self._begun = self._window = 0.0
        self._moved = self._moved_before = 0

    def is_slow(self, what: object, moved: int, limits: Limits, *, is_crowded: bool) -> bool:
        """Look at a connection, and return whether its client is too slow.

        `what` is the request or the answer that is waited for, or None, and `moved` how many
        bytes have come or gone so far.
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
        """For how long the same has been waited for."""
        return time.monotonic() - self._begun


def _nothing() -> None:
    """Stand for a reference to nothing."""
