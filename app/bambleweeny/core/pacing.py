"""Pacing: long work runs in small steps with pauses, so that other requests get their turn."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bambleweeny.errors import Busy, StaleToken, StoreUnavailable, Unauthorized

_T = TypeVar("_T")

_LEAST_PAUSE_SECONDS = 0.0002
_MOST_PAUSE_SECONDS = 0.1
_SHORT_SECONDS = 0.002
_PAUSE_PER_STEP = 2
_LONGEST_PAUSE_SECONDS = 0.5
_CREDIT_SECONDS = 0.15
_PATIENCE_SECONDS = 5.0
_MOST_WAITING = 32
_MOST_REMEMBERED = 1000


def repeat(step: Callable[[], bool]) -> None:
    """Repeat a step until it returns False, with a pause as long as the step after each."""
    steps = 0
    while True:
        begun = time.perf_counter()
        with partly_done(steps):
            if not step():
                return
        steps += 1
        time.sleep(min(time.perf_counter() - begun, _MOST_PAUSE_SECONDS))


@contextmanager
def partly_done(steps: int) -> Iterator[None]:
    """Run a step after `steps` earlier ones, and correct an error that says nothing was done.

    That is the hint of StoreUnavailable, which the general hint replaces, and StaleToken, after
    which the whole call would run again: it becomes Unauthorized.
    """
    try:
        yield
    except StoreUnavailable as ex:
        if steps:
            ex.hint = StoreUnavailable.hint
        raise
    except StaleToken as ex:
        if steps:
            hint = "The token has changed, and a part of this call was done before."
            raise Unauthorized(hint=hint) from ex
        raise


def paced(parts: Iterator[_T]) -> Iterator[_T]:
    """Yield parts, and pause from time to time for as long as the parts took."""
    begun = time.perf_counter()
    for part in parts:
        yield part
        spent = time.perf_counter() - begun
        if spent > _LEAST_PAUSE_SECONDS:
            time.sleep(min(spent, _MOST_PAUSE_SECONDS))
            begun = time.perf_counter()


class Turns:
    """Leaves others two thirds of the engine's time while a user repeats a long step.

    The steps of a user run one after the other. Each asks for a pause that is twice as long as it
    took, up to 0.5 s; one below 2 ms asks for none. Pauses add up, and the next step waits only for
    what exceeds 0.15 s of them, so that a few long steps are not delayed. Each process has its own
    count.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._turns: dict[str, _Turn] = {}

    @contextmanager
    def of(self, user_id: str) -> Iterator[None]:
        """Wait for the turn of a user, and run a step; it must not share its thread with others.

        Raises Busy if 32 steps of the user wait already, or after 5 s.
        """
        turn = self._join(user_id)
        try:
            if not turn.lock.acquire(timeout=_PATIENCE_SECONDS):
                raise _busy()
            try:
                self._sleep(max(turn.free_at - _CREDIT_SECONDS - self._clock(), 0))
                begun = self._clock()
                try:
                    yield
                finally:
                    took = self._clock() - begun
                    pause = took * _PAUSE_PER_STEP if took > _SHORT_SECONDS else 0
                    cost = took + min(pause, _LONGEST_PAUSE_SECONDS)
                    turn.free_at = max(turn.free_at, begun) + cost
            finally:
                turn.lock.release()
        finally:
            with self._lock:
                turn.users -= 1

    def _join(self, user_id: str) -> "_Turn":
        now = self._clock()
        with self._lock:
            if len(self._turns) >= _MOST_REMEMBERED:
                needed = [
                    one for one in self._turns.items() if one[1].users or one[1].free_at > now
                ]
                self._turns = dict(needed)
            turn = self._turns.setdefault(user_id, _Turn())
            if turn.users > _MOST_WAITING:
                raise _busy()
            turn.users += 1
            return turn


class _Turn:
    """The turn of a user: how many use it, and when the pauses of all its steps are over."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = 0
        self.free_at = 0.0


def _busy() -> Busy:
    error = Busy("Too many long calls of this user wait for each other.")
    error.retry_after = 1
    return error
