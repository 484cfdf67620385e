"""Streams: rows that come for as long as one asks for more."""

import time
from collections.abc import Callable, Iterator
from json import loads
from typing import Any

from bambleweeny.client.transport.connection import Connection, Query
from bambleweeny.errors import NoAnswer, StoreUnavailable

_PAUSE_SECONDS = 1.0


def follow(
    connection: Connection, path: str, query: Callable[[], Query], *, has_begun: bool = False
) -> Iterator[dict[str, Any]]:
    """Give the rows of a stream, which is asked for again each second where it breaks.

    Each time with what `query` gives then. What fails before there was a row is raised unless
    it `has_begun`; afterwards NoAnswer and StoreUnavailable are waited out. It never ends.
    """
    while True:
        try:
            for line in connection.stream(path, query()):
                has_begun = True
                yield loads(line)
        except (NoAnswer, StoreUnavailable):
            if not has_begun:
                raise
        time.sleep(_PAUSE_SECONDS)
