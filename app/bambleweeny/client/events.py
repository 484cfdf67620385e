"""Events: changes of the user's keys and lists."""

from collections.abc import Iterator
from typing import NamedTuple

from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.streams import follow


class Event(NamedTuple):
    """An event (`key.set`, `key.del` or `list.push`) and the name of its key or list."""

    event: str
    name: str


def follow_events(
    connection: Connection, keys: str | None, lists: str | None, userid: int | None
) -> Iterator[Event]:
    """Yield events as they arrive; see `Client.events`."""
    query = {"keys": keys, "lists": lists, "userid": userid}
    for row in follow(connection, "/events", lambda: query):
        yield Event(row["event"], row["name"])
