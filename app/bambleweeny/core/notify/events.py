"""Events: what happens to one's keys and lists, told while somebody follows it."""

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
"""Twice as long as it takes a stream to check its reader, which prolongs the watch."""


class Event(NamedTuple):
    """Something that happened: `key.set`, `key.del` or `list.push`, and the name."""

    kind: str
    name: str


class Names:
    """Names, or the beginnings of names with a * behind."""

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
    """The events of all tenants. There is no history, and nothing is sent for nobody."""

    def __init__(self, store: Store, streams: Streams) -> None:
        self._store = store
        self._streams = streams

    def follow(self, caller: Caller, keys: Names, lists: Names, reader: Reader) -> Generator[Any]:
        """Give what happens to the caller's keys and lists; see `Streams.follow`.

        It is told from the first empty list after the beginning on. Who reads slowly misses
        the oldest of more than 1,000 events, and those while the engine was away are missed.
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
