"""Events of a tenant's data; without a subscription to them, they cost nothing.

Every script that changes a key or pushes to a list sends notifications: the event (`key.set`,
`key.del` or `list.push`) on the channel of the name, and the event, a blank and the name on the
tenant's `events` channel. Events of these and all other kinds are sent on the tenant's `followed`
channel, so that the others reach neither long polls nor streams of the basic kinds. A script sends
nothing unless the tenant's record has a subscription: `watched`, and `followed` for all kinds.
"""

import time
from collections.abc import Generator
from dataclasses import replace
from typing import Any

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.notify.event_kinds import EXPIRY, Event, Wanted
from bambleweeny.core.notify.streams import Reader, Streams
from bambleweeny.store import Store
from bambleweeny.store.scripts import FREE_EXPIRED, RENEW_SUBSCRIPTION

_SUBSCRIBED_SECONDS = 30
"""Twice the interval in which a stream checks its reader; each check extends the subscription."""
_EXPIRY_SECONDS = 2.0


class Events:
    """The events of all tenants. There is no history, and nothing is sent without a subscriber.

    A stream with `key.expire` looks for expired keys every `expiry_seconds`: the engine deletes
    them without an event.
    """

    def __init__(
        self, store: Store, streams: Streams, expiry_seconds: float = _EXPIRY_SECONDS
    ) -> None:
        self._store = store
        self._streams = streams
        self._expiry_seconds = expiry_seconds

    def follow(self, caller: Caller, wanted: Wanted, reader: Reader) -> Generator[Any]:
        """Yield the caller's events that are wanted; see `Streams.follow`.

        Yields an empty list at the start, and a second one once the subscription is active; no
        event after the second is missed. A slow client loses the oldest of more than 1,000 events.
        Events during an outage of the engine are lost.
        """
        expiries = _Expiries(self._store, caller.unchecked, self._expiry_seconds)
        has_expiries = EXPIRY in wanted.kinds
        field = "watched" if wanted.is_basic else "followed"

        def read(messages: list[bytes]) -> list[Event]:
            if has_expiries:
                expiries.notify()
            events = [Event(*message.decode().split(" ", 1)) for message in messages if message]
            return [event for event in events if event in wanted]

        def check() -> None:
            reader.check()
            subscribe(self._store, caller.unchecked, _SUBSCRIBED_SECONDS, field)

        check()
        tenant = self._store.schema.tenant(caller.id)
        channel = tenant.events if wanted.is_basic else tenant.followed
        checked = replace(reader, check=check)
        if not has_expiries:
            return self._streams.follow(channel, read, checked)
        return self._streams.follow(channel, read, checked, every=self._expiry_seconds)


class _Expiries:
    """Removes the expired keys of a tenant from its index, which notifies of them."""

    def __init__(self, store: Store, caller: Caller, seconds: float) -> None:
        self._store = store
        self._caller = caller
        self._seconds = seconds
        self._due = 0.0

    def notify(self) -> None:
        """Notify of up to 1,000 keys that have expired; does nothing more often than due.

        One round trip, and one more if a key has expired.
        """
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._seconds
        expiries = self._store.schema.tenant(self._caller.id).key_expiries
        now, first = read_as(
            self._store, self._caller, ("TIME",), ("ZRANGE", expiries, 0, 0, "WITHSCORES")
        )
        if first and float(first[1]) <= int(now[0]) * 1000:
            run_as(self._store, self._caller, FREE_EXPIRED)


def subscribe(store: Store, caller: Caller, seconds: int, field: str = "watched") -> None:
    """Subscribe to the caller's events for at least `seconds`; atomic.

    `field` is `watched`, or `followed` for events of all kinds. To subscribe for longer, call this
    again before that time. Listen to the channel before the first call, or events in between are
    missed. O(1).
    """
    run_as(store, caller, RENEW_SUBSCRIPTION, seconds * 1000, field)


def read_and_subscribe(
    store: Store, caller: Caller, name: str, seconds: int
) -> tuple[bytes | None, bytes | None]:
    """Return a key's value and metadata, and subscribe to later changes for at least `seconds`.

    Atomic; both are None on a miss. O(1).
    """
    found: tuple[Any, Any] = run_as(
        store, caller, RENEW_SUBSCRIPTION, seconds * 1000, "watched", name
    )
    value, meta = found
    return value, meta
