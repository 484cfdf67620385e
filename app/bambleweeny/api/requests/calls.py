"""Requests to routes as calls, which rules match and journals record."""

import time
from collections.abc import Callable

import falcon

from bambleweeny.api.requests.base_path import AT_ROOT
from bambleweeny.api.requests.body import read_raw
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.redaction import redacted

_OTHERS = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}


def read_call(
    req: falcon.Request, segments: int, is_token: Callable[[str], bool]
) -> tuple[Call, str]:
    """Return the call of a request to a route, and the URL of the route as the client sees it.

    The URL is "" for the front, which is at the root. The route is named by the first
    `segments` segments of the path, of which a slash is the beginning. The path of the call is
    what follows, as it was sent. Tokens of this server are replaced, so that no rule and no
    journal sees them.
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
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in env.items()
        if name[:5] == "HTTP_"
    }
    for name, header in _OTHERS.items():
        if env.get(name):
            headers[header] = env[name]
    call = Call(
        req.method, below, query, headers, read_raw(req),
        time=time.time(), ip=env.get("REMOTE_ADDR") or "",
    )  # fmt: skip
    # NOTE: links, Location and the path of cookies are those that the client sees.
    return redacted(call, is_token), "" if AT_ROOT in env else req.root_path + here
