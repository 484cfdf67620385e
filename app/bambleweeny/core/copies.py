"""What one user is and owns, read as the records of a backup."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from bambleweeny.core.authorized import read_as
from bambleweeny.core.backup_format import Bin, Item, Key, Record, Route, User
from bambleweeny.core.listings import walk
from bambleweeny.core.tokens import Caller
from bambleweeny.core.values import value_of
from bambleweeny.store import Store
from bambleweeny.store.scripts import COPY_ITEMS, COPY_KEYS, COPY_TENANT, Script

_FIELDS = ("name", "role", "quota", "hash")
_ID_BYTES = 8
_PAGE = 1000
_PAGE_BYTES = 1 << 20


class Copier:
    """Reads a user and what it owns. `advance` is told of each thing that it owns.

    Every call raises Unauthorized once the user is gone.
    """

    def __init__(
        self,
        store: Store,
        user_id: str,
        most_at_once: int,
        most_bytes_at_once: int,
        advance: Callable[[int], None],
    ) -> None:
        self._store = store
        self._tenant = store.schema.tenant(user_id)
        self._caller = Caller(user_id, "", "")
        self._bounds = (most_at_once, most_bytes_at_once)
        self._advance = advance

    def records(self) -> Iterator[Record]:
        """Give the user and then all that it owns, of one moment where it is not too much.

        Routes and bins never change; one that is deleted meanwhile may be left out.
        """
        found = self._run(COPY_TENANT, " ".join(_FIELDS), *self._bounds)
        if found is None:
            yield from self._records_in_pages()
            return
        fields, keys, lists, routes, bins = found
        yield self._user(fields)
        yield from self._keys(keys)
        for name, items in _pairs(lists):
            yield from self._items(name.decode(), items)
            self._advance(1)
        yield from self._routes([public_id.decode() for public_id in routes])
        yield from self._bins([public_id.decode() for public_id in bins])

    def _records_in_pages(self) -> Iterator[Record]:
        tenant = self._tenant
        [fields] = read_as(self._store, self._caller, ("HMGET", tenant.user, *_FIELDS))
        yield self._user(fields)
        start = b"-"
        while page := self._run(COPY_KEYS, start, _PAGE, _PAGE_BYTES):
            yield from self._keys(page)
            start = b"(" + page[-2]
        yield from self.all_but_keys()

    def all_but_keys(self) -> Iterator[Item | Route | Bin]:
        """Give the items of lists, the routes and the bins; a page of each is of one moment."""
        tenant = self._tenant
        for names in self._walk(tenant.lists):
            for name in names:
                yield from self._items_in_pages(name)
                self._advance(1)
        for ids in self._walk(tenant.routes):
            yield from self._routes(ids)
        for ids in self._walk(tenant.bins):
            yield from self._bins(ids)

    def _items_in_pages(self, name: str) -> Iterator[Item]:
        last = 0
        while page := self._run(COPY_ITEMS, name, last, _PAGE, _PAGE_BYTES):
            yield from self._items(name, page)
            last = _id_of(page[-1])

    def _user(self, fields: Sequence[bytes]) -> User:
        name, role, quota, hashed = (field.decode() for field in fields)
        kind: Literal["admin", "user"] = "admin" if role == "admin" else "user"
        return User(self._caller.id, name, kind, int(quota), hashed)

    def _keys(self, names_and_values: Sequence[bytes]) -> Iterator[Record]:
        for name, value in _pairs(names_and_values):
            if value is not None:
                yield Key(self._caller.id, name.decode(), value_of(value))
            self._advance(1)

    def _items(self, name: str, items: Sequence[bytes]) -> Iterator[Item]:
        for item in items:
            yield Item(self._caller.id, name, _id_of(item), value_of(item[_ID_BYTES:]))

    def _routes(self, ids: Sequence[str]) -> Iterator[Route]:
        schema = self._store.schema
        for public_id, row in self._look_up(ids, schema.route, "target", "content_type"):
            yield Route(self._caller.id, public_id, row[0].decode(), row[1].decode())

    def _bins(self, ids: Sequence[str]) -> Iterator[Bin]:
        for public_id, row in self._look_up(ids, self._store.schema.bin, "target"):
            yield Bin(self._caller.id, public_id, row[0].decode())

    def _look_up(
        self, ids: Sequence[str], name_of: Callable[[str], str], *fields: str
    ) -> Iterator[tuple[str, Sequence[bytes]]]:
        for begin in range(0, len(ids), _PAGE):
            page = ids[begin : begin + _PAGE]
            rows = self._store.read(*(("HMGET", name_of(i), *fields) for i in page))
            yield from ((i, row) for i, row in zip(page, rows, strict=True) if row[0] is not None)
            self._advance(len(page))

    def _walk(self, index: str) -> Iterator[list[str]]:
        return walk(self._store, self._caller, index)

    def _run(self, script: Script, *args: str | bytes | int) -> Any:
        return self._store.read_with(script, (self._tenant.user,), self._caller.version, *args)


def _pairs(flat: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)


def _id_of(item: bytes) -> int:
    return int.from_bytes(item[:_ID_BYTES])
