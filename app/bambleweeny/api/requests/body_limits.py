"""How large a body may be, as far as the head of a request says."""

import re
from typing import Any

from bambleweeny.api.requests.authentication import sent_token
from bambleweeny.core.auth.tokens import Tokens
from bambleweeny.errors import Unauthorized

_SMALL = 64 << 10

_is_small = re.compile(
    r"/(?:auth/\w+|config/admin|users(?:/[^/]+)?|routes|bins"
    r"|lists/[^/]+/(?:policy|lease|leases/[^/]+|pop|move))/?"
).fullmatch
_is_public = re.compile(r"/(?:auth/token/?|routes/.+|bins/.+)").fullmatch


class BodyLimits:
    """Tells how many bytes of a body are worth receiving."""

    def __init__(self, tokens: Tokens, max_body: int) -> None:
        self._tokens = tokens
        self._max_body = max_body

    def largest(self, environ: dict[str, Any]) -> int:
        """Return the most bytes that the body of a request may have; 0 if it is not read at all.

        That is so without a good token, except for the few public calls that take a body.
        """
        path = environ["PATH_INFO"]
        if not _is_public(path) and not self._is_logged_in(environ):
            return 0
        return min(_SMALL, self._max_body) if _is_small(path) else self._max_body

    def _is_logged_in(self, environ: dict[str, Any]) -> bool:
        try:
            self._tokens.verify(sent_token(environ))
        except Unauthorized:
            return False
        return True
