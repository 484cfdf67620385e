"""Assembles Lua scripts from their files, and finds the line of a file for a line of a script.

A file states above its code what the code needs:

    --- @include "lib/quota"              the text of another file, once in a script
    --- @function "keys/delete_key"       a script, as a function `delete_key(ARGV)`
    --- @lazy "lists/pop_slow_path"       such a function, created with its includes when called
    --- @lazy "lib/quota" quota_reached   one function of a file, created when called

What a script has already is not added again: a lazy function whose includes are all there is a
plain one. Lua creates all functions of a script in each call, so that rare ones are lazy.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha1
from typing import NamedTuple

from bambleweeny.resources import resources
from bambleweeny.store.schema import with_names

_DIRECTIVE = re.compile(r'--- @(include|function|lazy) "([\w/]+)"(?: (\w+))?').fullmatch
_KINDS = ("include", "function", "lazy")
_OTHER_NOUNS = ("lists/", "topics/", "listing/", "audit/", "logins/", "bins/")


class Line(NamedTuple):
    """A line of Lua and where it is from; number 0 is a line that is in no file."""

    text: str
    file: str
    number: int


class Need(NamedTuple):
    """A directive of a file; `function` is what a lazy need creates, `is_part` one of a library."""

    kind: str
    file: str
    function: str
    is_part: bool


class Source(NamedTuple):
    """A file: what it needs, includes first, and its code without comments."""

    name: str
    needs: tuple[Need, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Script:
    """A script's text, the digest that identifies it in the engine, and its lines."""

    text: str
    sha: str
    name: str = ""
    lines: tuple[Line, ...] = ()

    @cached_property
    def may_change_answers(self) -> bool:
        """Whether it may change what a public route answers: a key, a route or a user."""
        return not self.name.startswith(_OTHER_NOUNS)

    def location_of(self, number: int) -> str:
        """Return file and line of a source, for a line of the text; the first one is 1."""
        if not 0 < number <= len(self.lines):
            return f"{self.name}:?"
        line = self.lines[number - 1]
        return f"{line.file}.lua:{line.number}"


def _read(name: str) -> str:
    return (resources() / "store" / "scripts" / f"{name}.lua").read_text("utf-8")


class Assembler:
    """Assembles scripts; `read` returns the text of a file by its name, without `.lua`."""

    def __init__(self, read: Callable[[str], str] = _read) -> None:
        self._read = read
        self.source = lru_cache(maxsize=None)(self._source)

    def script(self, name: str) -> Script:
        """Assemble a script. Raises ValueError if files include each other in a circle."""
        source = self.source(name)
        lines = [*self._needed(source, set(), ()), *source.lines]
        text = "\n".join([line.text for line in lines]) + "\n"
        sha = sha1(text.encode(), usedforsecurity=False).hexdigest()
        return Script(text, sha, name, tuple(lines))

    def _source(self, name: str) -> Source:
        needs, lines = [], []
        for number, text in enumerate(self._read(name).splitlines(), 1):
            if directive := _DIRECTIVE(text):
                kind, file, function = directive.groups()
                name_of_file = file.rpartition("/")[2]
                needs.append(Need(kind, file, function or name_of_file, bool(function)))
            elif text.strip() and not text.lstrip().startswith("--"):
                lines.append(Line(with_names(text), name, number))
        needs.sort(key=lambda need: _KINDS.index(need.kind))
        return Source(name, tuple(needs), tuple(lines))

    def _needed(self, source: Source, scope: set[str], chain: tuple[str, ...]) -> list[Line]:
        """Return the lines that a file needs and the scope lacks, and add them to the scope."""
        chain = (*chain, source.name)
        lines: list[Line] = []
        for need in source.needs:
            if need.file in chain:
                raise ValueError(f"Includes form a circle: {' -> '.join((*chain, need.file))}.")
            unit = f"{need.file} {need.function}" if need.is_part else need.file
            if need.file in scope or unit in scope:
                continue
            lines += self._added(need, scope, chain)
            scope.add(unit)
        return lines

    def _added(self, need: Need, scope: set[str], chain: tuple[str, ...]) -> list[Line]:
        source = self.source(need.file)
        if need.kind == "include":
            return [*self._needed(source, scope, chain), *source.lines]
        body = list(source.lines) if need.is_part else _function(need, "ARGV", source.lines)
        if need.kind == "function":
            return [*self._needed(source, scope, chain), *body]
        includes = self._needed(source, set(scope), chain)
        if not (includes or need.is_part):
            return body
        call = Line(f"return {need.function}(...)", need.file, 0)
        return _function(need, "...", [*includes, *body, call])


def _function(need: Need, parameters: str, body: Iterable[Line]) -> list[Line]:
    return [
        Line(f"local function {need.function}({parameters})", need.file, 0),
        *body,
        Line("end", need.file, 0),
    ]
