"""Events: what happens to the user's keys and lists."""

import time
from collections.abc import Iterator
from json import loads
from typing import NamedTuple

from bambleweeny.client.connection import Connection
from bambleweeny.errors import NoAnswer, StoreUnavailable

_LINES = "application/x-ndjson"
_PAUSE_SECONDS = 1.0


class Event(NamedTuple):
    """Something that happened: `key.set`, `key.del` or `list.push`, and the name."""

    event: str
    name: str


def follow_events(
    connection: Connection, keys: str | None, lists: str | None, userid: int | None
) -> Iterator[Event]:
    """Give events as they come; from the first connection on it is begun again where it broke."""
    query = {"keys": keys, "lists": lists, "userid": userid}
    has_begun = False
    while True:
        try:
            for line in connection.stream("/events", query, accept=_LINES):
                has_begun = True
                yield Event(**loads(line))
        except (NoAnswer, StoreUnavailable):
            if not has_begun:
                raise
        time.sleep(_PAUSE_SECONDS)
