"""Documents of routes as arguments: JSON, or YAML for imports, and names of routes."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from bambleweeny.cli.arguments.files import source
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.server_extra import INSTALL

ROUTE = "route"
"""The format of a route document."""

_MOST_VALUES = 500_000
_SCALARS = (
    ("null", r"(?:null|~|)$", ["n", "~", ""]),
    ("bool", r"(?:true|false)$", ["t", "f"]),
    ("int", r"-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", list("-0123456789")),
    ("merge", r"<<$", ["<"]),
)
"""The plain scalars of YAML that are no texts, with the characters that they begin with."""

_YAML = (".yaml", ".yml")
_ROUTE_FIELDS = {"name", "key", "content_type", "journal", "cors", "rules"}
_RULE_FIELDS = {"path", "when", "then", "answers", "collection", "singleton"}


def id_of(text: str) -> str:
    """Return the id from an id, a path or a URL."""
    return text.rstrip("/").rpartition("/")[2]


def route_of(text: str) -> str:
    """Return the id or `@USER/NAME` of a route from that, a path or a URL."""
    path = text.rpartition("/routes/")[2].rstrip("/")
    return path if path.startswith("@") else id_of(path)


def parse_document(text: bytes) -> Any:
    """Return a document from JSON; WrongUse if it is not a JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as ex:
        raise WrongUse(f"The document is not valid JSON: {_one_line(ex)}.") from ex
    if not isinstance(found, dict):
        raise WrongUse("The document is not a JSON object.")
    return found


def read_to_import(name: str) -> tuple[bytes, str]:
    """Return a file's JSON, of YAML too, and its format by `format_of`."""
    with source(name) as file:
        text = file.read()
    found, is_json = _parsed(text, is_named_yaml=Path(name).suffix in _YAML)
    return (text if is_json else _as_json(found)), format_of(found)


def format_of(document: Mapping[str, Any]) -> str:
    """Return the format of a document by its content: `openapi`, `har`, `route` or `db`.

    A route document has rules that look like rules, or no fields but its own; a db.json may
    have a collection `rules`, too.
    """
    if "openapi" in document or "swagger" in document:
        return "openapi"
    log, rules = document.get("log"), document.get("rules")
    if isinstance(log, dict) and "entries" in log:
        return "har"
    if isinstance(rules, list):
        is_route = not document.keys() - _ROUTE_FIELDS or any(
            isinstance(rule, dict) and rule.keys() & _RULE_FIELDS for rule in rules
        )
    else:
        is_route = isinstance(document.get("key"), str)
    return ROUTE if is_route else "db"


def _parsed(text: bytes, *, is_named_yaml: bool) -> tuple[dict[str, Any], bool]:
    """Return a document, and whether its text is JSON."""
    if text.removeprefix(BOM_UTF8).lstrip()[:1] in (b"{", b"["):
        try:
            return parse_document(text), True
        except WrongUse:
            if not is_named_yaml:
                raise
    found = _from_yaml(text)
    if isinstance(found, dict):
        return found, False
    if not is_named_yaml:
        parse_document(text)
    raise WrongUse("The document has no mapping at its top.")


def _from_yaml(text: bytes) -> Any:
    try:
        import yaml  # noqa: PLC0415  the extra `server` brings it
    except ModuleNotFoundError as ex:
        raise WrongUse(f"To read YAML, {INSTALL}.", hint="Or convert it to JSON first.") from ex
    try:
        found = yaml.load(text, Loader=_loader(yaml))
    except (yaml.YAMLError, ValueError, RecursionError) as ex:
        raise WrongUse(f"The document is not valid YAML: {_one_line(ex)}.") from ex
    _check_size(found)
    return found


def _loader(yaml: Any) -> type:
    """Return a loader that reads plain scalars as YAML 1.2 reads JSON's; all others are texts.

    YAML 1.1 would make `NO` false and `12:30:00` a number (YAML 1.2.2, section 10.2).
    """
    # NOTE: the loader in C is ten times as fast; both are safe.
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("Loader", (base,), {"yaml_implicit_resolvers": {}})
    for name, pattern, first in _SCALARS:
        loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(pattern), first)
    return cast("type", loader)


def _check_size(document: Any) -> None:
    """Refuse a document that its aliases make larger than any that can be imported."""
    left, room = [document], _MOST_VALUES
    while left:
        value = left.pop()
        room -= 1
        if isinstance(value, dict | list):
            room -= len(value)
            if room < 0:
                raise WrongUse(f"The YAML has over {_MOST_VALUES} values, or aliases without end.")
            left += value.values() if isinstance(value, dict) else value


def _as_json(document: dict[str, Any]) -> bytes:
    try:
        return json.dumps(document).encode()
    except (TypeError, ValueError, RecursionError) as ex:
        raise WrongUse(f"The YAML cannot be written as JSON: {ex}.") from ex


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
