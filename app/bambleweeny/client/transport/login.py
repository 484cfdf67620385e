"""The credentials of a client: a fixed token, or a login whose tokens are renewed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bambleweeny.errors import Unauthorized
from bambleweeny.names import TOKEN_PREFIX

_MARGIN_SECONDS = 30.0
"""A token is renewed this long before it expires, or a tenth of its lifetime if shorter."""

_HOW_TO_LOG_IN = "Give the client a user name and a password, or a token."
_HOW_TO_REPLACE = "Make another one, as with `tokens.add()` of a client that has a session."

Issue = Callable[[str, str], tuple[str, float]]
"""Logs in with a name and a password, and returns a token and its lifetime in seconds."""


class Login:
    """The credentials of a client. Threads that need a token simultaneously log in once."""

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
        """Return whether the client has a token or a login."""
        return self._username is not None or self._token is not None

    @property
    def password(self) -> str | None:
        """The password, or None."""
        return self._password

    def token(self, issue: Issue) -> str:
        """Return a valid token. Logs in if the current one is missing or about to expire."""
        with self._lock:
            if self._token is None or self._clock() >= self._renew_at:
                self._token, self._renew_at = self._issued(issue)
            return self._token

    @property
    def current(self) -> str | None:
        """The token that the next call sends, or None."""
        return self._token

    def use(self, token: str) -> None:
        """Use this token. A new login follows only after the server has refused a session."""
        with self._lock:
            self._token, self._renew_at = token, float("inf")

    def is_renewable(self, refused: str) -> bool:
        """Drop a session that the server refused; return whether a new login is possible.

        No login replaces a named token, because a session may do more.
        """
        if self._username is None or is_named(refused):
            return False
        with self._lock:
            if self._token == refused:
                self._token = None
        return True

    def drop(self) -> None:
        """Drop the current token. A new login follows if the client has a password."""
        with self._lock:
            self._token = None

    def fresh(self, issue: Issue) -> str:
        """Log in even if there is a token, and return the new token."""
        with self._lock:
            self._token, self._renew_at = self._issued(issue)
            return self._token

    def change_password(self, password: str, *, of: str | None = None) -> None:
        """Use a new password, and drop the current token, which is no longer valid.

        With `of`, only if the login has this user name.
        """
        if self._username is not None and of in (None, self._username):
            with self._lock:
                self._password, self._token = password, None

    def _issued(self, issue: Issue) -> tuple[str, float]:
        if self._username is None or self._password is None:
            raise Unauthorized(hint=_HOW_TO_LOG_IN)
        token, seconds = issue(self._username, self._password)
        return token, self._clock() + seconds - min(_MARGIN_SECONDS, seconds / 10)


@contextmanager
def hinting_at_login() -> Iterator[None]:
    """Replace the hint of Unauthorized, which the server writes for HTTP, by one for Python."""
    try:
        yield
    except Unauthorized as ex:
        ex.hint = _HOW_TO_LOG_IN
        raise


def is_named(token: str) -> bool:
    """Return whether a text looks like a named token, which a client never renews."""
    return token.startswith(TOKEN_PREFIX)


def refused_token(ex: Unauthorized) -> Unauthorized:
    """Return the error for a named token that the server refused, with the server's reason."""
    if "sandbox" in ex.info:
        return ex
    reason, is_one, _ = (ex.hint or "").partition("token has ")
    known = (ex.hint or "").partition(";")[0].rstrip(".") if is_one and reason == "The " else ""
    ex.args = (f"{known or 'The named token was revoked, or belongs to another server'}.",)
    ex.hint = _HOW_TO_REPLACE
    return ex
