"""Waits: who may wait for something to happen, and for how long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from bambleweeny.core.notify.disconnects import Lookout
from bambleweeny.errors import Busy
from bambleweeny.store import Store
from bambleweeny.store.client.pubsub import Follower, Waiter

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
        self._places = threading.BoundedSemaphore(most)
        self._count = count
        self._lookout = Lookout()
        self._stopped = threading.Event()

    def attempt(
        self,
        what: Callable[[], _T | Due | None],
        channel: str,
        seconds: float,
        is_wanted: Callable[[], bool],
        *,
        for_all: bool = False,
    ) -> _T | None:
        """Give what `what` gives, waiting so long for it to be something.

        It is tried at once, and again whenever the channel has a message or what it said to
        be due is so: by one of those who wait on it, or `for_all`. It is not waited for where
        every place is taken, and no longer once nobody wants it.
        """
        listen = self._announcements.follow if for_all else self._announcements.listen
        found = _now(what())
        if found is not None or seconds <= 0:
            return found
        if not self._take_place():
            return None
        try:
            deadline = time.monotonic() + seconds
            return self._wait(what, channel, listen(channel), deadline, is_wanted)
        finally:
            self._give_place_back()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place for as long as this lasts; Busy where there is none."""
        if not self._take_place():
            raise Busy()
        try:
            yield
        finally:
            self._give_place_back()

    @contextmanager
    def follow(self, channel: str, is_wanted: Callable[[], bool]) -> Iterator[Follower]:
        """Give a follower, who is also woken once nobody wants it or the waits end."""
        with (
            self._announcements.follow(channel) as follower,
            self._lookout.over(follower, is_wanted),
        ):
            yield follower

    @property
    def is_over(self) -> bool:
        """Tell whether the waits have ended."""
        return self._stopped.is_set()

    def pause(self, seconds: float) -> None:
        """Return after so many seconds, or when the waits end."""
        self._stopped.wait(seconds)

    def stop(self) -> None:
        """End every wait, as if its time were over, and let none begin."""
        self._stopped.set()
        self._announcements.wake_all()

    def _take_place(self) -> bool:
        if self.is_over or not self._places.acquire(blocking=False):
            return False
        self._count(+1)
        return True

    def _give_place_back(self) -> None:
        self._count(-1)
        self._places.release()

    def _wait(
        self,
        what: Callable[[], _T | Due | None],
        channel: str,
        listening: AbstractContextManager[Waiter],
        deadline: float,
        is_wanted: Callable[[], bool],
    ) -> _T | None:
        with (
            listening as waiter,
            self._lookout.over(waiter, is_wanted),
        ):
            while not self.is_over and (left := deadline - time.monotonic()) > 0:
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
