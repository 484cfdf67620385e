"""What is decided of a request before it is routed: its host, its origin, empty segments."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import falcon

from bambleweeny.errors import NotFound, WrongHost

_LOOPBACK = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])").fullmatch
_PORT = re.compile(r":\d+$")
_ALLOWED_HEADERS = (
    "Authorization, Content-Encoding, Content-Type, If-Match, If-None-Match, If-Range, "
    "Idempotency-Key, Last-Event-ID, Range, X-Request-ID"
)
_EXPOSED_HEADERS = (
    "Accept-Ranges, B9Y-Attempt, B9Y-Authenticated-User, B9Y-Enqueued, B9Y-Item, B9Y-Lease, "
    "B9Y-Routes, B9Y-TTL, Content-Range, ETag, Retry-After, X-Request-ID"
)
NOSNIFF = ("X-Content-Type-Options", "nosniff")
"""What every answer carries: a browser takes its content type at its word."""

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
        """Refuse a request for a foreign host, or for a path with an empty segment.

        A proxy's access rules may not match such a path. Below a route any path is answered.
        """
        host = "localhost" if self._hosts is None else req.env.get("HTTP_HOST", "localhost")
        if not self._knows(host) and req.path not in _PROBES:
            raise WrongHost()
        path = req.env["PATH_INFO"]
        if "//" in path and not path.startswith("/routes/"):
            raise NotFound(hint="The path has an empty segment (//).")

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: Any, req_succeeded: bool
    ) -> None:
        """Let the page that called read the answer, if its origin is a friend's."""
        resp.set_header(*NOSNIFF)
        if self._is_friend is None or resp.get_header("Access-Control-Allow-Origin"):
            return
        origin = req.get_header("Origin")
        if not origin:
            return
        asked = req.get_header("Access-Control-Request-Method") if req.method == "OPTIONS" else None
        headers = self.headers_for(origin, asked, resp.get_header("Allow"))
        if headers and asked and resp.status_code >= 400:
            # NOTE: a browser hides what follows a refused question, a 404 among it.
            resp.status, resp.data = 204, None
        for name, value in headers.items():
            resp.append_header(name, value)

    def headers_for(
        self, origin: str | None, asked: str | None, allow: str | None = None
    ) -> dict[str, str]:
        """Return what lets a page of an origin read an answer; nothing if it is not a friend's.

        `asked` is the method for which the browser asks in a preflight, `allow` lists those
        that the path has.
        """
        if self._is_friend is None or not origin or not self._is_friend(origin):
            return {}
        headers = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": _EXPOSED_HEADERS,
            "Vary": "Origin",
        }
        if asked:
            headers |= {
                "Access-Control-Allow-Methods": allow or "*",
                "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
                "Access-Control-Max-Age": "600",
            }
        return headers

    def _looks_known(self, host: str) -> bool:
        name = _PORT.sub("", host).lower().removesuffix(".")
        return bool(_LOOPBACK(name)) or name in (self._hosts or ())
