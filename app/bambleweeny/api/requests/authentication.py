"""Authentication and authorization: hooks for responders, for use with `falcon.before`."""

from typing import Any

import falcon

from bambleweeny.api.requests.auditing import note_acting
from bambleweeny.api.requests.scopes import SESSION, Needs
from bambleweeny.api.requests.strictness import (
    NOTHING,
    Takes,
    refuse_parameters,
    refuse_unsupported,
)
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.users import no_such_user
from bambleweeny.core.rates.call_rates import check_calls
from bambleweeny.core.services import Services
from bambleweeny.errors import (
    Forbidden,
    InsufficientScope,
    InvalidRequest,
    TokenInPageUrl,
    Unauthorized,
)
from bambleweeny.names import TOKEN_PREFIX, is_user_id

_SANDBOX_POLICY = "sandbox; default-src 'none'"
"""The Content-Security-Policy of authenticated answers: a browser runs no scripts in them."""
_PAGE_DESTINATIONS = {"document", "embed", "fencedframe", "frame", "iframe", "object"}
_WORKER_DESTINATIONS = {"serviceworker", "sharedworker", "worker"}
"""Values of Sec-Fetch-Dest: scripts in a page or a worker can read its URL, token included."""
_NO_LONGER_VALID = (
    "The named token was revoked or replaced, or belongs to another server; "
    "ask its owner for another one."
)
_ONLY_BEARER = (
    "Send 'Authorization: Bearer <token>', with a token of POST /auth/token; "
    "no other scheme is accepted."
)
_PRIVATE_HEADERS = {"Cache-Control": "private", "Referrer-Policy": "no-referrer"}


def bearer_token(req: falcon.Request, resp: falcon.Response) -> str:
    """Return the token of a request, or "", and set headers that sandbox the answer.

    Accepts `Bearer <token>`, the original's `Bearer:<token>`, and `?token=`. An answer to
    `?token=` stays out of shared caches and its URL out of Referer headers. Raises
    TokenInPageUrl if a browser opens a URL with `?token=` as a page, and InvalidRequest if the
    request has two different tokens.
    """
    resp.set_header("Content-Security-Policy", _SANDBOX_POLICY)
    if not req.query_string or not (token := req.params.get("token")):
        return _token_of_header(req.env)
    resp.set_headers(_PRIVATE_HEADERS)
    if isinstance(token, list):
        raise InvalidRequest("The parameter 'token' is given more than once.")
    if req.env.get("HTTP_AUTHORIZATION") and token != _token_of_header(req.env):
        raise InvalidRequest(
            "The Authorization header and ?token= differ.",
            hint="Send the token once, in the header or in the URL.",
        )
    if _opens_a_page(req):
        raise TokenInPageUrl()
    return token


def sent_token(environ: dict[str, Any]) -> str:
    """Return the token of a request whose body has not arrived yet, or ""."""
    return _token_of_header(environ) or falcon.Request(environ).get_param("token") or ""


def hint_at_login(environ: dict[str, Any]) -> str:
    """Return the hint for a request whose token is missing or refused, by what it sent alone."""
    if sent_token(environ).startswith(TOKEN_PREFIX):
        return _NO_LONGER_VALID
    header: str = environ.get("HTTP_AUTHORIZATION", "")
    if header and not header.lower().startswith("bearer"):
        return _ONLY_BEARER
    return Unauthorized.hint


def _token_of_header(environ: dict[str, Any]) -> str:
    header: str = environ.get("HTTP_AUTHORIZATION", "")
    if header[:6].lower() == "bearer" and header[6:7] in (" ", ":"):
        return header[7:].strip()
    return ""


def _opens_a_page(req: falcon.Request) -> bool:
    if req.env.get("HTTP_SEC_FETCH_MODE", "").lower() == "navigate":
        return True
    return (
        req.env.get("HTTP_SEC_FETCH_DEST", "").lower() in _PAGE_DESTINATIONS | _WORKER_DESTINATIONS
    )


def authenticated(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any,
    params: dict[str, Any],
    accepted: Takes = NOTHING,
    *,
    needed: Needs = SESSION,
) -> None:
    """Require a valid token, and set `req.context.caller`.

    Verifies the token's signature and expiry without a round trip; the call itself checks, in
    its own round trip, whether it was revoked. To count a call against a rate costs one round trip
    more. With `?userid=` the admin acts as another user, which costs two. Refuses parameters,
    headers and bodies that are not in `accepted`, and named tokens without the scope in `needed`.
    Raises Unauthorized, Forbidden, InsufficientScope, NotFound, RateLimited, UnknownParameter or
    InvalidRequest.
    """
    caller = _logged_in(req, resp, resource.services)
    if caller.scopes is not None:
        needed.check(caller, req, params)
    if req.query_string:
        given = req.params
        refuse_parameters(given, accepted.with_userid)
        if "userid" in given:
            req.context.actor = caller
            req.context.caller = _acting_for(req, caller, resource.services)
            note_acting(req, resource.services)
    if req.method != "GET":
        refuse_unsupported(req, accepted)


