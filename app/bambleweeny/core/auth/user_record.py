"""The public fields of a user, as its record in the engine has them."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from bambleweeny.core.auth.limits import LIMIT_FIELDS, Limits, limits_of

Role = Literal["admin", "user"]

SHOWN_FIELDS = ("name", "quota", "role", "hash", *LIMIT_FIELDS)


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


def read_user(user_id: str, row: Sequence[bytes | None]) -> User | None:
    """Return a user from the values of SHOWN_FIELDS; None if there is no such user."""
    name, quota, role, hashed, *limits = row
    if not name:
        return None
    kind: Role = "admin" if role == b"admin" else "user"
    return User(user_id, name.decode(), int(quota or 0), kind, limits_of(limits), hashed is None)
