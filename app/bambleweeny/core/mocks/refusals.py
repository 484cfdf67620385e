"""Refusals of parts of a route document.

`Refused` has a code of the catalogue; `read_document` makes the error of it, and names the JSON
path of the part.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bambleweeny.errors import CATALOGUE, BambleweenyError

_T = TypeVar("_T")

Structs = Mapping[str, Any]
"""The structs of a document, by the field that has them; that of "" is the document."""

REFERENCE = "See /docs/mock-reference."

_UNKNOWN = re.compile(r"Object contains unknown field `(.{1,64}?)`(?: - at `\$(.*)`)?", re.DOTALL)
_FIELD = re.compile(r"\.(\w+)")


class Refused(ValueError):
    """A part of a route document cannot be used."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def refusal(code: str, info: str | None = None, hint: str | None = None) -> BambleweenyError:
    """Make the error of a code of the catalogue."""
    return CATALOGUE[code](info, hint=hint)


def located(where: str, make: Callable[..., _T], *args: object) -> _T:
    """Call `make`, and name the JSON path in what it refuses."""
    try:
        return make(*args)
    except Refused as ex:
        raise Refused(ex.code, _within(where, str(ex))) from ex


def _within(where: str, text: str) -> str:
    sentence, found, inner = text.partition(" - at `$")
    return f"{sentence} - at `${where}{inner if found else '`'}"


def advice_on(refused: str, structs: Structs, reference: str = REFERENCE) -> str:
    """Return the hint for a refused part of a document, with the field nearest to a wrong one."""
    found = _UNKNOWN.fullmatch(refused)
    guess = _guess(found[1], _FIELD.findall(found[2] or ""), structs) if found else ""
    return f"{guess} {reference}".lstrip()


def _guess(name: str, path: list[str], structs: Structs) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  a rare mistake need not slow the start

    here = structs.get(path[-1] if path else "")
    if near := get_close_matches(name.lower(), here.__struct_fields__ if here else (), 1):
        return f"Did you mean '{near[0]}'?"
    for place, struct in structs.items():
        if name in struct.__struct_fields__:
            owner = f"'{place}'" if place else "the document"
            return f"'{name}' is a field of {owner}."
    return ""
