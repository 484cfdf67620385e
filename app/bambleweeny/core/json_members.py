"""Duplicate members of JSON objects, which are refused: decoders disagree on which one counts."""

from collections.abc import Callable
from json import JSONDecoder
from typing import Any, NamedTuple

from bambleweeny.core.texts import NO_UTF8
from bambleweeny.errors import InvalidRequest

_LONGEST_SHOWN = 64

Pairs = list[tuple[str, Any]]


class _Doubled(NamedTuple):
    """Marks an object that has a duplicate member at any level."""

    name: str


def refuse_doubled(text: bytes) -> None:
    """Raise InvalidRequest if any object in a JSON text has a duplicate member.

    The text must be valid JSON. O(length): some µs for the options of a call.
    """
    if b"{" in text:
        _load(text, _refusing)


def refuse_doubled_in_patch(patch: bytes) -> None:
    """Raise InvalidRequest if a merge patch has a duplicate member; arrays are not searched."""
    if b"{" in patch:
        found = _load(patch, _finding)
        if isinstance(found, _Doubled):
            raise _error(found.name)


def _load(text: bytes, decode: Callable[[str], Any]) -> Any:
    try:
        return decode(text.decode())
    except UnicodeDecodeError as ex:
        # NOTE: parts that stay undecoded may have any bytes.
        raise InvalidRequest("The body is not valid JSON.", hint=NO_UTF8) from ex
    except RecursionError as ex:
        raise InvalidRequest("The body is not valid JSON.", hint="It has too many levels.") from ex


def _refuse(pairs: Pairs) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _error(_name_of(pairs))


def _first_doubled(pairs: Pairs) -> _Doubled | None:
    if len(dict(pairs)) < len(pairs):
        return _Doubled(_name_of(pairs))
    return next((value for _, value in pairs if isinstance(value, _Doubled)), None)


# NOTE: numbers stay text, since the cost of a long one grows with the square of its length.
_refusing = JSONDecoder(object_pairs_hook=_refuse, parse_int=str, parse_float=str).decode
_finding = JSONDecoder(object_pairs_hook=_first_doubled, parse_int=str, parse_float=str).decode


def _name_of(pairs: Pairs) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            break
        seen.add(name)
    return name


def _error(name: str) -> InvalidRequest:
    return InvalidRequest(f"The member '{name[:_LONGEST_SHOWN]}' is given more than once.")
