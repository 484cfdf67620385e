"""The contract as the reference at /docs/api shows it: folded twins, required fields first.

/openapi.json has the contract as it is written.
"""

import shlex
from typing import Any

import msgspec

from bambleweeny.api.docs.contract import document

_METHODS = ("get", "put", "post", "patch", "delete", "head", "options")
_TEXT = "text/plain"
_UP_TO_ROOT = "../../../"
"""From /docs/files/VERSION/reference.json."""
_LOGIN = """Log in above: each call that you try sends the token, and only this page keeps it.
[The OpenAPI document](../openapi.json) is what code generators take.

In the samples `$U` is the URL of this server (with its base path, if any), and `$AUTH` the header
with the token:

```sh
U=http://localhost:8080
LOGIN='{"username":"admin","password":"changeme"}'
AUTH="Authorization: Bearer $(curl -s "$U/auth/token?raw" -d "$LOGIN")"
```
"""


def reference_document() -> bytes:
    """Return the OpenAPI document for the reference, as JSON."""
    whole: dict[str, Any] = msgspec.json.decode(document())
    whole["servers"] = [{"url": _UP_TO_ROOT}]
    whole["security"] = [{"bearer": []}]
    whole["info"]["description"] = f"{_LOGIN}\n{whole['info']['description']}"
    components = whole["components"]
    components["securitySchemes"] = {"bearer": components["securitySchemes"]["bearer"]}
    for body in components["requestBodies"].values():
        # NOTE: a reader types text; generated clients take the first type, which is for bytes.
        body["content"] = dict(sorted(body["content"].items(), key=lambda one: one[0] != _TEXT))
    for path, item in whole["paths"].items():
        shared = item.pop("parameters", [])
        operations = {method: item.pop(method) for method in _METHODS if method in item}
        for method, operation in _folded(operations).items():
            _rewrite(whole, path, method, operation, shared)
            item[method] = operation
    return msgspec.json.encode(whole)


def _folded(operations: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Leave out operations that differ from an earlier one of their path by name alone."""
    kept: dict[str, dict[str, Any]] = {}
    twins: dict[str, list[str]] = {}
    # NOTE: a GET with a POST as twin changes data, except on public paths: show the POST.
    for method in sorted(operations, key=lambda one: one != "post" or _is_public(operations[one])):
        operation = operations[method]
        for other, known in kept.items():
            if {**operation, "operationId": ""} == {**known, "operationId": ""}:
                twins.setdefault(other, []).append(method.upper())
                break
        else:
            kept[method] = operation
    for method, others in twins.items():
        kept[method]["description"] = (
            f"{kept[method].get('description', '')}\n\nThe same with {', '.join(others)}.".lstrip()
        )
    return kept


def _is_public(operation: dict[str, Any]) -> bool:
    return operation.get("security") == []


def _rewrite(
    whole: dict[str, Any], path: str, method: str, operation: dict[str, Any], shared: list[Any]
) -> None:
    parameters = [_resolved(whole, one) for one in [*shared, *operation.get("parameters", [])]]
    for one in parameters:
        if not one.get("required"):
            one.pop("example", None)  # Swagger UI would send it
    if parameters:
        operation["parameters"] = sorted(parameters, key=_place)
    if operation.get("security"):
        operation["security"] = [{"bearer": []}]
    sample = _curl(whole, path, method, operation)
    operation["description"] = f"```sh\n{sample}\n```\n\n{operation.get('description', '')}"


def _place(parameter: dict[str, Any]) -> tuple[bool, bool]:
    """Sort what is required first, and what is the admin's last."""
    return not parameter.get("required"), parameter["name"] == "userid"


def _resolved(whole: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = whole
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _curl(whole: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    """Write the smallest call as a command."""
    words = ["curl"]
    body, headers = _body(whole, operation)
    if method not in ("get", "post") or (method == "post" and body is None):
        words += ["-X", method.upper()]
    words.append(f'"$U{_target(path, operation)}"')
    if operation.get("security", True):
        words += ["-H", '"$AUTH"']
    words += headers
    if body is not None:
        words += ["-d", body]
    return " ".join(words)


def _target(path: str, operation: dict[str, Any]) -> str:
    query = []
    for one in operation.get("parameters", []):
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", str(one.get("example", one["name"].upper())))
        elif one["in"] == "query" and one.get("required"):
            query.append(f"{one['name']}={_value(one)}")
    return f"{path}?{'&'.join(query)}" if query else path


def _value(parameter: dict[str, Any]) -> str:
    allowed = parameter.get("schema", {}).get("enum", [])
    return str(parameter.get("example", allowed[0] if allowed else parameter["name"].upper()))


def _body(whole: dict[str, Any], operation: dict[str, Any]) -> tuple[str | None, list[str]]:
    """Return the first body that the call takes, for a shell, and the headers that it needs."""
    content = _resolved(whole, operation.get("requestBody", {})).get("content", {})
    for media_type, media in content.items():
        example = media.get("example") or "bar"
        text = example if isinstance(example, str) else msgspec.json.encode(example).decode()
        plain = ("application/json", "text/plain", "application/octet-stream", "*/*")
        headers = [] if media_type in plain else ["-H", f"'Content-Type: {media_type}'"]
        return shlex.quote(text), headers
    return None, []
