"""Paths of rules: literal segments, `{x}`, `{x:int}`, `{x:uuid}`, `*` and `**`.

The paths of all rules are one tree, so that a request looks at those alone that begin as it
does, and a segment is compared once for all rules that have it. Rules of one path that want a
certain text, as the operation's name in a body, are found by it.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from bambleweeny.core.mocks.limits import SEGMENTS
from bambleweeny.core.mocks.refusals import Refused

ANY, INT, UUID, REST = "", "int", "uuid", "**"

_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_-]{0,63})(?::(int|uuid))?\}", re.ASCII).fullmatch
_RESERVED = re.compile(r"[\x00-\x20\x7f?#{}*]").search
_INT = re.compile(r"-?[0-9]{1,18}").fullmatch
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}").fullmatch

_RULE = "a segment is a text, {name}, {name:int}, {name:uuid}, * or, as the last one, **"


class Segment(NamedTuple):
    """A segment of a pattern: a literal, or a kind of value with its name."""

    literal: str | None
    kind: str = ANY
    name: str = ""


class Pattern:
    """The path of a rule."""

    __slots__ = ("names", "segments", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.segments = _segments(text)
        named = [(place, s.name) for place, s in enumerate(self.segments) if s.name]
        self.names: tuple[tuple[int, str], ...] = tuple(named)
        if len({name for _, name in named}) < len(named):
            raise Refused("invalid_path", f"The path '{text}' uses a name twice")

    def values(self, segments: Sequence[str]) -> dict[str, str]:
        """Return the values of the names, from a path that matches."""
        return {name: segments[place] for place, name in self.names}

    def distance(self, segments: Sequence[str]) -> int:
        """Return how many segments differ; 0 if the path matches."""
        differing = 0
        for place, segment in enumerate(self.segments):
            if segment.kind == REST:
                return differing
            if place >= len(segments) or not _fits(segment, segments[place]):
                differing += 1
        return differing + max(0, len(segments) - len(self.segments))


class Guard(NamedTuple):
    """A text that a rule wants at a place of the request, exactly so."""

    place: Hashable
    text: str


class Entry(NamedTuple):
    """What a rule wants of a request's line: the methods (None: all), and a text, if any."""

    pattern: Pattern
    methods: frozenset[str] | None = None
    guard: Guard | None = None


TextsAt = Callable[[Any], Iterable[str]]
"""The texts of a request at the place of a guard."""


class Paths:
    """The patterns of all rules."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._root = _Node()
        for index, entry in enumerate(entries):
            self._root.add(entry.pattern.segments, index, entry)

    def find(self, method: str, segments: Sequence[str], texts_at: TextsAt) -> list[int]:
        """Return the indexes of the entries that match, in their order."""
        nodes = [self._root]
        found: list[_Rule] = []
        for segment in segments:
            below: list[_Node] = []
            for node in nodes:
                if node.rests:
                    node.rests.add_to(found, texts_at)
                node.step(segment, below)
            nodes = below
            if not nodes:
                break
        for node in nodes:
            for rules in (node.rests, node.ends):
                if rules:
                    rules.add_to(found, texts_at)
        indexes = [i for i, methods in found if methods is None or method in methods]
        return sorted(set(indexes)) if len(indexes) > 1 else indexes


_Rule = tuple[int, frozenset[str] | None]


class _Rules:
    """The rules of one path: those without a guard, and the others by place and text."""

    __slots__ = ("by_text", "plain")

    def __init__(self) -> None:
        self.plain: list[_Rule] = []
        self.by_text: dict[Hashable, dict[str, list[_Rule]]] = {}

    def add(self, index: int, entry: Entry) -> None:
        rules = self.plain
        if entry.guard:
            table = self.by_text.setdefault(entry.guard.place, {})
            rules = table.setdefault(entry.guard.text, [])
        rules.append((index, entry.methods))

    def add_to(self, found: list[_Rule], texts_at: TextsAt) -> None:
        found += self.plain
        for place, table in self.by_text.items():
            for text in texts_at(place):
                found += table.get(text, ())


class _Node:
    __slots__ = ("ends", "kinds", "literals", "rests")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.kinds: dict[str, _Node] = {}
        self.ends: _Rules | None = None
        self.rests: _Rules | None = None

    def add(self, segments: Sequence[Segment], index: int, entry: Entry) -> None:
        node = self
        for segment in segments:
            if segment.kind == REST:
                node.rests = node.rests or _Rules()
                node.rests.add(index, entry)
                return
            if segment.literal is not None:
                node = node.literals.setdefault(segment.literal, _Node())
            else:
                node = node.kinds.setdefault(segment.kind, _Node())
        node.ends = node.ends or _Rules()
        node.ends.add(index, entry)

    def step(self, segment: str, below: "list[_Node]") -> None:
        node = self.literals.get(segment)
        if node is not None:
            below.append(node)
        for kind, node in self.kinds.items():
            if _is_of_kind(kind, segment):
                below.append(node)


def _is_of_kind(kind: str, segment: str) -> bool:
    if kind == INT:
        return _INT(segment) is not None
    if kind == UUID:
        return _UUID(segment) is not None
    return segment != ""


def _fits(segment: Segment, text: str) -> bool:
    if segment.literal is not None:
        return segment.literal == text
    return _is_of_kind(segment.kind, text)


def _segments(text: str) -> tuple[Segment, ...]:
    if not text.startswith("/"):
        raise Refused("invalid_path", f"The path '{text[:64]}' does not begin with /")
    parts = text[1:].removesuffix("/").split("/") if text != "/" else []
    if len(parts) > SEGMENTS:
        raise Refused("too_many_segments", f"A path has up to {SEGMENTS} segments")
    segments = tuple(map(_segment, parts))
    if any(segment.kind == REST for segment in segments[:-1]):
        raise Refused("invalid_path", f"In the path '{text[:64]}' ** is not the last segment")
    return segments


def _segment(part: str) -> Segment:
    if part == "*":
        return Segment(None)
    if part == "**":
        return Segment(None, REST)
    variable = _VARIABLE(part)
    if variable:
        return Segment(None, variable[2] or ANY, variable[1])
    if _RESERVED(part):
        raise Refused("invalid_path", f"The segment '{part[:64]}' is invalid: {_RULE}")
    return Segment(unquote(part))
