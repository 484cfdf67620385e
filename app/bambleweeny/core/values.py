"""Values as JSON has them: as text where the bytes are UTF-8, else in Base64."""

from hashlib import sha1

import msgspec

MOST_BYTES_AT_ONCE = 16 << 20
"""So much may the values of one answer add up to."""

MOST_BYTES_OF_A_PAGE = 1 << 20
"""So much the items of a list that one call answers may add up to."""
FEW_BYTES = 1 << 20
"""Answers whose values add up to more are made one at a time in a process."""


class Base64(msgspec.Struct, forbid_unknown_fields=True):
    """Bytes that are not text."""

    base64: bytes


def etag_of(value: bytes) -> str:
    """Give the strong entity tag of a value."""
    return f'"{sha1(value, usedforsecurity=False).hexdigest()}"'


def value_of(data: bytes) -> str | Base64:
    """Give bytes as JSON has them."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Base64(data)


def bytes_of(value: str | Base64) -> bytes:
    """Give the bytes that a value stands for."""
    return value.encode() if isinstance(value, str) else value.base64
