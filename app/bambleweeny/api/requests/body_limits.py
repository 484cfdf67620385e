"""Body limits: the largest body that the server accepts, by the head of the request."""

import re
from typing import Any

from bambleweeny.api.requests.authentication import sent_token
from bambleweeny.api.requests.base_path import BasePath
from bambleweeny.api.requests.public_paths import is_public
from bambleweeny.core.auth.tokens import Tokens

_SMALL = 64 << 10

_is_small = re.compile(
    r"/(?:auth/\w+|tokens(?:/.*)?|config/admin|users(?:/[^/]+(?:/reset)?)?|routes/reset|bins"
    r"|lists/[^/]+/(?:policy|lease|leases/[^/]+|pop|move))/?"
).fullmatch
_needs_no_token = re.compile(r"/auth/(?:token|accept|revoke)/?").fullmatch


class BodyLimits:
    """The body limit of each request, by path and token."""

    def __init__(self, tokens: Tokens, max_body: int, base_path: BasePath | None = None) -> None:
        self._tokens = tokens
        self._max_body = max_body
        self._inner_path = base_path.inner_path if base_path else _unchanged

    def largest(self, environ: dict[str, Any]) -> int:
        """Return the body limit in bytes; 0 if the server does not read the body.

        It is 0 without a valid token, except for the public calls that accept a body, and outside
        of the base path. No round trip: a revoked token still counts as valid here.
        """
        path = self._inner_path(environ["PATH_INFO"])
        if path is None:
            return 0
        is_open = is_public(path) or _needs_no_token(path)
        if not is_open and not self._is_logged_in(environ):
            return 0
        return min(_SMALL, self._max_body) if _is_small(path) else self._max_body

    def _is_logged_in(self, environ: dict[str, Any]) -> bool:
        return self._tokens.may_be_valid(sent_token(environ))


def _unchanged(path: str) -> str | None:
    return path
