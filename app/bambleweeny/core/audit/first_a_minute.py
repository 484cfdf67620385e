"""Decides which of many equal events is the first one in a minute."""

import threading
import time
from collections.abc import Callable, Hashable

_SECONDS = 60


class FirstAMinute:
    """Remembers up to `most` different events of the current minute, in this process.

    Once it has as many, no further event of that minute is a first one: a flood of different
    events is bounded too.
    """

    def __init__(self, most: int = 1000, clock: Callable[[], float] = time.time) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._minute = 0
        self._seen: set[Hashable] = set()

    def is_first(self, event: Hashable) -> bool:
        """Return whether this is the first call with this event in the current minute."""
        minute = int(self._clock() // _SECONDS)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._seen.clear()
            if event in self._seen or len(self._seen) >= self._most:
                return False
            self._seen.add(event)
            return True
