"""Long work in small steps, with others between them."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

_T = TypeVar("_T")

_LEAST_PAUSE_SECONDS = 0.0002
_MOST_PAUSE_SECONDS = 0.1


def repeat(step: Callable[[], bool]) -> None:
    """Repeat a step while it says that there is more, each followed by a pause as long."""
    while True:
        begun = time.perf_counter()
        if not step():
            return
        time.sleep(min(time.perf_counter() - begun, _MOST_PAUSE_SECONDS))


def paced(parts: Iterator[_T]) -> Iterator[_T]:
    """Give parts, and pause now and then for as long as they took."""
    begun = time.perf_counter()
    for part in parts:
        yield part
        spent = time.perf_counter() - begun
        if spent > _LEAST_PAUSE_SECONDS:
            time.sleep(min(spent, _MOST_PAUSE_SECONDS))
            begun = time.perf_counter()
