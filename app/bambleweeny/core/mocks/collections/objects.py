"""The objects of a collection: read, made, replaced and patched as JSON text.

An object is the value of a key; what follows the collection's prefix in the key's name is its
id. What is not changed keeps its text, numbers among it.
"""

import re
from collections.abc import Iterable
from random import Random, SystemRandom
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Raw

from bambleweeny.core.keys.json_patch import merged
from bambleweeny.core.mocks.calls import UNREADABLE, Call, Values, values_of
from bambleweeny.core.mocks.limits import BODY_BYTES, COLLECTION_BYTES, OBJECTS
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import is_utf8

Ids = Literal["int", "uuid"]

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII).fullmatch
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII).fullmatch
_chance = SystemRandom()

_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_encode = msgspec.json.encode


class _Identified(msgspec.Struct):
    id: int | str | None = None


_id_value = msgspec.json.Decoder(int | str).decode
_head = msgspec.json.Decoder(_Identified).decode


class Item(NamedTuple):
    """An object: its id as in the key's name, and its JSON."""

    id: str
    text: bytes


class NewObject(NamedTuple):
    """An object that is to be stored.

    `id` is None if the engine counts it up: it then stores `head`, the number, `tail`.
    """

    id: str | None
    head: bytes
    tail: bytes = b""

    def text(self, new_id: str) -> bytes:
        """Return the object's JSON."""
        return self.head if self.id is not None else self.head + new_id.encode() + self.tail


def is_object_id(text: str) -> bool:
    """Return whether a text can be an object's id."""
    return _ID(text) is not None


def items_of(found: Iterable[tuple[str, bytes]], ids: Ids = "int") -> list[Item]:
    """Return the objects of a collection in order: by number, then by text.

    Values that are no JSON object are left out; one without its id gets it.
    """
    items = [
        Item(id_text, text)
        for id_text, value in found
        if is_object_id(id_text) and (text := _with_id(id_text, value, ids)) is not None
    ]
    return sorted(items, key=_place)


def new_object(
    call: Call, ids: Ids, *, given: dict[str, Raw] | None = None, chance: Random = _chance
) -> NewObject:
    """Make an object of a call's body; `given` are fields that it gets, whatever it says.

    An `id` in the body is kept with its type. A body that is neither an object nor a form
    is `not_an_object`, an id that no key's name can have is `invalid_id`.
    """
    fields = object_of(call)
    if given:
        fields |= given
    if "id" in fields:
        id_text = id_text_of(fields["id"])
        if id_text is None or not is_object_id(id_text):
            raise refusal(
                "invalid_id", "The id cannot be used.",
                "An id is a whole number, or 1 to 64 of A-Z a-z 0-9 _ . -",
            )  # fmt: skip
        return NewObject(id_text, _encode(fields))
    tail = _encode(fields)[1:]
    tail = tail if tail == b"}" else b"," + tail
    if ids == "int":
        return NewObject(None, b'{"id":', tail)
    made = str(uuid7(call.time, chance))
    return NewObject(made, b'{"id":"' + made.encode() + b'"' + tail)


def replaced(known: bytes, call: Call) -> bytes:
    """Return what a PUT makes of an object: the body, with the id that it has."""
    fields = object_of(call)
    fields.pop("id", None)
    return _encode({**_id_of(known), **fields})


def patched(known: bytes, call: Call) -> bytes:
    """Return what a PATCH makes of an object: a merge (RFC 7396) that leaves the id."""
    fields = object_of(call)
    fields.pop("id", None)
    return merged(known, _encode(fields))


def object_of(call: Call) -> dict[str, Raw]:
    """Return the fields of a body that is JSON or a form; an empty body has none."""
    if len(call.body) > COLLECTION_BYTES:
        raise full()
    if not call.body.strip():
        return {}
    if is_utf8(call.body):
        try:
            return _fields(call.body)
        except RecursionError as ex:
            raise refusal("not_an_object", "The body is nested too deep.") from ex
        except UNREADABLE:
            form = _form_of(call)
            if form:
                return {n: Raw(_encode(v if len(v) > 1 else v[0])) for n, v in form.items()}
    raise refusal(
        "not_an_object",
        "The body is not a JSON object.",
        'Send one as {"title": "..."}, or a form.',
    )


