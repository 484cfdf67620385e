"""Which objects of a collection a query asks for, and in which order.

As json-server 0.17 does it: a field that no object has is no filter, a range compares numbers
with numbers and texts with texts, and of repeated values any counts. `_like` is a substring.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from bambleweeny.core.mocks.calls import UNREADABLE
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.errors import BambleweenyError

MOST_FILTERS = 50
MOST_VALUES = 50
"""Of one range, or of one `_like`; equality takes any number."""

_MOST_SORTS = 10
_MISSING = object()

_OPERATOR = re.compile(
    r"(.+?)(?:_(gte|lte|gt|lt|ne|like)|:(eq|ne|gte|lte|gt|lt|like|in|contains|startsWith|endsWith))"
).fullmatch
_INDEX = re.compile(r"\[(\d{1,9})\]", re.ASCII)
_RESERVED = frozenset(
    (
        "q", "_", "callback", "_delay", "_embed", "_end", "_expand", "_limit", "_order", "_page",
        "_per_page", "_sort", "_start",
    )
)  # fmt: skip
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII).fullmatch

_LEVELS = 100
"""So deep a search looks."""

_read = msgspec.json.Decoder(dict[str, Any], float_hook=float).decode

Object = Mapping[str, Any]
Test = Callable[[Object], bool]


class Sort(NamedTuple):
    """A field to sort by."""

    path: str
    descending: bool


def read_object(text: bytes) -> Object:
    """Read an object to compare it; one that nests too deep or has monstrous numbers is empty."""
    try:
        return _read(text)
    except UNREADABLE:
        return {}


def merged_lists(query: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the query with `id[]=1&id[]=2`, as some clients write a list, under the name `id`."""
    found: dict[str, list[str]] = {}
    for name, values in query.items():
        plain = name.removesuffix("[]")
        found[plain] = [*found[plain], *values] if plain in found else values
    return found


def tests_of(query: Mapping[str, list[str]], objects: Sequence[Object]) -> list[Test]:
    """Return what an object has to fulfil; past 50 filters it is `too_many_filters`."""
    names = [name for name in query if name not in _RESERVED]
    if len(names) > MOST_FILTERS:
        raise _too_many()
    tests: list[Test] = []
    for name in names:
        found = _OPERATOR(name)
        if _is_field(name, objects):
            tests.append(_equality(name, query[name]))
        elif found:
            operator = found[2] or found[3]
            values = _bounded(operator, query[name])
            tests.append(_test(found[1], _OPERATORS[operator], values, every=operator == "ne"))
    search = query.get("q", [""])[0].lower()
    if search:
        tests.append(lambda element: _contains(element, search))
    return tests


def sorts_of(query: Mapping[str, list[str]]) -> list[Sort]:
    """Read `_sort=-a,b`, or `_sort=a,b&_order=desc,asc`; up to 10 fields."""
    fields = [field for text in query.get("_sort", ()) for field in text.split(",") if field]
    orders = [order for text in query.get("_order", ()) for order in text.lower().split(",")]
    if len(fields) > _MOST_SORTS:
        raise _too_many()
    found = []
    for place, field in enumerate(fields):
        is_descending = place < len(orders) and orders[place] == "desc"
        found.append(Sort(field.removeprefix("-"), is_descending or field.startswith("-")))
    return found


def sort_key(sort: Sort) -> Callable[[Object], tuple[int, Any]]:
    """Return a key by which objects sort: numbers, texts, others, and last what has none."""

    def key(element: Object) -> tuple[int, Any]:
        value = value_at(element, sort.path)
        if value is _MISSING or value is None:
            return 3, 0
        if isinstance(value, bool | int | float):
            return 0, value
        if isinstance(value, list):
            return 1, ",".join(text_of(part) or "" for part in value)
        return (1, value) if isinstance(value, str) else (2, 0)

    return key


