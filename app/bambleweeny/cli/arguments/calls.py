"""The calls in the journal of a route, as lines."""

from collections.abc import Mapping
from typing import Any


def target_of(call: Mapping[str, Any]) -> str:
    """Return the path of a call with its query."""
    query = f"?{call['query']}" if call.get("query") else ""
    return f"{call['path'] or '/'}{query}"


def line_of(call: Mapping[str, Any]) -> str:
    """Return method, path with query, status, and the rule if one has matched."""
    parts = (call["method"], target_of(call), call.get("status"), call.get("rule"))
    return " ".join(str(part) for part in parts if part is not None)
