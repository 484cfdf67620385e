"""The data of an original Bambleweeny 0.36 as the records of a backup.

It is read in two passes: first all names, then the values in the order of a backup. Everything
that cannot be imported is reported and counted.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Literal

import msgspec

from bambleweeny.core.original.key_names import NOBODY, Kind, shown
from bambleweeny.core.original.sorted_rows import Row, SortedRows
from bambleweeny.core.original.source import Found, OriginalUnreadable, Source
from bambleweeny.core.original.users import OriginalUser, read_user, users_of
from bambleweeny.core.transfer.backup_format import (
    Bin,
    Item,
    Key,
    List,
    Owned,
    Record,
    Route,
    User,
    kind_of,
)
from bambleweeny.core.values import value_of
from bambleweeny.names import is_media_type, is_name, is_user_id

Note = Callable[[str], None]
_PLAIN = "text/plain"
_NOUNS = ("key", "list", "route", "bin", "user", "other name")
"""The words for the members of Kind in sums and reports."""


@dataclass
class Sums:
    """The number of things of each kind, and how many of them are imported."""

    found: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)

    def rows(self) -> list[tuple[str, int, int, int]]:
        """Return a row for each kind: its name, how many were found, imported and left out."""
        kinds = ("user", "key", "list", "item", "route", "bin", "other name")
        counts = ((kind, self.found[kind], self.taken[kind]) for kind in kinds)
        return [(f"{kind}s", found, taken, found - taken) for kind, found, taken in counts]


class Original:
    """The data of an original. Calls `note` with a line for each thing changed or left out.

    Raises OriginalUnreadable if there is no data, or if the Redis does not answer.
    """

    def __init__(self, source: Source, note: Note) -> None:
        self.source = source
        self._note = note
        self._rows = SortedRows()
        self._now = time.time_ns() // 1000
        self.sums = Sums()
        self.users: list[OriginalUser] = []
        self.last_user = 0

    def scan(self, advance: Callable[[int], None]) -> None:
        """Read all names, and the records of users, routes and bins. O(names)."""
        users: dict[int, tuple[str, object]] = {}
        for page in self.source.scan():
            for found in page:
                record = read_user(found.record) if found.name.kind is Kind.USER else None
                if record and not found.name.fault:
                    users[found.name.owner] = record
                else:
                    self._rows.add(_row_of(found))
            advance(len(page))
        if not users:
            raise OriginalUnreadable("There is no user of an original Bambleweeny in that Redis.")
        self.users = users_of(users, self._note)
        self.sums.found["user"] += len(self.users)
        self.last_user = max(self.source.last_user(), *users)

    def records(self, hashes: Mapping[int, str]) -> Iterator[Record]:
        """Yield each user, with the hash of its new password, followed by its data."""
        groups = groupby(self._rows, key=lambda row: row.owner)
        owner, rows = next(groups, (None, iter(())))
        for user in self.users:
            while owner is not None and owner < user.id:
                self._leave_out(owner, rows)
                owner, rows = next(groups, (None, iter(())))
            self.sums.taken["user"] += 1
            role: Literal["admin", "user"] = "admin" if user.is_admin else "user"
            yield User(str(user.id), user.name, role, user.quota, hashes[user.id])
            if owner == user.id:
                yield from self._owned(user, rows)
                owner, rows = next(groups, (None, iter(())))
        while owner is not None:
            self._leave_out(owner, rows)
            owner, rows = next(groups, (None, iter(())))

    def close(self) -> None:
        """Remove the temporary files."""
        self._rows.close()

    def _owned(self, user: OriginalUser, rows: Iterator[Row]) -> Iterator[Owned]:
        before = self.sums.taken.copy()
        for kind, group in groupby(self._good(rows), key=lambda row: Kind(row.kind)):
            read = self._keys if kind is Kind.KEY else self._others
            for record in read(user, group):
                self.sums.taken[kind_of(record)] += 1
                yield record
        counted = self.sums.taken - before
        owned = counted.total() - counted["item"]
        if user.quota and owned > user.quota:
            self._note(
                f"changed: user {user.id} ({user.name}) owns {owned} of a quota of {user.quota}, "
                "and can add nothing: here routes count too; raise it with 'bambleweeny users set'"
            )

    def _good(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self._count(row)
            if row.fault:
                self._note(f"left out: {_called(row)}: {row.fault}")
            else:
                yield row

    def _keys(self, user: OriginalUser, rows: Iterator[Row]) -> Iterator[Owned]:
        sizes = ((row.name, row.size) for row in rows)
        for name, value, left in self.source.values(user.id, sizes):
            if value is None:
                self._note(
                    f"left out: key {shown(name)} of user {user.id}: it was deleted meanwhile"
                )
                continue
            ends = time.time_ns() // 1_000_000 + left if left >= 0 else 0
            yield Key(str(user.id), name, value_of(value), ends)

    def _others(self, user: OriginalUser, rows: Iterator[Row]) -> Iterator[Owned]:
        owner = str(user.id)
        for row in rows:
            if row.kind == Kind.LIST:
                yield from self._list(user, row)
            elif row.kind == Kind.BIN:
                yield Bin(owner, row.name, row.target)
            else:
                yield Route(owner, row.name, row.target, self._media_type(row))

    def _list(self, user: OriginalUser, row: Row) -> Iterator[Owned]:
        """Yield a list and its items; their ids are microseconds just before the scan."""
        items = self.source.items(user.id, row.name, row.size)
        first = next(items, None)
        count = 0
        if first is not None:
            yield List(str(user.id), row.name, total_in=row.size)
            for count, value in enumerate(chain([first], items), 1):
                number = self._now - row.size + count
                yield Item(str(user.id), row.name, number, value_of(value))
        if {count, self.source.length(user.id, row.name)} != {row.size}:
            self._note(
                f"changed: {_called(row)} changed while it was read: stop the original first"
            )

    def _media_type(self, row: Row) -> str:
        if is_media_type(row.content_type):
            return row.content_type
        given = shown(row.content_type)
        self._note(f"changed: {_called(row)} has {_PLAIN} now: {given} is no content type")
        return _PLAIN

    def _leave_out(self, owner: int, rows: Iterator[Row]) -> None:
        """Count and report the data of no user: faulty names one by one, all others in one line."""
        lost: Counter[str] = Counter()
        for row in rows:
            self._count(row)
            if row.kind == Kind.OTHER or not row.fault:
                lost[_NOUNS[row.kind]] += 1
            else:
                self._note(f"left out: {_called(row)}: {row.fault}")
        if lost:
            counts = ", ".join(
                f"{count} {noun}{'s' * (count > 1)}" for noun, count in sorted(lost.items())
            )
            why = (
                "not the original's" if owner == NOBODY else f"user {owner} does not exist any more"
            )
            self._note(f"left out: {counts}: {why}")

    def _count(self, row: Row) -> None:
        self.sums.found[_NOUNS[row.kind]] += 1
        if row.kind == Kind.LIST:
            self.sums.found["item"] += row.size


def _called(row: Row) -> str:
    owner = "" if row.owner == NOBODY or row.kind == Kind.USER else f" of user {row.owner}"
    return f"{_NOUNS[row.kind]} {shown(row.name)}{owner}"


def _row_of(found: Found) -> Row:
    """Return the row of a name, unless it is a valid user."""
    name = found.name
    if name.fault or name.kind in (Kind.KEY, Kind.LIST, Kind.OTHER):
        return Row(name.owner, name.kind, name.text, found.size, fault=name.fault)
    broken = Row(name.owner, name.kind, name.text, fault="its record cannot be read")
    if name.kind is Kind.USER:
        return broken
    try:
        record = msgspec.json.decode(found.record)
        owner, target = (
            str(record["user_id"]),
            str(record["key" if name.kind is Kind.ROUTE else "list"]),
        )
        content_type = str(record["content_type"]) if name.kind is Kind.ROUTE else ""
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, KeyError, RecursionError):
        return broken
    if not is_user_id(owner):
        return Row(NOBODY, name.kind, name.text, fault=f"its owner {shown(owner)} is no user")
    fault = "" if is_name(target) else f"it points at {shown(target)}, which is no name here"
    return Row(int(owner), name.kind, name.text, 0, target, content_type, fault)
