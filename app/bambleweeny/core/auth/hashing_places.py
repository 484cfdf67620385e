"""The places for password hashes, shared fairly between the addresses that clients come from."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from bambleweeny.errors import Busy


class _Waiter:
    """A hash that waits for a place. Its event is set once it has one, or has been refused."""

    def __init__(self, origin: str, *, is_known: bool) -> None:
        self.origin = origin
        self.is_known = is_known
        self.is_decided = threading.Event()
        self.has_place = False


class HashingPlaces:
    """At most `at_once` hashes run in this process, and at most `queue` more wait.

    Of these, one origin has at most `queue_of_one` waiting, and never all that run. A place that
    becomes free goes to the origin that had one least recently. Known clients go first, and push
    unknown ones out of a full queue. So does an origin with fewer waiting than another one, or
    with as many and without a place for longer. Thread-safe.
    """

    def __init__(self, at_once: int, queue: int, queue_of_one: int, timeout: float) -> None:
        self._at_once = at_once
        self._at_once_of_one = max(1, at_once - 1)
        self._queue = queue
        self._queue_of_one = queue_of_one
        self._timeout = timeout
        self._lock = threading.Lock()
        self._waiting: list[_Waiter] = []
        self._running: Counter[str] = Counter()
        self._turns = count(1)
        self._last_turn: dict[str, int] = {}

    @contextmanager
    def hashing(self, origin: str, *, is_known: bool = False) -> Iterator[None]:
        """Hold a place; raise Busy if the queue is full or the wait too long.

        `is_known` says that the client has good credentials as far as one can know before the hash.
        """
        self._enter(_Waiter(origin, is_known=is_known))
        try:
            yield
        finally:
            self._leave(origin)

    def _enter(self, one: _Waiter) -> None:
        with self._lock:
            if self._has_place_for(one):
                self._start(one)
            else:
                self._make_room(one)
                self._waiting.append(one)
        one.is_decided.wait(self._timeout)
        if not self._stop_waiting(one):
            raise Busy()

    def _leave(self, origin: str) -> None:
        with self._lock:
            self._running[origin] -= 1
            if candidates := [one for one in self._waiting if self._has_place_for(one)]:
                one = min(candidates, key=self._rank)
                self._waiting.remove(one)
                self._start(one)
            self._forget(origin)

    def _stop_waiting(self, one: _Waiter) -> bool:
        """Return whether a hash has a place; it does not get one any more."""
        with self._lock:
            if one in self._waiting:
                self._waiting.remove(one)
                self._forget(one.origin)
            return one.has_place

    def _has_place_for(self, one: _Waiter) -> bool:
        is_free = sum(self._running.values()) < self._at_once
        return is_free and self._running[one.origin] < self._at_once_of_one

    def _rank(self, one: _Waiter) -> tuple[bool, int]:
        return not one.is_known, self._last_turn.get(one.origin, 0)

    def _start(self, one: _Waiter) -> None:
        self._running[one.origin] += 1
        self._last_turn[one.origin] = next(self._turns)
        one.has_place = True
        one.is_decided.set()

    def _make_room(self, one: _Waiter) -> None:
        """Refuse one that waits if the queue is full; raise Busy if none may be refused."""
        of_same = [other for other in self._waiting if other.origin == one.origin]
        if len(of_same) >= self._queue_of_one:
            candidates = of_same if one.is_known else []
        elif len(self._waiting) >= self._queue:
            waiting, turn = self._load(one)
            load = waiting + 1, turn
            candidates = [
                other for other in self._waiting if one.is_known or self._load(other) > load
            ]
        else:
            return
        unknown = [other for other in candidates if not other.is_known]
        if not unknown:
            raise Busy()
        self._refuse(max(reversed(unknown), key=self._load))

    def _load(self, one: _Waiter) -> tuple[int, int]:
        """Return how many of an origin wait, and when it had its last place."""
        waiting = sum(other.origin == one.origin for other in self._waiting)
        return waiting, self._last_turn.get(one.origin, 0)

    def _refuse(self, one: _Waiter) -> None:
        self._waiting.remove(one)
        self._forget(one.origin)
        one.is_decided.set()

    def _forget(self, origin: str) -> None:
        """Drop what is kept of an origin that has no hash any more, so that few are kept."""
        if not self._running[origin] and all(one.origin != origin for one in self._waiting):
            del self._running[origin]
            self._last_turn.pop(origin, None)
