"""Paths of OpenAPI as rules have them: a variable takes the type of its parameter."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

from bambleweeny.core.mocks.imports.pointers import Pointers
from bambleweeny.core.mocks.imports.result import Notes

_VARIABLE = re.compile(r"\{([^{}]+)\}").fullmatch
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII).sub


def rule_path(
    path: str, parameters: Sequence[Any], pointers: Pointers, notes: Notes, where: str
) -> str:
    """Return the path of an operation; a segment that is a variable in part becomes `*`."""
    bare = path.partition("#")[0].partition("?")[0]
    if bare != path:
        notes.add("What follows ? or # in the path is left out", where)
    kinds = _kinds(parameters, pointers)
    used: set[str] = set()
    return "/".join(_segment(part, kinds, used, notes, where) for part in bare.split("/"))


def kinds_of(path: str) -> list[tuple[int, str]]:
    """Return a key by which paths sort: a literal segment is before a variable one."""
    return [_order(part) for part in path.strip("/").split("/")]


def _segment(part: str, kinds: dict[str, str], used: set[str], notes: Notes, where: str) -> str:
    variable = _VARIABLE(part)
    if variable:
        name = _NOT_IN_NAME("_", variable[1]).lstrip("-0123456789")[:64] or "_"
        if name in used:
            return "*"
        used.add(name)
        return f"{{{name}{kinds.get(variable[1], '')}}}"
    if "{" in part:
        notes.add("A segment that is a variable in part matches any text", where)
        return "*"
    return quote(unquote(part), safe="!$&'()+,;=:@~")


def _kinds(parameters: Sequence[Any], pointers: Pointers) -> dict[str, str]:
    found = {}
    for parameter in parameters:
        if isinstance(parameter, dict) and parameter.get("in") == "path":
            schema = pointers.resolved(parameter.get("schema"))
            kind = schema.get("type") if isinstance(schema, dict) else None
            if kind == "integer":
                found[str(parameter.get("name"))] = ":int"
            elif kind == "string" and schema.get("format") == "uuid":
                found[str(parameter.get("name"))] = ":uuid"
    return found


def _order(part: str) -> tuple[int, str]:
    if part.startswith("{"):
        return (1, "") if ":" in part else (2, "")
    return (2, "") if part == "*" else (0, part)
