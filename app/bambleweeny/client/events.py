"""Events: changes of the user's data, and calls of its routes and bins."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypedDict

from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.streams import follow
from bambleweeny.client.values import check_options


class Event(NamedTuple):
    """An event, such as `key.set`, and the name of its key, list or topic.

    For a route or bin the name is its public id.
    """

    event: str
    name: str


class EventNames(TypedDict, total=False):
    """The names of a stream by noun; each is comma-separated, with * for any rest."""

    keys: str | None
    lists: str | None
    topics: str | None
    routes: str | None
    bins: str | None


def follow_events(
    connection: Connection, kinds: str | None, userid: int | None, names: EventNames
) -> Iterator[Event]:
    """Yield events as they arrive; see `Client.events`."""
    check_options(names, EventNames)
    query: dict[str, Any] = {**names, "kinds": kinds, "userid": userid}
    rows = follow(connection, "/events", lambda: query)
    return (Event(row["event"], row["name"]) for row in rows)
