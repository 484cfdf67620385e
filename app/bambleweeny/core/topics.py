"""Topics: every subscriber gets every message, and may also read earlier ones for a time."""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, NamedTuple

from bambleweeny.core.auth.caller import Caller, check_value
from bambleweeny.core.auth.tenant_session import run_as, run_read_as
from bambleweeny.core.listing.selections import names_of
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.core.notify.streams import Reader, Streams
from bambleweeny.core.pacing import repeat
from bambleweeny.core.values import MOST_BYTES_OF_A_PAGE
from bambleweeny.errors import InvalidName, InvalidRequest, NotFound
from bambleweeny.names import NAME_RULE, is_name, is_part_of_name
from bambleweeny.store import Store
from bambleweeny.store.scripts import (
    DELETE_TOPIC,
    FIND_NEWEST_MESSAGES,
    PUBLISH_WITHIN_BOUNDS,
    PUT_MESSAGES_WITHIN_BOUNDS,
    READ_TOPIC,
)

BEGINNING = "0-0"
"""The id before that of every message."""
NOW = ""
"""Stands for the id of the newest message."""

_MOST_READ = 1000
_MOST_BYTES = MOST_BYTES_OF_A_PAGE
_STREAM_MESSAGES = 100
_STREAM_BYTES = 256 << 10
_LAST_MILLISECOND = 10**14 - 1
_IS_MESSAGE_ID = re.compile(r"[0-9]{1,14}-[0-9]{1,18}").fullmatch


class Bounds(NamedTuple):
    """The bounds of a topic: number of messages, age in seconds, total bytes."""

    messages: int
    seconds: int
    bytes: int

    @property
    def packed(self) -> str:
        """The bounds as an argument of the script `run_batch`."""
        return f"{self.messages} {self.seconds * 1000} {self.bytes}"


class Message(NamedTuple):
    """A message of a topic. `type` is its content type, or None."""

    id: str
    value: bytes
    type: str | None


def is_message_id(text: str) -> bool:
    """Return whether text has the form of a message's id, `<milliseconds>-<number>`."""
    return _IS_MESSAGE_ID(text) is not None


def id_in_order(message_id: str) -> tuple[int, int]:
    """Return an id as a pair that sorts: milliseconds since 1970, and a number."""
    milliseconds, _, number = message_id.partition("-")
    return int(milliseconds), int(number)


def id_before(milliseconds: int) -> str:
    """Return an id just before the messages of a time, in milliseconds since 1970."""
    return f"{min(max(0, milliseconds - 1), _LAST_MILLISECOND)}-999999999999999999"


def message_of(entry: Any) -> Message:
    """Return the message in an entry of a Redis stream."""
    number, fields = entry
    return Message(number.decode(), fields[1], fields[3].decode() if len(fields) > 2 else None)


def check_topic_name(name: str) -> None:
    """Raise InvalidName unless the text can name a topic."""
    if not is_name(name):
        raise InvalidName("Topic name is invalid.", hint=NAME_RULE)


