"""Exports: all data of a user, as lines that an import accepts."""

from collections.abc import Iterable, Iterator

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.listing.name_range import NameRange
from bambleweeny.core.listing.selections import Selection
from bambleweeny.core.lists.found_items import State
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
from bambleweeny.core.transfer.tenant_snapshot import TenantSnapshot
from bambleweeny.store import Store

_PART_BYTES = 64 << 10
_STATES: tuple[State, ...] = ("leased", "ready", "delayed", "dead")
"""Leased items come first, since they are ready again after the import."""


class Exports:
    """Exports of all users."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, caller: Caller) -> Iterator[bytes]:
        """Yield the lines of the caller's data, in parts of about 64 kB.

        Not atomic as a whole; each page that is read is. O(all data of the caller).
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
        for row in Selection(self._store, caller, "keys", NameRange()).rows():
            if not isinstance(row, str):
                yield line_of(row)
        snapshot = TenantSnapshot(self._store, caller.id, 0, 0, lambda _: None)
        yield from map(line_of, _in_order(snapshot.beside_keys(_STATES)))


def _in_order(records: Iterable[BesideKeys]) -> Iterator[List | Item | Message | Route | Bin]:
    """Yield records in the order of an import: a policy follows the items that it might drop."""
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
