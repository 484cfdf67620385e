"""Who may call: the hooks that stand on the responders."""

from typing import Any

import falcon

from bambleweeny.api.requests.strictness import NOTHING, Takes, refuse_parameters, refuse_unbound
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.services import Services
from bambleweeny.errors import Forbidden, InvalidRequest, NotFound, TokenInPageUrl, Unauthorized
from bambleweeny.names import is_user_id

_INERT = "sandbox; default-src 'none'"
"""The Content-Security-Policy of what a user gets: a browser runs none of its scripts."""
_PAGES = {"document", "embed", "fencedframe", "frame", "iframe", "object"}
_WORKERS = {"serviceworker", "sharedworker", "worker"}
"""Values of Sec-Fetch-Dest: the scripts of a page and of a worker can read its URL."""
_NOT_KEPT = {"Cache-Control": "private", "Referrer-Policy": "no-referrer"}


def bearer_token(req: falcon.Request, resp: falcon.Response) -> str:
    """Return the token of a request, or "", and make the answer harmless in a browser.

    `Bearer <token>`, the original's `Bearer:<token>`, or `?token=`. The last is refused where
    a browser opens the URL as a page, and its answer stays out of shared caches and referrers.
    Raises InvalidRequest for two credentials that differ.
    """
    resp.set_header("Content-Security-Policy", _INERT)
    if not req.query_string or not (token := req.params.get("token")):
        return _token_of_header(req.env)
    resp.set_headers(_NOT_KEPT)
    if isinstance(token, list):
        raise InvalidRequest("The parameter 'token' is given more than once.")
    if req.env.get("HTTP_AUTHORIZATION") and token != _token_of_header(req.env):
        raise InvalidRequest(
            "The Authorization header and ?token= are two credentials that differ.",
            hint="Send the token once, in the header or in the URL.",
        )
    if _opens_a_page(req):
        raise TokenInPageUrl()
    return token


def sent_token(environ: dict[str, Any]) -> str:
    """Return the token of a request that is not read to its end, or ""."""
    return _token_of_header(environ) or falcon.Request(environ).get_param("token") or ""


def _token_of_header(environ: dict[str, Any]) -> str:
    header: str = environ.get("HTTP_AUTHORIZATION", "")
    if header[:6].lower() == "bearer" and header[6:7] in (" ", ":"):
        return header[7:].strip()
    return ""


def _opens_a_page(req: falcon.Request) -> bool:
    if req.env.get("HTTP_SEC_FETCH_MODE", "").lower() == "navigate":
        return True
    return req.env.get("HTTP_SEC_FETCH_DEST", "").lower() in _PAGES | _WORKERS


def authenticated(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any,
    params: dict[str, Any],
    taken: Takes = NOTHING,
) -> None:
    """Let those with a good token pass; `req.context.caller` is who acts.

    Whether the token was ended meanwhile is checked in the round trip of the call itself. With
    `?userid=` the admin acts for another user. What else the request carries has to be `taken`.
    """
    caller = _logged_in(req, resp, resource.services)
    if req.query_string:
        given = req.params
        refuse_parameters(given, taken.acting)
        if "userid" in given:
            req.context.caller = _acting_for(req, caller, resource.services)
    if req.method != "GET":
        refuse_unbound(req, taken)


def logged_in(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any,
    params: dict[str, Any],
    taken: Takes = NOTHING,
) -> None:
    """Let those with a good token pass, who act for themselves alone; else as `authenticated`."""
    _logged_in(req, resp, resource.services)
    _refuse_unknown(req, taken)


def admin_only(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any,
    params: dict[str, Any],
    taken: Takes = NOTHING,
) -> None:
    """Let only the admin pass, checked in the store; `taken` as for `authenticated`."""
    resource.services.users.require_admin(_logged_in(req, resp, resource.services))
    _refuse_unknown(req, taken)


def check_again(req: falcon.Request, services: Services) -> None:
    """Raise Unauthorized if the token of a running request has expired, or Forbidden."""
    caller = _logged_in(req, falcon.Response(), services)
    if "userid" in req.params:
        req.context.caller = _acting_for(req, caller, services)


def _logged_in(req: falcon.Request, resp: falcon.Response, services: Services) -> Caller:
    token = bearer_token(req, resp)
    if not token:
        raise Unauthorized()
    caller = services.tokens.verify(token)
    resp.set_header("B9Y-Authenticated-User", caller.name)
    req.context.caller = caller
    return caller


def _refuse_unknown(req: falcon.Request, taken: Takes) -> None:
    if req.query_string:
        refuse_parameters(req.params, taken.parameters)
    if req.method != "GET":
        refuse_unbound(req, taken)


def _acting_for(req: falcon.Request, caller: Caller, services: Services) -> Caller:
    user_id = req.get_param("userid") or ""
    if not services.users.check(caller):
        raise Forbidden()
    if not is_user_id(user_id):
        raise NotFound("There is no such user.")
    return Caller(services.users.get(user_id).id, caller.name, "")
