"""The conditions of a rule: on query, headers, cookies, form, text and body of a request."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bambleweeny.core.keys.json_patch import check_path
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.limits import KEY_CONDITIONS
from bambleweeny.core.mocks.matching.matchers import Cost, Matcher, cost_of, matcher_of, spec_of
from bambleweeny.core.mocks.matching.parts import Part, Value, text_of
from bambleweeny.core.mocks.matching.paths import Guard
from bambleweeny.core.mocks.refusals import Refused, located
from bambleweeny.errors import InvalidRequest


class When(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a request must have: a condition for each name, or for the text of the body."""

    query: dict[str, Raw] = {}
    header: dict[str, Raw] = {}
    cookie: dict[str, Raw] = {}
    form: dict[str, Raw] = {}
    text: Raw | UnsetType = UNSET
    body: dict[str, Raw] = {}
    key: dict[str, Raw] = {}

    def __post_init__(self) -> None:
        """Check the bound on tests of keys."""
        if len(self.key) > KEY_CONDITIONS:
            raise Refused("too_many_key_conditions", f"A rule tests up to {KEY_CONDITIONS} keys")


Reader = Callable[[Call, str], Sequence[Value]]


class _Condition(NamedTuple):
    name: str
    values: Reader
    argument: str
    matches: Matcher
    text: str | None
    """The text that alone fulfils it, if there is one."""
    cost: Cost | None
    """What it compares, if that is more than one text."""

    def holds(self, call: Call) -> bool:
        """Whether a call fulfils it; the call counts what is compared."""
        values = self.values(call, self.argument)
        if self.cost and values:
            call.spend(self.cost.of(values))
        return self.matches(values)


class Conditions:
    """The compiled conditions of one rule; those on keys are the engine's."""

    def __init__(self, when: When) -> None:
        self._conditions = [
            *_conditions("query", when.query, _query),
            *_conditions("header", {n.lower(): v for n, v in when.header.items()}, _header),
            *_conditions("cookie", when.cookie, _cookie),
            *_conditions("form", when.form, _form),
            *_body_conditions(when.body),
        ]
        if when.text is not UNSET:
            self._conditions.append(located(".text", _condition, "text", _text, "", when.text))

    @property
    def guard(self) -> Guard | None:
        """A text that the request must have at one place, so that the rule is found by it."""
        for condition in self._conditions:
            if condition.text is not None:
                return Guard((condition.values, condition.argument), condition.text)
        return None

    def hold(self, call: Call) -> bool:
        """Whether all hold; asks no more after the first that does not."""
        for condition in self._conditions:  # noqa: SIM110 - a generator takes twice as long
            if not condition.holds(call):
                return False
        return True

    def failed(self, call: Call) -> list[str]:
        """Return the names of those that do not hold, as `query.page` or `text`."""
        return [condition.name for condition in self._conditions if not condition.holds(call)]


def texts_at(call: Call) -> Callable[[tuple[Reader, str]], list[str]]:
    """Return what reads the texts of a call at the place of a guard."""

    def read(place: tuple[Reader, str]) -> list[str]:
        values, argument = place
        return [text_of(value) for value in values(call, argument)]

    return read


def _condition(name: str, values: Reader, argument: str, raw: Raw) -> _Condition:
    spec = spec_of(raw)
    text = spec if isinstance(spec, str) and "*" not in spec else None
    cost = cost_of(spec)
    return _Condition(
        name, values, argument, matcher_of(spec), text, None if cost == (1, 0) else cost
    )


def _conditions(source: str, wanted: Mapping[str, Raw], values: Reader) -> list[_Condition]:
    return [
        located(f".{source}.{name}", _condition, f"{source}.{name}", values, name, raw)
        for name, raw in wanted.items()
    ]


def _body_conditions(wanted: Mapping[str, Raw]) -> list[_Condition]:
    for path in wanted:
        if path.startswith("$"):
            raise Refused(
                "invalid_condition",
                f"'{path[:64]}' is no path in a body: write user.name, without $",
            )
        try:
            check_path(path)
        except InvalidRequest as ex:
            raise Refused("invalid_condition", "A path in a body has 1 to 100 names") from ex
    return _conditions("body", wanted, _part)


def _query(call: Call, name: str) -> Sequence[str]:
    return call.query_values.get(name, ())


def _header(call: Call, name: str) -> Sequence[str]:
    value = call.headers.get(name)
    return () if value is None else (value,)


def _cookie(call: Call, name: str) -> Sequence[str]:
    value = call.cookies.get(name)
    return () if value is None else (value,)


def _form(call: Call, name: str) -> Sequence[str]:
    return call.form.get(name, ())


def _part(call: Call, path: str) -> Sequence[Value]:
    known = call.json.known
    if path not in known:
        part = call.json.part(path)
        known[path] = () if part is None else (Part(part),)
        if part is not None:
            call.spend(memoryview(part).nbytes >> 4)
    found: Sequence[Value] = known[path]
    return found


def _text(call: Call, _: str) -> Sequence[str]:
    return () if call.text is None else (call.text,)
