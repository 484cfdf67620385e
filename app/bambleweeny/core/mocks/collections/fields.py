"""Fields of objects, as a query names them, and the work that a query may cause.

A path is read once for each request. What a query compares is counted: the time of one request
stays bounded, whatever the objects are and whatever the query asks for.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bambleweeny.core.mocks.limits import COMPARISONS, FIELD_CHARACTERS, FIELD_STEPS
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.errors import BambleweenyError

MISSING = object()
"""The value of a field that an object does not have."""

MOST_FILTERS = 50
MOST_VALUES = 50
"""Of one range, or of one `_like`; equality takes any number."""

MOST_SORTS = 10

_INDEX = re.compile(r"\[(\d{1,9})\]", re.ASCII)

Object = Mapping[str, Any]


class Work:
    """What one query may still compare."""

    __slots__ = ("_left",)

    def __init__(self, comparisons: int = COMPARISONS) -> None:
        self._left = comparisons

    def spend(self, comparisons: int) -> None:
        """Count comparisons; past the bound it is `too_many_filters`."""
        self._left -= comparisons
        if self._left < 0:
            raise too_many()


class Field:
    """A field by its path, as `a.b`, `a.0` or `a[0]`; a long one is `too_many_filters`."""

    __slots__ = ("_path", "_steps")

    def __init__(self, path: str) -> None:
        if len(path) > FIELD_CHARACTERS:
            raise too_many()
        self._path = path
        self._steps = _INDEX.sub(r".\1", path).split(".")
        if len(self._steps) > FIELD_STEPS:
            raise too_many()

    def of(self, element: Object) -> Any:
        """Return the value that an object has there, or MISSING. O(steps)."""
        if self._path in element:
            return element[self._path]
        value: Any = element
        for step in self._steps:
            if isinstance(value, dict):
                value = value.get(step, MISSING)
            elif isinstance(value, list) and step.isascii() and step.isdigit():
                value = value[int(step[:9])] if int(step[:9]) < len(value) else MISSING
            else:
                return MISSING
        return value

    def is_in(self, objects: Sequence[Object], work: Work) -> bool:
        """Return whether any of the objects has it."""
        work.spend(len(objects) * len(self._steps))
        return any(self.of(element) is not MISSING for element in objects)


def text_of(value: Any) -> str | None:
    """Return a scalar as a query writes it, else None."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, int | float) else None


def texts_of(value: Any, work: Work) -> list[str]:
    """Return the texts of a scalar, or of the elements of a list."""
    parts = value if isinstance(value, list) else [value]
    work.spend(len(parts))
    return [text for text in map(text_of, parts) if text is not None]


def cost_of(texts: Sequence[str]) -> int:
    """Return how many comparisons one search in the texts counts as."""
    return len(texts) + (sum(map(len, texts)) >> 6)


def too_many() -> BambleweenyError:
    """Make the error of a query that asks for too much."""
    return refusal(
        "too_many_filters", "The query has too many filters.",
        f"It has up to {MOST_FILTERS}, with {MOST_VALUES} values each, and {MOST_SORTS} fields to "
        f"sort by; a field has up to {FIELD_STEPS} names and {FIELD_CHARACTERS} characters. Long "
        "lists and texts in the objects allow fewer filters.",
    )  # fmt: skip
