"""What a condition says of one value: a text with wildcards, presence, any-of, operators.

A matcher is made once from the document and tests the values that a request has there: none,
one, or several if a query repeats a name. `packed` is the same as plain lists, for the
script that tests keys.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.calls import UNREADABLE
from bambleweeny.core.mocks.limits import JSON_LEVELS, TEXT_CHARACTERS
from bambleweeny.core.mocks.matching.wildcards import pieces_of, wildcard
from bambleweeny.core.mocks.refusals import Refused

Value = str | Raw
"""A text, or a part of a JSON body."""

Matcher = Callable[[Sequence[Value]], bool]

_decode = msgspec.json.Decoder(float_hook=Decimal).decode

_OPERATORS = ("is", "not", "has", "gt", "gte", "lt", "lte")
_UNFIT = object()
"""A value that cannot be compared: it is unlike every other."""


def spec_of(raw: Raw) -> Any:
    """Read what a document says of a value; numbers stay exact."""
    try:
        spec = _decode(raw)
    except (*UNREADABLE, ArithmeticError, ValueError) as ex:
        raise Refused("invalid_condition", "A condition has a number out of range") from ex
    _check_levels(spec, JSON_LEVELS)
    return spec


def matcher_of(spec: Any) -> Matcher:
    """Make a matcher of a condition; raises Refused if it is invalid."""
    if isinstance(spec, bool):
        return _present if spec else _absent
    if isinstance(spec, str):
        return _like(spec)
    if isinstance(spec, list):
        return _any_of(spec)
    if isinstance(spec, dict):
        return _all_of(spec)
    return lambda values: any(same(plain(value), spec) for value in values)


def packed(spec: Any) -> list[Any]:
    """Return a condition on a key as the script takes it: an operator and its operands.

    A key's value is a text. `["any", ...]` and `["all", ...]` have further conditions,
    `["like", pieces...]` has what stands between the wildcards, `["set"]` and `["unset"]`
    have nothing, `["eq", number]` compares numbers.
    """
    matcher_of(spec)
    if isinstance(spec, bool):
        return ["set"] if spec else ["unset"]
    if isinstance(spec, str):
        pieces = pieces_of(spec)
        return ["is", spec] if len(pieces) == 1 else ["like", *pieces]
    if isinstance(spec, list):
        return ["any", *map(packed, spec)]
    if isinstance(spec, dict):
        return ["all", *(_packed_operator(name, spec[name]) for name in spec)]
    return _packed_equality(spec)


def text_of(value: Value) -> str:
    """Return a value as text: a JSON string as it reads, other JSON as it is written."""
    if isinstance(value, str):
        return value
    data = bytes(value)
    if data.startswith(b'"'):
        try:
            return str(_decode(data))
        except UNREADABLE:
            return ""
    return data[: 4 * TEXT_CHARACTERS + 4].decode("utf-8", "ignore")


def plain(value: Value) -> Any:
    """Return a value that can be compared: of JSON its value, numbers exact, up to 8 kB."""
    if isinstance(value, str):
        return value if len(value) <= TEXT_CHARACTERS else _UNFIT
    if memoryview(value).nbytes > 4 * TEXT_CHARACTERS + 2:
        return _UNFIT
    try:
        found = _decode(value)
    except (*UNREADABLE, ArithmeticError, ValueError):
        return _UNFIT
    return _UNFIT if isinstance(found, str) and len(found) > TEXT_CHARACTERS else found


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
            found = _decode(value)
        except (*UNREADABLE, ArithmeticError, ValueError):
            return None
        return None if isinstance(found, str) else number_of(found)
    return None


def _check_levels(spec: Any, levels: int) -> None:
    if not levels:
        raise Refused("invalid_condition", f"A condition has up to {JSON_LEVELS} levels")
    parts = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ()
    for part in parts:
        _check_levels(part, levels - 1)


def _like(pattern: str) -> Matcher:
    matches = wildcard(pattern)

    def matcher(values: Sequence[Value]) -> bool:
        for value in values:  # noqa: SIM110 - a generator takes twice as long
            if matches(value if isinstance(value, str) else text_of(value)):
                return True
        return False

    return matcher


def _present(values: Sequence[Value]) -> bool:
    return bool(values)


def _absent(values: Sequence[Value]) -> bool:
    return not values


def _any_of(specs: list[Any]) -> Matcher:
    if any(isinstance(spec, list) for spec in specs):
        raise Refused("invalid_condition", "A list of a condition has a list in it")
    matchers = [matcher_of(spec) for spec in specs]
    return lambda values: any(matches(values) for matches in matchers)


def _all_of(spec: dict[str, Any]) -> Matcher:
    if not spec:
        raise Refused("invalid_condition", "An object of a condition has an operator at least")
    excluded = [_equal_to(wanted) for wanted in _choices(spec)]
    tests = [_operator(name, spec[name]) for name in spec if name != "not"]

    def matches(values: Sequence[Value]) -> bool:
        if any(test(value) for test in excluded for value in values):
            return False
        return not tests or any(all(test(value) for test in tests) for value in values)

    return matches


def _choices(spec: dict[str, Any]) -> list[Any]:
    if "not" not in spec:
        return []
    return spec["not"] if isinstance(spec["not"], list) else [spec["not"]]


def _operator(name: str, wanted: Any) -> Callable[[Value], bool]:
    if name == "is":
        return _equal_to(wanted)
    if name == "has":
        return _containing(wanted)
    if name not in _OPERATORS:
        known = " ".join(_OPERATORS)
        raise Refused("invalid_condition", f"'{name[:64]}' is no operator: {known}")
    if isinstance(wanted, bool) or not isinstance(wanted, str | int | Decimal):
        raise Refused("invalid_condition", f"The operator '{name}' takes a number or a text")
    return lambda value: _is_in_order(plain(value), name, wanted)


def _equal_to(wanted: Any) -> Callable[[Value], bool]:
    return lambda value: same(plain(value), wanted)


def _containing(wanted: Any) -> Callable[[Value], bool]:
    if not isinstance(wanted, str):
        return lambda value: _is_element(plain(value), wanted)

    def contains(value: Value) -> bool:
        if isinstance(value, str) or bytes(memoryview(value)[:1]) == b'"':
            return wanted in text_of(value)[:TEXT_CHARACTERS]
        found = plain(value)
        return wanted in found if isinstance(found, dict) else _is_element(found, wanted)

    return contains


def _is_element(found: Any, wanted: Any) -> bool:
    return isinstance(found, list) and any(same(element, wanted) for element in found)


def _is_in_order(found: Any, name: str, wanted: Any) -> bool:
    if not isinstance(wanted, str):
        found = number_of(found)
        if found is None:
            return False
    elif not isinstance(found, str):
        return False
    if name == "gt":
        return bool(found > wanted)
    if name == "gte":
        return bool(found >= wanted)
    return bool(found < wanted) if name == "lt" else bool(found <= wanted)


def _packed_operator(name: str, wanted: Any) -> list[Any]:
    if name == "not":
        return ["not", ["any", *map(_packed_equality, _choices({"not": wanted}))]]
    if name == "is":
        return _packed_equality(wanted)
    if name == "has":
        return ["has", _written(wanted)]
    return [name, "text" if isinstance(wanted, str) else "number", _written(wanted)]


def _packed_equality(wanted: Any) -> list[Any]:
    is_number = isinstance(wanted, int | Decimal) and not isinstance(wanted, bool)
    return ["eq" if is_number else "is", _written(wanted)]


def _written(wanted: Any) -> str:
    """Write a scalar as the value of a key has it."""
    if isinstance(wanted, list | dict):
        raise Refused("invalid_condition", "A key's value is a text: it is compared with a scalar")
    if isinstance(wanted, bool):
        return "true" if wanted else "false"
    return "null" if wanted is None else str(wanted)
