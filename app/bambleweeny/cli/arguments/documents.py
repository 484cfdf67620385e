"""Documents of routes and bins as arguments, in JSON or YAML, and what names routes and bins."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, TypeGuard

from bambleweeny.cli.arguments.files import source
from bambleweeny.cli.arguments.inputs import STANDARD, given_value
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.server_extra import INSTALL

ROUTE = "route"
"""The format of a route document."""

_YAML = (".yaml", ".yml")
_looks_like_file = re.compile(r"[\w./\\~:-]*\.(json|yaml|yml|har|txt)", re.IGNORECASE).fullmatch
_QUOTES = r"""Quotes differ between shells: in cmd.exe write "{\"name\":\"value\"}"."""
_ROUTE_FIELDS = {"name", "key", "content_type", "journal", "cors", "rules"}
_RULE_FIELDS = {"path", "when", "then", "answers", "collection", "singleton"}


def id_of(text: str) -> str:
    """Return the id from an id, a path or a URL."""
    return text.rstrip("/").rpartition("/")[2]


def route_of(text: str) -> str:
    """Return the id, the name or `@USER/NAME` of a route from that, a path or a URL."""
    return _public_of(text, "routes")


def bin_of(text: str) -> str:
    """Return the id, the name or `@USER/NAME` of a bin from that, a path or a URL."""
    return _public_of(text, "bins")


def _public_of(text: str, noun: str) -> str:
    path = text.rpartition(f"/{noun}/")[2].rstrip("/")
    return path if path.startswith("@") else id_of(path)


def given_document(word: str | None, stdin: BinaryIO | None) -> Any:
    """Return the document that VALUE names; YAML in a file or standard input is read, too.

    If VALUE looks like the name of a file without @, the hint of WrongUse says that.
    """
    text = given_value(word, stdin)
    if _is_text(word):
        with _hinting_at_file(word):
            return parse_document(text)
    found, is_json = _parsed(text, is_named_yaml=Path(word or "").suffix in _YAML)
    return found if is_json else json.loads(_yaml().as_json(found))


def given_json(word: str | None, stdin: BinaryIO | None) -> bytes:
    """Return the JSON that VALUE names; the server checks that of a file or standard input.

    If VALUE is not JSON, WrongUse, as for `given_document`.
    """
    text = given_value(word, stdin)
    if _is_text(word):
        with _hinting_at_file(word):
            # NOTE: Python parses no integer of more than 4,300 digits; the server keeps its text.
            _loaded(text, "value", str)
    return text


def _is_text(word: str | None) -> TypeGuard[str]:
    """Return whether VALUE is the text, not the name of a file or of standard input."""
    if not word or word == STANDARD:
        return False
    return not word.startswith("@") or word.startswith("@@")


@contextmanager
def _hinting_at_file(word: str) -> Iterator[None]:
    try:
        yield
    except WrongUse as ex:
        if _is_file(word):
            raise WrongUse(f"'{word}' is a file.", hint=f"Did you mean @{word}?") from ex
        if _looks_like_file(word):
            raise WrongUse(str(ex), hint=f"Did you mean @{word}? There is no such file.") from ex
        raise


def _is_file(name: str) -> bool:
    try:
        return Path(name).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        # NOTE: a document that is not valid JSON may be no name at all.
        return False


def parse_document(text: bytes) -> Any:
    """Return a document from JSON; WrongUse if it is not a JSON object."""
    found = _loaded(text, "document")
    if not isinstance(found, dict):
        raise WrongUse("The document is not a JSON object.")
    return found


def _loaded(text: bytes, what: str, parse_int: Callable[[str], object] = int) -> Any:
    try:
        return json.loads(text, parse_int=parse_int)
    except (ValueError, RecursionError) as ex:
        hint = _QUOTES if text.lstrip().startswith(b"'") else None
        raise WrongUse(f"The {what} is not valid JSON: {_one_line(ex)}.", hint=hint) from ex


def read_to_import(name: str) -> tuple[bytes, str]:
    """Return a file's JSON, of YAML too, and its format by `format_of`."""
    if Path(name).is_dir():
        raise WrongUse(
            "The document is a directory; name a file in it.",
            hint="The files of other mock servers: bambleweeny help coming-from.",
        )
    with source(name) as file:
        text = file.read()
    found, is_json = _parsed(text, is_named_yaml=Path(name).suffix in _YAML)
    return (text if is_json else _yaml().as_json(found)), format_of(found)


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
    found = _yaml().parse_yaml(text)
    if isinstance(found, dict):
        return found, False
    if not is_named_yaml:
        parse_document(text)
    raise WrongUse("The document has no mapping at its top.")


def _yaml() -> ModuleType:
    try:
        from bambleweeny.cli.arguments import yaml_documents  # noqa: PLC0415  needs an extra
    except ModuleNotFoundError as ex:
        raise WrongUse(f"To read YAML, {INSTALL}.", hint="Or convert it to JSON first.") from ex
    return yaml_documents


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
