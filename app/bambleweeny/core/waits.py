"""Waits: who may wait for something to happen, and for how long."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from bambleweeny.core.lookout import Lookout
from bambleweeny.store import Store

_T = TypeVar("_T")


class Due(int):
    """Nothing yet, but something is due in so many milliseconds."""


class Waits:
    """The waits of this process, at most `most` at a time.

    All of them share one connection to the engine, and none of them polls it.
    `count` is told +1 and -1 as they begin and end.
    """

    def __init__(
        self, store: Store, most: int, count: Callable[[int], None] = lambda change: None
    ) -> None:
        self._announcements = store.announcements
        self._places = threading.BoundedSemaphore(most) if most else None
        self._count = count
        self._lookout = Lookout()
        self._stopped = False

    def attempt(
        self,
        what: Callable[[], _T | Due | None],
        channel: str,
        seconds: float,
        is_wanted: Callable[[], bool],
    ) -> _T | None:
        """Give what `what` gives, waiting so long for it to be something.

        It is tried at once, and again whenever the channel has a message or what it said to
        be due is so. It is not waited for where every place is taken, and no longer once
        nobody wants it.
        """
        found = _now(what())
        if found is not None or seconds <= 0 or self._stopped or self._places is None:
            return found
        if not self._places.acquire(blocking=False):
            return None
        self._count(+1)
        try:
            return self._wait(what, channel, time.monotonic() + seconds, is_wanted)
        finally:
            self._count(-1)
            self._places.release()

    def stop(self) -> None:
        """End every wait, as if its time were over, and let none begin."""
        self._stopped = True
        self._announcements.wake_all()

    def _wait(
        self,
        what: Callable[[], _T | Due | None],
        channel: str,
        deadline: float,
        is_wanted: Callable[[], bool],
    ) -> _T | None:
        with (
            self._announcements.listen(channel) as waiter,
            self._lookout.over(waiter, is_wanted),
        ):
            while not self._stopped and (left := deadline - time.monotonic()) > 0:
                woken = waiter.wait(left)
                if not is_wanted():
                    return None
                if woken:
                    waiter.rest()
                    found = what()
                    if isinstance(found, Due):
                        self._announcements.remind(channel, found / 1000)
                    elif found is not None:
                        return found
        return None


def _now(found: _T | Due | None) -> _T | None:
    return None if isinstance(found, Due) else found
