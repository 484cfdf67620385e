"""A rule of a route, compiled: what it matches, and what it asks the engine for."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import msgspec
from msgspec import Raw

from bambleweeny.core.batch.operations import Packed
from bambleweeny.core.mocks.answers import (
    CompiledAnswer,
    Preference,
    Rendered,
    chosen,
    pick,
    preferred,
)
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.replies import Collection, Resource
from bambleweeny.core.mocks.documents import Answer, Rule
from bambleweeny.core.mocks.matching.conditions import Conditions
from bambleweeny.core.mocks.matching.matchers import packed, spec_of
from bambleweeny.core.mocks.matching.paths import REST, Pattern
from bambleweeny.core.mocks.refusals import Refused, located
from bambleweeny.core.mocks.scope import KeyName, Scope, Variable
from bambleweeny.core.mocks.templates import variables_in
from bambleweeny.core.mocks.then import effects_of, packed_effects
from bambleweeny.errors import BambleweenyError

Test = tuple[str, list[Any]]
"""A key's name, and a condition as `matchers.packed` writes it."""


class Plan(msgspec.Struct, array_like=True):
    """What the engine has to know of a candidate.

    The first candidate whose `tests` all hold answers: with `counts` its counter goes up, and
    its `operations` are run. The answer is the one at `fixed`, or of the counter by `order`
    if `fixed` is below 0; `names` has the keys that each answer needs.
    """

    rule: int
    tests: list[Test]
    counts: bool
    order: str
    fixed: int
    names: list[list[str]]
    operations: list[Packed]
    label: str = ""
    statuses: list[int] = []
    """The status of each answer; below 0 it is 404 if the key that it shows does not exist."""

    def head(self) -> tuple[Any, ...]:
        """Return the plan as the script takes it; the operations are arguments after it."""
        return (
            self.rule, self.tests, self.counts, self.order, self.fixed, self.names,
            len(self.operations), self.label, self.statuses,
        )  # fmt: skip

    @property
    def names_alone(self) -> list[str] | None:
        """The keys to read, if the engine has nothing to test, count or write; else None."""
        if self.tests or self.counts or self.operations or self.fixed < 0:
            return None
        return self.names[self.fixed]


class Candidate:
    """A rule that matches a request, as far as this can be known without the engine."""

    __slots__ = (
        "_fixed", "_operations", "_refusals", "_tests", "counts", "is_preferred", "resource",
        "rule", "scope",
    )  # fmt: skip

    def __init__(
        self,
        rule: "CompiledRule",
        scope: Scope,
        tests: list[Test],
        operations: list[Packed],
        resource: Resource | None = None,
    ) -> None:
        self.rule = rule
        self.scope = scope
        self.resource = resource
        self.counts = rule.counts
        self.is_preferred = False
        self._refusals: dict[int, BambleweenyError] = {}
        self._tests = tests
        self._operations = operations
        self._fixed = rule.fixed_answer(scope.chance)

    def prefer(self, answer: int) -> None:
        """Take an answer that the caller asked for: nothing is counted, and nothing written."""
        self._fixed, self.counts, self._operations = answer, False, []
        self.is_preferred = True

    @property
    def constant(self) -> Rendered | None:
        """The answer, if it needs neither the request nor the engine."""
        return None if self.is_preferred else self.rule.constant

    @property
    def is_certain(self) -> bool:
        """Whether it matches whatever the keys are."""
        return not self._tests

    def plan(self) -> Plan:
        """Return what the engine has to know; a collection has no answers in it."""
        names = [
            answer.names(self.scope) if self._fixed in (-1, place) else []
            for place, answer in enumerate(self.rule.answers)
        ]
        return Plan(
            self.rule.index, self._tests, self.counts, self.rule.order, self._fixed, names,
            self._operations, self.rule.label,
            [answer.status_of(self.scope) for answer in self.rule.answers],
        )  # fmt: skip

    @property
    def longest_delay(self) -> float:
        """The most seconds by which its answer may be late."""
        places = () if self.resource else self._places()
        return max((self.rule.answers[place].longest_delay for place in places), default=0.0)

    def check(self) -> None:
        """Find the answers that this request cannot get; nothing is written and counted then."""
        for place in self._places():
            try:
                self.rule.answers[place].check(self.scope)
            except BambleweenyError as ex:
                self._refusals[place] = ex

    def refuse_delays(self, error: BambleweenyError) -> None:
        """Refuse its late answers with an error."""
        for place in self._places():
            if self.rule.answers[place].longest_delay:
                self._refusals.setdefault(place, error)

    def weights(self) -> list[int]:
        """Return how far the status of each answer depends on keys; -1 if it is refused."""
        return [
            -1 if place in self._refusals else answer.weight(self.scope)
            for place, answer in enumerate(self.rule.answers)
        ]

    def raise_refusal(self) -> None:
        """Raise the error with which the answer was refused, if it was."""
        error = self._refusals.get(self._place()) if self._refusals else None
        if error:
            raise error

    def learn(self, count: int, keys: Mapping[str, bytes | None]) -> None:
        """Take what the engine has answered: the rule's counter, and the values of keys."""
        self.scope.count = count
        self.scope.keys = {**self.scope.keys, **keys}

    def further_names(self) -> list[str]:
        """Return the names in the text of a key that is shown; `learn` takes their values."""
        return self._answer().further_names(self.scope)

    def render(self, cookie_path: str) -> Rendered:
        """Make the answer from what was learned."""
        is_repeatable = not (self.counts or self._operations or self._is_by_chance)
        return self._answer().render(self.scope, cookie_path, is_repeatable=is_repeatable)

    @property
    def _is_by_chance(self) -> bool:
        return self.rule.order == "random" and len(self.rule.answers) > 1 and not self.is_preferred

    def _places(self) -> Sequence[int]:
        return range(len(self.rule.answers)) if self._fixed < 0 else (self._fixed,)

    def _place(self) -> int:
        if self._fixed >= 0:
            return self._fixed
        return chosen(self.rule.order, max(1, self.scope.count), len(self.rule.answers))

    def _answer(self) -> CompiledAnswer:
        return self.rule.answers[self._place()]