def _form_of(call: Call) -> Values:
    """Return a form; without a content type it is one if it has `=` and cannot be JSON."""
    has_type = bool(call.headers.get("content-type", "").strip())
    if has_type or b"=" not in call.body or call.body.lstrip()[:1] in (b"{", b"[", b'"'):
        return call.form
    return values_of(call.body.decode()) if len(call.body) <= BODY_BYTES else {}


def seeded(seed: bytes, ids: Ids, most: int = OBJECTS) -> list[Item]:
    """Return the objects of a seed, a JSON array; one without an id gets the next.

    Past the bounds of a collection it is `collection_full`.
    """
    try:
        found = msgspec.json.decode(seed, type=list[dict[str, Raw]])
    except UNREADABLE as ex:
        raise refusal("not_an_object", "The seed is not a JSON array of objects.", str(ex)) from ex
    known = [id_text_of(fields["id"]) if "id" in fields else None for fields in found]
    last = max((int(i) for i in known if i and _INTEGER(i)), default=0)
    items: dict[str, Item] = {}
    for id_text, fields in zip(known, found, strict=True):
        if id_text is None:
            last += 1
            id_text = str(last) if ids == "int" else str(uuid7(0, _chance))  # noqa: PLW2901
            fields = {"id": Raw(id_json(id_text, ids)), **fields}  # noqa: PLW2901
        if is_object_id(id_text):
            items[id_text] = Item(id_text, _encode(fields))
    if len(items) > most or sum(len(item.text) for item in items.values()) > COLLECTION_BYTES:
        raise full()
    return list(items.values())


def id_text_of(raw: Raw) -> str | None:
    """Return an id as in a key's name: a whole number or a text, else None."""
    try:
        value = _id_value(raw)
    except UNREADABLE:
        return None
    return str(value)


def id_json(id_text: str, ids: Ids) -> bytes:
    """Write an object's id as JSON: a number if new ids are numbers and it is one."""
    return id_text.encode() if ids == "int" and _INTEGER(id_text) else _encode(id_text)


def full() -> BambleweenyError:
    """Make the error of a collection without room."""
    return refusal(
        "collection_full", "The collection is full.",
        f"It has up to {OBJECTS} objects, or as 'max' says, of 1 MB together.",
    )  # fmt: skip


def uuid7(seconds: float, chance: Random) -> UUID:
    """Make a UUID that is greater than earlier ones, so that ids are in order of creation."""
    moment = int(seconds * 1000) & (1 << 48) - 1
    value = moment << 80 | 7 << 76 | chance.getrandbits(12) << 64
    return UUID(int=value | 0b10 << 62 | chance.getrandbits(62))


def _place(item: Item) -> tuple[int, int, str]:
    # NOTE: most ids are numbers from 1 on, and a regular expression takes longer.
    if item.id.isdigit() and item.id[0] != "0" and len(item.id) <= 18:
        return 0, int(item.id), ""
    return (0, int(item.id), "") if _INTEGER(item.id) else (1, 0, item.id)


def _with_id(id_text: str, value: bytes, ids: Ids) -> bytes | None:
    try:
        known = _known_id(value)
        if known is not None and str(known) == id_text:
            return value
        fields = _fields(value)
    except UNREADABLE:
        return None
    fields.pop("id", None)
    return _encode({"id": Raw(id_json(id_text, ids)), **fields})


def _known_id(value: bytes) -> int | str | None:
    try:
        return _head(value).id
    except msgspec.ValidationError:
        return None


def _id_of(known: bytes) -> dict[str, Raw]:
    return {name: raw for name, raw in _fields(known).items() if name == "id"}
