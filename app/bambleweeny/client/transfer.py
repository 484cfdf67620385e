"""All of one's own, out and in again."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bambleweeny.client.transport.connection import LINES, Connection, Query
from bambleweeny.errors import BambleweenyError

_PART_BYTES = 256 << 10
"""Of one request; the smallest --max-body that is of use is larger."""
_NUMBER = re.compile(r"\bline (\d+)", re.IGNORECASE)


class Imported(NamedTuple):
    """How many of each kind were written, and how many lines were not needed."""

    keys: int = 0
    items: int = 0
    policies: int = 0
    messages: int = 0
    routes: int = 0
    bins: int = 0
    skipped: int = 0


class OwnData:
    """All that a user owns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def export(self, userid: int | None) -> Iterator[bytes]:
        """Give the lines."""
        for line in self._connection.stream("/export", {"userid": userid}):
            yield line.encode() + b"\n"

    def take(self, lines: Iterable[bytes], mode: str, userid: int | None) -> Imported:
        """Send the lines in parts, and give what became of them together."""
        query: Query = {"mode": mode, "userid": userid}
        counts, first = Imported(), 1
        for part in _parts(lines):
            done = self._put(part, query, first)
            counts = Imported(*(a + done[b] for a, b in zip(counts, counts._fields, strict=True)))
            following = "merge" if mode == "replace" else mode
            query = {"mode": following, "begun": done.get("begun"), "userid": userid}
            first += len(part)
        return counts

    def _put(self, part: list[bytes], query: Query, first: int) -> dict[str, int]:
        headers = {"Content-Type": LINES}
        try:
            told: dict[str, int] = self._connection.call(
                "POST", "/import", query=query, body=b"".join(part), headers=headers
            ).json()
        except BambleweenyError as ex:
            raise _moved(ex, first - 1) from ex
        return told


def _moved(error: BambleweenyError, by: int) -> BambleweenyError:
    """Give an error that counts lines from the beginning, not from that of its part."""
    moved = type(error)(_renumbered(error.info, by), hint=_renumbered(error.hint, by))
    moved.code, moved.status, moved.retry_after = error.code, error.status, error.retry_after
    moved.index = None if error.index is None else error.index + by
    return moved


def _renumbered(text: str | None, by: int) -> str:
    return _NUMBER.sub(lambda match: f"{match[0][:4]} {int(match[1]) + by}", text or "")


def _parts(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Give lines in parts of some 256 kB; at least one part, though it may be empty."""
    part: list[bytes] = []
    size = 0
    for line in lines:
        if part and size + len(line) > _PART_BYTES:
            yield part
            part, size = [], 0
        part.append(line.rstrip(b"\r\n") + b"\n")
        size += len(line)
    yield part
