"""Refusals of parts of a route document.

`Refused` has a code of the catalogue; `read_document` makes the error of it, and names the JSON
path of the part.
"""

from collections.abc import Callable
from typing import TypeVar

from bambleweeny.errors import CATALOGUE, BambleweenyError

_T = TypeVar("_T")


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
