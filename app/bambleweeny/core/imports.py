"""Imports: lines of an export become one's own again, in steps."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import IO, NamedTuple

from bambleweeny.core.authorized import read_as, run_as
from bambleweeny.core.bins import Bins
from bambleweeny.core.lists import Lists
from bambleweeny.core.own_records import (
    Numbered,
    OwnBin,
    OwnItem,
    OwnKey,
    OwnRecord,
    OwnRoute,
    record_of,
)
from bambleweeny.core.routes import Routes
from bambleweeny.core.selections import Selections
from bambleweeny.core.tokens import Caller
from bambleweeny.core.values import bytes_of
from bambleweeny.errors import BambleweenyError, InvalidRequest, NotFound
from bambleweeny.store import Store
from bambleweeny.store.scripts import PUT_KEYS_WITHIN_QUOTA

_STEP = 100
_STEP_BYTES = 1 << 20

MODES = ("merge", "skip", "replace")
"""Over what is there, only what is not there, or in the place of keys, lists, routes and bins."""


class Nouns(NamedTuple):
    """What an import works with."""

    selections: Selections
    lists: Lists
    routes: Routes
    bins: Bins


class Imported:
    """What became of the lines: how many of each kind were written, and how many were not.

    `begun` is the list to which the last line was added, if it was: the next part of the
    same import may go on with it.
    """

    def __init__(self) -> None:
        self.keys = self.items = self.routes = self.bins = self.skipped = 0
        self.begun: str | None = None


class Imports:
    """Imports of everybody's own."""

    def __init__(self, store: Store, nouns: Nouns) -> None:
        self._store = store
        self._nouns = nouns

    def run(self, caller: Caller, lines: IO[bytes], mode: str, begun: str = "") -> Imported:
        """Take lines in, in one of MODES.

        All lines are checked before anything changes; the first bad one is an
        InvalidRequest that names it. Not atomic: 100 keys or 1 MB are a step, and where
        one is refused, as by a quota, those before it stay. `begun` is a list to which items are
        added in every mode. O(lines).
        """
        for _ in _records(lines):
            pass
        if mode == "replace":
            self._clear(caller)
        job = _Job(self._store, self._nouns, caller, skips=mode == "skip", begun=begun)
        lines.seek(0)
        for group in _groups(_records(lines)):
            try:
                job.put([one.record for one in group])
            except BambleweenyError as ex:
                done = f"What stands before line {group[0].number} is imported."
                ex.hint = f"{done} {ex.hint}" if ex.hint else done
                raise
        return job.imported

    def _clear(self, caller: Caller) -> None:
        nouns = self._nouns
        nouns.selections.delete_keys(caller, "")
        for page in nouns.lists.walk(caller):
            for name in page:
                with suppress(NotFound):
                    nouns.lists.delete(caller, name)
        for ids in (nouns.routes, nouns.bins):
            for published in ids.owned_by(caller):
                with suppress(NotFound):
                    ids.delete(caller, published.id)


class _Job:
    """One import at its work."""

    def __init__(
        self, store: Store, nouns: Nouns, caller: Caller, *, skips: bool, begun: str
    ) -> None:
        self.imported = Imported()
        self._store = store
        self._nouns = nouns
        self._caller = caller
        self._skips = skips
        self._list_stays = {begun: False}

    @cached_property
    def _known(self) -> set[OwnRecord]:
        """The routes and bins that are there, as records."""
        routes, bins = self._nouns.routes, self._nouns.bins
        return {
            *(OwnRoute(one.target, one.content_type) for one in routes.owned_by(self._caller)),
            *(OwnBin(one.target) for one in bins.owned_by(self._caller)),
        }

    def put(self, records: Sequence[OwnRecord]) -> None:
        """Write keys, items of one list, or a route or a bin."""
        first, done = records[0], self.imported
        done.begun = None
        match first:
            case OwnKey():
                written = self._put_keys(records)
                done.keys += written
            case OwnItem():
                written = self._put_items(first.list, records)
                done.items += written
                done.begun = first.list if written else None
            case OwnRoute():
                written = self._make_public(first)
                done.routes += written
            case OwnBin():
                written = self._make_public(first)
                done.bins += written
        done.skipped += len(records) - written

    def _put_keys(self, records: Sequence[OwnRecord]) -> int:
        packed: list[str | bytes] = []
        for key in records:
            if isinstance(key, OwnKey):
                packed += [key.name, bytes_of(key.value), str(key.ends), key.content_type]
        written = run_as(
            self._store, self._caller, PUT_KEYS_WITHIN_QUOTA, int(self._skips), *packed
        )
        return int(written)

    def _put_items(self, name: str, records: Sequence[OwnRecord]) -> int:
        if self._stays(name):
            return 0
        bodies = [bytes_of(item.value) for item in records if isinstance(item, OwnItem)]
        return self._nouns.lists.push_all(self._caller, name, bodies)

    def _stays(self, name: str) -> bool:
        """Tell whether a list was there before the import, and is to stay as it was."""
        if not self._skips:
            return False
        if name not in self._list_stays:
            lists = self._store.schema.tenant(self._caller.id).lists
            [score] = read_as(self._store, self._caller, ("ZSCORE", lists, name))
            self._list_stays[name] = score is not None
        return self._list_stays[name]

    def _make_public(self, record: OwnRoute | OwnBin) -> int:
        """Make a route or a bin, unless there is one like it."""
        if record in self._known:
            return 0
        if isinstance(record, OwnRoute):
            self._nouns.routes.create(self._caller, record.key, record.content_type)
        else:
            self._nouns.bins.create(self._caller, record.list)
        self._known.add(record)
        return 1


def _records(lines: IO[bytes]) -> Iterator[Numbered]:
    """Read the lines that are not empty; InvalidRequest names the first bad one."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield Numbered(number, record_of(line))
            except InvalidRequest as ex:
                error = InvalidRequest(f"Line {number}: {ex.info}", hint=ex.hint)
                error.index = number - 1
                raise error from ex


def _groups(records: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    """Give records that follow each other and are written in one step."""
    group: list[Numbered] = []
    size = 0
    for one in records:
        if group and (
            not _goes_with(group[0].record, one.record)
            or len(group) >= _STEP
            or size >= _STEP_BYTES
        ):
            yield group
            group, size = [], 0
        group.append(one)
        if isinstance(one.record, OwnKey | OwnItem):
            size += len(bytes_of(one.record.value))
    if group:
        yield group


def _goes_with(first: OwnRecord, other: OwnRecord) -> bool:
    if isinstance(first, OwnKey):
        return isinstance(other, OwnKey)
    return isinstance(first, OwnItem) and isinstance(other, OwnItem) and first.list == other.list
