"""Requests that move much data run one at a time, so that others get their turn between them."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

_LONGEST_PAUSE = 0.1


class Postponed(BaseException):
    """A request cannot run yet; nothing of it was done, and it runs from its beginning later.

    `wait` has the connection wait, once it is not running any more.
    """

    def __init__(self, wait: Callable[[], None]) -> None:
        super().__init__()
        self.wait = wait


class Exclusive:
    """Lets one connection of a worker run such a request, and pauses for as long as it took.

    `again` has a connection that waited run its request. Safe to use from several threads.
    """

    def __init__(self, again: Callable[[Any], None]) -> None:
        self._again = again
        self._lock = threading.Lock()
        self._holder: Any = None
        self._is_called = False
        self._begun = self._free_at = 0.0
        self._waiting: deque[Any] = deque()

    @property
    def is_waited_for(self) -> bool:
        """Whether requests wait for their turn."""
        return bool(self._waiting)

    def enter(self, connection: Any) -> None:
        """Begin to run the request of a connection; raises Postponed where that has to wait."""
        with self._lock:
            now = time.monotonic()
            if self._holder is None and not self._waiting and now >= self._free_at:
                self._holder = connection
            elif self._holder is not connection:
                raise Postponed(lambda: self._waiting.append(connection))
            self._is_called = False
            self._begun = now

    def leave(self, connection: Any) -> None:
        """Let the next one run after a pause; does nothing for one that does not run."""
        with self._lock:
            if self._holder is not connection:
                return
            now = time.monotonic()
            took = 0.0 if self._is_called else now - self._begun
            self._free_at = now + min(took, _LONGEST_PAUSE)
            self._holder = None

    def call_next(self) -> None:
        """Have the next one run, if the pause is over; to be called every few milliseconds."""
        if not self._waiting:
            return
        with self._lock:
            if self._holder is not None or time.monotonic() < self._free_at:
                return
            self._holder = self._waiting.popleft()
            self._is_called = True
        self._again(self._holder)
