"""Being woken when something happens under a name, over one connection for a process."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.link import Link


class Waiter:
    """Somebody who waits for a message."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._lost = False

    def wait(self, seconds: float) -> bool:
        """Tell whether it was woken within so many seconds, and stay so until `rest`.

        Raises StoreUnavailable when the connection to the engine broke meanwhile.
        """
        woken = self._woken.wait(seconds)
        if self._lost:
            raise StoreUnavailable()
        return woken

    def rest(self) -> None:
        """Be ready to be woken again."""
        self._woken.clear()

    def wake(self, *, lost: bool = False) -> None:
        """End the wait."""
        self._lost = self._lost or lost
        self._woken.set()

    @property
    def is_awake(self) -> bool:
        """Tell whether it was woken and has not rested since."""
        return self._woken.is_set()


class Announcements:
    """Channels of an engine. A message wakes one of those who wait on its channel,
    the one that has waited longest. A thread reads the connection from the first
    wait on, until the connection breaks.
    """

    def __init__(self, connect: Callable[[], Link]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._waiting: dict[bytes, deque[Waiter]] = {}
        self._link: Link | None = None

    @contextmanager
    def listen(self, channel: str) -> Iterator[Waiter]:
        """Give a waiter that is woken when it is time to look.

        That is once at the beginning, since something may have happened before, and
        with a message from then on. Raises StoreUnavailable.
        """
        name, waiter = channel.encode(), Waiter()
        with self._lock:
            if name in self._waiting:
                waiter.wake()
            else:
                self._subscribe(name)
            self._waiting.setdefault(name, deque()).append(waiter)
        try:
            yield waiter
        finally:
            with self._lock:
                self._leave(name, waiter)

    def wake_all(self) -> None:
        """Wake everybody."""
        with self._lock:
            for waiters in self._waiting.values():
                for waiter in waiters:
                    waiter.wake()

    def close(self) -> None:
        """End the connection, which everybody is told; the next wait opens another."""
        with self._lock:
            if self._link:
                self._link.hang_up()

    def _subscribe(self, name: bytes) -> None:
        if self._link is not None:
            self._link.tell(("SUBSCRIBE", name))
            return
        link = self._connect()
        link.tell(("SUBSCRIBE", name))
        self._link = link
        threading.Thread(target=self._read, args=(link,), daemon=True).start()

    def _leave(self, name: bytes, waiter: Waiter) -> None:
        waiters = self._waiting.get(name, deque())
        if waiter not in waiters:
            return
        waiters.remove(waiter)
        if waiters:
            # NOTE: a message that came too late for this one must not be lost to the others.
            if waiter.is_awake:
                waiters[0].wake()
            return
        del self._waiting[name]
        if self._link:
            with suppress(StoreUnavailable):  # the reading thread sees it too
                self._link.tell(("UNSUBSCRIBE", name))

    def _read(self, link: Link) -> None:
        with suppress(StoreUnavailable):
            while True:
                kind, name, _ = link.hear()
                with self._lock:
                    self._take(kind, self._waiting.get(name))
        with self._lock:
            self._link = None
            lost, self._waiting = self._waiting, {}
        for waiters in lost.values():
            for waiter in waiters:
                waiter.wake(lost=True)

    @staticmethod
    def _take(kind: bytes, waiters: deque[Waiter] | None) -> None:
        if not waiters:
            return
        if kind == b"subscribe":
            for waiter in waiters:
                waiter.wake()
        elif kind == b"message":
            next((w for w in waiters if not w.is_awake), waiters[0]).wake()
