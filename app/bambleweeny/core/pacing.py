"""Pacing: long work runs in small steps with pauses, so that other requests get their turn."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bambleweeny.errors import StaleToken, StoreUnavailable, Unauthorized

_T = TypeVar("_T")

_LEAST_PAUSE_SECONDS = 0.0002
_MOST_PAUSE_SECONDS = 0.1
_SHORT_SECONDS = 0.002
_PAUSE_PER_STEP = 2
_LONGEST_PAUSE_SECONDS = 0.05
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

    The next step of a user begins at the earliest after a pause that is twice as long as the last
    one took, up to 50 ms. Steps below 2 ms need no pause. Each process has its own count.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._next: dict[str, float] = {}

    @contextmanager
    def of(self, user_id: str) -> Iterator[None]:
        """Wait for the turn of a user, and run a step."""
        begun = self._clock()
        wait = self._next.get(user_id, begun) - begun
        if wait > 0:
            self._sleep(wait)
            begun += wait
        try:
            yield
        finally:
            ended = self._clock()
            if ended - begun > _SHORT_SECONDS:
                self._note(
                    user_id, ended, min((ended - begun) * _PAUSE_PER_STEP, _LONGEST_PAUSE_SECONDS)
                )

    def _note(self, user_id: str, now: float, pause: float) -> None:
        if len(self._next) >= _MOST_REMEMBERED:
            self._next = {one: until for one, until in [*self._next.items()] if until > now}
        self._next[user_id] = now + pause
