"""The access log: a log line, a count and an id for each request."""

import logging
import random
import re
import time
from typing import Any
from urllib.parse import quote

import falcon

from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.errors import BambleweenyError, QuotaExceeded

_log = logging.getLogger("bambleweeny.access")

_IS_ID = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch
_TOKEN = re.compile(r"eyJ[\w-]*\.[\w-]*\.[\w-]*")
_CONVERTER = re.compile(r":\w+}")
_METHODS = frozenset(falcon.HTTP_METHODS)
_MAX_LENGTH = 1024
_IS_PLAIN = re.compile(rf"[!#$&-\[\]-~]{{1,{_MAX_LENGTH}}}").fullmatch
_PLAIN = "".join(map(chr, (0x21, 0x23, 0x24, *range(0x26, 0x5C), *range(0x5D, 0x7F))))
"""Printable ASCII without space, double quote, backslash and percent sign."""

_COMMON_FIELDS: dict[str, Any] = {
    **{"name": _log.name, "levelno": logging.INFO, "levelname": "INFO", "args": None},
    **{"pathname": __file__, "filename": "access_log.py", "module": "access_log"},
    **{"funcName": "", "lineno": 0, "exc_info": None, "exc_text": None, "stack_info": None},
}


class _Line(logging.LogRecord):
    """A log record of a request. It skips the stack, thread and process, which costs less."""

    def __init__(self, method: str, path: str, status: int, **more: Any) -> None:
        now = time.time()
        self.__dict__ = {
            **_COMMON_FIELDS,
            "msg": f"{method} {path} {status}",
            "created": now,
            "msecs": now % 1 * 1000,
            "method": method,
            "path": path,
            "status": status,
            **more,
        }


class AccessLog:
    """Middleware that logs, counts and identifies requests.

    It logs method, path, status, duration, caller, request id and client address. It never logs
    a query, a header or a body, since they contain tokens and values, and cuts tokens out of
    paths. The request id is the client's `X-Request-ID` if that is valid; each answer has it.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._routes: dict[str | None, str] = {None: ""}

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Set the start time and the request id."""
        context = req.context
        context.started = time.perf_counter()
        given = req.env.get("HTTP_X_REQUEST_ID")
        context.request_id = _new_id() if given is None else _valid_or_new_id(given)

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: Any, req_succeeded: bool
    ) -> None:
        """Count and log the answer, and set its X-Request-ID."""
        context = req.context
        if not hasattr(context, "started"):
            self.process_request(req, resp)
        seconds = time.perf_counter() - context.started
        status = resp.status_code
        code = resp.context.get("error_code") if status >= 400 else None
        resp.set_header("X-Request-ID", context.request_id)
        self._count(req.method, req.uri_template, status, seconds, code)
        if _log.isEnabledFor(logging.INFO):
            caller = context.get("caller")
            _write(
                req.method,
                req.path,
                status=status,
                ms=round(seconds * 1000, 2),
                user=caller.name if caller else None,
                request_id=context.request_id,
                address=req.env.get("REMOTE_ADDR"),
                code=code,
            )

    def note_refusal(
        self,
        method: str,
        path: str,
        given_id: str,
        error: BambleweenyError,
        seconds: float,
        *,
        address: str,
    ) -> str:
        """Count and log a request that the server refused early; return its request id."""
        request_id = _valid_or_new_id(given_id)
        self._count(method, None, error.status, seconds, error.code)
        if _log.isEnabledFor(logging.INFO):
            _write(
                method or "-",
                path or "-",
                status=error.status,
                ms=round(seconds * 1000, 2),
                user=None,
                request_id=request_id,
                address=address,
                code=error.code,
            )
        return request_id

    def _count(
        self, method: str, template: str | None, status: int, seconds: float, code: str | None
    ) -> None:
        try:
            route = self._routes[template]
        except KeyError:
            route = self._routes[template] = _CONVERTER.sub("}", template or "")
        self._metrics.count_request(method, route, status, seconds)
        if code == QuotaExceeded.code:
            self._metrics.count_quota_rejection()


def _write(method: str, path: str, status: int, **more: Any) -> None:
    verb = method if method in _METHODS else one_word(method)
    _log.handle(_Line(verb, one_word(path), status, **more))


def one_word(text: str) -> str:
    """Return a client's text as one word of at most 1 kB, without tokens, for the log.

    Percent-encodes special characters, so that no text can imitate other fields or lines.
    """
    if _IS_PLAIN(text) and "eyJ" not in text:
        return text
    # NOTE: cut before the search, which is quadratic in the length if it finds nothing.
    shown = quote(_TOKEN.sub("[token]", text[:_MAX_LENGTH]), safe=_PLAIN, errors="replace")
    is_cut = len(text) > _MAX_LENGTH or len(shown) > _MAX_LENGTH
    return f"{shown[: _MAX_LENGTH - 3]}..." if is_cut else shown or "-"


def _valid_or_new_id(given: str) -> str:
    return given if _IS_ID(given) else _new_id()


def _new_id() -> str:
    return f"{random.getrandbits(64):016x}"
