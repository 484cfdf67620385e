"""A list's record in the format that the engine stores; `list_counters.lua` has the same format."""

import struct
from typing import NamedTuple

NUMBERS = "numbers"
"""The field of the record that every call changes."""

_FORM = struct.Struct(">?QQQQ")


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
    return ListNumbers(*_FORM.unpack(data)) if data else ListNumbers()


def pack_numbers(numbers: ListNumbers) -> bytes:
    """Encode the numbers."""
    return _FORM.pack(*numbers)
