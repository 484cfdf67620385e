"""Events: changes of the user's data, and calls of its routes and bins."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypedDict

from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.streams import follow


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
    query: dict[str, Any] = {**names, "kinds": kinds, "userid": userid}
    for row in follow(connection, "/events", lambda: query):
        yield Event(row["event"], row["name"])
