"""The format of a backup and its writer.

A header, then for each user its record and those of its data, then an end with counts and the
SHA-256 of all lines before. Each line is JSON.
"""

import hashlib
from typing import IO, Literal

import msgspec

from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.values import Base64

VERSION = 1
"""The version of the format, stored in the header."""


_LIST_FIELDS = {"total_in": "in", "total_out": "out", "last_id": "last", "lowest_id": "low"}
"""The fields of a list, and their names in the file."""


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    pass


class Header(_Strict):
    """The first line. `last_user` is the highest user number so far."""

    bambleweeny: Literal["backup"]
    version: int
    layout: int
    made: str
    by: str
    last_user: int


LIMITS = ("max_bytes", "rate", "burst", "max_value", "max_tokens")
"""The fields of a user's record that limit what it does, apart from its quota."""


class User(_Strict, omit_defaults=True):
    """A user; the records of its data follow. A quota of 0 means no limit.

    `limits` has the fields of LIMITS that the user's record has. Early backups have none.
    """

    id: str
    name: str
    role: Literal["admin", "user"]
    quota: int
    hash: str
    limits: dict[str, str] = {}


class Key(_Strict, rename={"expires": "ends"}, omit_defaults=True):
    """A key and its value. `expires` is in ms since 1970; 0 means that the key does not expire."""

    owner: str
    name: str
    value: str | Base64
    expires: int = 0
    content_type: str = ""


class List(_Strict, rename=_LIST_FIELDS, omit_defaults=True):
    """A list without its items, which follow.

    `total_in` and `total_out` count the items added and removed since its creation. `last_id` is
    the highest id, `lowest_id` the lowest one of an item pushed to the front. Early backups have
    no such record.
    """

    owner: str
    name: str
    total_in: int = 0
    total_out: int = 0
    last_id: int = 0
    lowest_id: int = 0
    policy: ListPolicy | None = None


class Item(_Strict, rename={"arrived": "came"}, omit_defaults=True):
    """An item of a list, after the older ones. Its id is the microsecond of its arrival.

    `at` is when its lease expires or its delay elapses, or when it died, in ms; 0 if it is
    ready. `arrived` and `expires` are in ms too; `arrived` is 0 if the id is the time of arrival.
    """

    owner: str
    list: str
    id: int
    value: str | Base64
    state: Literal["ready", "leased", "delayed", "dead"] = "ready"
    at: int = 0
    attempts: int = 0
    arrived: int = 0
    expires: int = 0
    reason: str = ""
    origin: str = ""


class Topic(_Strict):
    """A topic; its messages follow."""

    owner: str
    name: str


class Message(_Strict):
    """A message of the topic before it, after the older ones. `type` is its content type."""

    owner: str
    topic: str
    id: str
    type: str | None
    value: str | Base64


class Route(_Strict, omit_defaults=True):
    """A route and its key. If it has a document, that has all that matters."""

    owner: str
    id: str
    key: str
    content_type: str
    document: str = ""


class Bin(_Strict, omit_defaults=True):
    """A bin and the list to which it adds. If it has a document, that has all that matters."""

    owner: str
    id: str
    list: str
    document: str = ""


class End(_Strict):
    """The last line: the number of records of each kind, and the digest of all lines before."""

    users: int = 0
    keys: int = 0
    items: int = 0
    topics: int = 0
    messages: int = 0
    routes: int = 0
    bins: int = 0
    lists: int = 0
    sha256: str = ""

    def count(self, record: "Record") -> None:
        """Count a record."""
        kind = f"{kind_of(record)}s"
        setattr(self, kind, getattr(self, kind) + 1)


BesideKeys = List | Item | Topic | Message | Route | Bin
Owned = Key | BesideKeys
Record = User | Owned


class Line(_Strict):
    """A line after the header: exactly one field is set."""

    user: User | None = None
    key: Key | None = None
    list: List | None = None
    item: Item | None = None
    topic: Topic | None = None
    message: Message | None = None
    route: Route | None = None
    bin: Bin | None = None
    end: End | None = None

    def content(self) -> Record | End | None:
        """Return the field that is set, or None unless exactly one is."""
        parts: list[Record | End | None] = [getattr(self, name) for name in self.__struct_fields__]
        said = [part for part in parts if part is not None]
        return said[0] if len(said) == 1 else None


def kind_of(record: Record) -> str:
    """Return the field name of a record in a line."""
    return type(record).__name__.lower()


class Writer:
    """Writes the lines of a backup and counts them."""

    def __init__(self, out: IO[bytes], header: Header) -> None:
        self._out = out
        self._end = End()
        self._digest = hashlib.sha256()
        self._encode = msgspec.json.Encoder().encode
        self._put(header)

    def write(self, record: Record) -> None:
        """Write a record; its owner must have been written before."""
        self._end.count(record)
        self._put({kind_of(record): record})

    def end(self) -> End:
        """Write the end record and return it."""
        self._end.sha256 = self._digest.hexdigest()
        self._put({"end": self._end})
        return self._end

    def _put(self, line: object) -> None:
        data = self._encode(line) + b"\n"
        self._digest.update(data)
        self._out.write(data)
