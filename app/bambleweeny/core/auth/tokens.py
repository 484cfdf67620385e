"""Bearer tokens: who a caller is, signed by the instance."""

import time
from collections.abc import Callable
from typing import NamedTuple

import jwt

from bambleweeny.errors import Unauthorized

_ALGORITHM = "HS256"
_REMEMBERED = 10_000


class Caller(NamedTuple):
    """Somebody who acts. `version` is that of the token; an empty one acts for
    the tenant without being logged in as it.
    """

    id: str
    name: str
    version: str


class Tokens:
    """Issues and verifies tokens. A token is good until `lifetime` seconds have
    passed, its user is deleted or its user's password changes; the latter two
    are checked in the store, in the round trip of the call itself.
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
        """Tell whose token it is; raises Unauthorized. No round trip.

        A verified token is remembered by its exact text until it expires.
        """
        return self._look_up(token)[1]

    def seconds_left(self, token: str) -> int:
        """Tell for how long a token is good; raises Unauthorized."""
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
                # NOTE: `_look_up` compares the expiry with the clock it was given.
                options={
                    "require": ["iss", "sub", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            return claims["exp"], Caller(claims["sub"], claims["name"], claims["ver"])
        except (jwt.InvalidTokenError, KeyError) as ex:
            raise Unauthorized() from ex
