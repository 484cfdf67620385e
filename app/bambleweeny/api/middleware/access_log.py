"""The access log: a log line, a count and an id for each request."""

import logging
import random
import re
import time
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import quote

import falcon

from bambleweeny.api.middleware.traffic import count_traffic
from bambleweeny.api.requests.auditing import REFUSED, note_refused
from bambleweeny.core.audit.trail import AuditTrail
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.texts import without_tokens
from bambleweeny.core.usage.traffic import Traffic
from bambleweeny.errors import BambleweenyError

_log = logging.getLogger("bambleweeny.access")

_IS_ID = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch
_CONVERTER = re.compile(r":\w+}")
_METHODS = frozenset(falcon.HTTP_METHODS)
_MAX_LENGTH = 1024
_NO_STATUS = 0
"""The status in log and metrics if the server closed the connection without an answer."""
_IS_PLAIN = re.compile(rf"[!#$&-\[\]-~]{{1,{_MAX_LENGTH}}}").fullmatch
_PLAIN = "".join(map(chr, (0x21, 0x23, 0x24, *range(0x26, 0x5C), *range(0x5D, 0x7F))))
"""Printable ASCII without space, double quote, backslash and percent sign."""

_shown_user = lru_cache(maxsize=1024)(without_tokens)
"""The name of a user for the log."""

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


class RepeatedRequest(NamedTuple):
    """What log and metrics show of a request that is answered as one before it."""

    method: str
    path: str
    template: str
    status: int
    given_id: str
    """The client's valid request id, or '' if each request gets a new one."""
    owner: str = ""
    """The id of the user whose route this is."""
    size: int = 0
    """In bytes, of the body of the answer."""


class AccessLog:
    """Middleware that logs, counts and identifies requests.

    It logs method, path, status, duration, caller, request id and client address. It never logs
    a query, a header or a body, since they contain tokens and values, and cuts tokens out of
    paths and names. The request id is the client's `X-Request-ID` if that is valid; each answer
    has it. With `traffic` and `trail` it counts the traffic of each user, and notes refused
    requests.
    """

    def __init__(
        self, metrics: Metrics, traffic: Traffic | None = None, trail: AuditTrail | None = None
    ) -> None:
        self._metrics = metrics
        self._traffic = traffic
        self._trail = trail
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
        caller = getattr(context, "caller", None)
        if self._traffic is not None:
            if caller is not None:
                count_traffic(self._traffic, caller.id, req, resp, status)
            if caller is None or code is not None:
                self._account(req, resp, status, code, is_counted=caller is not None)
        if "bambleweeny.plan" in req.env:
            self._report_later(req, status, code)
            return
        # NOTE: `_report` does the same, and costs each request a microsecond more.
        self._count(req.method, req.uri_template, status, seconds, code)
        if _log.isEnabledFor(logging.INFO):
            _write(
                req.method,
                req.path,
                status=status,
                ms=round(seconds * 1000, 2),
                user=_shown_user(caller.name) if caller else None,
                request_id=context.request_id,
                address=req.env.get("REMOTE_ADDR"),
                code=code,
            )

    def _account(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        status: int,
        code: str | None,
        *,
        is_counted: bool,
    ) -> None:
        """Count the traffic of the owner of a public path, unless it is counted; note a refusal."""
        find_owner = None if is_counted else req.context.get("find_owner")
        owner = find_owner() if find_owner else ""
        if self._traffic is not None and owner:
            count_traffic(self._traffic, owner, req, resp, status)
        if code is not None and self._trail and status in REFUSED:
            note_refused(req, self._trail, status, code, one_word(req.path), owner=owner)

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
        request = {"method": method, "path": path, "request_id": request_id, "address": address}
        self._report(error.status, seconds, error.code, **request)
        return request_id

    def note_repeat(self, request: "RepeatedRequest", address: str, started: float) -> str:
        """Count and log a request that got an earlier answer again; return its request id.

        `started` is a time of `time.perf_counter`.
        """
        request_id = request.given_id or _new_id()
        seconds = time.perf_counter() - started
        if request.owner and self._traffic:
            self._traffic.count(request.owner, 0, request.size, request.status)
        self._report(
            request.status,
            seconds,
            None,
            method=request.method,
            path=request.path,
            request_id=request_id,
            address=address,
            template=request.template,
        )
        return request_id

    def _report_later(self, req: falcon.Request, status: int, error_code: str | None) -> None:
        """Count and log the answer when it is sent, which may be later, or is given up."""
        started, caller = req.context.started, req.context.get("caller")
        report = partial(
            self._report,
            method=req.method,
            path=req.path,
            template=req.uri_template,
            user=_shown_user(caller.name) if caller else None,
            request_id=req.context.request_id,
            address=req.env.get("REMOTE_ADDR"),
        )

        def report_sent(code: str | None, is_answered: bool) -> None:
            seconds = time.perf_counter() - started
            report(status if is_answered else _NO_STATUS, seconds, code or error_code)

        req.env["bambleweeny.plan"].when_sent = report_sent

    def _report(
        self,
        status: int,
        seconds: float,
        code: str | None,
        *,
        method: str,
        path: str,
        request_id: str,
        address: str | None,
        user: str | None = None,
        template: str | None = None,
    ) -> None:
        """Count and log a request."""
        self._count(method, template, status, seconds, code)
        if _log.isEnabledFor(logging.INFO):
            _write(
                method,
                path,
                status=status,
                ms=round(seconds * 1000, 2),
                user=user,
                request_id=request_id,
                address=address,
                code=code,
            )

    def _count(
        self, method: str, template: str | None, status: int, seconds: float, code: str | None
    ) -> None:
        try:
            route = self._routes[template]
        except KeyError:
            route = self._routes[template] = _CONVERTER.sub("}", template or "")
        self._metrics.count_request(method, route, status, seconds)
        if code is not None:
            self._metrics.count_refusal(status, code)


def _write(method: str, path: str, status: int, **more: Any) -> None:
    verb = method if method in _METHODS else one_word(method)
    # NOTE: `handle` would only ask for filters first, and there are none.
    _log.callHandlers(_Line(verb, one_word(path), status, **more))


def one_word(text: str) -> str:
    """Return a client's text as one word of at most 1 kB, without tokens, for the log.

    Percent-encodes special characters, so that no text can imitate other fields or lines.
    """
    if _IS_PLAIN(text) and "eyJ" not in text and "b9y_" not in text:
        return text
    # NOTE: cut before the search, which can be quadratic in the length.
    shown = quote(without_tokens(text[:_MAX_LENGTH]), safe=_PLAIN, errors="replace")
    is_cut = len(text) > _MAX_LENGTH or len(shown) > _MAX_LENGTH
    return f"{shown[: _MAX_LENGTH - 3]}..." if is_cut else shown or "-"


def valid_id(given: str) -> str:
    """Return a client's request id if it is valid and has no token, else ''."""
    return given if _IS_ID(given) and without_tokens(given) == given else ""


def _valid_or_new_id(given: str) -> str:
    return valid_id(given) or _new_id()


def _new_id() -> str:
    return f"{random.getrandbits(64):016x}"
