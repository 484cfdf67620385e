"""Who a client is: a token that was given, or a login whose tokens are renewed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bambleweeny.errors import Unauthorized

_MARGIN_SECONDS = 30.0
"""A token is renewed so long before its end, or in its last tenth where that is less."""

_HOW_TO_LOG_IN = "Give the client a user name and a password, or a token."

Issue = Callable[[str, str], tuple[str, float]]
"""Log in with a name and a password: gives a token and how many seconds it is good."""


class Login:
    """The credentials of a client; threads that need a token at once log in once."""

    def __init__(
        self,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if (username is None) != (password is None):
            raise ValueError("A user name and a password go together.")
        if token is not None and username is not None:
            raise ValueError("Give a token, or a user name and a password, not both.")
        self._username = username
        self._password = password
        self._token = token
        self._renew_at = float("inf")
        self._clock = clock
        self._lock = threading.Lock()

    @property
    def is_given(self) -> bool:
        """Tell whether the client is anybody."""
        return self._username is not None or self._token is not None

    @property
    def password(self) -> str | None:
        """The password, where one was given."""
        return self._password

    def token(self, issue: Issue) -> str:
        """Give a token that is good for a while; logs in where there is none."""
        with self._lock:
            if self._token is None or self._clock() >= self._renew_at:
                self._token, self._renew_at = self._issued(issue)
            return self._token

    @property
    def current(self) -> str | None:
        """The token that the next call sends, where there is one already."""
        return self._token

    def use(self, token: str) -> None:
        """Send this token until it is refused, and only then log in."""
        with self._lock:
            self._token, self._renew_at = token, float("inf")

    def is_renewable(self, refused: str) -> bool:
        """Forget a token that was refused; tell whether there can be another one."""
        if self._username is None:
            return False
        with self._lock:
            if self._token == refused:
                self._token = None
        return True

    def fresh(self, issue: Issue) -> str:
        """Log in, whatever token there is, and give the new token."""
        with self._lock:
            self._token, self._renew_at = self._issued(issue)
            return self._token

    def change_password(self, password: str) -> None:
        """Go on with a new password; the earlier tokens have ended."""
        if self._username is not None:
            with self._lock:
                self._password, self._token = password, None

    def _issued(self, issue: Issue) -> tuple[str, float]:
        if self._username is None or self._password is None:
            raise Unauthorized(hint=_HOW_TO_LOG_IN)
        token, seconds = issue(self._username, self._password)
        return token, self._clock() + seconds - min(_MARGIN_SECONDS, seconds / 10)


@contextmanager
def hinting_at_login() -> Iterator[None]:
    """Let a refusal say what the client lacks, where the server's hint is for plain HTTP."""
    try:
        yield
    except Unauthorized as ex:
        ex.hint = _HOW_TO_LOG_IN
        raise
