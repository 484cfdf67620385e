"""Tokens: log in, set and check a token, and the named tokens of a user."""

import builtins
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Connection, path_of, without_none


class NamedToken(NamedTuple):
    """A named token, without its text.

    `scopes` are what it may do, such as "keys:read:app:*". `expires` is None if it does not
    expire; `used` is the minute of its last use, or None. `rate` bounds its requests, such as
    "10/s", or is "".
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    made: datetime
    expires: datetime | None
    used: datetime | None
    rate: str = ""


class MadeToken(NamedTuple):
    """The text of a named token, which the server never shows again, and the token."""

    text: str
    token: NamedToken


class Tokens:
    """The token that the client sends, and the named tokens of its user."""

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
        """Send this token from now on.

        When the server refuses a session, a client with a password logs in again.
        """
        self._connection.login.use(token)

    def use_code(self, code: str) -> str:
        """Log in with a code of `Client.login_code`, and return the new token. No password.

        InvalidCode if the code is wrong, used or expired.
        """
        sent = {"code": code}
        answer = self._connection.call("POST", "/auth/token", json=sent, is_public=True).json()
        token: str = answer["access_token"]
        self._connection.login.use(token)
        return token

    def current(self) -> str | None:
        """Return the token that the next call sends; None if the client has none yet."""
        return self._connection.login.current

    def test(self) -> dict[str, Any]:
        """Check the token: return `authenticated`, `admin`, `user`, `id` and `info`.

        `authenticated` and `admin` are the texts "True" and "False". For a named token there are
        also `token`, its id, `name` and `scopes`. An invalid token is not an error here.
        """
        is_nobody = not self._connection.login.is_given
        answer = self._connection.call("GET", "/auth/test", is_public=is_nobody)
        fields: dict[str, Any] = answer.json()
        return fields

    def add(
        self,
        name: str,
        scopes: Sequence[str],
        *,
        ttl: int | str | None = None,
        rate: str | None = None,
        userid: int | None = None,
    ) -> MadeToken:
        """Make a named token, and return it with its text. Without `ttl` it does not expire.

        Its `rate`, such as "10/s", counts besides that of the user.
        InvalidRequest for a scope that does not exist; TooManyTokens at the user's `max_tokens`.
        InsufficientScope if the client has a named token that may do less.
        """
        fields = without_none(name=name, scopes=_listed(scopes), ttl=ttl, rate=rate)
        query = {"userid": userid}
        return _made(self._connection.call("POST", "/tokens", query=query, json=fields).json())

    def list(self, *, userid: int | None = None) -> builtins.list[NamedToken]:
        """Return the user's named tokens that have not expired, oldest first."""
        answer = self._connection.call("GET", "/tokens", query={"userid": userid})
        return [_token(row) for row in answer.json()["tokens"]]

    def change(
        self,
        id: str,
        *,
        name: str | None = None,
        scopes: Sequence[str] | None = None,
        ttl: int | str | None = None,
        rate: str | None = None,
        userid: int | None = None,
    ) -> NamedToken:
        """Change a named token from its next call on, and return it; its text stays.

        `ttl` counts from now; 0 is for ever. The rate "0" is none. NotFound if the token does
        not exist.
        """
        listed = None if scopes is None else _listed(scopes)
        fields = without_none(name=name, scopes=listed, ttl=ttl, rate=rate)
        path, query = path_of("tokens", id), {"userid": userid}
        return _token(self._connection.call("PATCH", path, query=query, json=fields).json())

    def rotate(
        self, id: str, *, overlap: int | str | None = None, userid: int | None = None
    ) -> MadeToken:
        """Replace the text of a named token, and return the new one.

        The old text stays valid for `overlap`, 30 days at most; without it, it ends at once.
        NotFound if the token does not exist.
        """
        path, query = f"{path_of('tokens', id)}/rotate", {"overlap": overlap, "userid": userid}
        return _made(self._connection.call("POST", path, query=query).json())

    def revoke(self, id: str, *, userid: int | None = None) -> None:
        """Revoke a named token from its next call on; NotFound if it does not exist."""
        self._connection.call("DELETE", path_of("tokens", id), query={"userid": userid})

    def revoke_all(self, *, userid: int | None = None) -> int:
        """Revoke all named tokens of the user, and return their number. Sessions stay."""
        query = {"confirm": 1, "userid": userid}
        answer = self._connection.call("DELETE", "/tokens", query=query).json()
        return int(answer["revoked"])

    def revoke_text(self, text: str) -> None:
        """Revoke a named token or a session by its text, such as one that was found. No login.

        Does nothing if the token is not valid.
        """
        self._connection.call("POST", "/auth/revoke", json={"token": text}, is_public=True)

    def introspect(self, text: str) -> dict[str, Any]:
        """Return what a token is, as in RFC 7662: `active`, `username`, `scope`, `exp` and more.

        An admin with a session sees all tokens, others the tokens of their user; for every other
        text the answer is `{"active": False}`.
        """
        answer = self._connection.call(
            "POST", "/auth/introspect", json={"token": text}, is_safe=True
        )
        fields: dict[str, Any] = answer.json()
        return fields


def _listed(scopes: Sequence[str]) -> builtins.list[str]:
    if isinstance(scopes, str):
        raise TypeError("Scopes are a list, as in ['keys:read'].")
    return list(scopes)


def _made(row: dict[str, Any]) -> MadeToken:
    return MadeToken(row["token"], _token(row))


def _token(row: dict[str, Any]) -> NamedToken:
    made = datetime.fromisoformat(row["made"])
    expires, used = _moment(row["expires"]), _moment(row["used"])
    scopes, rate = tuple(row["scopes"]), row.get("rate", "")
    return NamedToken(row["id"], row["name"], scopes, made, expires, used, rate)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
