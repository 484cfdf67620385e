"""Sorts the rows of a scan with bounded memory."""

import heapq
import tempfile
from collections.abc import Iterator
from typing import IO

import msgspec

_MOST_IN_MEMORY = 100_000


class Row(msgspec.Struct, array_like=True, order=True, frozen=True, omit_defaults=True):
    """A key, list, route or bin of a user; `fault` says why it cannot be imported.

    `size` is a key's bytes or a list's items; `target` is a route's key or a bin's list.
    """

    owner: int
    kind: int
    name: str
    size: int = 0
    target: str = ""
    content_type: str = ""
    fault: str = ""


class SortedRows:
    """Takes rows in any order and yields them sorted by owner, kind and name.

    At most `most_in_memory` are in memory; the rest is in sorted temporary files. A row that is
    added twice is yielded once, since SCAN may return a key twice.
    """

    def __init__(self, most_in_memory: int = _MOST_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._rows: list[Row] = []
        self._runs: list[IO[bytes]] = []

    def add(self, row: Row) -> None:
        """Add a row."""
        self._rows.append(row)
        if len(self._rows) >= self._most:
            self._spill()

    def __iter__(self) -> Iterator[Row]:
        last: tuple[int, int, str] | None = None
        for row in heapq.merge(sorted(self._rows), *map(_read, self._runs)):
            key = (row.owner, row.kind, row.name)
            if key != last:
                yield row
            last = key

    def close(self) -> None:
        """Remove the temporary files."""
        for run in self._runs:
            run.close()

    def _spill(self) -> None:
        run = tempfile.TemporaryFile()
        encode = msgspec.json.Encoder().encode
        run.writelines(encode(row) + b"\n" for row in sorted(self._rows))
        self._runs.append(run)
        self._rows = []


def _read(run: IO[bytes]) -> Iterator[Row]:
    run.seek(0)
    decode = msgspec.json.Decoder(Row).decode
    return map(decode, run)
