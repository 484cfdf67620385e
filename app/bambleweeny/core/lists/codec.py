"""Items and records of lists in the format that the engine stores.

`items.lua` and `list_counters.lua` in `store/scripts/lib/` have the same formats. An item is eight
bytes of id and the body. If it has more fields, the first bit is set and a header follows the id.
"""

import struct
from typing import NamedTuple

COUNTERS_FIELD = "numbers"
"""The field of a list's record that each push and pop changes."""

ID_BYTES = 8
_MARK = 1 << 63
_HEADER = struct.Struct(">HQQ")
_COUNTERS = struct.Struct(">?QQQQ")


class StoredItem(NamedTuple):
    """An item. `arrived` and `expires` are in ms since 1970; `expires` is 0 without a TTL."""

    id: int
    body: bytes
    attempts: int = 0
    arrived: int = 0
    expires: int = 0
    reason: str = ""
    origin: str = ""


def unpack_item(data: bytes) -> StoredItem:
    """Decode an item."""
    first = int.from_bytes(data[:ID_BYTES])
    if not first & _MARK:
        return StoredItem(first, data[ID_BYTES:], arrived=first // 1000)
    attempts, arrived, expires = _HEADER.unpack_from(data, ID_BYTES)
    reason, offset = _text_at(data, ID_BYTES + _HEADER.size)
    origin, offset = _text_at(data, offset)
    return StoredItem(first - _MARK, data[offset:], attempts, arrived, expires, reason, origin)


def pack_item(item: StoredItem) -> bytes:
    """Encode an item, without a header if all other fields have their defaults."""
    if item == StoredItem(item.id, item.body, arrived=item.id // 1000):
        return item.id.to_bytes(ID_BYTES) + item.body
    header = _HEADER.pack(item.attempts, item.arrived, item.expires)
    texts = (text.encode() for text in (item.reason, item.origin))
    return b"".join(
        [
            (item.id | _MARK).to_bytes(ID_BYTES),
            header,
            *(bytes([len(text)]) + text for text in texts),
            item.body,
        ]
    )


class ListCounters(NamedTuple):
    """Bytes of a list, the numbers of items added and removed so far, and the highest id.

    `needs_slow_path` is true if the list has a policy, or items that are not ready or have a TTL.
    """

    needs_slow_path: bool = False
    bytes: int = 0
    total_in: int = 0
    total_out: int = 0
    last_id: int = 0


def unpack_counters(data: bytes | None) -> ListCounters:
    """Decode the counters; all are 0 if the record has none."""
    return ListCounters(*_COUNTERS.unpack(data)) if data else ListCounters()


def pack_counters(counters: ListCounters) -> bytes:
    """Encode the counters."""
    return _COUNTERS.pack(*counters)


def _text_at(data: bytes, offset: int) -> tuple[str, int]:
    end = offset + 1 + data[offset]
    return data[offset + 1 : end].decode(), end
