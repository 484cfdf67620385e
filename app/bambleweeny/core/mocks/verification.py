"""Was a route called as expected? Counts the recorded calls that match, and finds the nearest."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.documents import invalid, is_method
from bambleweeny.core.mocks.journal import Entry, call_of
from bambleweeny.core.mocks.limits import COMPARISONS, DOCUMENT_BYTES
from bambleweeny.core.mocks.matching.conditions import Conditions, When
from bambleweeny.core.mocks.matching.paths import Pattern
from bambleweeny.core.mocks.refusals import Refused, located, refusal
from bambleweeny.core.mocks.rules import methods_of
from bambleweeny.core.texts import hint_at_json
from bambleweeny.errors import BambleweenyError

NEAREST = 5

_PATH_WEIGHT = 3
"""So much more than another condition counts a segment that differs."""

_MOST_COMPARISONS = 5 * COMPARISONS
"""Of one verification; several hundred calls with many conditions."""


class Count(msgspec.Struct, forbid_unknown_fields=True):
    """How many calls there should be, both bounds included."""

    min: int = 0
    max: int | UnsetType = UNSET


class ExpectedCalls(msgspec.Struct, forbid_unknown_fields=True):
    """The matching fields of a rule, and how many calls should match; one at least."""

    method: str | list[str] | UnsetType = UNSET
    path: str = "/**"
    when: When = msgspec.field(default_factory=When)
    rule: str | UnsetType = UNSET
    status: int | UnsetType = UNSET
    count: int | Count = msgspec.field(default_factory=lambda: Count(min=1))

    def __post_init__(self) -> None:
        """Check what no recorded call could be held against."""
        if self.when.key:
            raise Refused(
                "invalid_condition", "'when.key' cannot be verified: keys are not recorded"
            )
        if not all(map(is_method, self.methods)):
            raise Refused("invalid_route", "A method is written in capitals, as GET")
        if self.status is not UNSET and not 100 <= self.status <= 599:
            raise Refused("invalid_route", "'status' is from 100 to 599")
        bounds = self.bounds
        if bounds[0] < 0 or (bounds[1] is not None and bounds[1] < bounds[0]):
            raise Refused("invalid_route", "'count' is a number, or min and max in order")

    @property
    def methods(self) -> list[str]:
        """The methods that match; none are all."""
        if self.method is UNSET:
            return []
        return [self.method] if isinstance(self.method, str) else self.method

    @property
    def bounds(self) -> tuple[int, int | None]:
        """The fewest and the most calls; None if nothing bounds them."""
        if isinstance(self.count, int):
            return self.count, self.count
        return self.count.min, None if self.count.max is UNSET else self.count.max


_STRUCTS = {"": ExpectedCalls, "when": When, "count": Count}


class Near(NamedTuple):
    """A call, and the conditions that it fails, as `path` or `query.page`: none if it matches."""

    entry: Entry
    failed: list[str]


class Verdict(NamedTuple):
    """Whether the calls were as expected, how many matched, and the nearest others.

    If too many matched, `nearest` has the newest of them.
    """

    is_met: bool
    matching: int
    nearest: list[Near]
    depends_on_dropped: bool = False
    """Whether calls that the journal has no more may change it; then it is not met."""


class Expectation:
    """An expectation, compiled."""

    def __init__(self, expected: ExpectedCalls) -> None:
        self._expected = expected
        self.bounds = expected.bounds
        self._pattern = located(".path", Pattern, expected.path)
        self._methods = methods_of(expected.methods)
        self._conditions = located(".when", Conditions, expected.when)

    def failed(self, entry: Entry) -> list[str]:
        """Return the names of the conditions that a recorded call does not fulfil."""
        return self.failed_in(entry, call_of(entry))

    def is_met(self, matching: int) -> bool:
        """Return whether so many matching calls are as expected."""
        low, high = self.bounds
        return matching >= low and (high is None or matching <= high)

    def exceeds(self, matching: int) -> bool:
        """Return whether so many matching calls are too many, however many more there are."""
        return self.bounds[1] is not None and matching > self.bounds[1]

    def depends_on_more(self, matching: int) -> bool:
        """Return whether further matching calls could change what `is_met` returns."""
        low, high = self.bounds
        return matching < low or (high is not None and matching <= high)

    def distance(self, call: Call, failed: list[str]) -> int:
        """Return how far a call is from matching."""
        segments = self._pattern.distance(call.segments)
        return segments * _PATH_WEIGHT + sum(name != "path" for name in failed)

    def failed_in(self, entry: Entry, call: Call) -> list[str]:
        """Return what `failed` does, of an entry and its call."""
        found = [] if self._methods is None or call.method in self._methods else ["method"]
        if self._pattern.distance(call.segments):
            found.append("path")
        for name in ("rule", "status"):
            wanted = getattr(self._expected, name)
            if wanted is not UNSET and wanted != getattr(entry, name):
                found.append(name)
        return found + self._conditions.failed(call)


class Tally:
    """Counts the calls that match an expectation, and keeps the nearest others."""

    def __init__(self, expectation: Expectation) -> None:
        self._expectation = expectation
        self._matching = 0
        self._seen = 0
        self._compared = 0
        self._found: deque[Near] = deque(maxlen=NEAREST)
        self._others: list[tuple[int, int, Near]] = []

    def add(self, entries: Iterable[Entry]) -> None:
        """Count further calls. O(entries); many conditions may be `too_many_comparisons`."""
        for entry in entries:
            self._seen += 1
            call = call_of(entry)
            failed = self._expectation.failed_in(entry, call)
            self._compared += call.comparisons
            if self._compared > _MOST_COMPARISONS:
                raise refusal("too_many_comparisons")
            if not failed:
                self._matching += 1
                self._found.append(Near(entry, []))
                continue
            distance = self._expectation.distance(call, failed)
            self._others.append((distance, -self._seen, Near(entry, failed)))
            if len(self._others) > 20 * NEAREST:
                self._others = _nearest(self._others)

    def verdict(self, *, is_complete: bool = True) -> Verdict:
        """Return the result so far; `is_complete` if the journal has all calls.

        The nearest calls are sorted, newest first.
        """
        expected, matching = self._expectation, self._matching
        nearest = [near for *_, near in _nearest(self._others)]
        if expected.exceeds(matching):
            nearest = list(reversed(self._found))
        depends = not is_complete and expected.depends_on_more(matching)
        return Verdict(expected.is_met(matching) and not depends, matching, nearest, depends)


def read_expectation(body: bytes) -> Expectation:
    """Read what is expected; what is refused is named with its JSON path."""
    if len(body) > DOCUMENT_BYTES:
        raise refusal("document_too_large", "What is expected has up to 256 kB.")
    try:
        return Expectation(msgspec.json.decode(body or b"{}", type=ExpectedCalls))
    except (msgspec.ValidationError, Refused) as ex:
        raise invalid(ex, _STRUCTS) from ex
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as ex:
        raise refusal(
            "invalid_route", "The body is not valid JSON.", hint_at_json(body, ex)
        ) from ex


def not_as_called(verdict: Verdict, expectation: Expectation) -> BambleweenyError:
    """Make the error of a verdict that is not met, with its nearest calls.

    It is `calls_dropped` if calls that the journal has no more may match.
    """
    low, high = expectation.bounds
    wanted = str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}"
    found = "1 call matches" if verdict.matching == 1 else f"{verdict.matching} calls match"
    verb = "is" if wanted == "1" else "are"
    error = refusal("not_as_called", f"{found}; {wanted} {verb} expected.")
    if verdict.depends_on_dropped:
        error = refusal(
            "calls_dropped",
            f"{found}; {wanted} {verb} expected, but older calls are no longer in the journal.",
        )
    nearest = [{"failed": near.failed, "call": near.entry} for near in verdict.nearest]
    error.details = {"matching": verdict.matching, "nearest": msgspec.to_builtins(nearest)}
    return error


def _nearest(others: list[tuple[int, int, Near]]) -> list[tuple[int, int, Near]]:
    return sorted(others, key=lambda other: other[:2])[:NEAREST]
