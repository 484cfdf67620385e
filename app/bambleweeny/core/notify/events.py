"""Events of a tenant's keys and lists, sent while a client follows them."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.notify.streams import Reader, Streams
from bambleweeny.core.notify.subscriptions import watch
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_name, is_part_of_name
from bambleweeny.store import Store

_WATCH_SECONDS = 30
"""Twice the interval in which a stream checks its reader; each check extends the subscription."""


class Event(NamedTuple):
    """An event (`key.set`, `key.del` or `list.push`) and the name of its key or list."""

    kind: str
    name: str


class Names:
    """A set of names and of prefixes that end with `*`."""

    def __init__(self, patterns: Sequence[str]) -> None:
        for pattern in patterns:
            beginning = pattern.removesuffix("*")
            is_possible = is_name if beginning == pattern else is_part_of_name
            if pattern != "*" and not is_possible(beginning):
                raise InvalidRequest(
                    f"'{pattern}' is no name.", hint="Write foo, or app:* for all that begin so."
                )
        self._whole = {pattern for pattern in patterns if not pattern.endswith("*")}
        self._beginnings = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))

    def __contains__(self, name: str) -> bool:
        return name in self._whole or name.startswith(self._beginnings)


class Events:
    """The events of all tenants. No history is kept, and nothing is sent without a subscriber."""

    def __init__(self, store: Store, streams: Streams) -> None:
        self._store = store
        self._streams = streams

    def follow(self, caller: Caller, keys: Names, lists: Names, reader: Reader) -> Generator[Any]:
        """Yield the events of the caller's keys and lists; see `Streams.follow`.

        No event is missed after the first empty list that follows the beginning. A slow client
        loses the oldest of more than 1,000 events. Events during an outage of the engine are lost.
        """

        def read(messages: list[bytes]) -> list[Event]:
            events = [Event(*message.decode().split(" ", 1)) for message in messages if message]
            return [event for event in events if event.name in _side(event, keys, lists)]

        def check() -> None:
            reader.check()
            watch(self._store, caller, _WATCH_SECONDS)

        check()
        channel = self._store.schema.tenant(caller.id).events
        return self._streams.follow(channel, read, replace(reader, check=check))


def _side(event: Event, keys: Names, lists: Names) -> Names:
    return lists if event.kind.startswith("list.") else keys