def logged_in(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any,
    params: dict[str, Any],
    accepted: Takes = NOTHING,
    *,
    needed: Needs = SESSION,
) -> None:
    """Require a valid token like `authenticated`, but refuse `?userid=`."""
    caller = _logged_in(req, resp, resource.services)
    needed.check(caller, req, params)
    _refuse_unknown(req, accepted)


def admin_only(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any,
    params: dict[str, Any],
    accepted: Takes = NOTHING,
    *,
    needed: Needs = SESSION,
) -> None:
    """Require a valid token of an admin; one round trip. Refuses what is not in `accepted`."""
    caller = _logged_in(req, resp, resource.services)
    needed.check(caller, req, params)
    resource.services.users.require_admin(caller)
    _refuse_unknown(req, accepted)


def check_again(req: falcon.Request, services: Services) -> Caller:
    """Check the token of a running request again, in the engine. One or more round trips.

    Returns the caller as the engine has it now. Raises Unauthorized if the token has expired or was
    revoked or changed, and Forbidden if the caller of a request with `?userid=` is no longer an
    admin.
    """
    scopes = req.context.caller.scopes
    token = bearer_token(req, falcon.Response())
    caller = services.tokens.refresh(token)
    services.tokens.verify(token)
    if (caller.scopes and caller.scopes.texts) != (scopes and scopes.texts):
        raise Unauthorized(hint="The token has been changed.")
    return _acting_for(req, caller.unchecked, services) if "userid" in req.params else caller


def _logged_in(req: falcon.Request, resp: falcon.Response, services: Services) -> Caller:
    token = bearer_token(req, resp)
    if not token:
        raise Unauthorized()
    caller = services.tokens.verify(token)
    resp.set_header("B9Y-Authenticated-User", caller.name)
    req.context.caller = caller
    if caller.limits is not None:
        _spend_rates(req, resp, services, caller)
    if caller.scopes is not None:
        _check_named(req, caller, services, token)
    return caller


def _spend_rates(
    req: falcon.Request, resp: falcon.Response, services: Services, caller: Caller
) -> None:
    """Count a request against the rates of its caller; raise RateLimited above one of them.

    A request that is repeated, or that the server postpones and runs again, counts once. One round
    trip, or none for a caller without a rate.
    """
    assert caller.limits is not None
    # NOTE: the server keeps its request while it is postponed; falcon makes a new one.
    request: Any = req.env.get("bambleweeny.request") or req.context
    standing = getattr(request, "standing", None) or services.call_rates.spend(caller)
    if standing is None:
        return
    request.standing = standing
    resp.set_headers(standing.headers)
    check_calls(standing, caller.limits)


def _check_named(req: falcon.Request, caller: Caller, services: Services, token: str) -> None:
    """Note the use of a named token; raise InsufficientScope if it may not be in a URL."""
    is_in_url = bool(req.query_string and req.params.get("token"))
    if is_in_url and caller.scopes is not None and not caller.scopes.fit_urls():
        raise InsufficientScope(
            "A token that may write is not accepted as ?token=.",
            hint="Send it as 'Authorization: Bearer <token>': URLs get into logs and histories.",
        )
    services.tokens.note_use(token)


def _refuse_unknown(req: falcon.Request, accepted: Takes) -> None:
    if req.query_string:
        refuse_parameters(req.params, accepted.parameters)
    if req.method != "GET":
        refuse_unsupported(req, accepted)


def _acting_for(req: falcon.Request, caller: Caller, services: Services) -> Caller:
    user_id = req.get_param("userid") or ""
    if caller.scopes is not None and not caller.scopes.may_act_for(user_id):
        raise InsufficientScope(f"The token's scopes do not allow act:{user_id[:20]}.")
    if not services.users.check(caller):
        raise Forbidden()
    if not is_user_id(user_id):
        raise no_such_user(user_id)
    found = services.users.get(user_id)
    return Caller(found.id, caller.name, "", caller.scopes, limits=caller.limits, actor=caller)
