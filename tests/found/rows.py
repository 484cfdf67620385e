"""The table of faults that people found: each row says what to do, and checks the result."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from servers import Http, Server, start


class Typed(NamedTuple):
    """What a command did that was typed."""

    status: int
    out: str
    err: str


class Place:
    """What a row runs against: a throw-away server, and a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @cached_property
    def server(self) -> Server:
        """A sandbox, started when a row first needs it; nobody reads its log, which is short."""
        return start("sandbox", BAMBLEWEENY_LOG_LEVEL="warning")

    @cached_property
    def admin(self) -> Http:
        """A client of the sandbox that is logged in as its admin."""
        return Http(self.server.url, self.server.token())

    def type(self, *words: str, given: str | bytes = b"") -> Typed:
        """Type a command of the command line as the sandbox's admin, in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "bambleweeny", *words],
            input=given if isinstance(given, bytes) else given.encode(),
            env=self.environment, capture_output=True, check=False, timeout=30,
        )  # fmt: skip
        return Typed(done.returncode, done.stdout.decode(), done.stderr.decode())

    @property
    def environment(self) -> dict[str, str]:
        """The variables that have the command line ask the sandbox as its admin."""
        return {
            **os.environ,
            "BAMBLEWEENY_URL": self.server.url,
            "BAMBLEWEENY_TOKEN": str(self.admin.token),
        }

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
    """One fault: `number` as in the table, what to do, what was seen, what is right.

    `tested_in` names the file whose tests do the same, if the check is not a test too. A check
    that measures needs the machine alone.
    """

    number: str
    do: str
    before: str
    right: str
    check: Check
    tested_in: str = ""
    measures: bool = False


ROWS: list[Row] = []


def row(
    number: str,
    do: str,
    *,
    before: str,
    right: str,
    tested_in: str = "",
    measures: bool = False,
) -> Callable[[Check], Check]:
    """Add the decorated check to the table."""

    def add(check: Check) -> Check:
        ROWS.append(Row(number, do, before, right, check, tested_in, measures))
        return check

    return add
