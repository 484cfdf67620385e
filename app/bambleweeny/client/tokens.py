"""Tokens: who the client is to the server."""

from typing import Any

from bambleweeny.client.transport.connection import Connection


class Tokens:
    """Tokens of the user that the client logs in as."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self) -> str:
        """Log in with the client's user name and password, and give the new token.

        Earlier tokens stay good. WrongLogin where the server knows no such login.
        """
        if not self._connection.login.is_given:
            self.test()  # where there is no server, that is what is wrong
        return self._connection.login.fresh(self._connection.log_in)

    def use(self, token: str) -> None:
        """Send this token until it is refused, and only then log in."""
        self._connection.login.use(token)

    def current(self) -> str | None:
        """Return the token that the next call sends; None where there is none yet."""
        return self._connection.login.current

    def test(self) -> dict[str, Any]:
        """Tell who the client is: `authenticated`, `admin`, `user`, `id` and `info`.

        The first two are the texts 'True' and 'False'. A bad token is no error here.
        """
        is_nobody = not self._connection.login.is_given
        answer = self._connection.call("GET", "/auth/test", is_public=is_nobody)
        told: dict[str, Any] = answer.json()
        return told
