"""Items and records of lists in the format that the engine stores.

`items.lua` and `list_counters.lua` have the same formats. An item is eight bytes of id and the
body. If it has more fields, the first bit is set and a header follows the id.
"""

import struct
from typing import NamedTuple

NUMBERS = "numbers"
"""The field of a list's record that every call changes."""

ID_BYTES = 8
_MARK = 1 << 63
_HEADER = struct.Struct(">HQQ")
_NUMBERS = struct.Struct(">?QQQQ")


class StoredItem(NamedTuple):
    """An item. `came` and `expires` are in ms since 1970; `expires` is 0 if it has no TTL."""

    id: int
    body: bytes
    attempts: int = 0
    came: int = 0
    expires: int = 0
    reason: str = ""
    origin: str = ""


def unpack_item(data: bytes) -> StoredItem:
    """Decode an item."""
    first = int.from_bytes(data[:ID_BYTES])
    if not first & _MARK:
        return StoredItem(first, data[ID_BYTES:], came=first // 1000)
    attempts, came, expires = _HEADER.unpack_from(data, ID_BYTES)
    reason, place = _text_at(data, ID_BYTES + _HEADER.size)
    origin, place = _text_at(data, place)
    return StoredItem(first - _MARK, data[place:], attempts, came, expires, reason, origin)


def pack_item(item: StoredItem) -> bytes:
    """Encode an item, without a header if all other fields have their defaults."""
    if item == StoredItem(item.id, item.body, came=item.id // 1000):
        return item.id.to_bytes(ID_BYTES) + item.body
    header = _HEADER.pack(item.attempts, item.came, item.expires)
    texts = (text.encode() for text in (item.reason, item.origin))
    return b"".join(
        [
            (item.id | _MARK).to_bytes(ID_BYTES),
            header,
            *(bytes([len(text)]) + text for text in texts),
            item.body,
        ]
    )


class ListNumbers(NamedTuple):
    """Bytes of a list, how many items came and went, and the highest id.

    `is_careful` marks a list that needs the slow path: it has items that are not ready or have
    a TTL, or a policy.
    """

    is_careful: bool = False
    bytes: int = 0
    came: int = 0
    went: int = 0
    last: int = 0


def unpack_numbers(data: bytes | None) -> ListNumbers:
    """Decode the numbers; all are 0 if the record has none."""
    return ListNumbers(*_NUMBERS.unpack(data)) if data else ListNumbers()


def pack_numbers(numbers: ListNumbers) -> bytes:
    """Encode the numbers."""
    return _NUMBERS.pack(*numbers)


def _text_at(data: bytes, place: int) -> tuple[str, int]:
    end = place + 1 + data[place]
    return data[place + 1 : end].decode(), end
