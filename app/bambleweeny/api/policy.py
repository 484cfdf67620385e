"""Who may call: the hooks that stand on the responders."""

from typing import Any

import falcon

from bambleweeny.core.services import Services
from bambleweeny.core.tokens import Caller
from bambleweeny.errors import Forbidden, NotFound, Unauthorized
from bambleweeny.names import is_user_id

_LARGE_ANSWER = 256 << 10
_ROOM_OF_VALUES = 4 << 20


def bearer_token(req: falcon.Request) -> str:
    """Give the token that a request carries, or nothing.

    `Bearer <token>`, the original's `Bearer:<token>`, or `?token=`.
    """
    header = req.auth
    if header and header[:6].lower() == "bearer" and header[6:7] in (" ", ":"):
        return header[7:].strip()
    return req.get_param("token") or ""


def authenticated(
    req: falcon.Request, resp: falcon.Response, resource: Any, params: dict[str, Any]
) -> None:
    """Let those with a good token pass; `req.context.caller` is who acts.

    Whether the token was ended meanwhile is checked in the round trip of the
    call itself. With `?userid=` the admin acts for another user.
    """
    caller = _logged_in(req, resp, resource.services)
    if req.query_string and req.has_param("userid"):
        req.context.caller = _acting_for(req.get_param("userid") or "", caller, resource.services)


def admin_only(
    req: falcon.Request, resp: falcon.Response, resource: Any, params: dict[str, Any]
) -> None:
    """Let only the admin pass, checked in the store."""
    resource.services.users.require_admin(_logged_in(req, resp, resource.services))


def unhurried(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any = None,
    params: dict[str, Any] | None = None,
) -> None:
    """Let other requests be answered meanwhile: this one may take long.

    Without this it would keep them for some milliseconds, until the server sees it.
    """
    req.env.get("bambleweeny.step_aside", bool)()


def run_alone(req: falcon.Request, size: int) -> None:
    """Go on while no other request of this worker runs that answers as much as `size` bytes.

    The request may be run again from its beginning for that, so that it must have changed
    nothing yet; reads of one answer share this, since they would keep all others waiting.
    """
    connection = req.env.get("bambleweeny.connection")
    if connection is not None and size > _LARGE_ANSWER:
        connection.run_alone(size)


def one_at_a_time(
    req: falcon.Request, resp: falcon.Response, resource: Any, params: dict[str, Any]
) -> None:
    """Run this request while no other one of its kind runs in this worker: it takes long."""
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.run_alone(0)


def hold_room(req: falcon.Request) -> None:
    """Go on once there is room for what a stream of values may hold while its client reads.

    The request may be run again from its beginning for that, as with `run_alone`.
    """
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.hold_room(_ROOM_OF_VALUES)


def begin_stream(req: falcon.Request) -> None:
    """Note that the answer has no end."""
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.begin_stream()


def _logged_in(req: falcon.Request, resp: falcon.Response, services: Services) -> Caller:
    token = bearer_token(req)
    if not token:
        raise Unauthorized()
    caller = services.tokens.verify(token)
    resp.set_header("B9Y-Authenticated-User", caller.name)
    req.context.caller = caller
    return caller


def _acting_for(user_id: str, caller: Caller, services: Services) -> Caller:
    if not services.users.check(caller):
        raise Forbidden()
    if not is_user_id(user_id):
        raise NotFound("There is no such user.")
    return Caller(services.users.get(user_id).id, caller.name, "")
