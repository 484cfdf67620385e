"""Our errors become HTTP here, and nowhere else."""

import logging
import re
from typing import Any

import falcon
import msgspec

from bambleweeny.api.access_log import one_word
from bambleweeny.errors import (
    BambleweenyError,
    InternalError,
    InvalidName,
    InvalidRequest,
    LimitReached,
    MethodNotAllowed,
    NotFound,
    Unauthorized,
)
from bambleweeny.names import NAME_RULE

_log = logging.getLogger(__name__)

_BELOW_A_NAME = re.compile(r"/(keys|incr|lists|topics)/")


def add_error_handlers(app: "falcon.App[Any, Any]") -> None:
    """Render every failure of the app as the catalogue has it."""
    app.add_error_handler(BambleweenyError, _render)
    app.add_error_handler(falcon.HTTPError, _render_falcon)
    app.add_error_handler(Exception, _render_defect)


def no_such_path(req: falcon.Request, resp: falcon.Response, **_: Any) -> None:
    """Answer a path that nobody knows; a name with a slash in it is told so."""
    below = _BELOW_A_NAME.match(req.path)
    if below:
        noun = {"lists": "List", "topics": "Topic"}.get(below[1], "Key")
        raise InvalidName(f"{noun} name is invalid.", hint=NAME_RULE)
    raise NotFound(hint="GET /openapi.json lists every path.")


def error_body(error: BambleweenyError) -> bytes:
    """Give an error's JSON."""
    return msgspec.json.encode(error_fields(error))


def error_fields(error: BambleweenyError) -> dict[str, str | int]:
    """Give what a client is told of an error."""
    fields: dict[str, str | int] = {"info": error.info, "code": error.code}
    if error.hint:
        fields["hint"] = error.hint
    if error.index is not None:
        fields["index"] = error.index
    return fields


def _render(
    req: falcon.Request, resp: falcon.Response, ex: BambleweenyError, params: dict[str, Any]
) -> None:
    resp.status = ex.status
    resp.content_type = "application/json"
    resp.data = error_body(ex)
    if isinstance(ex, Unauthorized):
        resp.set_header("WWW-Authenticate", "Bearer")
        resp.delete_header("B9Y-Authenticated-User")
    if ex.retry_after is not None:
        resp.set_header("Retry-After", str(ex.retry_after))
    if isinstance(ex, LimitReached) and ex.retry_after is not None:
        resp.set_header("B9Y-TTL", str(ex.retry_after))
    resp.context.error_code = ex.code


def _render_falcon(
    req: falcon.Request, resp: falcon.Response, ex: falcon.HTTPError, params: dict[str, Any]
) -> None:
    if isinstance(ex, falcon.HTTPMethodNotAllowed):
        allow = dict(ex.headers or {})["Allow"]
        resp.set_header("Allow", allow)
        _render(req, resp, MethodNotAllowed(hint=f"This path knows {allow}."), params)
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
    where = (one_word(req.method), one_word(req.path), request_id)
    _log.error("defect at %s %s, request %s", *where, exc_info=ex, extra=extra)
    _render(req, resp, InternalError(), params)
