"""Streams: following what happens for as long as somebody reads."""

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from bambleweeny.core.notify.long_polls import Waits
from bambleweeny.errors import StoreUnavailable

_T = TypeVar("_T")

_CHECK_SECONDS = 15.0
_PAUSE_SECONDS = 0.5
_AT_ONCE = 4


def _as_it_is(found: list[Any]) -> Any:
    return found


@dataclass(frozen=True)
class Reader:
    """Who reads a stream."""

    is_wanted: Callable[[], bool]
    """Tells whether it still reads."""
    check: Callable[[], None]
    """Raises Unauthorized once it may not read any more."""
    wait: Callable[[], None] = lambda: None
    """Returns once it has taken nearly all that it was given, or is gone."""
    write: Callable[[list[Any]], Any] = _as_it_is
    """Returns what it is given in the place of what was found."""


class Streams:
    """The streams of this process. Each takes a place among the waits.

    `count` is told +1 and -1 as they begin and end.
    """

    def __init__(self, waits: Waits, count: Callable[[int], None] = lambda change: None) -> None:
        self._waits = waits
        self._count = count
        # NOTE: each reader of a large message needs several times its size for a moment.
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def follow(
        self, channel: str, read: Callable[[list[bytes]], list[_T]], reader: Reader
    ) -> Generator[Any]:
        """Give what `read` makes of the messages of a channel, as the reader writes it.

        It is asked at once without one, and once more when nothing can be missed any more.
        The reader is checked then and every 15 seconds, with an empty list where there is
        nothing else. What `read` and the check raise ends it, but an engine that goes away
        is waited for, with an empty list every half second. It ends within half a second
        when nobody reads it any more, and with the waits. Where there is no place it
        raises Busy at the beginning.
        """
        with self._waits.place():
            self._count(+1)
            try:
                yield reader.write(read([]))
                yield from self._go_on(channel, read, reader)
            finally:
                self._count(-1)

    def _go_on(
        self, channel: str, read: Callable[[list[bytes]], list[_T]], reader: Reader
    ) -> Generator[Any]:
        while self._goes_on(reader):
            try:
                yield from self._listen(channel, read, reader)
            except StoreUnavailable:
                yield reader.write([])
                self._waits.pause(_PAUSE_SECONDS)

    def _listen(
        self, channel: str, read: Callable[[list[bytes]], list[_T]], reader: Reader
    ) -> Generator[Any]:
        with self._waits.follow(channel, reader.is_wanted) as follower:
            follower.wait(_CHECK_SECONDS)
            due = 0.0
            while True:
                messages = follower.take()
                # NOTE: after the taking, or what wakes it in between would be lost.
                if not self._goes_on(reader):
                    return
                is_due = time.monotonic() >= due
                if is_due:
                    reader.check()
                    due = time.monotonic() + _CHECK_SECONDS
                reader.wait()
                with self._places:
                    found = read(messages)
                    has_found = bool(found)
                    written = [reader.write(found)]
                    del found
                    # NOTE: it is written here, and kept nowhere else.
                    if has_found or is_due:
                        yield written.pop()
                # NOTE: where something was found there may be more.
                follower.wait(0 if has_found else due - time.monotonic())

    def _goes_on(self, reader: Reader) -> bool:
        return not self._waits.is_over and reader.is_wanted()
