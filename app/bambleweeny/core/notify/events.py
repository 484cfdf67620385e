"""Events of a tenant's keys and lists; without a subscription to them, they cost nothing.

Every script that changes data sends two notifications: the event (`key.set`, `key.del` or
`list.push`) on the channel of the name, and the event, a blank and the name on the tenant's
`events` channel. It sends neither unless the tenant's record has a subscription.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.notify.streams import Reader, Streams
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_name, is_part_of_name
from bambleweeny.store import Store
from bambleweeny.store.scripts import RENEW_SUBSCRIPTION

_SUBSCRIBED_SECONDS = 30
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
                    f"'{pattern}' is no name.",
                    hint="Write foo, or app:* for all names with that beginning.",
                )
        self._whole = {pattern for pattern in patterns if not pattern.endswith("*")}
        self._beginnings = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))

    def __contains__(self, name: str) -> bool:
        return name in self._whole or name.startswith(self._beginnings)


class Events:
    """The events of all tenants. There is no history, and nothing is sent without a subscriber."""

    def __init__(self, store: Store, streams: Streams) -> None:
        self._store = store
        self._streams = streams

    def follow(self, caller: Caller, keys: Names, lists: Names, reader: Reader) -> Generator[Any]:
        """Yield the events of the caller's keys and lists; see `Streams.follow`.

        Yields an empty list at the start, and a second one once the subscription is active; no
        event after the second is missed. A slow client loses the oldest of more than 1,000 events.
        Events during an outage of the engine are lost.
        """

        def read(messages: list[bytes]) -> list[Event]:
            events = [Event(*message.decode().split(" ", 1)) for message in messages if message]
            return [event for event in events if event.name in _side(event, keys, lists)]

        def check() -> None:
            reader.check()
            subscribe(self._store, caller.unchecked, _SUBSCRIBED_SECONDS)

        check()
        channel = self._store.schema.tenant(caller.id).events
        return self._streams.follow(channel, read, replace(reader, check=check))


def subscribe(store: Store, caller: Caller, seconds: int) -> None:
    """Subscribe to the caller's events for at least `seconds`; atomic.

    To subscribe for longer, call this again before that time. Listen to the channel before the
    first call, or events in between are missed. O(1).
    """
    run_as(store, caller, RENEW_SUBSCRIPTION, seconds * 1000)


def read_and_subscribe(
    store: Store, caller: Caller, name: str, seconds: int
) -> tuple[bytes | None, bytes | None]:
    """Return a key's value and metadata, and subscribe to later changes for at least `seconds`.

    Atomic; both are None on a miss. O(1).
    """
    found: tuple[Any, Any] = run_as(store, caller, RENEW_SUBSCRIPTION, seconds * 1000, name)
    value, meta = found
    return value, meta


def _side(event: Event, keys: Names, lists: Names) -> Names:
    return lists if event.kind.startswith("list.") else keys
