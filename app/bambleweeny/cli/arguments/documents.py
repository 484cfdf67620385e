"""Documents of routes as arguments: JSON, or YAML for imports, and names of routes."""

import json
from pathlib import Path
from typing import Any

from bambleweeny.cli.arguments.files import source
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.server_extra import INSTALL

_YAML = (".yaml", ".yml")


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
    except ValueError as ex:
        raise WrongUse(f"The document is not valid JSON: {ex}.") from ex
    if not isinstance(found, dict):
        raise WrongUse("The document is not a JSON object.")
    return found


def read_to_import(name: str) -> tuple[bytes, str]:
    """Return a file's JSON, of YAML too, and its format: `openapi`, `har` or `db`."""
    with source(name) as file:
        text = file.read()
    found = _from_yaml(text) if Path(name).suffix in _YAML else parse_document(text)
    if not isinstance(found, dict):
        raise WrongUse(f"{name} has no mapping at its top.")
    is_har = isinstance(found.get("log"), dict) and "entries" in found["log"]
    is_openapi = "openapi" in found or "swagger" in found
    format = "openapi" if is_openapi else "har" if is_har else "db"
    is_json = Path(name).suffix not in _YAML
    return text if is_json else json.dumps(found, default=str).encode(), format


def _from_yaml(text: bytes) -> Any:
    try:
        import yaml  # noqa: PLC0415  the extra `server` brings it
    except ModuleNotFoundError as ex:
        raise WrongUse(f"To read YAML, {INSTALL}.", hint="Or convert it to JSON first.") from ex
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as ex:
        raise WrongUse(f"The document is not valid YAML: {ex}.") from ex
