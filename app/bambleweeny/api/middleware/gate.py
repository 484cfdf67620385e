"""The gate: checks host, origin and path of each request before the router runs."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import falcon

from bambleweeny.api.requests.public_paths import is_public
from bambleweeny.errors import NotFound, WrongHost

_LOOPBACK = re.compile(r"(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])").fullmatch
_ANY = r"[^/@?#\\]*"
"""What `*` in an origin stands for: no character that ends a host and a port."""
_PORT = re.compile(r":\d+$")
_ALLOWED_HEADERS = (
    "Authorization, Content-Encoding, Content-Type, If-Match, If-None-Match, If-Range, "
    "Idempotency-Key, Last-Event-ID, Range, X-Request-ID"
)
_EXPOSED_HEADERS = (
    "Accept-Ranges, B9Y-Attempt, B9Y-Authenticated-User, B9Y-Enqueued, B9Y-Item, B9Y-Lease, "
    "B9Y-Routes, B9Y-State, B9Y-TTL, Content-Range, ETag, RateLimit, RateLimit-Policy, "
    "Retry-After, X-Request-ID"
)
NOSNIFF = ("X-Content-Type-Options", "nosniff")
"""A header of every answer: a browser must not guess the content type."""

_PROBES = {"/healthz", "/readyz", "/metrics"}


class Gate:
    """Middleware that refuses unknown hosts and handles CORS.

    The server answers loopback names and `allowed_hosts`, or every host if that is None. This
    stops DNS rebinding, where a stranger's DNS name points at a loopback address. Probes are
    answered under every name, since they use the address of the server.
    """

    def __init__(self, cors_origins: Sequence[str], allowed_hosts: Sequence[str] | None) -> None:
        self._hosts = None if allowed_hosts is None else {host.lower() for host in allowed_hosts}
        # NOTE: nearly all requests have the same host, and matching it costs more than the rest.
        self._is_allowed_host = lru_cache(maxsize=64)(self._matches_host)
        patterns = (re.escape(origin).replace(r"\*", _ANY) for origin in cors_origins)
        self._matches_origin = re.compile("|".join(patterns)).fullmatch if cors_origins else None

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Raise WrongHost for an unknown host, and NotFound for a path with an empty segment.

        The access rules of a proxy may not match a path with `//`. A route or bin answers any
        path below it.
        """
        host = "localhost" if self._hosts is None else req.env.get("HTTP_HOST", "localhost")
        if not self._is_allowed_host(host) and req.path not in _PROBES:
            raise WrongHost()
        path = req.env["PATH_INFO"]
        if "//" in path and not is_public(path):
            raise NotFound(hint="The path has an empty segment (//).")

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, resource: Any, req_succeeded: bool
    ) -> None:
        """Set the CORS headers, if the origin is allowed."""
        resp.set_header(*NOSNIFF)
        if self._matches_origin is None or resp.get_header("Access-Control-Allow-Origin"):
            return
        origin = req.get_header("Origin")
        if not origin:
            return
        preflight = (
            req.get_header("Access-Control-Request-Method") if req.method == "OPTIONS" else None
        )
        headers = self.headers_for(origin, preflight, resp.get_header("Allow"))
        if headers and preflight and resp.status_code >= 400:
            # NOTE: after a failed preflight, a browser hides the error (such as 404) from the page.
            resp.status, resp.data = 204, None
        for name, value in headers.items():
            resp.append_header(name, value)

    def headers_for(
        self, origin: str | None, preflight: str | None, allow: str | None = None
    ) -> dict[str, str]:
        """Return the CORS headers for an origin; none if it is not allowed.

        `preflight` is the method that a preflight asks for, or None; `allow` is the Allow header
        of the path.
        """
        if self._matches_origin is None or not origin or not self._matches_origin(origin):
            return {}
        headers = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": _EXPOSED_HEADERS,
            "Vary": "Origin",
        }
        if preflight:
            headers |= {
                "Access-Control-Allow-Methods": allow or "*",
                "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
                "Access-Control-Max-Age": "600",
            }
        return headers

    def _matches_host(self, host: str) -> bool:
        name = _PORT.sub("", host).lower().removesuffix(".")
        return bool(_LOOPBACK(name)) or name in (self._hosts or ())
