"""One line in the log for each answered request."""

import logging
import time
from typing import Any
from urllib.parse import quote

import falcon

_log = logging.getLogger("bambleweeny.access")


class AccessLog:
    """Logs method, path, status, duration and caller; never a query, a header or
    a body, since tokens and values are in those.
    """

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Note when the request came."""
        req.context.started = time.perf_counter()

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: Any, req_succeeded: bool
    ) -> None:
        """Log the answer."""
        if not _log.isEnabledFor(logging.INFO):
            return
        caller = req.context.get("caller")
        path = req.path if req.path.isprintable() else quote(req.path)
        started = getattr(req.context, "started", None) or time.perf_counter()
        _log.info(
            "%s %s %s",
            req.method,
            path,
            resp.status_code,
            extra={
                "method": req.method,
                "path": path,
                "status": resp.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 2),
                "user": caller.name if caller else None,
                "code": resp.context.get("error_code"),
            },
        )
