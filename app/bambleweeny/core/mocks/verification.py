"""Was a route called as expected? Counts the recorded calls that match, and finds the nearest."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.documents import invalid
from bambleweeny.core.mocks.journal import Entry, call_of
from bambleweeny.core.mocks.limits import DOCUMENT_BYTES
from bambleweeny.core.mocks.matching.conditions import Conditions, When
from bambleweeny.core.mocks.matching.paths import Pattern
from bambleweeny.core.mocks.refusals import Refused, located, refusal
from bambleweeny.core.mocks.rules import methods_of
from bambleweeny.errors import BambleweenyError

NEAREST = 5

_PATH_WEIGHT = 3
"""So much more than another condition counts a segment that differs."""


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
        bounds = self.bounds
        if bounds[0] < 0 or (bounds[1] is not None and bounds[1] < bounds[0]):
            raise Refused("invalid_route", "'count' is a number, or min and max in order")

    @property
    def bounds(self) -> tuple[int, int | None]:
        """The fewest and the most calls; None if nothing bounds them."""
        if isinstance(self.count, int):
            return self.count, self.count
        return self.count.min, None if self.count.max is UNSET else self.count.max


_STRUCTS = {"": ExpectedCalls, "when": When, "count": Count}


class Near(NamedTuple):
    """A call that does not match, and the conditions that fail, as `path` or `query.page`."""

    entry: Entry
    failed: list[str]


class Verdict(NamedTuple):
    """Whether the calls were as expected, how many matched, and the nearest others."""

    is_met: bool
    matching: int
    nearest: list[Near]


class Expectation:
    """An expectation, compiled."""

    def __init__(self, expected: ExpectedCalls) -> None:
        self._expected = expected
        self.bounds = expected.bounds
        self._pattern = located(".path", Pattern, expected.path)
        given = [] if expected.method is UNSET else expected.method
        self._methods = methods_of([given] if isinstance(given, str) else given)
        self._conditions = located(".when", Conditions, expected.when)

    def failed(self, entry: Entry) -> list[str]:
        """Return the names of the conditions that a recorded call does not fulfil."""
        return self.failed_in(entry, call_of(entry))

    def is_met(self, matching: int) -> bool:
        """Return whether so many matching calls are as expected."""
        low, high = self.bounds
        return matching >= low and (high is None or matching <= high)

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
        self._others: list[tuple[int, int, Near]] = []

    def add(self, entries: Iterable[Entry]) -> None:
        """Count further calls. O(entries)."""
        for entry in entries:
            self._seen += 1
            call = call_of(entry)
            failed = self._expectation.failed_in(entry, call)
            if not failed:
                self._matching += 1
                continue
            distance = self._expectation.distance(call, failed)
            self._others.append((distance, -self._seen, Near(entry, failed)))
            if len(self._others) > 20 * NEAREST:
                self._others = _nearest(self._others)

    def verdict(self) -> Verdict:
        """Return the result so far. The nearest calls are sorted, newest first."""
        nearest = [near for *_, near in _nearest(self._others)]
        return Verdict(self._expectation.is_met(self._matching), self._matching, nearest)


def read_expectation(body: bytes) -> Expectation:
    """Read what is expected; what is refused is named with its JSON path."""
    if len(body) > DOCUMENT_BYTES:
        raise refusal("document_too_large", "What is expected has up to 256 kB.")
    try:
        return Expectation(msgspec.json.decode(body or b"{}", type=ExpectedCalls))
    except (msgspec.ValidationError, Refused) as ex:
        raise invalid(ex, _STRUCTS) from ex
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as ex:
        raise refusal("invalid_route", "The body is not valid JSON.", str(ex)) from ex


def not_as_called(verdict: Verdict, expectation: Expectation) -> BambleweenyError:
    """Make the error of a verdict that is not met, with its nearest calls."""
    low, high = expectation.bounds
    wanted = str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}"
    error = refusal("not_as_called", f"{verdict.matching} calls match; {wanted} are expected.")
    nearest = [{"failed": near.failed, "call": near.entry} for near in verdict.nearest]
    error.details = {"matching": verdict.matching, "nearest": msgspec.to_builtins(nearest)}
    return error


def _nearest(others: list[tuple[int, int, Near]]) -> list[tuple[int, int, Near]]:
    return sorted(others, key=lambda other: other[:2])[:NEAREST]
