"""The records of users in the engine."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from bambleweeny.core.auth.limits import LIMIT_FIELDS, Limits, limits_of
from bambleweeny.store import Store
from bambleweeny.store.scripts import CHANGE_USER, CREATE_USER_ONCE

ADMIN_ID = "0"
ADMIN_NAME = "admin"
_SHOWN_FIELDS = ("name", "quota", "role", "hash", *LIMIT_FIELDS)

Role = Literal["admin", "user"]


class User(NamedTuple):
    """The public fields of a user. A quota of 0 means no limit.

    An invited user has no password yet.
    """

    id: str
    username: str
    quota: int
    role: Role = "user"
    limits: Limits = Limits()
    is_invited: bool = False


class UserRecords:
    """Reads and writes the records of users, and the index of their names."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._schema = store.schema

    def has_name(self, username: str) -> bool:
        """Return whether a user has this name."""
        return self._store.read(("HEXISTS", self._schema.users, username)) == [1]

    def claim_name(self, user: User) -> bool:
        """Add a user's name; return False, with nothing changed, if it is taken. Atomic."""
        [won] = self._store.write(("HSETNX", self._schema.users, user.username, user.id))
        return bool(won)

    def ids(self) -> list[str]:
        """Return the ids of all users in order of creation. O(n), one round trip."""
        [ids] = self._store.read(("HVALS", self._schema.users))
        return sorted((i.decode() for i in ids), key=int)

    def next_id(self) -> str:
        """Return the id of a new user."""
        [number] = self._store.write(("HINCRBY", self._schema.instance, "last_user", 1))
        return str(number)

    def create(self, user: User, login: Sequence[str | int]) -> bool:
        """Write a new user's record; return False, with nothing changed, if it exists.

        `login` has fields and values of the hash of its password, or of its code.
        """
        version = "1r" if user.limits.restricts_requests else "1"
        made = self._store.run(
            CREATE_USER_ONCE,
            [self._schema.tenant(user.id).user],
            "name", user.username, "quota", user.quota, "role", user.role, "version", version,
            *login, *user.limits.stored(),
        )  # fmt: skip
        return bool(made)

    def change(
        self, user_id: str, fields: Sequence[str | int], *, has_password: bool, digest: str
    ) -> str | None:
        """Set fields; return the version of the user's sessions, or None for a miss. Atomic.

        An empty value removes its field. With `digest`, that of a code which the user does not
        have is a miss too. O(fields, named tokens and sandboxes of the user).
        """
        keys = self._schema.tenant(user_id).declared
        version = self._store.run(CHANGE_USER, keys, int(has_password), digest, *fields)
        return None if version is None else str(version.decode())

    def fetch(self, ids: Sequence[str]) -> list[User | None]:
        """Return users, None for a miss. O(n), one round trip."""
        records = (self._schema.tenant(i).user for i in ids)
        rows = self._store.read(*(("HMGET", record, *_SHOWN_FIELDS) for record in records))
        return [_user_of(i, row) for i, row in zip(ids, rows, strict=True)]


def _user_of(user_id: str, row: Sequence[bytes | None]) -> User | None:
    name, quota, role, hashed, *limits = row
    if not name:
        return None
    kind: Role = "admin" if role == b"admin" else "user"
    return User(user_id, name.decode(), int(quota or 0), kind, limits_of(limits), hashed is None)
