"""Each worker accepts its share of the connections, however they come.

A connection stays with the worker that accepted it, and of many that come at once the
worker that wakes first would accept all.
"""

import mmap
import time

_MORE = 1
_ABSENT = 1 << 40
_PATIENCE_SECONDS = 0.1


class Shares:
    """How many connections each worker has, in memory that they share; made before the fork."""

    def __init__(self, workers: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, workers * 8)).cast("q")
        for number in range(workers):
            self.leave(number)

    def leave(self, number: int) -> None:
        """Take in that a worker has ended, so that nobody waits for it."""
        self._counts[number] = _ABSENT

    def of(self, number: int) -> "Share":
        """Give a worker its share, where it has none yet."""
        self._counts[number] = 0
        return Share(self._counts, number)


class Share:
    """One worker's share.

    Who has more than another leaves new connections to it, but only for 0.1 s: the other
    may be stuck. What is left waits in the system's queue and is not lost.
    """

    def __init__(self, counts: memoryview, number: int) -> None:
        self._counts = counts
        self._number = number
        self._others: list[int] = []
        self._until = 0.0

    def note(self, own: int) -> None:
        """Tell the others how many connections this worker has."""
        self._counts[self._number] = own

    def may_accept(self, own: int) -> bool:
        """Tell whether to accept what waits; `own` is how many connections this worker has."""
        self.note(own)
        others = [*self._counts[: self._number], *self._counts[self._number + 1 :]]
        if not others or own <= min(others) + _MORE:
            self.note(own + 1)
            return True
        now = time.monotonic()
        if others != self._others or now > self._until + _PATIENCE_SECONDS:
            self._until, self._others = now + _PATIENCE_SECONDS, others
        return now >= self._until
