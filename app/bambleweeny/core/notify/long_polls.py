"""Long polls: a bounded number of requests that wait for something to happen."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from bambleweeny.core.notify.disconnects import Disconnects
from bambleweeny.errors import Busy
from bambleweeny.store import Store
from bambleweeny.store.client.pubsub import Follower, Waiter

_T = TypeVar("_T")


class RetryAfter(int):
    """No item yet; the value is the number of milliseconds until one is due."""


class LongPolls:
    """The wait slots of this process: at most `most` requests wait at a time.

    All of them share one connection to the engine, and none of them polls it. `count` gets +1
    when a wait begins and -1 when it is over.
    """

    def __init__(
        self, store: Store, most: int, count: Callable[[int], None] = lambda change: None
    ) -> None:
        self._pubsub = store.pubsub
        self._slots = threading.BoundedSemaphore(most)
        self._count = count
        self._disconnects = Disconnects()
        self._stopped = threading.Event()

    def poll(
        self,
        try_once: Callable[[], _T | RetryAfter | None],
        channel: str,
        seconds: float,
        is_connected: Callable[[], bool],
        *,
        for_all: bool = False,
    ) -> _T | None:
        """Return the result of `try_once`, and wait up to `seconds` for it to be other than None.

        Calls `try_once` immediately, after each message of the channel, and when the time in a
        `RetryAfter` result has elapsed. A message wakes one waiter, or with `for_all` every waiter.
        Returns None without waiting if all wait slots are taken, and within half a second after
        `is_connected` becomes false.
        """
        listen = self._pubsub.follow if for_all else self._pubsub.listen
        found = _now(try_once())
        if found is not None or seconds <= 0:
            return found
        if not self._take_slot():
            return None
        try:
            deadline = time.monotonic() + seconds
            return self._wait(try_once, channel, listen(channel), deadline, is_connected)
        finally:
            self._return_slot()

    @contextmanager
    def wait_slot(self) -> Iterator[None]:
        """Hold a wait slot inside the block; raise Busy if none is free."""
        if not self._take_slot():
            raise Busy()
        try:
            yield
        finally:
            self._return_slot()

    @contextmanager
    def follow(self, channel: str, is_connected: Callable[[], bool]) -> Iterator[Follower]:
        """Yield a follower of a channel; it also wakes on a disconnect and on `stop`."""
        with (
            self._pubsub.follow(channel) as follower,
            self._disconnects.over(follower, is_connected),
        ):
            yield follower

    @property
    def is_over(self) -> bool:
        """Whether the waits have been stopped."""
        return self._stopped.is_set()

    def pause(self, seconds: float) -> None:
        """Return after `seconds`, or earlier when the waits are stopped."""
        self._stopped.wait(seconds)

    def stop(self) -> None:
        """Stop all waits, as if they had timed out, and allow no new ones."""
        self._stopped.set()
        self._pubsub.wake_all()

    def _take_slot(self) -> bool:
        if self.is_over or not self._slots.acquire(blocking=False):
            return False
        self._count(+1)
        return True

    def _return_slot(self) -> None:
        self._count(-1)
        self._slots.release()

    def _wait(
        self,
        try_once: Callable[[], _T | RetryAfter | None],
        channel: str,
        listening: AbstractContextManager[Waiter],
        deadline: float,
        is_connected: Callable[[], bool],
    ) -> _T | None:
        with (
            listening as waiter,
            self._disconnects.over(waiter, is_connected),
        ):
            while not self.is_over and (left := deadline - time.monotonic()) > 0:
                woken = waiter.wait(left)
                if not is_connected():
                    return None
                if woken:
                    waiter.rest()
                    found = try_once()
                    if isinstance(found, RetryAfter):
                        self._pubsub.remind(channel, found / 1000)
                    elif found is not None:
                        return found
        return None


def _now(found: _T | RetryAfter | None) -> _T | None:
    return None if isinstance(found, RetryAfter) else found
