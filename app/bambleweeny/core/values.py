"""Values as JSON has them: as text where the bytes are UTF-8, else in Base64."""

from hashlib import sha1

import msgspec

MOST_BYTES_AT_ONCE = 16 << 20
"""So much may the values of one answer add up to."""

MOST_BYTES_OF_A_PAGE = 1 << 20
"""So much the items of a list that one call answers may add up to."""
FEW_BYTES = 1 << 20
"""Answers whose values add up to more are made one at a time in a process."""


# JSON writes each of these as six characters, as in "\\u0000".
_LONG_IN_JSON = bytes(set(range(0x20)) - set(b"\b\t\n\f\r"))
_SHORT = 256


class Base64(msgspec.Struct, forbid_unknown_fields=True):
    """Bytes that are not text, or whose text would be much longer in JSON."""

    base64: bytes


def etag_of(value: bytes) -> str:
    """Give the strong entity tag of a value."""
    return f'"{sha1(value, usedforsecurity=False).hexdigest()}"'


def value_of(data: bytes) -> str | Base64:
    """Return bytes as JSON has them: as text, or in base64 where they are not UTF-8.

    Text of more than 256 bytes is in base64 too if over one in 16 is a control character. So
    the JSON of 16 MB of values is at most 36 MB long, or 2.25 times the size of a longer one.
    """
    if len(data) > _SHORT:
        controls = len(data) - len(data.translate(None, _LONG_IN_JSON))
        if controls > len(data) // 16:
            return Base64(data)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Base64(data)


def bytes_of(value: str | Base64) -> bytes:
    """Give the bytes that a value stands for."""
    return value.encode() if isinstance(value, str) else value.base64
