"""Files of other mock servers, which are no db.json although they look like one."""

from collections.abc import Mapping
from typing import Any

from bambleweeny.core.mocks.imports.result import invalid_import

_WIREMOCK_FIELDS = frozenset(
    ("method", "url", "urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate")
)


def refuse_foreign(document: Mapping[str, Any]) -> None:
    """Raise `invalid_import` for a mapping of WireMock or an environment of Mockoon."""
    mappings, routes = _objects(document.get("mappings")), _objects(document.get("routes"))
    if _is_mapping(document) or (mappings and all(map(_is_mapping, mappings))):
        raise invalid_import(
            "It is a mapping of WireMock, which cannot be imported.",
            "The page coming-from of the guide shows the fields of a rule for those of a mapping.",
        )
    if routes and all("endpoint" in route for route in routes):
        raise invalid_import(
            "It is an environment of Mockoon, which cannot be imported.",
            "Export it from Mockoon as OpenAPI; see the page coming-from of the guide.",
        )


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return a list of objects, or none if it is something else."""
    found = value if isinstance(value, list) else []
    return found if all(isinstance(part, dict) for part in found) else []


def _is_mapping(value: Mapping[str, Any]) -> bool:
    request, response = value.get("request"), value.get("response")
    has_answer = isinstance(response, dict) or isinstance(value.get("responseDefinition"), dict)
    return isinstance(request, dict) and has_answer and not _WIREMOCK_FIELDS.isdisjoint(request)
