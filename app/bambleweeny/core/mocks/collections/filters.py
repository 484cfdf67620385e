"""Which objects of a collection a query asks for, and in which order.

As json-server 0.17 does it: a field that no object has is no filter, a range compares numbers
with numbers and texts with texts, and of repeated values any counts. `_like` is a substring.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from bambleweeny.core.mocks.calls import UNREADABLE
from bambleweeny.core.mocks.collections.fields import (
    MISSING,
    MOST_FILTERS,
    MOST_SORTS,
    MOST_VALUES,
    Field,
    Object,
    Work,
    cost_of,
    text_of,
    texts_of,
    too_many,
)

_OPERATOR = re.compile(
    r"(.+?)(?:_(gte|lte|gt|lt|ne|like)|:(eq|ne|gte|lte|gt|lt|like|in|contains|startsWith|endsWith))"
).fullmatch
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

Test = Callable[[Object], bool]


class Sort(NamedTuple):
    """A field to sort by."""

    field: Field
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


def tests_of(query: Mapping[str, list[str]], objects: Sequence[Object], work: Work) -> list[Test]:
    """Return what an object has to fulfil; past 50 filters it is `too_many_filters`."""
    names = [name for name in query if name not in _RESERVED]
    if len(names) > MOST_FILTERS:
        raise too_many()
    tests: list[Test] = []
    for name in names:
        field = Field(name)
        found = _OPERATOR(name)
        if field.is_in(objects, work):
            tests.append(_equality(field, query[name], work))
        elif found:
            tests.append(_test(Field(found[1]), found[2] or found[3], query[name], work))
    search = query.get("q", [""])[0].lower()
    if search:
        tests.append(lambda element: _contains(element, search, work))
    return tests


def sorts_of(query: Mapping[str, list[str]]) -> list[Sort]:
    """Read `_sort=-a,b`, or `_sort=a,b&_order=desc,asc`; up to 10 fields."""
    fields = [field for text in query.get("_sort", ()) for field in text.split(",") if field]
    orders = [order for text in query.get("_order", ()) for order in text.lower().split(",")]
    if len(fields) > MOST_SORTS:
        raise too_many()
    found = []
    for place, field in enumerate(fields):
        is_descending = place < len(orders) and orders[place] == "desc"
        path = Field(field.removeprefix("-"))
        found.append(Sort(path, is_descending or field.startswith("-")))
    return found


def sort_key(sort: Sort, work: Work) -> Callable[[Object], tuple[int, Any]]:
    """Return a key by which objects sort: numbers, texts, others, and last what has none."""

    def key(element: Object) -> tuple[int, Any]:
        value = sort.field.of(element)
        if value is MISSING or value is None:
            return 3, 0
        if isinstance(value, bool | int | float):
            return 0, value
        if isinstance(value, list):
            work.spend(3 * len(value))
            return 1, ",".join(text_of(part) or "" for part in value)
        return (1, value) if isinstance(value, str) else (2, 0)

    return key


def _equality(field: Field, values: Sequence[str], work: Work, *, is_not: bool = False) -> Test:
    wanted = set(values) | {t for t in map(text_of, map(_number, values)) if t is not None}

    def matches(element: Object) -> bool:
        value = field.of(element)
        if value is MISSING or (value is None and is_not):
            return False
        return any(text in wanted for text in texts_of(value, work)) != is_not

    return matches


def _test(field: Field, operator: str, values: Sequence[str], work: Work) -> Test:
    if operator == "in":
        values = [part for value in values for part in value.split(",")]
    if len(values) > MOST_VALUES:
        raise too_many()
    if operator in ("eq", "in", "ne"):
        return _equality(field, values, work, is_not=operator == "ne")
    if operator in _ORDERS:
        return _range(field, _ORDERS[operator], values, work)
    return _search(field, _SEARCHES[operator], [value.lower() for value in values], work)


def _range(field: Field, fits: Callable[[int], bool], values: Sequence[str], work: Work) -> Test:
    wanted = [(value, _number(value)) for value in values]

    def matches(element: Object) -> bool:
        value = field.of(element)
        work.spend(len(wanted))
        orders = (_compared(value, text, number) for text, number in wanted)
        return any(order is not None and fits(order) for order in orders)

    return matches


def _search(
    field: Field, fits: Callable[[str, str], bool], values: Sequence[str], work: Work
) -> Test:
    def matches(element: Object) -> bool:
        texts = texts_of(field.of(element), work)
        work.spend(cost_of(texts) * len(values))
        lower = [text.lower() for text in texts]
        return any(fits(text, wanted) for wanted in values for text in lower)

    return matches


def _compared(value: Any, text: str, number: float | int | None) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return None if number is None else (value > number) - (value < number)
    return (value > text) - (value < text) if isinstance(value, str) else None


def _number(text: str) -> float | int | None:
    if not _NUMBER(text):
        return None
    return float(text) if any(c in text for c in ".eE") else int(text)


_ORDERS: dict[str, Callable[[int], bool]] = {
    "gt": lambda order: order > 0,
    "gte": lambda order: order >= 0,
    "lt": lambda order: order < 0,
    "lte": lambda order: order <= 0,
}
_SEARCHES: dict[str, Callable[[str, str], bool]] = {
    "like": lambda text, wanted: wanted in text,
    "contains": lambda text, wanted: wanted in text,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}


def _contains(value: Any, search: str, work: Work, levels: int = _LEVELS) -> bool:
    if isinstance(value, dict | list) and levels:
        work.spend(len(value))
        parts = value.values() if isinstance(value, dict) else value
        return any(_contains(part, search, work, levels - 1) for part in parts)
    text = text_of(value)
    return text is not None and search in text.lower()
