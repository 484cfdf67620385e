"""Exports: all data of a user, as lines that an import accepts."""

from collections.abc import Iterable, Iterator

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.bins.secrets import hidden
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
LIMITED_COPY = "limited_copy"
"""The field in the record of a sandbox that a caller copied who may not have its secrets."""
_Record = List | Item | Message | Route | Bin


class Exports:
    """Exports of all users."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, caller: Caller) -> Iterator[bytes]:
        """Yield the lines of the caller's data, in parts of about 64 kB.

        Secrets of bins are hidden from a caller that may not write bins, and in a sandbox that
        such a caller has copied: with them it could sign requests to the bins. Not atomic as a
        whole; each page that is read is. O(all data of the caller).
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
        is_limited = not may_have_secrets(caller) or self._is_limited_copy(caller)
        for record in _in_order(snapshot.beside_keys(_STATES)):
            yield line_of(_without_secrets(record) if is_limited else record)

    def _is_limited_copy(self, caller: Caller) -> bool:
        if not caller.is_in_sandbox:
            return False
        [mark] = self._store.read(("HGET", self._store.schema.tenant(caller.id).user, LIMITED_COPY))
        return mark is not None


def may_have_secrets(caller: Caller) -> bool:
    """Return whether a caller may have the secrets of its bins: it may replace them, too."""
    return caller.scopes is None or caller.scopes.allows_all("bins", "write")


def _without_secrets(record: _Record) -> _Record:
    if not isinstance(record, Bin) or not record.document:
        return record
    document = hidden(record.document.encode()).decode()
    return msgspec.structs.replace(record, document=document)


def _in_order(records: Iterable[BesideKeys]) -> Iterator[_Record]:
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
