"""One-time codes with which another program of the same user logs in, such as a browser."""

import time
from collections.abc import Callable

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.codes import OpenCode, digest_of, new_code, user_of
from bambleweeny.core.auth.login_limits import LoginLimits
from bambleweeny.core.auth.sessions import Session
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.errors import InvalidCode, Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.scripts import ADD_LOGIN_CODE, USE_LOGIN_CODE

SECONDS = 60


class LoginCodes:
    """The codes of all users: at most 10 of a user are valid, each once and for a minute.

    Only the digest of a code is stored. A session that a code leads to expires with the session
    that the code was made with, so that a stolen session cannot prolong itself.
    """

    def __init__(
        self,
        store: Store,
        limits: LoginLimits,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._limits = limits
        self._clock = clock

    def create(self, caller: Caller, session: Session) -> OpenCode:
        """Return a new code for a caller and its session. O(1), one round trip.

        It replaces the oldest one if the user has 10. Works in a full store too.
        """
        code = new_code(caller.id, SECONDS)
        now, digest = int(self._clock()), digest_of(code.text)
        more = (now, SECONDS, session.expires, session.id)
        run_as(self._store, caller, ADD_LOGIN_CODE, digest, *more)
        return code

    def log_in(self, code: str, address: str) -> tuple[Caller, int]:
        """Use a code; return the caller of a new session, and the seconds for which it is valid.

        Of two calls with one code one succeeds. Raises InvalidCode, also after a new password
        or the end of the session that made the code. That counts as a failed login of the address;
        TooManyLogins after too many. Two round trips, and one more after a failure.
        """
        attempt = self._limits.attempt_with_code(address)
        attempt.check(self._store.read(*attempt.reads))
        found = self._use(code)
        attempt.note(succeeded=found is not None)
        if found is None:
            raise InvalidCode(hint="Make another one with POST /auth/code.")
        return found

    def _use(self, code: str) -> tuple[Caller, int] | None:
        user_id, now = user_of(code), int(self._clock())
        if not user_id:
            return None
        try:
            found = run_as(
                self._store, Caller(user_id, "", ""), USE_LOGIN_CODE, digest_of(code), now
            )
        except Unauthorized:
            return None
        if found is None or int(found[2]) <= now:
            return None
        name, version, expires = found
        return Caller(user_id, name.decode(), version.decode()), int(expires) - now