def value_at(element: Object, path: str) -> Any:
    """Return what stands at a path as `a.b`, `a.0` or `a[0]`."""
    if path in element:
        return element[path]
    value: Any = element
    for step in _INDEX.sub(r".\1", path).split("."):
        if isinstance(value, dict):
            value = value.get(step, _MISSING)
        elif isinstance(value, list) and step.isascii() and step.isdigit():
            value = value[int(step[:9])] if int(step[:9]) < len(value) else _MISSING
        else:
            return _MISSING
    return value


def text_of(value: Any) -> str | None:
    """Return a scalar as a query writes it, else None."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, int | float) else None


def _is_field(name: str, objects: Sequence[Object]) -> bool:
    return any(value_at(element, name) is not _MISSING for element in objects)


def _equality(path: str, values: Sequence[str]) -> Test:
    wanted = set(values) | {t for t in map(text_of, map(_number, values)) if t is not None}

    def matches(element: Object) -> bool:
        value = value_at(element, path)
        if isinstance(value, list):
            return any(text_of(part) in wanted for part in value)
        return value is not _MISSING and text_of(value) in wanted

    return matches


def _test(
    path: str, fits: Callable[[Any, str], bool], values: Sequence[str], *, every: bool
) -> Test:
    combine = all if every else any

    def matches(element: Object) -> bool:
        value = value_at(element, path)
        if value is _MISSING or value is None:
            return False
        return combine(fits(value, wanted) for wanted in values)

    return matches


def _bounded(operator: str, values: Sequence[str]) -> Sequence[str]:
    if operator == "in":
        values = [part for value in values for part in value.split(",")]
    if len(values) > MOST_VALUES:
        raise _too_many()
    return values


def _is_equal(value: Any, wanted: str) -> bool:
    if isinstance(value, list):
        return any(_is_equal(part, wanted) for part in value)
    found = text_of(value)
    return found == wanted or (found is not None and found == text_of(_number(wanted)))


def _compared(value: Any, wanted: str) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        number = _number(wanted)
        return None if number is None else (value > number) - (value < number)
    return (value > wanted) - (value < wanted) if isinstance(value, str) else None


def _number(text: str) -> float | int | None:
    if not _NUMBER(text):
        return None
    return float(text) if any(c in text for c in ".eE") else int(text)


def _some(value: Any, fits: Callable[[str], bool]) -> bool:
    parts = value if isinstance(value, list) else [value]
    return any(fits(text.lower()) for text in map(text_of, parts) if text is not None)


def _in_range(fits: Callable[[int], bool]) -> Callable[[Any, str], bool]:
    def matches(value: Any, wanted: str) -> bool:
        order = _compared(value, wanted)
        return order is not None and fits(order)

    return matches


def _like(value: Any, wanted: str) -> bool:
    return _some(value, lambda text: wanted.lower() in text)


_OPERATORS: dict[str, Callable[[Any, str], bool]] = {
    "eq": _is_equal,
    "in": _is_equal,
    "ne": lambda value, wanted: not _is_equal(value, wanted),
    "gt": _in_range(lambda order: order > 0),
    "gte": _in_range(lambda order: order >= 0),
    "lt": _in_range(lambda order: order < 0),
    "lte": _in_range(lambda order: order <= 0),
    "like": _like,
    "contains": _like,
    "startsWith": lambda value, w: _some(value, lambda text: text.startswith(w.lower())),
    "endsWith": lambda value, w: _some(value, lambda text: text.endswith(w.lower())),
}


def _contains(value: Any, search: str, levels: int = _LEVELS) -> bool:
    if isinstance(value, dict | list) and levels:
        parts = value.values() if isinstance(value, dict) else value
        return any(_contains(part, search, levels - 1) for part in parts)
    text = text_of(value)
    return text is not None and search in text.lower()


def _too_many() -> BambleweenyError:
    return refusal(
        "too_many_filters", "The query has too many filters.",
        f"It has up to {MOST_FILTERS}, with {MOST_VALUES} values each, and {_MOST_SORTS} fields to "
        "sort by.",
    )  # fmt: skip
