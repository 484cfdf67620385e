"""A list's record as the engine keeps it; `list_counters.lua` is the other side of this."""

import struct
from typing import NamedTuple

NUMBERS = "numbers"
"""The field with what changes at each call."""

_FORM = struct.Struct(">?QQQQ")


class ListNumbers(NamedTuple):
    """How many bytes a list has, how many items came and went, and the highest id of all.

    One that is to be treated carefully has more than ready items that stay.
    """

    is_careful: bool = False
    bytes: int = 0
    came: int = 0
    went: int = 0
    last: int = 0


def unpack_numbers(data: bytes | None) -> ListNumbers:
    """Read the numbers; all are 0 where there are none."""
    return ListNumbers(*_FORM.unpack(data)) if data else ListNumbers()


def pack_numbers(numbers: ListNumbers) -> bytes:
    """Write the numbers."""
    return _FORM.pack(*numbers)
