"""What a condition says of one value: a text with wildcards, presence, any-of, operators.

A matcher is made once from the document and tests the values that a request has there: none,
one, or several if a query repeats a name. `cost_of` says how much that compares. `packed` is
the same as plain lists, for the script that tests keys.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Raw

from bambleweeny.core.mocks.calls import UNREADABLE
from bambleweeny.core.mocks.limits import (
    ALTERNATIVES,
    JSON_LEVELS,
    KEY_ALTERNATIVES,
    TEXT_CHARACTERS,
)
from bambleweeny.core.mocks.matching.parts import Value, decode, number_of, plain, same, text_of
from bambleweeny.core.mocks.matching.wildcards import pieces_of, wildcard
from bambleweeny.core.mocks.refusals import Refused

_OPERATORS = ("is", "not", "has", "gt", "gte", "lt", "lte")
Matcher = Callable[[Sequence[Value]], bool]


class Cost(NamedTuple):
    """How many tests a condition has, and how many of them look at each element of a list."""

    tests: int
    scans: int

    def of(self, values: Sequence[Value]) -> int:
        """Return how many comparisons a test of the values is at most."""
        found = 0
        for value in values:
            size = len(value) if isinstance(value, str) else memoryview(value.raw).nbytes
            found += self.tests * (1 + (min(size, TEXT_CHARACTERS) >> 7))
            if self.scans and not isinstance(value, str):
                found += self.scans * value.elements
        return found


def spec_of(raw: Raw) -> Any:
    """Read what a document says of a value; numbers stay exact."""
    try:
        spec = decode(raw)
    except (*UNREADABLE, ArithmeticError, ValueError) as ex:
        raise Refused("invalid_condition", "A condition has a number out of range") from ex
    _check_levels(spec, JSON_LEVELS)
    _check_tests(spec, ALTERNATIVES)
    return spec


def cost_of(spec: Any) -> Cost:
    """Return what a condition costs."""
    if isinstance(spec, list):
        costs = [cost_of(part) for part in spec]
        return Cost(sum(c.tests for c in costs), sum(c.scans for c in costs))
    if isinstance(spec, dict):
        others = sum(name != "not" for name in spec)
        return Cost(others + len(_choices(spec)), int("has" in spec))
    return Cost(1, 0)


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
    _check_tests(spec, KEY_ALTERNATIVES)
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


def _check_tests(spec: Any, most: int) -> None:
    if cost_of(spec).tests > most:
        raise Refused("invalid_condition", f"A condition has up to {most:,} values")


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
        if isinstance(value, str) or bytes(memoryview(value.raw)[:1]) == b'"':
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
