"""Bearer tokens: what their texts mean. A session is signed; a named token has a record."""

import time
from collections.abc import Callable

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.named_tokens import NamedTokens
from bambleweeny.core.auth.sessions import Session, Sessions
from bambleweeny.errors import StoreFull, StoreUnavailable, Unauthorized
from bambleweeny.names import TOKEN_PREFIX

_REMEMBERED = 10_000
_USE_SECONDS = 60
_FOREVER = float("inf")


class _Known:
    """What a text means until `expires`, as far as this process has read it."""

    __slots__ = ("caller", "expires", "is_named", "noted")

    def __init__(self, caller: Caller, expires: float, *, is_named: bool) -> None:
        self.caller = caller
        self.expires = expires
        self.is_named = is_named
        self.noted = 0.0


class Tokens:
    """Issues sessions, and says which caller a token's text stands for.

    A session is valid for `lifetime` seconds, a named token until it expires or is revoked. What a
    text means is cached; each call compares it with the user's record in the engine, in its own
    round trip (`lib/tenant.lua`, `tenant_session.read_as`).
    """

    def __init__(
        self,
        sessions: Sessions,
        named: NamedTokens,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.lifetime = sessions.lifetime
        self.sessions = sessions
        self.named = named
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def issue(self, caller: Caller, seconds: int | None = None) -> str:
        """Sign a session for a caller, valid for `seconds`; None is the lifetime."""
        return self.sessions.issue(caller, seconds)

    def verify(self, token: str) -> Caller:
        """Return the caller of a token; raise Unauthorized if it is invalid or has expired.

        No round trip for a text that is cached, nor for a session of a user without request
        limits; else one.
        """
        known = self._known.get(token)
        if known is None or known.expires <= self._clock():
            known = self._look_up(token)
        return known.caller

    def refresh(self, token: str) -> Caller:
        """Return the caller as the engine has it now. One round trip."""
        self._known.pop(token, None)
        return self._remember(token, self._read(token)).caller

    def note_use(self, token: str) -> None:
        """Store that a named token was used, once a minute in each process; else no round trip."""
        known = self._known.get(token)
        now = self._clock()
        if known is None or not known.is_named or now - known.noted < _USE_SECONDS:
            return
        known.noted = now
        try:
            self.named.note_use(known.caller, int(now))
        except (StoreFull, StoreUnavailable):
            return  # the call that follows says so, unless it needs no room

    def is_issued(self, text: str) -> bool:
        """Return whether a text is a token of this instance, expired or not. No round trip."""
        if text.startswith(TOKEN_PREFIX):
            return self.named.is_issued(text)
        try:
            self.sessions.decode(text)
        except Unauthorized:
            return False
        return True

    def may_be_valid(self, token: str) -> bool:
        """Return whether this instance issued a token that has not expired. No round trip.

        A named token counts as valid, and so does a session that was revoked.
        """
        if token.startswith(TOKEN_PREFIX):
            return self.named.is_issued(token)
        try:
            return self.sessions.decode(token).expires > self._clock()
        except Unauthorized:
            return False

    def session_of(self, token: str) -> Session:
        """Return the session that a text stands for; raise Unauthorized if it is none."""
        return self.sessions.decode(token)

    def expiry_of(self, token: str) -> int | None:
        """Return when a token expires, in seconds since the epoch; None if it does not.

        Raises Unauthorized if it is invalid.
        """
        expires = self._look_up(token).expires
        return None if expires == _FOREVER else int(expires)

    def seconds_left(self, token: str) -> int | None:
        """Return for how many seconds a token is valid, None if it does not expire.

        Raises Unauthorized if it is invalid.
        """
        expires = self.expiry_of(token)
        return None if expires is None else int(expires - self._clock())

    def _look_up(self, token: str) -> _Known:
        known = self._known.get(token)
        if known is None:
            known = self._remember(token, self._first_read(token))
        if known.expires <= self._clock():
            self._known.pop(token, None)
            named, session = "ask its owner for another one", "get a new one with POST /auth/token"
            advice = named if known.is_named else session
            raise Unauthorized(hint=f"The token has expired; {advice}.")
        return known

    def _remember(self, token: str, known: _Known) -> _Known:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[token] = known
        return known

    def _first_read(self, token: str) -> _Known:
        if token.startswith(TOKEN_PREFIX):
            return self._read(token)
        session = self.sessions.decode(token)
        if session.caller.has_limits:
            return self._read(token)
        return _Known(session.caller, session.expires, is_named=False)

    def _read(self, token: str) -> _Known:
        if token.startswith(TOKEN_PREFIX):
            found = self.named.read(token)
            return _Known(found.caller, found.expires or _FOREVER, is_named=True)
        session = self.sessions.decode(token)
        return _Known(self.sessions.read(session), session.expires, is_named=False)
