"""Error handlers: translate Bambleweeny's errors to HTTP answers."""

import logging
import re
from typing import Any

import falcon
import msgspec

from bambleweeny.api.answers.pages import redirect
from bambleweeny.api.answers.public_headers import make_public
from bambleweeny.api.middleware.access_log import one_word
from bambleweeny.api.requests.authentication import hint_at_login
from bambleweeny.api.requests.base_path import AT_ROOT, REQUESTED_PATH
from bambleweeny.api.requests.content_codings import ACCEPTED
from bambleweeny.api.requests.public_paths import is_public
from bambleweeny.errors import (
    BambleweenyError,
    FrontNotFound,
    InsufficientScope,
    InternalError,
    InvalidName,
    InvalidRequest,
    LimitReached,
    MethodNotAllowed,
    NoRule,
    NotFound,
    RateLimited,
    StoreUnavailable,
    Unauthorized,
    UnsupportedCoding,
)
from bambleweeny.errors.sandboxes import ended_sandbox
from bambleweeny.names import NAME_RULE

_log = logging.getLogger(__name__)

_NOTHING_CHANGED = "Nothing has changed: try again a little later."
_CHANGES = re.compile(r"/incr/|/lists/[^/]+(/lease|/pop)?/?$|/save$").match
"""Match the paths where a GET changes data."""
_OUR_PATH = re.compile(r"(?<!\S)/(?=docs\b|auth/|openapi\.json)")
"""Match the beginning of a path of the API in a hint."""
_AT_ROOT = (NoRule.code, FrontNotFound.code)
"""What a client of the API gets that has the URL of the front."""
FIRST_WORDS = (
    "keys", "incr", "lists", "topics", "events", "batch", "export", "import", "usage", "audit",
    "info", "save", "healthz", "readyz", "metrics", "sandboxes", "auth", "tokens", "users",
    "config", "routes", "bins", "openapi.json", "postman.json", "docs", "console", "swagger",
)  # fmt: skip
"""The first words of all paths of the API."""
_LONGEST_WORD = 20
_GUIDE = re.compile(r"/guide(/[a-z0-9-]+)?(/?)").fullmatch
"""Match the paths where a reader looks for the guide."""
_BELOW_A_NAME = re.compile(r"/(keys|incr|lists|topics)/(?!.*//|/)")


def add_error_handlers(app: "falcon.App[Any, Any]") -> None:
    """Answer every exception of the app as an error of the catalogue."""
    app.add_error_handler(BambleweenyError, _render)
    app.add_error_handler(falcon.HTTPError, _render_falcon)
    app.add_error_handler(Exception, _render_defect)


def add_sinks(app: "falcon.App[Any, Any]") -> None:
    """Answer requests without a route: unknown paths, and `OPTIONS *`."""
    app.add_sink(_no_such_path)
    app.add_sink(_all_paths, r"\*")


def render_error(req: falcon.Request, resp: falcon.Response, error: BambleweenyError) -> None:
    """Make an error the answer to a request."""
    _render(req, resp, error, {})


def error_body(error: BambleweenyError) -> bytes:
    """Return an error's JSON, with a newline at the end for terminals."""
    return msgspec.json.encode(error_fields(error)) + b"\n"


def error_fields(error: BambleweenyError) -> dict[str, Any]:
    """Return an error's fields: info, code, and hint, index and details if it has them."""
    fields: dict[str, Any] = {"info": error.info, "code": error.code}
    if error.hint:
        fields["hint"] = error.hint
    if error.index is not None:
        fields["index"] = error.index
    return {**fields, **(error.details or {})}


def error_headers(error: BambleweenyError) -> dict[str, str]:
    """Return the additional headers of an error's answer."""
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorized) else {}
    if isinstance(error, InsufficientScope):
        # RFC 6750, section 3
        scope = f', scope="{error.scope}"' if error.scope.isascii() and error.scope else ""
        headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope"{scope}'
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, LimitReached):
            headers["B9Y-TTL"] = headers["Retry-After"]
    if isinstance(error, RateLimited) and error.limit_headers:
        headers |= error.limit_headers
    if isinstance(error, MethodNotAllowed) and error.allow:
        headers["Allow"] = error.allow
    if isinstance(error, UnsupportedCoding):
        headers["Accept-Encoding"] = ACCEPTED
    return headers


