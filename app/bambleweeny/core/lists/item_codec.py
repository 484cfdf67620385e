"""Items as the engine keeps them; `items.lua` is the other side of this.

Eight bytes of id and the body. Where more is known of an item, the first bit is set and a
header follows the id.
"""

import struct
from typing import NamedTuple

ID_BYTES = 8
_MARK = 1 << 63
_HEADER = struct.Struct(">HQQ")


class StoredItem(NamedTuple):
    """An item. `came` and `expires` are in ms; one that does not expire has 0."""

    id: int
    body: bytes
    attempts: int = 0
    came: int = 0
    expires: int = 0
    reason: str = ""
    origin: str = ""


def unpack_item(data: bytes) -> StoredItem:
    """Read an item."""
    first = int.from_bytes(data[:ID_BYTES])
    if not first & _MARK:
        return StoredItem(first, data[ID_BYTES:], came=first // 1000)
    attempts, came, expires = _HEADER.unpack_from(data, ID_BYTES)
    reason, place = _text_at(data, ID_BYTES + _HEADER.size)
    origin, place = _text_at(data, place)
    return StoredItem(first - _MARK, data[place:], attempts, came, expires, reason, origin)


def pack_item(item: StoredItem) -> bytes:
    """Write an item; short where nothing is known of it."""
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


def _text_at(data: bytes, place: int) -> tuple[str, int]:
    end = place + 1 + data[place]
    return data[place + 1 : end].decode(), end
