"""Bodies of recorded requests: the conditions that tell them apart."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from bambleweeny.core.mocks.imports.result import Fields, Notes
from bambleweeny.core.mocks.limits import TEXT_CHARACTERS, WILDCARDS

_T = TypeVar("_T")

_STARTS = (1 << 10, TEXT_CHARACTERS)
"""Characters at the start of a long body that are compared, if they tell the bodies apart."""

_MOST_PIECES = WILDCARDS
"""Of a pattern, before the wildcard at its end."""


def by_body(bodies: Mapping[str, list[_T]], notes: Notes) -> Iterator[tuple[Fields, list[_T]]]:
    """Yield a condition and the requests that meet it, of requests by their bodies.

    One body alone has no condition. A text that is compared whole is before those of which the
    start is, since it may begin as they do.
    """
    if len(bodies) == 1:
        yield {}, next(iter(bodies.values()))
        return
    operations = [_operation(body) for body in bodies]
    if all(operations) and len(set(operations)) == len(bodies):
        for name, found in zip(operations, bodies.values(), strict=True):
            yield {"body": {"operationName": exactly(name)}}, found
        return
    short = {body: found for body, found in bodies.items() if len(body) <= TEXT_CHARACTERS}
    for body, found in short.items():
        yield {"text": exactly(body) if body else False}, found
    for start, found in _by_start({b: f for b, f in bodies.items() if b not in short}, notes):
        yield {"text": f"{start}*"}, found


def exactly(text: str) -> str | Fields:
    """Return the condition that is met by a text alone."""
    return {"is": text} if "*" in text else text


def _by_start(bodies: Mapping[str, list[_T]], notes: Notes) -> Iterator[tuple[str, list[_T]]]:
    """Yield the starts of long bodies, the longest first, with the requests that begin so."""
    starts = _starts(list(bodies))
    groups: dict[str, list[_T]] = {}
    for start, found in zip(starts, bodies.values(), strict=True):
        groups.setdefault(start, []).extend(found)
    if len(groups) < len(bodies):
        notes.add("Bodies that are alike in their first 8 kB get their answers in turn")
    yield from sorted(groups.items(), key=lambda group: -len(group[0]))


def _starts(bodies: Sequence[str]) -> list[str]:
    found: list[str] = []
    for characters in _STARTS:
        # NOTE: a wildcard in the text is compared as one, and a pattern has few of them.
        found = ["*".join(body[: characters - 1].split("*")[:_MOST_PIECES]) for body in bodies]
        if len(set(found)) == len(bodies):
            break
    return found


def _operation(body: str) -> str:
    """Return the name of a GraphQL operation, or ""."""
    try:
        found = msgspec.json.decode(body, type=dict[str, Any]).get("operationName")
    except (msgspec.DecodeError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""
