"""Values: bytes, with a view as text and as JSON."""

from base64 import b64decode, b64encode
from hashlib import sha1
from json import dumps, loads
from typing import Any, Final

from bambleweeny.names import parse_duration

Data = bytes | bytearray | memoryview | str
"""What a value can be given as; a str is sent as UTF-8."""

ABSENT: Final = object()
"""Stands for a `json=` that was not given, since None is JSON's null."""

_TEXT = "text/plain; charset=utf-8"
_BYTES = "text/plain"


class Value(bytes):
    """The bytes of a key or an item, and the content type they came with.

    Of a key that was read alone `etag` is what `if_match` takes, and `ttl` the seconds
    that it lasts, or None.
    """

    content_type: str
    etag: str | None
    ttl: int | None

    def __new__(
        cls,
        data: bytes = b"",
        content_type: str = "",
        *,
        etag: str | None = None,
        ttl: int | None = None,
    ) -> "Value":
        """Make a value of bytes."""
        value = super().__new__(cls, data)
        value.content_type, value.etag, value.ttl = content_type, etag, ttl
        return value

    @property
    def type(self) -> str:
        """The content type, under the name by which it is given."""
        return self.content_type

    def text(self) -> str:
        """Give the bytes as text; UnicodeDecodeError where they are no UTF-8."""
        return self.decode()

    def json(self) -> Any:
        """Give what the bytes say as JSON; ValueError where they are none."""
        return loads(self)


def bytes_of(value: Data | None, json: object = ABSENT) -> bytes:
    """Give the bytes to send; TypeError where it would have to guess them."""
    if json is not ABSENT:
        if value is not None:
            raise TypeError("Give a value or json=, not both.")
        return dumps(json, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    kind = type(value).__name__
    raise TypeError(f"A value is bytes or str, not {kind}; give anything else as json=.")


def etag_of(data: bytes) -> str:
    """Give the ETag of a value, which is its SHA-1."""
    return f'"{sha1(data, usedforsecurity=False).hexdigest()}"'


def packed(data: bytes) -> str | dict[str, str]:
    """Give bytes as they stand in JSON: text where they are UTF-8, else Base64."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


def seconds_of(duration: int | str | None) -> int | None:
    """Give the seconds of a duration as `30` or `5m`; ValueError where it is none."""
    return None if duration is None else parse_duration(str(duration))


def unpacked(value: str | dict[str, str]) -> Value:
    """Give the value that stands in JSON."""
    if isinstance(value, str):
        return Value(value.encode(), _TEXT)
    return Value(b64decode(value["base64"]), _BYTES)
