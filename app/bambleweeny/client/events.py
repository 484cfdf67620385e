"""Events: what happens to the user's keys and lists."""

from collections.abc import Iterator
from typing import NamedTuple

from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.streams import follow


class Event(NamedTuple):
    """Something that happened: `key.set`, `key.del` or `list.push`, and the name."""

    event: str
    name: str


def follow_events(
    connection: Connection, keys: str | None, lists: str | None, userid: int | None
) -> Iterator[Event]:
    """Give events as they come; from the first connection on it is begun again where it broke."""
    query = {"keys": keys, "lists": lists, "userid": userid}
    for row in follow(connection, "/events", lambda: query):
        yield Event(row["event"], row["name"])
