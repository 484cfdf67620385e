"""Paths of public routes and bins: by an id, or by `@USER/NAME`."""

import re
from collections.abc import Mapping
from typing import Any

from bambleweeny.core.mocks.references import Reference, reference_of
from bambleweeny.errors import NotFound

_is_public = re.compile(
    r"/(?:routes/(?!(?:verify|reset)/?\Z)|bins/(?!refused/?\Z)).", re.DOTALL
).match


def is_public(path: str) -> bool:
    """Return whether a path is that of a route or a bin, or below it."""
    return _is_public(path) is not None


def reference_in(params: Mapping[str, Any]) -> tuple[Reference, int]:
    """Return what a path names, and its number of segments; no such name raises NotFound.

    An id is not checked.
    """
    public_id = params["public_id"]
    if public_id[:1] != "@":
        return Reference(public_id), 2
    name = str(params.get("rest", "")).partition("/")[0]
    reference = reference_of(f"{public_id}/{name}")
    if reference is None:
        raise NotFound()
    return reference, 3
