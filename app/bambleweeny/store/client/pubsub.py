"""Pub/sub: waiters that wake on messages, over one connection for each process."""

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
from bambleweeny.store.client.url import Address

_PING_SECONDS = 10.0
_DUE = b"in "
_MOST_UNREAD = 1000


class Waiter:
    """A waiter for a message."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._lost = False

    def wait(self, seconds: float) -> bool:
        """Return whether the waiter was woken within `seconds`; it stays awake until `rest`.

        Raises StoreUnavailable if the connection to the engine has broken.
        """
        woken = self._woken.wait(seconds)
        if self._lost:
            raise StoreUnavailable()
        return woken

    def rest(self) -> None:
        """Reset the waiter, so that it can be woken again."""
        self._woken.clear()

    def wake(self, *, lost: bool = False) -> None:
        """Wake the waiter."""
        self._lost = self._lost or lost
        self._woken.set()

    @property
    def is_awake(self) -> bool:
        """Whether the waiter was woken since the last `rest`."""
        return self._woken.is_set()


class Follower(Waiter):
    """A waiter that gets every message; it stores the newest 1,000 until `take`.

    A wake-up without a message means that messages may have been missed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._messages: deque[bytes] = deque(maxlen=_MOST_UNREAD)

    def hear(self, message: bytes) -> None:
        """Keep a message and wake the follower."""
        self._messages.append(message)
        self.wake()

    def take(self) -> list[bytes]:
        """Return and remove the messages, oldest first, and reset the follower."""
        self.rest()
        return [self._messages.popleft() for _ in range(len(self._messages))]


_W = TypeVar("_W", bound=Waiter)


class PubSub:
    """The channels of an engine. A message wakes the waiter that has waited longest on its
    channel, and every follower of the channel. The message `in 250` does so after 250 ms.

    One thread owns the connection; it runs from the first wait until the connection breaks.
    """

    def __init__(
        self,
        connect: Callable[[], Link],
        hears_all: Callable[[Address], bool] = lambda address: True,
    ) -> None:
        self._connect = connect
        self._hears_all = hears_all
        self._lock = threading.Lock()
        self._waiting: dict[bytes, deque[Waiter]] = {}
        self._due: dict[bytes, float] = {}
        self._line: _Line | None = None

    @contextmanager
    def listen(self, channel: str) -> Iterator[Waiter]:
        """Yield a waiter of a channel.

        It wakes once the subscription is active, since something may have happened before, and
        on messages after that.
        """
        with self._on(channel, Waiter()) as waiter:
            try:
                yield waiter
            except BaseException:
                waiter.wake()  # passes a message that it may have got on to the next waiter
                raise

    @contextmanager
    def follow(self, channel: str) -> Iterator[Follower]:
        """Yield a follower of a channel, which gets each message.

        It also wakes without a message once the subscription is active, and possibly before.
        """
        with self._on(channel, Follower()) as follower:
            yield follower

    def remind(self, channel: str, seconds: float) -> None:
        """Wake one waiter and the followers of a channel after `seconds`, or earlier."""
        with self._lock:
            self._note_due(channel.encode(), seconds)
            if self._line:
                self._line.tell(())

    def wake_all(self) -> None:
        """Wake all waiters."""
        with self._lock:
            for waiters in self._waiting.values():
                for waiter in waiters:
                    waiter.wake()

    def close(self) -> None:
        """Close the connection; all waiters get StoreUnavailable. The next wait opens a new one."""
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
        """Return the seconds until the next reminder."""
        with self._lock:
            return max(min(self._due.values(), default=math.inf) - time.monotonic(), 0.0)

    def _wake_due(self) -> None:
        now = time.monotonic()
        for name in [name for name, at in self._due.items() if at <= now]:
            del self._due[name]
            waiters = self._waiting[name]
            for waiter in waiters:
                if isinstance(waiter, Follower):
                    waiter.wake()
            _wake_one(waiters)


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
    """Wake the first waiter that sleeps and is no follower; one that is awake will check anyway.

    A follower takes nothing, so the wake-up of a waiter that left is not for it.
    """
    for waiter in waiters:
        if not waiter.is_awake and not isinstance(waiter, Follower):
            waiter.wake()
            return


class _Line:
    """The queue of commands to a connection that only one thread may use."""

    def __init__(self) -> None:
        self._outgoing: deque[Command | None] = deque()
        self._reader, self._writer = os.pipe()

    def tell(self, command: Command) -> None:
        """Queue a command."""
        self._outgoing.append(command)
        os.write(self._writer, b".")

    def hang_up(self) -> None:
        """Ask the thread to close the connection."""
        self._outgoing.append(None)
        os.write(self._writer, b".")

    def hear(
        self, link: Link, until_due: Callable[[], float], hears_all: Callable[[Address], bool]
    ) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield the messages of the engine until `hang_up` or StoreUnavailable.

        A message is a kind, a channel and a content; all three are empty when a reminder may be
        due. After ten quiet seconds the server must answer a PING, and `hears_all` must confirm
        that it is still in its Cluster.
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
                    if is_quiet or not hears_all(link.address):
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
                    # NOTE: without a subscription the reply to PING is a plain string, not a list.
                    if isinstance(said, list) and said[0] != b"pong":
                        yield said[0], said[1], said[2] if said[0] == b"message" else b""
                yield b"", b"", b""
        finally:
            link.close()

    def close(self) -> None:
        """Close the pipe."""
        os.close(self._reader)
        os.close(self._writer)
