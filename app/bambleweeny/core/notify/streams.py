"""Streams: messages of a channel, sent for as long as a client reads."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.errors import StoreUnavailable

_T = TypeVar("_T")

_CHECK_SECONDS = 15.0
_PAUSE_SECONDS = 0.5
_AT_ONCE = 4


def _unchanged(found: list[Any]) -> Any:
    return found


@dataclass(frozen=True)
class Reader:
    """The client of a stream."""

    tenant: str
    """The id of the user whose wait slot the stream takes."""
    is_connected: Callable[[], bool]
    """Returns whether the client is still connected."""
    check: Callable[[], object]
    """Raises Unauthorized once the client's token is no longer valid."""
    wait: Callable[[], None] = lambda: None
    """Returns when the client has received nearly all that was written, or has disconnected."""
    write: Callable[[list[Any]], Any] = _unchanged
    """Converts what was found into what the stream yields."""


class Streams:
    """The streams of this process. Each one takes a wait slot.

    `count` gets +1 when a stream begins and -1 when it is closed.
    """

    def __init__(
        self, waits: LongPolls, count: Callable[[int], None] = lambda change: None
    ) -> None:
        self._waits = waits
        self._count = count
        # NOTE: the copies of a large message for one reader briefly take several times its size.
        # A stream holds this semaphore while it asks the engine. That is safe: it has yielded
        # leadership, so no pipelined request shares its thread.
        self._slots = threading.BoundedSemaphore(_AT_ONCE)

    def follow(
        self,
        channel: str,
        read: Callable[[list[bytes]], list[_T]],
        reader: Reader,
        *,
        every: float = _CHECK_SECONDS,
    ) -> Generator[Any]:
        """Yield what `read` finds in the messages of a channel, converted by the reader.

        Checks the reader, calls `read` once without messages, and again once the subscription is
        active: nothing is missed after that. Then, and every 15 seconds, checks the reader, and
        yields an empty list if `read` found nothing. Without messages it calls `read` again after
        `every` seconds at the latest. Errors of `read` and of the check stop the
        stream. During an outage of the engine the stream yields an empty list every half second
        and tries again. It stops within half a second after a disconnect, and when the waits are
        stopped. Raises Busy at the beginning if no wait slot is free.
        """
        with self._waits.wait_slot(reader.tenant):
            self._count(+1)
            try:
                reader.check()
                yield reader.write(read([]))
                yield from self._follow(channel, read, reader, every)
            finally:
                self._count(-1)

    def _follow(
        self,
        channel: str,
        read: Callable[[list[bytes]], list[_T]],
        reader: Reader,
        every: float,
    ) -> Generator[Any]:
        while self._is_active(reader):
            try:
                yield from self._listen(channel, read, reader, every)
            except StoreUnavailable:
                yield reader.write([])
                self._waits.pause(_PAUSE_SECONDS)

    def _listen(
        self,
        channel: str,
        read: Callable[[list[bytes]], list[_T]],
        reader: Reader,
        every: float,
    ) -> Generator[Any]:
        with self._waits.follow(channel, reader.is_connected) as follower:
            follower.wait(_CHECK_SECONDS)
            due = 0.0
            while True:
                messages = follower.take()
                # NOTE: check after `take`, or a wake-up between the two would be lost.
                if not self._is_active(reader):
                    return
                is_due = time.monotonic() >= due
                if is_due:
                    reader.check()
                    due = time.monotonic() + _CHECK_SECONDS
                reader.wait()
                with self._slots:
                    found = read(messages)
                    has_found = bool(found)
                    written = [reader.write(found)]
                    del found
                    # NOTE: popped, so that no variable refers to it while the client receives it.
                    if has_found or is_due:
                        yield written.pop()
                # NOTE: `read` has a limit, so there may be more.
                follower.wait(0 if has_found else min(due - time.monotonic(), every))

    def _is_active(self, reader: Reader) -> bool:
        return not self._waits.is_over and reader.is_connected()