def _no_such_path(req: falcon.Request, resp: falcon.Response, **_: Any) -> None:
    """Raise NotFound, or InvalidName if a name contains a slash; redirect to the guide.

    The gate has refused paths with empty segments already.
    """
    guide = _GUIDE(req.env["PATH_INFO"])
    if guide and req.method in ("GET", "HEAD"):
        page, slash = guide.groups(default="")
        redirect(resp, f"{'../' * (bool(page) + bool(slash))}docs{page}", 308)
        return
    below = _BELOW_A_NAME.match(req.env["PATH_INFO"])
    if below:
        noun = {"lists": "List", "topics": "Topic"}.get(below[1], "Key")
        raise InvalidName(f"{noun} name is invalid.", hint=NAME_RULE)
    near = _nearest(req.env["PATH_INFO"], req.root_path)
    raise NotFound(hint=f"{near}GET /openapi.json lists every path.")


def _nearest(path: str, base: str) -> str:
    """Return a question with the known path whose first word is the nearest, or ""."""
    from difflib import get_close_matches  # noqa: PLC0415  a rare mistake need not slow the start

    first = path[1:].partition("/")[0]
    if len(first) > _LONGEST_WORD or first in FIRST_WORDS:
        return ""
    near = get_close_matches(first.lower(), FIRST_WORDS, 1)
    return f"Did you mean {base}/{near[0]}? " if near else ""


def _all_paths(req: falcon.Request, resp: falcon.Response, **_: Any) -> None:
    """Answer `OPTIONS *` with the methods of all paths (RFC 9110, section 9.3.7)."""
    resp.set_header("Allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")


def _render(
    req: falcon.Request, resp: falcon.Response, ex: BambleweenyError, params: dict[str, Any]
) -> None:
    if ex.hint is StoreUnavailable.hint and _only_reads(req):
        ex.hint = _NOTHING_CHANGED
    if type(ex) is Unauthorized and _is_in_sandbox(req):
        ex = ended_sandbox()
    if type(ex) is Unauthorized and ex.hint is Unauthorized.hint:
        ex.hint = hint_at_login(req.env)
    if ex.code in _AT_ROOT and AT_ROOT in req.env:
        ex.hint = f"{ex.hint or ''} {_api_at(req.env[AT_ROOT])}".lstrip()
    if ex.hint and req.root_path:
        ex.hint = _OUR_PATH.sub(f"{req.root_path}/", ex.hint)
    resp.status = ex.status
    resp.content_type = "application/json"
    resp.data = error_body(ex)
    resp.set_headers(error_headers(ex))
    if is_public(req.path) and not resp.get_header("Content-Security-Policy"):
        make_public(req, resp)
    if isinstance(ex, Unauthorized):
        resp.delete_header("B9Y-Authenticated-User")
    resp.context.error_code = ex.code


def _api_at(base: str) -> str:
    return f"The API of this server is below {base}: a client's URL ends with it."


def _is_in_sandbox(req: falcon.Request) -> bool:
    caller = req.context.get("caller")
    return caller is not None and caller.is_in_sandbox


def _only_reads(req: falcon.Request) -> bool:
    if req.method == "HEAD":
        return True
    return req.method == "GET" and not (_CHANGES(req.path) or req.has_param("touch"))


def _render_falcon(
    req: falcon.Request, resp: falcon.Response, ex: falcon.HTTPError, params: dict[str, Any]
) -> None:
    if isinstance(ex, falcon.HTTPMethodNotAllowed):
        allow = dict(ex.headers or {})["Allow"]
        resp.set_header("Allow", allow)
        _render(req, resp, MethodNotAllowed(hint=f"This path supports {allow}."), params)
    elif ex.status_code == 404:
        _render(req, resp, NotFound(), params)
    elif ex.status_code < 500:
        _render(req, resp, InvalidRequest(f"{(ex.description or ex.title).rstrip('.')}."), params)
    else:
        _render_defect(req, resp, ex, params)


def _render_defect(
    req: falcon.Request, resp: falcon.Response, ex: Exception, params: dict[str, Any]
) -> None:
    request_id = req.context.get("request_id")
    extra = {"request_id": request_id}
    path = req.env.get(REQUESTED_PATH, req.path)
    where = (one_word(req.method), one_word(path), request_id)
    _log.error("defect at %s %s, request %s", *where, exc_info=ex, extra=extra)
    _render(req, resp, InternalError(), params)
