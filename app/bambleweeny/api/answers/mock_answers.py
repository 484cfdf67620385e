"""Answers of routes with documents: their status, headers, cookies and CORS headers."""

import falcon

from bambleweeny.api.answers.delayed import answer_fault, answer_later, release_delay
from bambleweeny.core.mocks.answers import Rendered
from bambleweeny.core.mocks.headers import Cors, cors_headers

_NO_TYPE = "text/plain; charset=utf-8"
_CORS = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
_NEVER_EXPOSED = {"content-type", "set-cookie"}
_SHARED = {"vary"}
"""Headers that the server may set as well: both values are sent."""


def set_cors(resp: falcon.Response, cors: Cors, origin: str) -> None:
    """Set the CORS headers of a route in place of those of other public answers."""
    if cors != "*":
        for name in _CORS:
            resp.delete_header(name)
    resp.set_headers(cors_headers(cors, origin))


def answer_rendered(req: falcon.Request, resp: falcon.Response, rendered: Rendered) -> None:
    """Answer what a rule or a collection made, now or after its delay, or with its fault."""
    resp.status = rendered.status
    resp.content_type = _NO_TYPE
    shown = []
    for name, value in rendered.headers:
        lower = name.lower()
        if lower in _SHARED or name == "Set-Cookie":
            resp.append_header(name, value)
        else:
            resp.set_header(name, value)
        if lower not in _NEVER_EXPOSED:
            shown.append(name)
    resp.data = rendered.body
    if shown:
        _expose(resp, shown)
    if rendered.delay:
        answer_later(req, resp, rendered.delay)
    else:
        release_delay(req)
    if rendered.fault:
        answer_fault(req, resp, rendered.fault)


def _expose(resp: falcon.Response, names: list[str]) -> None:
    exposed = resp.get_header("Access-Control-Expose-Headers")
    if exposed:
        known = {name.lower() for name in exposed.split(", ")}
        others = [name for name in dict.fromkeys(names) if name.lower() not in known]
        resp.set_header("Access-Control-Expose-Headers", ", ".join([exposed, *others]))