class CompiledRule:
    """A rule: patterns, conditions and templates of the document, ready to be used."""

    __slots__ = (
        "_effects", "_tests", "answers", "collection", "conditions", "constant", "counts",
        "index", "label", "methods", "order", "pattern",
    )  # fmt: skip

    def __init__(
        self,
        index: int,
        rule: Rule,
        route_type: str,
    ) -> None:
        self.index = index
        self.label = rule.name or f"rule {index + 1}"
        self.pattern = located(".path", Pattern, rule.path)
        self.methods = methods_of(rule.methods)
        self.conditions = located(".when", Conditions, rule.when)
        self.collection = _collection_of(rule, self.pattern)
        self.order = rule.order
        self._tests = [
            (located(f".when.key.{name}", KeyName, name), located(f".when.key.{name}", _test, raw))
            for name, raw in rule.when.key.items()
        ]
        self._effects = effects_of(rule.then)
        answers = rule.answers or ([] if self.collection else [Answer()])
        self.answers = [
            located(f".answers[{place}]", CompiledAnswer, answer, route_type)
            for place, answer in enumerate(answers)
        ]
        is_sequence = len(self.answers) > 1 and self.order in ("last", "loop")
        self.counts = is_sequence or any("count" in answer.sources for answer in self.answers)
        self.constant = self._constant()
        self._check_variables()

    def candidate(
        self, call: Call, wanted: Preference, chance: Random, resource: Resource | None
    ) -> Candidate | None:
        """Return the rule for a call whose path matches, or None if it does not match.

        A name that cannot be made of the request is no match, either.
        """
        if not self.conditions.hold(call):
            return None
        scope = Scope(call, self.pattern.values(call.segments), chance)
        tests: list[Test] = []
        for name, test in self._tests:
            found = name.of(scope)
            if found is None:
                return None
            tests.append((found, test))
        operations = packed_effects(self._effects, scope) if self._effects else []
        if operations is None:
            return None
        candidate = Candidate(self, scope, tests, operations, resource)
        place = preferred(self.answers, wanted)
        if place is not None:
            candidate.prefer(place)
        return candidate

    def fixed_answer(self, chance: Random) -> int:
        """Return the answer that needs no counter, or -1 if it does."""
        if len(self.answers) <= 1 or self.order == "first":
            return 0
        return pick(len(self.answers), chance) if self.order == "random" else -1

    def _constant(self) -> Rendered | None:
        """Return the answer of all requests that match, if nothing else decides on it."""
        is_one = len(self.answers) == 1 or (self.answers and self.order == "first")
        if not is_one or self._tests or self._effects or self.counts:
            return None
        return self.answers[0].constant()

    def _check_variables(self) -> None:
        known = {name for _, name in self.pattern.names}
        for variable in self._variables():
            if variable.source == "path" and variable.argument not in known:
                text = f"'{variable.text}' needs {{{variable.argument}}} in the path"
                raise Refused("invalid_template", text)

    def _variables(self) -> Iterator[Variable]:
        for name, _ in self._tests:
            yield from name.variables
        for effect in self._effects:
            yield from effect.name.variables
            yield from variables_in(effect.value) if effect.value else ()
        for answer in self.answers:
            yield from answer.key.variables if answer.key else ()
            for template in answer.templates():
                yield from variables_in(template)


def methods_of(methods: Sequence[str]) -> frozenset[str] | None:
    """Return the methods that a rule takes, None for all; what takes GET takes HEAD."""
    if not methods:
        return None
    return frozenset([*methods, "HEAD"] if "GET" in methods else methods)


def _test(raw: Raw) -> list[Any]:
    return packed(spec_of(raw))


def _collection_of(rule: Rule, pattern: Pattern) -> Collection | None:
    if rule.singleton:
        return Collection(rule.singleton, rule.singleton, seed=rule.seed)
    if not rule.collection:
        return None
    if any(segment.kind == REST for segment in pattern.segments):
        raise Refused("invalid_path", "The path of a collection has no **")
    literals = [segment.literal for segment in pattern.segments if segment.literal]
    name = literals[-1] if literals else rule.collection.rstrip(":")
    return Collection(name, rule.collection, rule.id, rule.max, rule.seed)
