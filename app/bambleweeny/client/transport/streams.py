"""Endless streams of rows, with reconnection."""

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
    """Yield the rows of a stream. Reconnects every second after it breaks; never ends.

    `query` is called for each connection. NoAnswer and StoreUnavailable are retried after the
    first row, or from the beginning with `has_begun`; before that they are raised, as are all
    other errors at any time.
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
