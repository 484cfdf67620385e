"""Being woken when something happens under a name, over one connection for a process."""

import math
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Command, Link
from bambleweeny.store.client.url import Place

_PING_SECONDS = 10.0
_DUE = b"in "
_MOST_UNREAD = 1000


class Waiter:
    """Somebody who waits for a message."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._lost = False

    def wait(self, seconds: float) -> bool:
        """Tell whether it was woken within so many seconds; it stays so until `rest`.

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


class Follower(Waiter):
    """Somebody who hears every message; the newest 1,000 are kept until they are taken.

    Being woken without a message means to look: something may have been missed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._messages: deque[bytes] = deque(maxlen=_MOST_UNREAD)

    def hear(self, message: bytes) -> None:
        """Keep a message and end the wait."""
        self._messages.append(message)
        self.wake()

    def take(self) -> list[bytes]:
        """Give the messages since the last time, oldest first, and be ready for more."""
        self.rest()
        return [self._messages.popleft() for _ in range(len(self._messages))]


_W = TypeVar("_W", bound=Waiter)


class Announcements:
    """Channels of an engine. A message wakes one of those who wait on its channel,
    the one that has waited longest; all who follow it hear it. The message `in 250`
    does so after 250 milliseconds.

    One thread does all that touches the connection; it runs from the first wait
    until the connection breaks.
    """

    def __init__(
        self, connect: Callable[[], Link], hears_all: Callable[[Place], bool] = lambda place: True
    ) -> None:
        self._connect = connect
        self._hears_all = hears_all
        self._lock = threading.Lock()
        self._waiting: dict[bytes, deque[Waiter]] = {}
        self._due: dict[bytes, float] = {}
        self._line: _Line | None = None

    @contextmanager
    def listen(self, channel: str) -> Iterator[Waiter]:
        """Give a waiter that is woken when it is time to look.

        That is once at the beginning, since something may have happened before, and
        with a message from then on.
        """
        with self._on(channel, Waiter()) as waiter:
            try:
                yield waiter
            except BaseException:
                waiter.wake()  # what it was woken for, if anything, is for the next one
                raise

    @contextmanager
    def follow(self, channel: str) -> Iterator[Follower]:
        """Give a follower that is woken with each message, and when it is time to look.

        That is once it hears everything, and maybe before.
        """
        with self._on(channel, Follower()) as follower:
            yield follower

    def remind(self, channel: str, seconds: float) -> None:
        """Wake one of those who wait on a channel after so long, if not before."""
        with self._lock:
            self._note_due(channel.encode(), seconds)
            if self._line:
                self._line.tell(())

    def wake_all(self) -> None:
        """Wake everybody."""
        with self._lock:
            for waiters in self._waiting.values():
                for waiter in waiters:
                    waiter.wake()

    def close(self) -> None:
        """End the connection, which everybody is told; the next wait opens another."""
        with self._lock:
            if self._line:
                self._line.hang_up()

    @contextmanager
    def _on(self, channel: str, waiter: _W) -> Iterator[_W]:
        name = channel.encode()
        with self._lock:
            self._join(name, waiter)
        try:
            yield waiter
        finally:
            with self._lock:
                self._leave(name, waiter)

    def _join(self, name: bytes, waiter: Waiter) -> None:
        if self._line is None:
            line = self._line = _Line()
            threading.Thread(target=self._run, args=(line,), daemon=True).start()
        waiters = self._waiting.setdefault(name, deque())
        if waiters:
            waiter.wake()
        else:
            self._line.tell(("SUBSCRIBE", name))
        waiters.append(waiter)

    def _leave(self, name: bytes, waiter: Waiter) -> None:
        waiters = self._waiting.get(name, deque())
        if waiter not in waiters:
            return
        waiters.remove(waiter)
        if not waiters:
            del self._waiting[name]
            self._due.pop(name, None)
            if self._line:
                self._line.tell(("UNSUBSCRIBE", name))
        elif waiter.is_awake and not isinstance(waiter, Follower):
            _wake_one(waiters)

    def _run(self, line: "_Line") -> None:
        try:
            with suppress(StoreUnavailable):
                for kind, name, content in line.hear(
                    self._connect(), self._until_due, self._hears_all
                ):
                    with self._lock:
                        if kind == b"message" and content.startswith(_DUE):
                            self._note_due(name, int(content[len(_DUE) :]) / 1000)
                        else:
                            _take(kind, self._waiting.get(name), content)
                        self._wake_due()
        finally:
            with self._lock:
                self._line = None
                lost, self._waiting = self._waiting, {}
                self._due.clear()
                line.close()
            for waiters in lost.values():
                for waiter in waiters:
                    waiter.wake(lost=True)

    def _note_due(self, name: bytes, seconds: float) -> None:
        if name in self._waiting:
            at = time.monotonic() + seconds
            self._due[name] = min(at, self._due.get(name, at))

    def _until_due(self) -> float:
        """Tell in how many seconds somebody is to be woken, whatever is said until then."""
        with self._lock:
            return max(min(self._due.values(), default=math.inf) - time.monotonic(), 0.0)

    def _wake_due(self) -> None:
        now = time.monotonic()
        for name in [name for name, at in self._due.items() if at <= now]:
            del self._due[name]
            _wake_one(self._waiting[name])


def _take(kind: bytes, waiters: deque[Waiter] | None, message: bytes) -> None:
    if not waiters:
        return
    if kind == b"subscribe":
        for waiter in waiters:
            waiter.wake()
    elif kind == b"message":
        for waiter in waiters:
            if isinstance(waiter, Follower):
                waiter.hear(message)
        _wake_one(waiters)


def _wake_one(waiters: deque[Waiter]) -> None:
    """Wake the first that sleeps; where nobody does, all will look anyway."""
    next((waiter for waiter in waiters if not waiter.is_awake), waiters[0]).wake()


class _Line:
    """What goes to and comes from a connection that only one thread may touch."""

    def __init__(self) -> None:
        self._outgoing: deque[Command | None] = deque()
        self._reader, self._writer = os.pipe()

    def tell(self, command: Command) -> None:
        """Have a command sent."""
        self._outgoing.append(command)
        os.write(self._writer, b".")

    def hang_up(self) -> None:
        """Have the connection ended."""
        self._outgoing.append(None)
        os.write(self._writer, b".")

    def hear(
        self, link: Link, until_due: Callable[[], float], hears_all: Callable[[Place], bool]
    ) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Give what the engine says, until it is hung up or StoreUnavailable.

        That is a kind, a channel and a content; all of them empty when something is due.
        A server that is quiet for ten seconds may have left its Cluster: it has to answer,
        and `hears_all` to find it there.
        """
        try:
            incoming = select.poll()
            incoming.register(self._reader, select.POLLIN)
            incoming.register(link.open(), select.POLLIN)
            is_quiet, since = False, time.monotonic()
            while True:
                ready = incoming.poll(min(until_due(), _PING_SECONDS) * 1000 + 1)
                if ready:
                    is_quiet, since = False, time.monotonic()
                elif time.monotonic() - since >= _PING_SECONDS:
                    if is_quiet or not hears_all(link.place):
                        raise StoreUnavailable()
                    is_quiet, since = True, time.monotonic()
                    link.tell(("PING",))
                if any(fd == self._reader for fd, _ in ready):
                    os.read(self._reader, 1)
                    command = self._outgoing.popleft()
                    if command is None:
                        return
                    if command:
                        link.tell(command)
                for said in link.hear() if any(fd != self._reader for fd, _ in ready) else ():
                    # NOTE: while there is no subscription a PING is answered by a bare word.
                    if isinstance(said, list) and said[0] != b"pong":
                        yield said[0], said[1], said[2] if said[0] == b"message" else b""
                yield b"", b"", b""
        finally:
            link.close()

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._reader)
        os.close(self._writer)
