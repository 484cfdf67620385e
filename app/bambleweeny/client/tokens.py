"""Tokens: log in, set a token, and check it."""

from typing import Any

from bambleweeny.client.transport.connection import Connection


class Tokens:
    """The token that the client sends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self) -> str:
        """Log in with the client's user name and password, and return the new token.

        Earlier tokens stay valid. WrongLogin if the user name or the password is wrong;
        Unauthorized if the client has no password.
        """
        if not self._connection.login.is_given:
            self.test()  # raises NoAnswer, the more useful error, if there is no server
        return self._connection.login.fresh(self._connection.log_in)

    def use(self, token: str) -> None:
        """Send this token from now on. The client logs in again when the server refuses it."""
        self._connection.login.use(token)

    def current(self) -> str | None:
        """Return the token that the next call sends; None if the client has none yet."""
        return self._connection.login.current

    def test(self) -> dict[str, Any]:
        """Check the token: return `authenticated`, `admin`, `user`, `id` and `info`.

        `authenticated` and `admin` are the texts "True" and "False". An invalid token is not
        an error here.
        """
        is_nobody = not self._connection.login.is_given
        answer = self._connection.call("GET", "/auth/test", is_public=is_nobody)
        fields: dict[str, Any] = answer.json()
        return fields
