"""References in an OpenAPI document: `#/components/schemas/Pet`."""

from typing import Any
from urllib.parse import unquote

_MOST_HOPS = 20


class Pointers:
    """Finds what references of one document point to."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._known: dict[str, Any] = {}

    def resolved(self, part: Any) -> Any:
        """Follow a part that is a reference; None if it leads nowhere in the document."""
        for _ in range(_MOST_HOPS):
            if not isinstance(part, dict) or not isinstance(part.get("$ref"), str):
                return part
            part = self.at(part["$ref"])
        return None

    def at(self, reference: str) -> Any:
        """Return what a reference points to, or None."""
        if reference not in self._known:
            self._known[reference] = self._find(reference)
        return self._known[reference]

    def _find(self, reference: str) -> Any:
        if reference == "#":
            return self._document
        if not reference.startswith("#/"):
            return None
        part = self._document
        for step in unquote(reference[2:]).split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(part, dict):
                part = part.get(name)
            elif isinstance(part, list) and name.isdigit() and int(name) < len(part):
                part = part[int(name)]
            else:
                return None
        return part
