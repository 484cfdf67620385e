"""Scalars of JSON schemas: which type a value has, and a value that fits a type and its bounds."""

from collections.abc import Callable
from math import isfinite
from typing import Any

from msgspec import Raw

_LONGEST_TEXT = 1000
_LARGEST = 10**300
"""Bounds from here on are ignored, since sums with them are not finite."""

_FORMATS = {
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:30:00Z",
    "time": "12:30:00Z",
    "duration": "P1D",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "email": "user@example.com",
    "idn-email": "user@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/example",
    "iri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "ZXhhbXBsZQ==",
    "binary": "",
    "password": "password",
}


def is_of_type(value: Any, schema: dict[str, Any]) -> bool:
    """Return whether a value has the type that its schema gives; without a type any has."""
    kinds = schema.get("type")
    named = kinds if isinstance(kinds, list) else [kinds]
    known = [_TYPES[kind] for kind in named if isinstance(kind, str) and kind in _TYPES]
    if value is None and schema.get("nullable") is True:
        return True
    return not known or any(is_of(value) for is_of in known)


def _is_whole(value: int | Raw) -> bool:
    return isinstance(value, int) or float(bytes(value)).is_integer()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Raw) and not isinstance(value, bool)


def _text(schema: dict[str, Any]) -> str:
    kind = schema.get("format")
    found = _FORMATS.get(kind, "string") if isinstance(kind, str) else "string"
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(found) < least:
        least = min(least, _LONGEST_TEXT)
        found = (found * (least // max(1, len(found)) + 1))[:least]
    return found[:most] if isinstance(most, int) and most >= 0 else found


def _number(schema: dict[str, Any]) -> int | float:
    low, high = _bound(schema, "minimum", 1), _bound(schema, "maximum", -1)
    step = _float(schema.get("multipleOf"))
    value = low if low is not None and low > 0 else min(0, 0 if high is None else high)
    if step and step > 0:
        multiple = -(-value // step) * step
        value = multiple if isfinite(multiple) else value
    return int(value) if float(value).is_integer() else value


def _integer(schema: dict[str, Any]) -> int:
    return int(_number(schema))


def _bound(schema: dict[str, Any], name: str, by: int) -> float | int | None:
    exclusive = schema.get("exclusive" + name.capitalize())
    bound = _float(schema.get(name))
    if exclusive is True and bound is not None:
        return bound + by
    other = None if isinstance(exclusive, bool) else _float(exclusive)
    return bound if other is None else other + by


def _float(value: Any) -> float | int | None:
    if isinstance(value, Raw):
        value = float(bytes(value))
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if abs(value) < _LARGEST else None


_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and _is_whole(value),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}

SCALARS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": lambda schema: True,
    "null": lambda schema: None,
}
"""By the type of a schema."""
