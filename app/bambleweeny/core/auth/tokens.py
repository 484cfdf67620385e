"""Bearer tokens: the identity of a caller, signed by the instance."""

import time
from collections.abc import Callable
from typing import NamedTuple

import jwt

from bambleweeny.errors import Unauthorized

_ALGORITHM = "HS256"
_REMEMBERED = 10_000


class Caller(NamedTuple):
    """A user that makes a call. `version` is that of its token; if it is empty, the call acts for
    the tenant without a token.
    """

    id: str
    name: str
    version: str


class Tokens:
    """Issues and verifies tokens. A token is valid for `lifetime` seconds, unless its user is
    deleted or gets a new password. The store checks the latter two, in the round trip of the
    call.
    """

    def __init__(
        self,
        secret: bytes,
        issuer: str,
        lifetime: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.lifetime = lifetime
        self._secret = secret
        self._issuer = issuer
        self._clock = clock
        self._verified: dict[str, tuple[float, Caller]] = {}

    def issue(self, caller: Caller) -> str:
        """Sign a token for a caller."""
        now = int(self._clock())
        claims = {
            "iss": self._issuer,
            "sub": caller.id,
            "name": caller.name,
            "ver": caller.version,
            "iat": now,
            "exp": now + self.lifetime,
        }
        return jwt.encode(claims, self._secret, _ALGORITHM)

    def verify(self, token: str) -> Caller:
        """Return the caller of a token; raise Unauthorized if it is invalid. No round trip.

        A verified token is cached by its exact text until it expires.
        """
        return self._look_up(token)[1]

    def is_issued(self, text: str) -> bool:
        """Return whether a text is a token of this instance, expired or not."""
        try:
            self._decode(text)
        except Unauthorized:
            return False
        return True

    def seconds_left(self, token: str) -> int:
        """Return for how many seconds a token is valid; raise Unauthorized if it is invalid."""
        return int(self._look_up(token)[0] - self._clock())

    def _look_up(self, token: str) -> tuple[float, Caller]:
        found = self._verified.get(token)
        if found is None:
            found = self._decode(token)
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[token] = found
        if found[0] <= self._clock():
            self._verified.pop(token, None)
            raise Unauthorized(hint="The token has expired; get a new one with POST /auth/token.")
        return found

    def _decode(self, token: str) -> tuple[float, Caller]:
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                # NOTE: `_look_up` checks the expiry with `clock`.
                options={
                    "require": ["iss", "sub", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            return claims["exp"], Caller(claims["sub"], claims["name"], claims["ver"])
        except (jwt.InvalidTokenError, KeyError) as ex:
            raise Unauthorized() from ex
