"""Exports: all that a user owns, as lines that an import takes."""

from collections.abc import Iterable, Iterator

from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.listing.name_range import Span
from bambleweeny.core.listing.selections import Selection
from bambleweeny.core.lists.items import State
from bambleweeny.core.transfer.backup_format import (
    BesideKeys,
    Bin,
    Item,
    List,
    Message,
    Route,
    Topic,
)
from bambleweeny.core.transfer.export_records import line_of
from bambleweeny.core.transfer.tenant_snapshot import Copier
from bambleweeny.store import Store

_PART_BYTES = 64 << 10
_STATES: tuple[State, ...] = ("leased", "ready", "delayed", "dead")
"""What is leased comes first: it is ready again where it goes."""


class Exports:
    """Exports of everybody's own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, caller: Caller) -> Iterator[bytes]:
        """Give the lines of what the caller owns, in parts of some 64 kB.

        Not of one moment as a whole; each page that is read is. O(what there is).
        """
        part: list[bytes] = []
        size = 0
        for line in self._lines(caller):
            part.append(line)
            size += len(line)
            if size > _PART_BYTES:
                yield b"".join(part)
                part, size = [], 0
        yield b"".join(part)

    def _lines(self, caller: Caller) -> Iterator[bytes]:
        for row in Selection(self._store, caller, "keys", Span()).rows():
            if not isinstance(row, str):
                yield line_of(row)
        copier = Copier(self._store, caller.id, 0, 0, lambda _: None)
        yield from map(line_of, _in_order(copier.beside_keys(_STATES)))


def _in_order(records: Iterable[BesideKeys]) -> Iterator[List | Item | Message | Route | Bin]:
    """Give what an import takes; policies behind their lists' items, which they could drop."""
    awaiting: List | None = None
    for record in records:
        if awaiting and not isinstance(record, Item):
            yield awaiting
            awaiting = None
        if isinstance(record, List):
            awaiting = record if record.policy else None
        elif not isinstance(record, Topic):
            yield record
    if awaiting:
        yield awaiting
