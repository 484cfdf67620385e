"""Answers of routes with documents: their status, headers, cookies and CORS headers."""

import falcon

from bambleweeny.api.answers.delayed import answer_fault, answer_later
from bambleweeny.core.mocks.answers import Rendered
from bambleweeny.core.mocks.headers import Cors, cors_headers

_NO_TYPE = "text/plain; charset=utf-8"
_EXPOSE = "Access-Control-Expose-Headers"
_CORS = ("Access-Control-Allow-Origin", _EXPOSE)
_ADDED = frozenset(("set-cookie", "vary"))
_NOT_SHOWN = frozenset(("content-type", "set-cookie", "link", "location", "x-total-count"))
"""Headers that pages may read anyway, or must not."""


def set_cors(resp: falcon.Response, cors: Cors, origin: str) -> None:
    """Set the CORS headers of a route in place of those of other public answers."""
    if cors == "off":
        for name in _CORS:
            resp.delete_header(name)
    else:
        resp.set_headers(cors_headers(cors, origin))


def answer_rendered(req: falcon.Request, resp: falcon.Response, rendered: Rendered) -> None:
    """Answer what a rule or a collection made, now or after its delay, or with its fault."""
    resp.status = rendered.status
    resp.content_type = _NO_TYPE
    shown = []
    for name, value in rendered.headers:
        lower = name.lower()
        if lower in _ADDED:
            resp.append_header(name, value)
        else:
            resp.set_header(name, value)
        if lower not in _NOT_SHOWN:
            shown.append(name)
    resp.data = rendered.body
    if shown and resp.get_header(_EXPOSE):
        resp.append_header(_EXPOSE, ", ".join(dict.fromkeys(shown)))
    if rendered.delay:
        answer_later(req, resp, rendered.delay)
    if rendered.fault:
        answer_fault(req, resp, rendered.fault)
