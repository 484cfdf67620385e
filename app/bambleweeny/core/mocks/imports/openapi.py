"""An OpenAPI document (3.0 or 3.1) becomes rules: one for each operation."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bambleweeny.core.mocks.imports.examples import Examples
from bambleweeny.core.mocks.imports.openapi_paths import kinds_of, rule_path
from bambleweeny.core.mocks.imports.openapi_responses import Responses
from bambleweeny.core.mocks.imports.pointers import Pointers
from bambleweeny.core.mocks.imports.result import (
    Fields,
    Imported,
    Notes,
    check_count,
    check_prefix,
    finished,
    importer,
    invalid_import,
    label_of,
    read_json,
)

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class _Operation(NamedTuple):
    method: str
    path: str
    base: str
    parameters: list[Any]
    fields: dict[str, Any]

    @property
    def where(self) -> str:
        """What notes call it."""
        return f"{self.method} {self.path}"


@importer
def import_openapi(body: bytes, prefix: str = "", only: Sequence[str] = ()) -> Imported:
    """Make a route of an OpenAPI document.

    Each operation answers its lowest 2xx; by `Prefer: code=404` and `Prefer: example=NAME` it
    gives its other answers. `only` has beginnings of paths, tags or ids of operations.
    """
    check_prefix(prefix)
    document = read_json(body)
    _check_version(document)
    notes = Notes()
    pointers = Pointers(document)
    responses = Responses(pointers, Examples(pointers, notes), notes)
    found = _operations(document, pointers, notes)
    operations = [operation for operation in found if _is_wanted(operation, only)]
    check_count(len(operations))
    rules = [_rule(operation, pointers, responses, notes) for operation in operations]
    # NOTE: a literal segment is before a variable one, and HEAD before GET, which serves it.
    rules.sort(key=lambda rule: (kinds_of(rule["path"]), rule["method"] != "HEAD"))
    return finished(rules, notes, prefix=prefix)


def _check_version(document: Any) -> None:
    version = document.get("openapi") if isinstance(document, dict) else None
    if isinstance(document, dict) and "swagger" in document:
        raise invalid_import(
            "It is Swagger 2.0; OpenAPI 3.0 and 3.1 can be imported.",
            "Convert it first: swagger2openapi does that.",
        )
    if not isinstance(version, str) or not version.startswith(("3.0", "3.1")):
        raise invalid_import("It is no OpenAPI document of version 3.0 or 3.1.")
    if not isinstance(document.get("paths"), dict):
        raise invalid_import("The OpenAPI document has no 'paths'.")


def _operations(document: Any, pointers: Pointers, notes: Notes) -> Iterator[_Operation]:
    base = _base_of(document.get("servers"), notes)
    for path, found in document["paths"].items():
        item = pointers.resolved(found)
        if not isinstance(item, dict) or not path.startswith("/"):
            continue
        below = _base_of(item["servers"], notes) if item.get("servers") else base
        for method in _METHODS:
            fields = item.get(method)
            if isinstance(fields, dict):
                own = _base_of(fields["servers"], notes) if fields.get("servers") else below
                parameters = [*_list(item.get("parameters")), *_list(fields.get("parameters"))]
                yield _Operation(method.upper(), path, own, parameters, fields)


def _base_of(servers: Any, notes: Notes) -> str:
    """Return the path of the first server, with the defaults of its variables."""
    server = servers[0] if isinstance(servers, list) and servers else None
    if not isinstance(server, dict) or not isinstance(server.get("url"), str):
        return ""
    url = server["url"]
    variables = server.get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if isinstance(variable, dict):
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    if len(servers) > 1:
        notes.add("Of several servers the path of the first counts", url)
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""
    if "{" in path:
        notes.add("The server's path is left out, as it has a variable without a default", url)
        return ""
    return path if path.startswith("/") or not path else f"/{path}"


def _rule(operation: _Operation, pointers: Pointers, responses: Responses, notes: Notes) -> Fields:
    parameters = [pointers.resolved(parameter) for parameter in operation.parameters]
    path = rule_path(operation.base + operation.path, parameters, pointers, notes, operation.where)
    name = operation.fields.get("operationId")
    rule: Fields = {
        "name": label_of(name if isinstance(name, str) and name else operation.where),
        "method": operation.method,
        "path": path,
        "answers": responses.answers(operation.fields.get("responses"), operation.where),
    }
    if len(rule["answers"]) > 1:
        rule["order"] = "first"
    return rule


def _is_wanted(operation: _Operation, only: Sequence[str]) -> bool:
    tags = _list(operation.fields.get("tags"))
    return not only or any(
        operation.path.startswith(wanted)
        if wanted.startswith("/")
        else wanted in tags or wanted == operation.fields.get("operationId")
        for wanted in only
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
