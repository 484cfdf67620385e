"""Balance accepted connections over the workers.

A connection stays with the worker that accepted it. Without balancing, the worker that
wakes first would accept all connections of a burst.
"""

import mmap
import time

_TOLERANCE = 1
_ABSENT = 1 << 40
_LONGEST_DEFERRAL_SECONDS = 0.1


class AcceptBalancer:
    """The number of connections of each worker, in shared memory; create it before the fork."""

    def __init__(self, workers: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, workers * 8)).cast("q")
        for number in range(workers):
            self.leave(number)

    def leave(self, number: int) -> None:
        """Record that a worker has ended, so that no other worker defers to it."""
        self._counts[number] = _ABSENT

    def of(self, number: int) -> "Share":
        """Return the share of a worker, which has no connections yet."""
        self._counts[number] = 0
        return Share(self._counts, number)


class Share:
    """One worker's share.

    A worker that has more connections than another leaves new ones to it, but only for 0.1
    s, since the other may be stuck. Meanwhile they wait in the backlog of the socket; none
    is lost.
    """

    def __init__(self, counts: memoryview, number: int) -> None:
        self._counts = counts
        self._number = number
        self._others: list[int] = []
        self._until = 0.0

    def note(self, own: int) -> None:
        """Publish how many connections this worker has."""
        self._counts[self._number] = own

    def may_accept(self, own: int) -> bool:
        """Return whether to accept a connection; `own` is how many this worker has."""
        self.note(own)
        others = [*self._counts[: self._number], *self._counts[self._number + 1 :]]
        if not others or own <= min(others) + _TOLERANCE:
            self.note(own + 1)
            return True
        now = time.monotonic()
        if others != self._others or now > self._until + _LONGEST_DEFERRAL_SECONDS:
            self._until, self._others = now + _LONGEST_DEFERRAL_SECONDS, others
        return now >= self._until
