"""What the placeholders of one request stand for: its variables, and keys of the owner."""

import re
from collections.abc import Callable, Mapping
from random import Random, SystemRandom
from typing import NamedTuple
from uuid import UUID

from msgspec import Raw

from bambleweeny.core.keys.json_patch import check_path
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.journal import time_text
from bambleweeny.core.mocks.limits import NAME_PART
from bambleweeny.core.mocks.refusals import Refused
from bambleweeny.core.mocks.values import Found, text_of
from bambleweeny.errors import InvalidRequest
from bambleweeny.names import is_name

_PART = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII).fullmatch
_BOUNDS = re.compile(r"(-?[0-9]{1,15})\.(-?[0-9]{1,15})(?:\.[A-Za-z0-9_-]+)?", re.ASCII).fullmatch
_chance = SystemRandom()

_LONGEST_NAME = 255


class Scope:
    """One request to one rule. `keys` and `count` are known once the engine has answered.

    A variable has one value in a request, in all places: `$uuid` in a key's name and in
    the answer are the same. `$uuid.a` and `$uuid.b` are two. `made` has those that another
    request with the same bytes would not have.
    """

    __slots__ = ("call", "chance", "count", "keys", "made", "path")

    def __init__(
        self, call: Call, path: Mapping[str, str] | None = None, chance: Random = _chance
    ) -> None:
        self.call = call
        self.path: Mapping[str, str] = path or {}
        self.chance = chance
        self.count = 0
        self.keys: Mapping[str, bytes | None] = {}
        self.made: dict[str, str | int] = {}


class Variable(NamedTuple):
    """A variable of the request, as `$path.id`."""

    text: str
    source: str
    argument: str
    read: Callable[[Scope, str], Found]

    def value(self, scope: Scope) -> Found:
        """Return what it stands for, or None."""
        return self.read(scope, self.argument)


class KeyName:
    """The name of a key, in which parts behind a `:` can come from the request."""

    __slots__ = ("_parts", "text", "variables")

    def __init__(self, text: str) -> None:
        self.text = text
        pieces = text.split(":")
        parts = [variable_of(p) if p.startswith("$") else p for p in pieces]
        self.variables = [part for part in parts if isinstance(part, Variable)]
        self._parts = parts if self.variables else [text]
        longest = len(text) + sum(NAME_PART - len(v.text) for v in self.variables)
        literal = ":".join("x" if isinstance(part, Variable) else part for part in parts)
        if isinstance(parts[0], Variable) or not is_name(literal) or longest > _LONGEST_NAME:
            raise Refused(
                "invalid_template",
                f"'{text[:64]}' is no name of a key: write it as user:$path.id, in up to "
                f"{_LONGEST_NAME} characters of which each variable takes {NAME_PART}",
            )
        if any(variable.source in _NOT_IN_NAMES for variable in self.variables):
            raise Refused("invalid_template", f"'{text[:64]}' has a variable that no name takes")

    @property
    def literal(self) -> str:
        """The name up to its first variable."""
        return self.text[: self.text.index(":$") + 1] if self.variables else self.text

    def of(self, scope: Scope) -> str | None:
        """Return the name for a request, or None if a part of it cannot be in a name."""
        if not self.variables:
            return self.text
        parts = []
        for part in self._parts:
            if isinstance(part, Variable):
                found = part.value(scope)
                part = "" if found is None else text_of(found)  # noqa: PLW2901
                if not _PART(part):
                    return None
            parts.append(part)
        return ":".join(parts)

    def value(self, scope: Scope) -> Found:
        """Return the key's value, or None."""
        name = self.of(scope)
        return None if name is None else scope.keys.get(name)


def variable_of(text: str, *, in_json: bool = False) -> Variable:
    """Read a variable as `$query.page`; raises Refused if it is invalid.

    In JSON `$body` has the type that the body has.
    """
    source, dot, argument = text[1:].partition(".")
    read = _SOURCES.get(source)
    if read is None:
        known = " ".join(f"${name}" for name in _SOURCES)
        raise Refused("invalid_template", f"'{text[:64]}' is no variable: {known}")
    if source in _NEED_ARGUMENT and not argument:
        raise Refused("invalid_template", f"'{text[:64]}' needs a name, as ${source}.x")
    if source in _NO_ARGUMENT and dot:
        raise Refused("invalid_template", f"'${source}' takes no name")
    if source == "int":
        _check_bounds(text, argument)
    if source == "body" and not dot and in_json:
        read = _json_body
    if source == "body" and dot:
        try:
            check_path(argument)
        except InvalidRequest as ex:
            raise Refused("invalid_template", "A path in a body has 1 to 100 names") from ex
        read = _part
    return Variable(text, source, argument.lower() if source == "header" else argument, read)


def _check_bounds(text: str, argument: str) -> None:
    bounds = _BOUNDS(argument)
    if not bounds or int(bounds[1]) > int(bounds[2]):
        raise Refused("invalid_template", f"'{text[:64]}' needs two bounds, as $int.1.9")


def _first(values: Mapping[str, list[str]], name: str) -> str | None:
    found = values.get(name)
    return found[0] if found else None


def _body(scope: Scope, _: str) -> bytes | None:
    return scope.call.body or None


def _json_body(scope: Scope, _: str) -> Found:
    return scope.call.json.whole or scope.call.body or None


def _part(scope: Scope, path: str) -> Raw | None:
    part = scope.call.json.part(path)
    return None if part is None or bytes(memoryview(part)[:1]) == b"n" else part


def _now(scope: Scope, _: str) -> str:
    return str(scope.made.setdefault("now", time_text(scope.call.time)))


def _uuid(scope: Scope, argument: str) -> str:
    name = f"uuid.{argument}"
    if name not in scope.made:
        scope.made[name] = str(UUID(int=scope.chance.getrandbits(128), version=4))
    return str(scope.made[name])


def _integer(scope: Scope, argument: str) -> int:
    name = f"int.{argument}"
    if name not in scope.made:
        bounds = _BOUNDS(argument)
        assert bounds
        scope.made[name] = scope.chance.randint(int(bounds[1]), int(bounds[2]))
    return int(scope.made[name])


def _pick(scope: Scope, argument: str) -> str:
    name = f"pick.{argument}"
    if name not in scope.made:
        scope.made[name] = scope.chance.choice(argument.split("."))
    return str(scope.made[name])


_SOURCES: dict[str, Callable[[Scope, str], Found]] = {
    "path": lambda scope, name: scope.path.get(name),
    "query": lambda scope, name: _first(scope.call.query_values, name),
    "header": lambda scope, name: scope.call.headers.get(name),
    "cookie": lambda scope, name: scope.call.cookies.get(name),
    "form": lambda scope, name: _first(scope.call.form, name),
    "body": _body,
    "method": lambda scope, _: scope.call.method,
    "url": lambda scope, _: scope.call.url,
    "now": _now,
    "uuid": _uuid,
    "int": _integer,
    "pick": _pick,
    "count": lambda scope, _: scope.count,
}
_NEED_ARGUMENT = ("path", "query", "header", "cookie", "form", "int", "pick")
_NO_ARGUMENT = ("method", "url", "now", "count")
_NOT_IN_NAMES = ("url", "now", "count")
