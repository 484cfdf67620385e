"""Listings of keys, lists or topics: all of them, or a selection in a range of names.

A selection is not atomic as a whole; each page is.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import run_as, run_read_as
from bambleweeny.core.auth.users import Users
from bambleweeny.core.key_entry import KeyEntry, key_entry_of
from bambleweeny.core.listing.name_range import NameRange
from bambleweeny.core.pacing import repeat
from bambleweeny.errors import Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.scripts import COUNT_NAMES, DELETE_KEYS, LIST_NAMES, READ_KEYS_PAGE, Script

# NOTE: the engine serves no other client while it builds a page.
_PAGE = 200
_PAGE_BYTES = 256 << 10
_STEP = 100
_MOST_GROUPS = 10_000

Noun = Literal["keys", "lists", "topics"]


class Row(NamedTuple):
    """The name and entry of a key."""

    name: str
    entry: KeyEntry


class Selection:
    """The entries of a range in order, up to `limit` of them; it can be read once.

    An entry is a name or, with a delimiter, a group. After the iteration, `next` is the cursor
    of the next selection, or None at the end. A selection stops early after 10,000 groups. Only
    the first page checks the caller's token.
    """

    def __init__(
        self,
        store: Store,
        caller: Caller,
        noun: Noun,
        name_range: NameRange,
        limit: int | None = None,
    ) -> None:
        name_range.check()
        self.next: str | None = None
        self._store = store
        self._caller = caller
        self._noun = noun
        self._name_range = name_range
        self._limit = limit

    def names(self) -> Iterator[list[str]]:
        """Yield the entries in pages of up to 200. O(log n + page) and one round trip each.

        A group costs O(log n), no matter how many names it has.
        """
        left, groups = self._limit, 0
        for page in self._pages():
            part = page if left is None else page[:left]
            yield part
            if part:
                last = part[-1]
            if left is not None:
                left -= len(part)
            groups += sum(map(self.is_group, part)) if self._name_range.delimiter else 0
            if len(part) < len(page) or groups >= _MOST_GROUPS:
                self.next = last
                return

    def rows(self, most_bytes: int | None = None) -> Iterator[Row | str]:
        """Yield the keys with their values, and groups as text; one more round trip for each MB.

        Stops early if the values would have more than `most_bytes` together.
        """
        last, size = "", 0
        for page in self.names():
            for row in self._rows_of(page):
                if isinstance(row, Row):
                    size += len(row.entry.value)
                    if most_bytes is not None and last and size > most_bytes:
                        self.next = last
                        return
                last = row if isinstance(row, str) else row.name
                yield row

    def is_group(self, entry: str) -> bool:
        """Return whether an entry is a group."""
        return bool(self._name_range.group_of(entry))

    def _pages(self) -> Iterator[list[str]]:
        name_range = self._name_range
        most = _PAGE if self._limit is None else min(_PAGE, self._limit + 1)
        begin: bytes | None = name_range.begin
        while begin is not None:
            begin, names = self._run(
                LIST_NAMES,
                self._noun,
                begin,
                name_range.end,
                most,
                name_range.delimiter,
                len(name_range.prefix),
            )
            yield [name.decode() for name in names]

    def _rows_of(self, page: Sequence[str]) -> Iterator[Row | str]:
        names = [entry for entry in page if not self.is_group(entry)]
        found: dict[str, Row] = {}
        for entry in page:
            if self.is_group(entry):
                yield entry
                continue
            if names and names[0] == entry:
                flat = self._run(READ_KEYS_PAGE, _PAGE_BYTES, *names)
                count = len(flat) // 2
                found = {row.name: row for row in _rows(names[:count], flat)}
                names = names[count:]
            if entry in found:
                yield found.pop(entry)

    def _run(self, script: Script, *args: str | bytes | int) -> Any:
        reply = run_read_as(self._store, self._caller, script, *args)
        # NOTE: an answer that has begun cannot be repeated if the token changes after that.
        self._caller = self._caller.unchecked
        return reply


def names_of(store: Store, caller: Caller, noun: Noun) -> Iterator[list[str]]:
    """Yield all names of a noun in order, in pages, as `Selection.names` does."""
    return Selection(store, caller, noun, NameRange()).names()


class Selections:
    """Listings of all tenants' keys, lists and topics."""

    def __init__(self, store: Store, users: Users) -> None:
        self._store = store
        self._users = users

    def visible(self, caller: Caller, noun: Noun) -> Iterator[tuple[str, list[str]]]:
        """Yield pages of the names that a caller may see, each with its owner's id.

        A session of the admin sees the names of all users; other callers, and named tokens also of
        the admin, only those of their user.
        """
        if caller.scopes is not None or not self._users.check(caller):
            yield from ((caller.id, page) for page in names_of(self._store, caller, noun))
            return
        for user_id in self._users.ids():
            owner = Caller(user_id, "", "")
            try:
                yield from ((user_id, page) for page in names_of(self._store, owner, noun))
            except Unauthorized:
                continue  # the owner was deleted meanwhile

    def of(
        self, caller: Caller, noun: Noun, name_range: NameRange, limit: int | None = None
    ) -> Selection:
        """Return a selection of the caller's names."""
        return Selection(self._store, caller, noun, name_range, limit)

    def count(self, caller: Caller, noun: Noun, prefix: str = "") -> int:
        """Return the exact number of names, or of those with a prefix. O(log n).

        Keys that have expired since the last write are removed from the index first.
        """
        NameRange(prefix).check()
        found: list[int] = []

        def step() -> bool:
            count = run_as(self._store, caller, COUNT_NAMES, noun, prefix)
            found.extend([] if count is None else [int(count)])
            return not found

        repeat(step)
        return found[0]

    def delete_keys(self, caller: Caller, prefix: str) -> int:
        """Delete the keys whose names begin with a prefix, and return their number.

        Not atomic: works in steps of 100, with a pause as long as the step after each. Keys that
        are written meanwhile may stay. O(deleted keys).
        """
        name_range = NameRange(prefix)
        name_range.check()
        begin, deleted, store = name_range.begin, 0, self._store.with_long_retry

        def step() -> bool:
            nonlocal begin, deleted
            count, last = run_as(store, caller, DELETE_KEYS, begin, name_range.end, _STEP)
            deleted += count
            begin = b"(" + (last or b"")
            return last is not None

        repeat(step)
        return deleted


def _rows(names: Sequence[str], flat: Sequence[Any]) -> Iterator[Row]:
    for name, *stored in zip(names, flat[::2], flat[1::2], strict=True):
        if stored[0] is not None:
            yield Row(name, key_entry_of(stored))
