"""One user and its data, read as the records of a backup."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.limits import LIMIT_FIELDS, limits_of
from bambleweeny.core.auth.tenant_session import read_as, run_read_as, walk_index_as
from bambleweeny.core.key_entry import KeyEntry, key_entry_of
from bambleweeny.core.listing.name_range import NameRange
from bambleweeny.core.listing.selections import Row, Selection
from bambleweeny.core.lists.codec import COUNTERS_FIELD, unpack_counters, unpack_item
from bambleweeny.core.lists.found_items import STATES, State
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.topics import BEGINNING, message_of
from bambleweeny.core.transfer.backup_format import (
    BesideKeys,
    Bin,
    Item,
    Key,
    List,
    Message,
    Record,
    Route,
    Topic,
    User,
)
from bambleweeny.core.values import value_of
from bambleweeny.store import Store
from bambleweeny.store.scripts import READ_TOPIC, SNAPSHOT_ITEMS_PAGE, SNAPSHOT_TENANT, Script

_FIELDS = ("name", "role", "quota", "hash", *LIMIT_FIELDS)
_OF_RECORD = (COUNTERS_FIELD, "low", "policy")
_PARTS_OF_LIST = 2 + len(STATES)
"""The list's name, its record, and a page of items in each state."""
_PAGE = 1000
_PAGE_BYTES = 1 << 20


