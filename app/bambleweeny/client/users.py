"""Users and their quotas, for the admin."""

import builtins
from typing import NamedTuple

from bambleweeny.client.transport.connection import Connection, path_of


class User(NamedTuple):
    """A user.

    `quota` is the maximum number of keys, lists, topics, routes and bins together; 0 is no limit.
    """

    id: int
    username: str
    quota: int


class Users:
    """All users. Every call raises Forbidden unless the client is the admin's."""

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self._login = connection.login

    def create(self, username: str, password: str, *, quota: int | None = None) -> int:
        """Add a user and return its id; UserExists if the name is taken.

        Without `quota` there is no limit.
        """
        fields = _given(username=username, password=password, quota=quota)
        made: int = self._call("POST", "/users", json=fields).json()["id"]
        return made

    def list(self) -> builtins.list[User]:
        """Return all users in the order of their creation."""
        rows = self._call("GET", "/users").json()["users"]
        return [User(int(row["id"]), row["username"], int(row["quota"])) for row in rows]

    def get(self, id: int) -> User:
        """Return a user; NotFound if it does not exist."""
        row = self._call("GET", path_of("users", id)).json()
        return User(id, row["username"], int(row["quota"]))

    def update(self, id: int, *, quota: int | None = None, password: str | None = None) -> None:
        """Set a user's quota, password or both, atomically; NotFound if it does not exist.

        A new password makes all earlier tokens of the user invalid.
        """
        self._call("PUT", path_of("users", id), json=_given(quota=quota, password=password))
        if id == _ADMIN and password is not None:
            self._login.change_password(password)

    def delete(self, id: int) -> None:
        """Delete a user with all its data; NotFound if it does not exist.

        The user's tokens become invalid immediately.
        """
        self._call("DELETE", path_of("users", id))


_ADMIN = 0


def _given(**fields: str | int | None) -> dict[str, str | int]:
    return {name: value for name, value in fields.items() if value is not None}
