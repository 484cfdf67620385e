"""Exclusive requests: those with large answers run one at a time, with pauses for others."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

_LONGEST_PAUSE = 0.1


class Postponed(BaseException):
    """A request cannot run yet; it has changed nothing, and runs from its beginning later.

    `wait` queues the connection; call it when the request no longer runs.
    """

    def __init__(self, wait: Callable[[], None]) -> None:
        super().__init__()
        self.wait = wait


class Exclusive:
    """Lets one connection of a worker at a time run an exclusive request.

    After each one, others run for as long as it took, at most 0.1 s. `again` reruns the
    request of a connection that waited. Safe to use from several threads.
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
        """Whether a request waits."""
        return bool(self._waiting)

    def enter(self, connection: Any) -> None:
        """Begin the request of a connection. Raises Postponed if it has to wait."""
        with self._lock:
            now = time.monotonic()
            if self._holder is None and not self._waiting and now >= self._free_at:
                self._holder = connection
            elif self._holder is not connection:
                raise Postponed(lambda: self._waiting.append(connection))
            self._is_called = False
            self._begun = now

    def leave(self, connection: Any) -> None:
        """End the request of a connection, if it is the one that runs, and begin a pause."""
        with self._lock:
            if self._holder is not connection:
                return
            now = time.monotonic()
            took = 0.0 if self._is_called else now - self._begun
            self._free_at = now + min(took, _LONGEST_PAUSE)
            self._holder = None

    def call_next(self) -> None:
        """Start the next request if the pause is over; call this every few milliseconds."""
        if not self._waiting:
            return
        with self._lock:
            if self._holder is not None or time.monotonic() < self._free_at:
                return
            self._holder = self._waiting.popleft()
            self._is_called = True
        self._again(self._holder)
