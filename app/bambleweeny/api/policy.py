"""Who may call: the hooks that stand on the responders."""

from typing import Any

import falcon

from bambleweeny.api.strictness import NOTHING, Takes, refuse_parameters, refuse_unbound
from bambleweeny.core.services import Services
from bambleweeny.core.tokens import Caller
from bambleweeny.errors import Forbidden, NotFound, Unauthorized
from bambleweeny.names import is_user_id


def bearer_token(req: falcon.Request) -> str:
    """Give the token that a request carries, or nothing.

    `Bearer <token>`, the original's `Bearer:<token>`, or `?token=`.
    """
    header = req.auth
    if header and header[:6].lower() == "bearer" and header[6:7] in (" ", ":"):
        return header[7:].strip()
    return req.get_param("token") or ""


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


def unhurried(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any = None,
    params: dict[str, Any] | None = None,
) -> None:
    """Let other requests be answered meanwhile: this one may take long.

    Without this it would keep them for some milliseconds, until the server sees it.
    """
    step_aside(req)


def step_aside(req: falcon.Request) -> None:
    """Let another thread answer the other requests from here on."""
    req.env.get("bambleweeny.step_aside", bool)()


def _logged_in(req: falcon.Request, resp: falcon.Response, services: Services) -> Caller:
    token = bearer_token(req)
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
