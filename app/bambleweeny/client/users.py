"""Users, their roles and limits, for admins."""

import builtins
from typing import Any, NamedTuple, TypedDict, Unpack

from bambleweeny.client.transport.connection import Connection, path_of, without_none
from bambleweeny.client.values import check_options


class User(NamedTuple):
    """A user.

    `quota` is the maximum number of keys, lists, topics, routes and bins together; 0 is no limit.
    Nor is there one of the others if it is 0 or "". `invited` is True until the user has a
    password.
    """

    id: int
    username: str
    quota: int
    role: str = "user"
    max_bytes: int = 0
    rate: str = ""
    burst: int = 0
    max_value: int = 0
    max_tokens: int = 0
    invited: bool = False


class Code(NamedTuple):
    """A one-time code with which a user sets a password, and its lifetime in seconds."""

    id: int
    code: str
    expires_in: int


class UserFields(TypedDict, total=False):
    """The role and the limits of a user; without a key, or with None, one stays as it is.

    Sizes are bytes or text such as "64mb", `rate` is text such as "100/s"; 0 is no limit.
    """

    role: str | None
    max_bytes: int | str | None
    rate: int | str | None
    burst: int | None
    max_value: int | str | None
    max_tokens: int | None


class Users:
    """All users. Every call except `accept` raises Forbidden unless the client is an admin's."""

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self._login = connection.login

    def create(
        self,
        username: str,
        password: str,
        *,
        quota: int | None = None,
        **fields: Unpack[UserFields],
    ) -> int:
        """Add a user and return its id; UserExists if the name is taken.

        Without `quota` there is no limit. WeakPassword if the password is too short.
        """
        check_options(fields, UserFields)
        sent = without_none(username=username, password=password, quota=quota, **fields)
        made: int = self._call("POST", "/users", json=sent).json()["id"]
        return made

    def invite(
        self,
        username: str,
        *,
        quota: int | None = None,
        ttl: int | str | None = None,
        **fields: Unpack[UserFields],
    ) -> Code:
        """Add a user without a password, and return a code with which it sets one.

        The code is valid for `ttl`, 7 days by default.
        """
        check_options(fields, UserFields)
        sent = without_none(username=username, invite=True, quota=quota, ttl=ttl, **fields)
        return _code_of(self._call("POST", "/users", json=sent).json())

    def reset(self, id: int, *, ttl: int | str | None = None) -> Code:
        """Return a code with which a user sets a new password; it replaces an earlier code.

        It is valid for `ttl`, a day by default. Until it is used, the old password is valid.
        """
        query = {"ttl": None if ttl is None else str(ttl)}
        return _code_of(self._call("POST", path_of("users", id) + "/reset", query=query).json())

    def accept(self, code: str, password: str) -> str:
        """Set the password of the user that has this code, and return a token. No login.

        InvalidCode if the code is wrong, used or expired.
        """
        sent = {"code": code, "password": password}
        answer = self._call("POST", "/auth/accept", json=sent, is_public=True).json()
        token: str = answer["access_token"]
        return token

    def list(self) -> builtins.list[User]:
        """Return all users in the order of their creation."""
        rows = self._call("GET", "/users").json()["users"]
        return [_user_of(int(row["id"]), row) for row in rows]

    def get(self, id: int) -> User:
        """Return a user; NotFound if it does not exist."""
        return _user_of(id, self._call("GET", path_of("users", id)).json())

    def update(
        self,
        id: int,
        *,
        quota: int | None = None,
        password: str | None = None,
        **fields: Unpack[UserFields],
    ) -> None:
        """Set a user's quota, password, role or limits, atomically; NotFound if there is none.

        A new password makes all earlier tokens of the user invalid.
        """
        check_options(fields, UserFields)
        sent = without_none(quota=quota, password=password, **fields)
        self._call("PUT", path_of("users", id), json=sent)
        if id == _ADMIN and password is not None:
            self._login.change_password(password, of="admin")

    def delete(self, id: int) -> None:
        """Delete a user with all its data; NotFound if it does not exist.

        The user's tokens become invalid immediately.
        """
        self._call("DELETE", path_of("users", id))


_ADMIN = 0


def _user_of(id: int, row: dict[str, Any]) -> User:
    known = {name: row[name] for name in User._fields[3:] if name in row}
    return User(id, row["username"], int(row["quota"]), **known)


def _code_of(answer: dict[str, Any]) -> Code:
    return Code(int(answer["id"]), answer["code"], answer["expires_in"])
