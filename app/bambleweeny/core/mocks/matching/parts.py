"""Values that conditions compare: texts of a request, and parts of its JSON body."""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.calls import UNREADABLE
from bambleweeny.core.mocks.limits import TEXT_CHARACTERS

decode = msgspec.json.Decoder(float_hook=Decimal).decode
"""Reads JSON; numbers stay exact."""

_MOST_BYTES = 4 * TEXT_CHARACTERS + 2
_UNFIT = object()
"""A value that cannot be compared: it is unlike every other."""


class Part:
    """A part of a JSON body; it is parsed at most once, however many conditions test it."""

    __slots__ = ("_plain", "_text", "raw")

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self._plain: Any = None
        self._text: str | None = None

    @property
    def text(self) -> str:
        """A JSON string as it reads, other JSON as it is written."""
        if self._text is None:
            self._text = _text_of(bytes(self.raw))
        return self._text

    @property
    def plain(self) -> Any:
        """Its value, numbers exact; past 8 kB one that is unlike every other."""
        if self._plain is None:
            self._plain = _value_of(self.raw)
        return self._plain

    @property
    def elements(self) -> int:
        """The most elements that it may have if it is a list, else 0."""
        data = memoryview(self.raw)
        size = data.nbytes
        return size >> 1 if size <= _MOST_BYTES and bytes(data[:1]) == b"[" else 0


Value = str | Part
"""A text, or a part of a JSON body."""


def text_of(value: Value) -> str:
    """Return a value as text."""
    return value if isinstance(value, str) else value.text


def plain(value: Value) -> Any:
    """Return a value that can be compared: a text of up to 8 kB, or what JSON says."""
    if isinstance(value, str):
        return value if len(value) <= TEXT_CHARACTERS else _UNFIT
    return value.plain


def same(found: Any, wanted: Any) -> bool:
    """Whether a value is as wanted: numbers by their value, a text that is one among them."""
    if isinstance(wanted, bool) or isinstance(found, bool) or wanted is None:
        return found is wanted
    if isinstance(wanted, int | Decimal):
        return number_of(found) == wanted
    if isinstance(wanted, list) and isinstance(found, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return found.keys() == wanted.keys() and all(same(found[k], wanted[k]) for k in wanted)
    return type(found) is type(wanted) and bool(found == wanted)


def number_of(value: Any) -> Decimal | int | None:
    """Return a number, or a text that is one as JSON has it, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, str) and len(value) <= 64 and value == value.strip():
        try:
            found = decode(value)
        except (*UNREADABLE, ArithmeticError, ValueError):
            return None
        return None if isinstance(found, str) else number_of(found)
    return None


def _text_of(data: bytes) -> str:
    if data.startswith(b'"'):
        try:
            return str(decode(data))
        except UNREADABLE:
            return ""
    return data[: _MOST_BYTES + 2].decode("utf-8", "ignore")


def _value_of(raw: Raw) -> Any:
    if memoryview(raw).nbytes > _MOST_BYTES:
        return _UNFIT
    try:
        found = decode(raw)
    except (*UNREADABLE, ArithmeticError, ValueError):
        return _UNFIT
    return _UNFIT if isinstance(found, str) and len(found) > TEXT_CHARACTERS else found