class Topics:
    """The topics of all tenants. A topic exists from its first message until it is deleted."""

    def __init__(self, store: Store, waits: LongPolls, streams: Streams, bounds: Bounds) -> None:
        self._store = store
        self._schema = store.schema
        self._waits = waits
        self._streams = streams
        self._bounds = bounds

    @property
    def bounds(self) -> Bounds:
        """The bounds of each topic."""
        return self._bounds

    def publish(self, caller: Caller, name: str, body: bytes, content_type: str = "") -> str:
        """Add a message, notify all subscribers and return the message's id; atomic.

        A new topic counts against the quota. If the topic is over a bound, the oldest messages are
        dropped. O(log n), and O(1) for each dropped message.
        """
        check_topic_name(name)
        if caller.limits is not None:
            check_value(caller, body)
        most, seconds, most_bytes = self._bounds
        args = (most, seconds * 1000, most_bytes, content_type, body)
        return str(run_as(self._store, caller, PUBLISH_WITHIN_BOUNDS, name, *args).decode())

    def put_all(
        self, caller: Caller, name: str, messages: Sequence[Message], *, keeps_ids: bool
    ) -> int:
        """Add messages at the end, all or none, and return their number.

        With `keeps_ids` the ids of messages stay; they must be in the past and later than all ids
        of the topic. Messages without an id get a new one, and without `keeps_ids` all do. Quota
        and bounds are those of `publish`. O(messages + log n).
        """
        check_topic_name(name)
        most, seconds, most_bytes = self._bounds
        args: list[str | bytes | int] = [name, most, seconds * 1000, most_bytes, int(keeps_ids)]
        for message in messages:
            args += [message.id, message.type or "", message.value]
        run_as(self._store, caller, PUT_MESSAGES_WITHIN_BOUNDS, *args)
        return len(messages)

    def read(
        self, caller: Caller, name: str, after: str, most: int, most_bytes: int = _MOST_BYTES
    ) -> tuple[list[Message], str]:
        """Return the messages after an id, oldest first, and the id to continue after.

        Empty for a topic that does not exist. Returns up to `most` messages, and no further one
        once they have `most_bytes`. O(log n + messages); one round trip.
        """
        check_topic_name(name)
        age = self._bounds.seconds * 1000
        args = (name, after, most, most_bytes, age)
        entries, last = run_read_as(self._store, caller, READ_TOPIC, *args)
        return [message_of(entry) for entry in entries], last.decode()

    def id_before_newest(self, caller: Caller, name: str, count: int) -> str:
        """Return the id after which the newest `count` messages are, up to 1,000; NOW for 0.

        Works in atomic steps of 1 MB, with a pause as long as the step after each. O(messages).
        """
        check_topic_name(name)
        if not 0 <= count <= _MOST_READ:
            raise InvalidRequest(f"The parameter 'last' takes 0 to {_MOST_READ}.")
        if not count:
            return NOW
        before, left = "", count + 1

        def step() -> bool:
            nonlocal before, left
            args = (name, before, left, _MOST_BYTES)
            found, left = run_read_as(self._store, caller, FIND_NEWEST_MESSAGES, *args)
            before = found.decode()
            return bool(left)

        repeat(step)
        return before

    def read_within(
        self,
        caller: Caller,
        name: str,
        after: str,
        most: int,
        *,
        seconds: float,
        is_connected: Callable[[], bool],
    ) -> tuple[list[Message], str]:
        """Return up to 1,000 messages as `read` does; wait up to `seconds` for the first.

        Returns without waiting if all wait slots are taken.
        """
        if not 1 <= most <= _MOST_READ:
            raise InvalidRequest(f"The parameter 'limit' takes 1 to {_MOST_READ}.")
        last = after

        def read() -> list[Message] | None:
            nonlocal last
            found, last = self.read(caller, name, last, most)
            return found or None

        channel = self._schema.tenant(caller.id).published(name)
        found = self._waits.poll(read, channel, seconds, is_connected, caller=caller, for_all=True)
        return found or [], last

    def follow(self, caller: Caller, name: str, after: str, reader: Reader) -> Generator[Any]:
        """Yield the messages after an id, then each new one; see `Streams.follow`.

        Each message is yielded exactly once, also after an outage of the engine.
        """
        last = after

        def read(_: list[bytes]) -> list[Message]:
            nonlocal last
            found, last = self.read(caller.unchecked, name, last, _STREAM_MESSAGES, _STREAM_BYTES)
            return found

        channel = self._schema.tenant(caller.id).published(name)
        return self._streams.follow(channel, read, reader)

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a topic with its messages; atomic. A miss raises NotFound. O(messages)."""
        # NOTE: 1.0 accepted . and .. as names.
        if not is_part_of_name(name) or not run_as(self._store, caller, DELETE_TOPIC, name):
            check_topic_name(name)
            raise NotFound(f"There is no topic '{name}'.")

    def walk(self, caller: Caller) -> Iterator[list[str]]:
        """Yield the names of the caller's topics in order, in pages."""
        return names_of(self._store, caller, "topics")
