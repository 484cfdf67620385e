"""Answers of routes with documents: their status, headers, cookies and CORS headers."""

import falcon

from bambleweeny.api.answers.delayed import answer_fault, answer_later
from bambleweeny.core.mocks.answers import Rendered
from bambleweeny.core.mocks.headers import Cors, cors_headers

_NO_TYPE = "text/plain; charset=utf-8"
_CORS = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
_NEVER_EXPOSED = {"content-type", "set-cookie"}
_SHARED = {"vary"}
"""Headers that the server may set as well: both values are sent."""


def set_cors(resp: falcon.Response, cors: Cors, origin: str) -> None:
    """Set the CORS headers of a route in place of those of other public answers."""
    for name in _CORS:
        resp.delete_header(name)
    for name, value in cors_headers(cors, origin):
        resp.set_header(name, value)


def answer_rendered(req: falcon.Request, resp: falcon.Response, rendered: Rendered) -> None:
    """Answer what a rule or a collection made, now or after its delay, or with its fault."""
    resp.status = rendered.status
    resp.content_type = _NO_TYPE
    for name, value in rendered.headers:
        if name.lower() in _SHARED or name == "Set-Cookie":
            resp.append_header(name, value)
        else:
            resp.set_header(name, value)
    resp.data = rendered.body
    exposed = resp.get_header("Access-Control-Expose-Headers")
    if exposed:
        known = {name.lower() for name in exposed.split(", ")} | _NEVER_EXPOSED
        shown = [n for n in dict(rendered.headers) if n.lower() not in known]
        resp.set_header("Access-Control-Expose-Headers", ", ".join([exposed, *shown]))
    if rendered.delay:
        answer_later(req, resp, rendered.delay)
    if rendered.fault:
        answer_fault(req, resp, rendered.fault)
