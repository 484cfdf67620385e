"""Endless streams of rows, with reconnection."""

import time
from collections.abc import Callable, Iterator
from json import loads
from typing import Any

from bambleweeny.client.transport.connection import Connection, Query
from bambleweeny.client.transport.failures import is_passing
from bambleweeny.errors import BambleweenyError

_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0


def follow(
    connection: Connection, path: str, query: Callable[[], Query], *, has_begun: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a stream. Reconnects every second after it breaks; never ends.

    `query` is called for each connection. Errors of an outage and of a rate are retried after the
    first row, or from the beginning with `has_begun`, and not before the answer's Retry-After, of
    which a minute counts. Before that they are raised, as are all other errors at any time.
    """
    while True:
        pause = _PAUSE_SECONDS
        try:
            for line in connection.stream(path, query()):
                has_begun = True
                yield loads(line)
        except BambleweenyError as ex:
            if not has_begun or not is_passing(ex):
                raise
            pause = min(max(pause, ex.retry_after or 0), _LONGEST_PAUSE_SECONDS)
        time.sleep(pause)
