"""What is decided of a request before its path: its host and its origin."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import falcon

from bambleweeny.errors import WrongHost

_LOOPBACK = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])").fullmatch
_PORT = re.compile(r":\d+$")
_ALLOWED_HEADERS = (
    "Authorization, Content-Type, If-Match, If-None-Match, If-Range, Idempotency-Key, "
    "Last-Event-ID, Range, X-Request-ID"
)
_EXPOSED_HEADERS = (
    "Accept-Ranges, B9Y-Attempt, B9Y-Authenticated-User, B9Y-Enqueued, B9Y-Item, B9Y-Lease, "
    "B9Y-Routes, B9Y-TTL, Content-Range, ETag, Retry-After, X-Request-ID"
)
_PROBES = {"/healthz", "/readyz", "/metrics"}


class Gate:
    """Refuses foreign hosts and lets the pages of some origins call.

    A name that a stranger's DNS points at a loopback address is foreign: only
    loopback names and `allowed_hosts` are answered, or all where it is None.
    Probes, which come to an address, are answered under every name.
    """

    def __init__(self, cors_origins: Sequence[str], allowed_hosts: Sequence[str] | None) -> None:
        self._hosts = None if allowed_hosts is None else {host.lower() for host in allowed_hosts}
        # NOTE: nearly all requests name the same host, and a look at it costs more than the rest.
        self._knows = lru_cache(maxsize=64)(self._looks_known)
        patterns = (re.escape(origin).replace(r"\*", r"[^/]*") for origin in cors_origins)
        self._is_friend = re.compile("|".join(patterns)).fullmatch if cors_origins else None

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Refuse a request for a foreign host."""
        if self._hosts is None:
            return
        if not self._knows(req.env.get("HTTP_HOST", "localhost")) and req.path not in _PROBES:
            raise WrongHost()

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: Any, req_succeeded: bool
    ) -> None:
        """Let the page that called read the answer, if its origin is a friend's."""
        resp.set_header("X-Content-Type-Options", "nosniff")
        if self._is_friend is None or resp.get_header("Access-Control-Allow-Origin"):
            return
        origin = req.get_header("Origin")
        if not origin or not self._is_friend(origin):
            return
        resp.set_header("Access-Control-Allow-Origin", origin)
        resp.set_header("Access-Control-Expose-Headers", _EXPOSED_HEADERS)
        resp.append_header("Vary", "Origin")
        if req.method == "OPTIONS" and req.get_header("Access-Control-Request-Method"):
            if resp.status_code >= 400:
                # NOTE: a browser hides what follows a refused question, a 404 among it.
                resp.status, resp.data = 204, None
            resp.set_header("Access-Control-Allow-Methods", resp.get_header("Allow") or "*")
            resp.set_header("Access-Control-Allow-Headers", _ALLOWED_HEADERS)
            resp.set_header("Access-Control-Max-Age", "600")

    def _looks_known(self, host: str) -> bool:
        name = _PORT.sub("", host).lower().removesuffix(".")
        return bool(_LOOPBACK(name)) or name in (self._hosts or ())
