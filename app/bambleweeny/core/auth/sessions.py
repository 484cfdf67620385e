"""Sessions: tokens of a login, signed by the instance (RFC 7519), and their end."""

import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

import jwt
from jwt.utils import base64url_decode, base64url_encode

from bambleweeny.core.auth.caller import CALL_LIMIT_FIELDS, Caller, read_call_limits
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.errors import Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.scripts import END_SESSION

_ALGORITHM = "HS256"


class Session(NamedTuple):
    """What a session's token says. `expires` is in seconds since the epoch."""

    id: str
    caller: Caller
    expires: int


class Sessions:
    """The sessions of all users. One is valid for `lifetime` seconds, until it is ended, or until
    its user is deleted or gets a new password.

    The record of a user has `version`: `<passwords>.<changes>`, and an `r` at the end if the user
    has request limits. A new password raises the first number and ends all sessions; the end of one
    session raises the second, so that each server reads once more which sessions have ended.
    """

    def __init__(
        self,
        store: Store,
        secret: bytes,
        issuer: str,
        lifetime: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.lifetime = lifetime
        self._store = store
        self._secret = secret
        self._issuer = issuer
        self._clock = clock

    def issue(self, caller: Caller, seconds: int | None = None) -> str:
        """Sign a session for a caller, valid for `seconds`; None is the lifetime."""
        now = int(self._clock())
        claims = {
            "iss": self._issuer,
            "sub": caller.id,
            "name": caller.name,
            "ver": caller.version,
            "jti": secrets.token_hex(8),
            "iat": now,
            "exp": now + (self.lifetime if seconds is None else seconds),
        }
        return jwt.encode(claims, self._secret, _ALGORITHM)

    def decode(self, token: str) -> Session:
        """Return the session of a token, expired or not; raise Unauthorized if it is invalid."""
        if not _is_canonical(token.rpartition(".")[2]):
            raise Unauthorized()
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                # NOTE: the expiry is checked with `clock`, each time the token is used.
                options={
                    "require": ["iss", "sub", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            caller = Caller(claims["sub"], claims["name"], claims["ver"])
            return Session(claims.get("jti", ""), caller, claims["exp"])
        except (jwt.InvalidTokenError, KeyError) as ex:
            raise Unauthorized() from ex

    def read(self, session: Session) -> Caller:
        """Return a session's caller as the engine has it; one round trip.

        Raises Unauthorized if the session has ended, or its user has another password or is gone.
        """
        tenant = self._store.schema.tenant(session.caller.id)
        # NOTE: the version first: an end in between makes it stale.
        [[version, *limits], ended] = self._store.read(
            ("HMGET", tenant.user, "version", *CALL_LIMIT_FIELDS),
            ("ZSCORE", tenant.ended_sessions, session.id),
        )
        if version is None or ended is not None:
            raise Unauthorized()
        if _password_of(version.decode()) != _password_of(session.caller.version):
            raise Unauthorized()
        return session.caller._replace(version=version.decode(), limits=read_call_limits(limits))

    def end(self, session: Session) -> None:
        """End one session, on every server from its next call on; atomic. O(log ended sessions).

        Works in a full store too.
        """
        run_as(
            self._store,
            session.caller._replace(version=""),
            END_SESSION,
            session.id,
            session.expires,
            int(self._clock()),
        )


def _is_canonical(signature: str) -> bool:
    """Return whether a signature is as `issue` writes it; PyJWT skips other characters.

    A session has one text, since that is what is looked for in logs and values.
    """
    try:
        return base64url_encode(base64url_decode(signature)).decode() == signature
    except ValueError:
        return False


def _password_of(version: str) -> str:
    return version.partition(".")[0].removesuffix("r")
