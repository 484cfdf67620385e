"""Reads the Redis of an original in parts of bounded size."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from bambleweeny.core.original.key_names import LAST_USER, Kind, Name, is_original_id, read_name
from bambleweeny.errors import BambleweenyError
from bambleweeny.store import Store
from bambleweeny.store.client.link import Command

_PAGE = 1000
_PAGE_BYTES = 1 << 20
_LARGEST_RECORD = 64 << 10
_MOST_ITEMS = 128
_RECORDS = (Kind.USER, Kind.ROUTE, Kind.BIN)
_LIST, _STRING, _NONE = b"list", b"string", b"none"
_SIZES = {_LIST: "LLEN", _STRING: "STRLEN"}


class OriginalUnreadable(Exception):
    """The Redis of the original cannot be read; the message says why."""


class Found(NamedTuple):
    """A name, the size of its value, and the value of a user, route or bin."""

    name: Name
    size: int = 0
    record: bytes = b""


class Source:
    """The Redis of an original, from version 3. It is only read.

    Every method raises OriginalUnreadable if the Redis does not answer.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self) -> int:
        """Return the number of all names."""
        [count] = self._read(("DBSIZE",))
        return int(count)

    def last_user(self) -> int:
        """Return the highest user id so far."""
        [text] = self._read(("GET", LAST_USER))
        known = text.decode(errors="replace") if isinstance(text, bytes) else ""
        return int(known) if is_original_id(known) else 0

    def scan(self) -> Iterator[list[Found]]:
        """Yield pages of all names except internal state; a name may come twice."""
        cursor = b"0"
        while True:
            [[cursor, page]] = self._read(("SCAN", cursor, "COUNT", _PAGE))
            yield self._look_at(list(dict.fromkeys(page)))
            if cursor == b"0":
                return

    def values(
        self, owner: int, sizes: Iterable[tuple[str, int]]
    ) -> Iterator[tuple[str, Any, int]]:
        """Yield name, value and TTL in ms (or -1) of each named key.

        The value of a key that was deleted meanwhile is None. Reads 1 MB at a time, or one value.
        """
        page: list[str] = []
        held = 0
        for name, size in sizes:
            if page and held + size > _PAGE_BYTES:
                yield from self._values(owner, page)
                page, held = [], 0
            page.append(name)
            held += size
        yield from self._values(owner, page)

    def items(self, owner: int, name: str, size: int) -> Iterator[bytes]:
        """Yield `size` items of a list, the oldest first.

        Reads at most 128 at a time, and fewer if they are large.
        """
        key = f"LIST:{owner}::{name}"
        done, step = 0, 8
        while done < size:
            first, last = -min(done + step, size), -(done + 1)
            [page] = self._read(("LRANGE", key, first, last))
            if not page:
                return
            yield from reversed(page)
            done += len(page)
            held = sum(map(len, page))
            step = min(step * 2, _MOST_ITEMS) if held < _PAGE_BYTES else max(step // 2, 1)

    def length(self, owner: int, name: str) -> int:
        """Return the current number of items of a list."""
        [length] = self._read(("LLEN", f"LIST:{owner}::{name}"))
        return int(length)

    def _look_at(self, page: Sequence[bytes]) -> list[Found]:
        named = [(raw, name) for raw in page if (name := read_name(raw))]
        found = [Found(name) for _, name in named if name.kind is Kind.OTHER]
        ours = [(raw, name) for raw, name in named if name.kind is not Kind.OTHER]
        right: list[tuple[bytes, Name]] = []
        for (raw, name), kind in zip(
            ours, self._read(*(("TYPE", r) for r, _ in ours)), strict=True
        ):
            if kind == _type_of(name.kind):
                right.append((raw, name))
            elif kind != _NONE:
                found.append(Found(name._replace(fault=f"it is a {kind.decode()} in Redis")))
        sizes = self._read(*((_SIZES[_type_of(name.kind)], raw) for raw, name in right))
        return [*found, *self._with_records(right, sizes)]

    def _with_records(
        self, named: Sequence[tuple[bytes, Name]], sizes: Sequence[int]
    ) -> Iterator[Found]:
        """Add the values of users, routes and bins, which are small JSON documents."""
        small = [
            raw
            for (raw, name), size in zip(named, sizes, strict=True)
            if name.kind in _RECORDS and size <= _LARGEST_RECORD
        ]
        records = dict(zip(small, self._read(*(("GET", raw) for raw in small)), strict=True))
        for (raw, name), size in zip(named, sizes, strict=True):
            yield Found(name, size, records.get(raw) or b"")

    def _values(self, owner: int, names: Sequence[str]) -> Iterator[tuple[str, Any, int]]:
        keys = [f"KEY:{owner}::{name}" for name in names]
        values = self._read(*(("GET", key) for key in keys))
        left = self._read(*(("PTTL", key) for key in keys))
        return zip(names, values, left, strict=True)

    def _read(self, *commands: Command) -> list[Any]:
        if not commands:
            return []
        try:
            return self._store.read(*commands)
        except BambleweenyError as ex:
            reason = f": {ex.__cause__}" if ex.__cause__ else ""
            raise OriginalUnreadable(
                f"The original's Redis at {self._store.address} cannot be read{reason}."
            ) from ex


def _type_of(kind: Kind) -> bytes:
    return _LIST if kind is Kind.LIST else _STRING
