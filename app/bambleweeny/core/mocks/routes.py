"""A route's document, compiled: which rules may answer a call."""

from collections.abc import Sequence
from random import Random, SystemRandom

from bambleweeny.core.mocks.answers import preference_of
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.replies import Collection, Kind, Resource
from bambleweeny.core.mocks.documents import Answer, RouteDocument, Rule, invalid, read_document
from bambleweeny.core.mocks.limits import CANDIDATES
from bambleweeny.core.mocks.matching.conditions import texts_at
from bambleweeny.core.mocks.matching.paths import Entry, Paths, Pattern
from bambleweeny.core.mocks.refusals import Refused, located, refusal
from bambleweeny.core.mocks.rules import Candidate, CompiledRule
from bambleweeny.core.rates.policies import policy_of
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import parse_rate

_CHANCE = SystemRandom()

Place = tuple[CompiledRule, Kind | None, bool]
"""A rule, the kind of resource that its path is then, and whether it is a nested list."""


class Route:
    """A compiled document. It is never changed, so that threads may share it."""

    def __init__(self, document: RouteDocument) -> None:
        self.document = document
        self.rate = policy_of("route", parse_rate(document.rate)) if document.rate else None
        rules = document.rules
        self.rules = [
            located(f".rules[{i}]", CompiledRule, i, rule, document.content_type)
            for i, rule in enumerate(rules)
        ]
        self.collections = self._named_collections()
        places, entries = self._places()
        if document.key:
            rest = Rule(name="key", answers=[Answer(key=document.key)])
            index = len(rules)
            last = CompiledRule(index, rest, document.content_type)
            places.append((last, None, False))
            entries.append(Entry(last.pattern))
        self._by_entry = places
        self._paths = Paths(entries)

    def candidates(self, call: Call, chance: Random = _CHANCE) -> list[Candidate]:
        """Return the rules that may answer, in order; the last of them is certain if any is.

        `no_rule` if none matches. O(rules that have the path) and no engine.
        """
        wanted = preference_of(call)
        found: list[Candidate] = []
        for entry in self._paths.find(call.method, call.segments, texts_at(call)):
            rule, kind, is_nested = self._by_entry[entry]
            resource = self._resource(rule, kind, call, is_nested=is_nested)
            if kind and resource is None:
                continue
            candidate = rule.candidate(call, wanted, chance, resource)
            if candidate is None:
                continue
            found.append(candidate)
            if candidate.is_certain:
                break
            if len(found) > CANDIDATES:
                raise too_many_candidates()
        if not found:
            raise no_rule(call)
        return found

    def path_of(self, collection: Collection) -> str:
        """Return the path of a collection's rule, or "" if it has variables."""
        for rule in self.rules:
            if rule.collection is collection:
                segments = rule.pattern.segments
                return rule.pattern.text if all(s.literal for s in segments) else ""
        return ""

    def _resource(
        self, rule: CompiledRule, kind: Kind | None, call: Call, *, is_nested: bool
    ) -> Resource | None:
        if rule.collection is None or kind is None:
            return None
        if kind == "singleton":
            return Resource(rule.collection, kind)
        below = call.segments[len(rule.pattern.segments) :]
        if is_nested:
            child = self.collections.get(below[1])
            if child is None or child is rule.collection:
                return None
            return Resource(child, "list", below[0], rule.collection, self.collections)
        return Resource(rule.collection, kind, "".join(below), None, self.collections)

    def _named_collections(self) -> dict[str, Collection]:
        found: dict[str, Collection] = {}
        for rule, source in zip(self.rules, self.document.rules, strict=True):
            if rule.collection and source.collection:
                found.setdefault(rule.collection.name, rule.collection)
        return found

    def _places(self) -> tuple[list[Place], list[Entry]]:
        places: list[Place] = []
        entries: list[Entry] = []
        for index, rule in enumerate(self.rules):
            kinds = _kinds(rule, is_list=bool(self.document.rules[index].collection))
            for below, kind, is_nested in kinds:
                pattern = rule.pattern
                if below:
                    path = pattern.text.removesuffix("/") + below
                    pattern = located(f".rules[{index}].path", Pattern, path)
                places.append((rule, kind, is_nested))
                entries.append(Entry(pattern, rule.methods, rule.conditions.guard))
        return places, entries


def load(body: bytes) -> Route:
    """Read, check and compile a document; what is refused is named with its JSON path."""
    document = read_document(body)
    try:
        return Route(document)
    except Refused as ex:
        raise invalid(ex) from ex


def no_rule(call: Call) -> BambleweenyError:
    """Make the error of a call that no rule matches."""
    return refusal("no_rule", f"No rule matches {call.method} {call.path[:200] or '/'}.")


def too_many_candidates() -> BambleweenyError:
    """Make the error of a call that too many rules with tests of keys match."""
    return refusal(
        "too_many_candidates", "Too many rules with 'when.key' match this request.",
        f"Up to {CANDIDATES} are tried; the one that fits may be behind them.",
    )  # fmt: skip


def _kinds(rule: CompiledRule, *, is_list: bool) -> Sequence[tuple[str, Kind | None, bool]]:
    if rule.collection is None:
        return [("", None, False)]
    if not is_list:
        return [("", "singleton", False)]
    return [("", "list", False), ("/*", "object", False), ("/*/*", "list", True)]
