"""Requests to routes as calls, which rules match and journals record."""

import time
from collections.abc import Callable
from functools import lru_cache

import falcon

from bambleweeny.api.requests.base_path import REQUESTED_PATH
from bambleweeny.api.requests.body import read_raw
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.redaction import redacted

_OTHERS = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}


# NOTE: nearly all requests have the same headers, and the names would cost as much as the rest.
@lru_cache(maxsize=512)
def _header_of(variable: str) -> str | None:
    """Return the name of a header in lower case, or None for another variable."""
    if variable.startswith("HTTP_"):
        return variable[5:].replace("_", "-").lower()
    return _OTHERS.get(variable)


def read_call(
    req: falcon.Request, segments: int, is_token: Callable[[str], bool]
) -> tuple[Call, str]:
    """Return the call of a request to a route, and the URL of the route.

    The route is named by the first `segments` segments of the path, of which a slash is the
    beginning. The path of the call is what follows, as it was sent. The URL is that which the
    caller knows, with the base path. Tokens of this server are
    replaced, so that no rule and no journal sees them.
    """
    env = req.env
    raw, _, query = env["REQUEST_URI"].partition("?")
    if raw[:1] != "/":
        # NOTE: a client of a proxy sends the whole URL (RFC 9112, section 3.2.2).
        raw = "/" + raw.partition("://")[2].partition("/")[2]
    place = 0
    for _ in range(segments + 1):
        place = raw.find("/", place) + 1 or len(raw) + 1
    here, below = raw[: place - 1], raw[place - 1 :]
    if REQUESTED_PATH in env:
        # NOTE: the front is at the root, and everything else below the base path.
        here = f"{req.root_path}{here}" if req.root_path else ""
    headers = {
        header: value for name, value in env.items() if (header := _header_of(name)) is not None
    }
    call = Call(
        req.method, below, query, headers, read_raw(req),
        time=time.time(), ip=env.get("REMOTE_ADDR") or "",
    )  # fmt: skip
    return redacted(call, is_token), here
