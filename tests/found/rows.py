"""The table of faults that people found: each row says what to do, and checks the result."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from servers import Http, Server, start


class Place:
    """What a row runs against: a throw-away server, and a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @cached_property
    def server(self) -> Server:
        """A sandbox, started when a row first needs it."""
        return start("sandbox")

    @cached_property
    def admin(self) -> Http:
        """A client of the sandbox that is logged in as its admin."""
        return Http(self.server.url, self.server.token())

    def close(self) -> None:
        """Stop the sandbox, if one was started."""
        if "server" in vars(self):
            assert self.server.stop() == 0


Check = Callable[[Place], str]
"""Does what the row says and returns what happened, in a few words.

Raises AssertionError where that is not right.
"""


@dataclass(frozen=True)
class Row:
    """One fault: `number` as in the table, what to do, what was seen, what is right."""

    number: str
    do: str
    before: str
    right: str
    check: Check


ROWS: list[Row] = []


def row(number: str, do: str, *, before: str, right: str) -> Callable[[Check], Check]:
    """Add the decorated check to the table."""

    def add(check: Check) -> Check:
        ROWS.append(Row(number, do, before, right, check))
        return check

    return add
