"""Long polls: a bounded number of requests that wait for something to happen."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import check_actor
from bambleweeny.core.notify.disconnects import Disconnects
from bambleweeny.errors import Busy
from bambleweeny.names import owner_of
from bambleweeny.store import Store
from bambleweeny.store.client.pubsub import Follower, Waiter

_T = TypeVar("_T")

_SHARES = 4
_RETRY_AFTER = 1
"""In seconds: a slot is free again when a wait ends or a client disconnects."""
_NO_SLOT = "All wait slots of this server process are taken: close other streams, or retry."
_NO_SHARE = (
    "This user holds its share of the wait slots, {}, which is a quarter of --max-waits: close "
    "other streams, or retry."
)


class RetryAfter(int):
    """No item yet; the value is the number of milliseconds until one is due."""


class _Slots:
    """Wait slots: `most` of all tenants, and a quarter of them, at least one, of each tenant."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._share = max(1, most // _SHARES)
        self._no_share = _NO_SHARE.format(self._share)
        self._taken: Counter[str] = Counter()
        # NOTE: held for some lines of Python, and never while the engine is asked.
        self._lock = threading.Lock()

    def take(self, tenant: str) -> str | None:
        """Take a slot, or return why there is none: a hint for the client."""
        with self._lock:
            if self._free <= 0:
                return _NO_SLOT
            if self._taken[tenant] >= self._share:
                return self._no_share
            self._free -= 1
            self._taken[tenant] += 1
            return None

    def give_back(self, tenant: str) -> None:
        """Free a slot of a tenant."""
        with self._lock:
            self._free += 1
            self._taken[tenant] -= 1
            if not self._taken[tenant]:
                del self._taken[tenant]


class LongPolls:
    """The wait slots of this process: at most `most` requests wait at a time.

    One tenant holds at most a quarter of the slots, with its sandboxes, so that the others can
    still wait.

    All of them share one connection to the engine, and none of them polls it. `count` gets +1
    when a wait begins and -1 when it is over.
    """

    def __init__(
        self, store: Store, most: int, count: Callable[[int], None] = lambda change: None
    ) -> None:
        self._store = store
        self._pubsub = store.pubsub
        self._slots = _Slots(most)
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
        caller: Caller,
        for_all: bool = False,
    ) -> _T | None:
        """Return the result of `try_once`, and wait up to `seconds` for it to be other than None.

        Calls `try_once` immediately, after each message of the channel, and when the time in a
        `RetryAfter` result has elapsed. A message wakes one waiter, or with `for_all` every waiter.
        Returns None without waiting if all wait slots or those of the caller's tenant are taken,
        and within half a second after `is_connected` becomes false. Who acts for a user is checked
        after each wait, before `try_once`, and before the call returns.
        """
        listen = self._pubsub.follow if for_all else self._pubsub.listen
        found = _now(try_once())
        if found is not None or seconds <= 0:
            return found
        if self._take_slot(caller.id) is not None:
            return None

        def check_and_try() -> _T | RetryAfter | None:
            check_actor(self._store, caller)
            return try_once()

        try:
            deadline = time.monotonic() + seconds
            found = self._wait(check_and_try, channel, listen(channel), deadline, is_connected)
        finally:
            self._return_slot(caller.id)
        if found is None and is_connected():
            # NOTE: the caller may answer what it read before the wait, or read once more.
            check_actor(self._store, caller)
        return found

    @contextmanager
    def wait_slot(self, tenant: str) -> Iterator[None]:
        """Hold a wait slot inside the block; raise Busy if none is free for the tenant."""
        reason = self._take_slot(tenant)
        if reason is not None:
            error = Busy(hint=reason)
            error.retry_after = _RETRY_AFTER
            raise error
        try:
            yield
        finally:
            self._return_slot(tenant)

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

    def _take_slot(self, tenant: str) -> str | None:
        """Take a slot, or return the reason why there is none."""
        reason = _NO_SLOT if self.is_over else self._slots.take(owner_of(tenant))
        if reason is None:
            self._count(+1)
        return reason

    def _return_slot(self, tenant: str) -> None:
        self._count(-1)
        self._slots.give_back(owner_of(tenant))

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