class TenantSnapshot:
    """Reads a user and its data. `advance` gets the number of resources that were read.

    Every call raises Unauthorized if the user has been deleted.
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
        """Yield the user and all of its data, read atomically if it is within the bounds.

        Keys of routes and bins never change; one that is deleted meanwhile may be left out.
        """
        found = self._run(SNAPSHOT_TENANT, " ".join(_FIELDS), *self._bounds)
        if found is None:
            yield from self._records_in_pages()
            return
        fields, keys, lists, topics, routes, bins = found
        yield self._user(fields)
        yield from self._keys(keys)
        for start in range(0, len(lists), _PARTS_OF_LIST):
            name, record, *pages = lists[start : start + _PARTS_OF_LIST]
            yield self._list(name.decode(), record)
            for state, page in zip(STATES, pages, strict=True):
                yield from self._items(name.decode(), state, page)
            self._advance(1)
        for name, entries in _pairs(topics):
            yield from self._topic(name.decode(), entries)
        yield from self._routes({name.decode(): document for name, document in _pairs(routes)})
        yield from self._bins({name.decode(): document for name, document in _pairs(bins)})

    def _records_in_pages(self) -> Iterator[Record]:
        [fields] = read_as(self._store, self._caller, ("HMGET", self._tenant.user, *_FIELDS))
        yield self._user(fields)
        for row in Selection(self._store, self._caller, "keys", NameRange()).rows():
            if isinstance(row, Row):
                yield self._key(row.name, row.entry)
            self._advance(1)
        yield from self.beside_keys(STATES)

    def beside_keys(self, states: Sequence[State]) -> Iterator[BesideKeys]:
        """Yield all data except the keys, items state by state. Each page is atomic."""
        tenant = self._tenant
        for names in self._walk(tenant.lists):
            for name in names:
                fields = ("HMGET", tenant.list(name), *_OF_RECORD)
                [record] = read_as(self._store, self._caller, fields)
                yield self._list(name, record)
                for state in states:
                    yield from self._items_in_pages(name, state)
                self._advance(1)
        for names in self._walk(tenant.topics):
            for name in names:
                yield from self._topic_in_pages(name)
        for ids in self._walk(tenant.routes):
            yield from self._routes(self._documents_of(ids))
        for ids in self._walk(tenant.bins):
            yield from self._bins(self._documents_of(ids))

    def _items_in_pages(self, name: str, state: State) -> Iterator[Item]:
        at, last = 0, 0
        while page := self._run(
            SNAPSHOT_ITEMS_PAGE, name, "", "", state, at, last, _PAGE, _PAGE_BYTES
        ):
            for item in self._items(name, state, page):
                yield item
                at, last = item.at, item.id

    def _user(self, fields: Sequence[bytes | None]) -> User:
        name, role, quota, hashed = ((field or b"").decode() for field in fields[:4])
        kind: Literal["admin", "user"] = "admin" if role == "admin" else "user"
        return User(self._caller.id, name, kind, int(quota), hashed, *limits_of(fields[4:]))

    def _keys(self, found: Sequence[Any]) -> Iterator[Record]:
        for name, *stored in zip(found[::3], found[1::3], found[2::3], strict=True):
            if stored[0] is not None:
                yield self._key(name.decode(), key_entry_of(stored))
            self._advance(1)

    def _key(self, name: str, entry: KeyEntry) -> Key:
        value, expires = value_of(entry.value), entry.expires or 0
        return Key(self._caller.id, name, value, expires, entry.content_type)

    def _list(self, name: str, record: Sequence[bytes | None]) -> List:
        packed, low, policy = record
        counters = unpack_counters(packed)
        rules = msgspec.json.decode(policy, type=ListPolicy) if policy else None
        sums = (counters.total_in, counters.total_out, counters.last_id, int(low or 0))
        return List(self._caller.id, name, *sums, rules)

    def _items(self, name: str, state: State, rows: Sequence[bytes]) -> Iterator[Item]:
        for data, at in _pairs(rows):
            item = unpack_item(data)
            arrived = 0 if item.arrived == item.id // 1000 else item.arrived
            more = (item.attempts, arrived, item.expires, item.reason, item.origin)
            yield Item(self._caller.id, name, item.id, value_of(item.body), state, int(at), *more)

    def _topic(self, name: str, entries: Sequence[Any]) -> Iterator[Topic | Message]:
        yield Topic(self._caller.id, name)
        yield from self._messages(name, entries)
        self._advance(1)

    def _topic_in_pages(self, name: str) -> Iterator[Topic | Message]:
        yield from self._topic(name, ())
        last: str | bytes = BEGINNING
        while True:
            entries, last = self._run(READ_TOPIC, name, last, _PAGE, _PAGE_BYTES)
            if not entries:
                return
            yield from self._messages(name, entries)

    def _messages(self, name: str, entries: Sequence[Any]) -> Iterator[Message]:
        for message in map(message_of, entries):
            value = value_of(message.value)
            yield Message(self._caller.id, name, message.id, message.type, value)

    def _documents_of(self, ids: Sequence[str]) -> dict[str, bytes | None]:
        documents = (("HGET", self._tenant.document(public_id), "document") for public_id in ids)
        return dict(zip(ids, self._store.read(*documents), strict=True))

    def _routes(self, documents: Mapping[str, bytes | None]) -> Iterator[Route]:
        schema, ids = self._store.schema, list(documents)
        for public_id, row in self._look_up(ids, schema.route, "target", "content_type"):
            document = (documents[public_id] or b"").decode()
            yield Route(self._caller.id, public_id, row[0].decode(), row[1].decode(), document)

    def _bins(self, documents: Mapping[str, bytes | None]) -> Iterator[Bin]:
        for public_id, row in self._look_up(list(documents), self._store.schema.bin, "target"):
            document = (documents[public_id] or b"").decode()
            yield Bin(self._caller.id, public_id, row[0].decode(), document)

    def _look_up(
        self, ids: Sequence[str], name_of: Callable[[str], str], *fields: str
    ) -> Iterator[tuple[str, Sequence[bytes]]]:
        for begin in range(0, len(ids), _PAGE):
            page = ids[begin : begin + _PAGE]
            rows = self._store.read(*(("HMGET", name_of(i), *fields) for i in page))
            yield from ((i, row) for i, row in zip(page, rows, strict=True) if row[0] is not None)
            self._advance(len(page))

    def _walk(self, index: str) -> Iterator[list[str]]:
        return walk_index_as(self._store, self._caller, index)

    def _run(self, script: Script, *args: str | bytes | int) -> Any:
        return run_read_as(self._store, self._caller, script, *args)


def _pairs(flat: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)
