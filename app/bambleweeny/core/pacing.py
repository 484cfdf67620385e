"""Long work in small steps, with others between them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bambleweeny.errors import StoreUnavailable

_T = TypeVar("_T")

_LEAST_PAUSE_SECONDS = 0.0002
_MOST_PAUSE_SECONDS = 0.1


def repeat(step: Callable[[], bool]) -> None:
    """Repeat a step while it says that there is more, each followed by a pause as long."""
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
    """Run a step after so many others.

    A store that refuses it says that it is not done. With steps before it that is not all
    that the caller has to know, so the hint is the usual one.
    """
    try:
        yield
    except StoreUnavailable as ex:
        if steps:
            ex.hint = StoreUnavailable.hint
        raise


def paced(parts: Iterator[_T]) -> Iterator[_T]:
    """Give parts, and pause now and then for as long as they took."""
    begun = time.perf_counter()
    for part in parts:
        yield part
        spent = time.perf_counter() - begun
        if spent > _LEAST_PAUSE_SECONDS:
            time.sleep(min(spent, _MOST_PAUSE_SECONDS))
            begun = time.perf_counter()
