"""A check for schemathesis: no call outside of SCOPES answers 2xx.

It runs in the process of schemathesis, which loads it as SCHEMATHESIS_HOOKS says.
"""

import json
from itertools import cycle
from urllib.parse import parse_qs, unquote, urlsplit

import schemathesis

SCOPES = ["keys:read:app:*", "lists:push:jobs"]
HELD = {"keys:read", "lists:push"}
NAMES = cycle(["app:x", "jobs", None, "foo"])
"""The names of every other call; None leaves the one that was made."""


def is_inside(method, url, body, needed):
    """Return whether SCOPES allow a call that succeeded."""
    parts = urlsplit(url)
    _, noun, *rest = unquote(parts.path).split("/")
    query = parse_qs(parts.query, keep_blank_values=True)
    if needed == ["any"]:
        return True
    if noun == "batch":
        return all(
            name.startswith("app:") if verb == "get" else (verb, name) == ("push", "jobs")
            for verb, name, *_ in json.loads(body)
        )
    if not HELD.intersection(needed):
        return False
    if noun == "keys" and not rest:
        names = query.get("names", query.get("prefix", [""]))[0].split(",")
        return all(name.startswith("app:") for name in names)
    if noun == "keys":
        return method in ("GET", "HEAD") and rest[0].startswith("app:")
    return (noun, method, rest) == ("lists", "POST", ["jobs"])


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Use names that are inside and outside of the scopes."""
    name = next(NAMES)
    if name and "name" in (case.path_parameters or {}):
        case.path_parameters["name"] = name


@schemathesis.check
def inside_scopes(ctx, response, case):
    """Fail if a call succeeded that the scopes do not allow."""
    needed = case.operation.definition.raw.get("x-scopes")
    request = response.request
    # NOTE: OPTIONS is public everywhere, and does nothing.
    if needed is None or request.method == "OPTIONS" or not 200 <= response.status_code < 300:
        return
    body = request.body.encode() if isinstance(request.body, str) else request.body
    assert is_inside(request.method, request.url, body, needed), f"{request.method} {request.url}"
