"""Values: bytes, with a view as text and as JSON; and checks of what calls are given."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha1
from json import dumps, loads
from typing import Any, Final

from bambleweeny.names import parse_duration

Data = bytes | bytearray | memoryview | str
"""The types of a value that calls accept; a str is sent as UTF-8."""

ABSENT: Final = object()
"""The default of `json=`, since None is JSON's null."""

_TEXT = "text/plain; charset=utf-8"
_BYTES = "text/plain"


class Value(bytes):
    """The bytes of a key, an item or a message, and their content type.

    A key that was read alone, as by `Keys.get`, has its ETag as `etag`, which `if_match` takes,
    and the seconds until it expires as `ttl`, or None if it does not expire.
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
        """Create a value from bytes."""
        value = super().__new__(cls, data)
        value.content_type, value.etag, value.ttl = content_type, etag, ttl
        return value

    @property
    def type(self) -> str:
        """The content type; the name is that of the option of `Keys.set`."""
        return self.content_type

    def text(self) -> str:
        """Return the bytes as text; UnicodeDecodeError if they are not UTF-8."""
        return self.decode()

    def json(self) -> Any:
        """Return the bytes decoded as JSON; ValueError if they are not JSON."""
        return loads(self)


def check_options(given: Iterable[str], options: Any) -> None:
    """Raise TypeError for an option that the TypedDict `options` does not have.

    NOTE: Python accepts any keyword for `**options`; a misspelt condition would be none.
    """
    known = options.__optional_keys__
    for name in given:
        if name not in known:
            from difflib import get_close_matches  # noqa: PLC0415  rarely needed

            near = get_close_matches(name.lower(), sorted({*known, "userid"}), n=1)
            advice = f" Did you mean '{near[0]}'?" if near else ""
            raise TypeError(f"There is no option '{name}'.{advice}")


def bytes_of(value: Data | None, json: object = ABSENT) -> bytes:
    """Return the bytes to send; TypeError for other types, or if both arguments are given."""
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
    """Return the ETag of a value: its SHA-1 in hex, in quotes."""
    return f'"{sha1(data, usedforsecurity=False).hexdigest()}"'


def packed(data: bytes) -> str | dict[str, str]:
    """Return bytes in their JSON form: a string if they are UTF-8, else `{"base64": ...}`."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


def seconds_of(duration: int | str | None) -> int | None:
    """Return the seconds of a duration such as `30` or `5m`; ValueError if it is invalid."""
    return None if duration is None else parse_duration(str(duration))


def unpacked(value: str | dict[str, str]) -> Value:
    """Return the value of the JSON form that `packed` makes."""
    if isinstance(value, str):
        return Value(value.encode(), _TEXT)
    return Value(b64decode(value["base64"]), _BYTES)
