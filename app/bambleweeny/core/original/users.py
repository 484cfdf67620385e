"""The users of an original, with names and quotas that are valid here."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from bambleweeny.core.auth.limits import LARGEST_QUOTA
from bambleweeny.core.auth.user_records import ADMIN_ID, ADMIN_NAME
from bambleweeny.core.original.key_names import shown
from bambleweeny.names import is_dots, is_username

_ADMIN = int(ADMIN_ID)
_SMALLEST = 1
"""Replaces a quota that allowed nothing: the user keeps its data and can add nothing."""


class OriginalUser(NamedTuple):
    """A user, with the name and the quota that it gets here."""

    id: int
    name: str
    quota: int

    @property
    def is_admin(self) -> bool:
        """Whether this is the admin, whose password here does not change."""
        return self.id == _ADMIN


def read_user(record: bytes) -> tuple[str, Any] | None:
    """Return name and quota of a user's record, or None if it cannot be read."""
    try:
        fields = msgspec.json.decode(record)
        return str(fields["username"]), fields["quota"]
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, KeyError, RecursionError):
        return None


def users_of(
    records: Mapping[int, tuple[str, Any]], note: Callable[[str], None]
) -> list[OriginalUser]:
    """Return the users in the order of their ids, the admin first.

    An invalid or duplicate name becomes `user<id>`, an invalid quota the nearest valid one.
    Calls `note` for each change.
    """
    users = [OriginalUser(_ADMIN, ADMIN_NAME, 0)]
    if _ADMIN in records:
        users = [users[0]._replace(quota=_quota_of(_ADMIN, records[_ADMIN][1], note))]
    kept = {name for user_id, (name, _) in records.items() if user_id != _ADMIN}
    taken = {ADMIN_NAME}
    for user_id in sorted(records.keys() - {_ADMIN}):
        name, quota = records[user_id]
        if not is_username(name) or is_dots(name) or name in taken:
            instead = _free_name(user_id, taken | kept)
            why = "is taken" if name in taken else "cannot be used here"
            note(f"changed: the name {shown(name)} of user {user_id} {why}; it is {instead} now")
            name = instead
        taken.add(name)
        users.append(OriginalUser(user_id, name, _quota_of(user_id, quota, note)))
    return users


def _free_name(user_id: int, taken: set[str]) -> str:
    name = f"user{user_id}"
    while name in taken:
        name += "_"
    return name


def _quota_of(user_id: int, value: Any, note: Callable[[str], None]) -> int:
    """Parse a quota as the original did: a number, or a string of one."""
    try:
        quota = int(value)
    except (TypeError, ValueError, OverflowError):
        quota = -1
    fitting = min(quota, LARGEST_QUOTA) if quota >= 0 else _SMALLEST
    if fitting != quota:
        text = shown(str(value))
        note(
            f"changed: the quota {text} of user {user_id} cannot be used here; it is {fitting} now"
        )
    return fitting
