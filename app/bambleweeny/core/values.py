"""Values in JSON: text if the bytes are UTF-8, else Base64."""

from hashlib import sha1

import msgspec

MOST_BYTES_AT_ONCE = 16 << 20
"""The maximum of all values in one answer."""

MOST_BYTES_OF_A_PAGE = 1 << 20
"""The maximum of all items of a list in one answer."""
FEW_BYTES = 1 << 20
"""A process builds answers with more bytes of values one at a time."""


# JSON writes each of these as six characters, such as "\\u0000".
_LONG_IN_JSON = bytes(set(range(0x20)) - set(b"\b\t\n\f\r"))
_ESCAPED_IN_JSON = _LONG_IN_JSON + b'"\\\b\t\n\f\r'
_SHORT = 256
_LONG = 128 << 10


class Base64(msgspec.Struct, forbid_unknown_fields=True):
    """Bytes that are not text, or whose text would be much longer in JSON."""

    base64: bytes


def etag_of(value: bytes) -> str:
    """Return the strong entity tag of a value (RFC 9110, section 8.8.3)."""
    return f'"{sha1(value, usedforsecurity=False).hexdigest()}"'


def value_of(data: bytes) -> str | Base64:
    """Return bytes as JSON shows them: text, or Base64 if they are not UTF-8.

    Text of more than 256 bytes is in Base64 too if over one in 16 is a control character, and
    text of over 128 kB if over a third are characters that JSON escapes. So the JSON of 16 MB of
    values is at most 36 MB long, and that of one larger value at most 2.25 times its size.
    """
    if len(data) > _SHORT and _is_share(data, _LONG_IN_JSON, 16):
        return Base64(data)
    if len(data) > _LONG and _is_share(data, _ESCAPED_IN_JSON, 3):
        return Base64(data)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Base64(data)


def _is_share(data: bytes, characters: bytes, share: int) -> bool:
    """Return whether over one in `share` bytes is one of these characters."""
    return len(data) - len(data.translate(None, characters)) > len(data) // share


def bytes_of(value: str | Base64) -> bytes:
    """Return the bytes of a value."""
    return value.encode() if isinstance(value, str) else value.base64
