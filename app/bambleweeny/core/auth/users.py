"""Users: creation, login, quota, password, deletion."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.login_limits import Attempt, LoginLimits
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.auth.tenant_deletion import clear_tenant, finish_deletions
from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.errors import (
    Forbidden,
    InvalidName,
    InvalidRequest,
    NotFound,
    UserExists,
    WrongLogin,
)
from bambleweeny.names import USERNAME_RULE, is_dots, is_username
from bambleweeny.store import Store
from bambleweeny.store.scripts import CHANGE_USER, CREATE_USER_ONCE

_log = logging.getLogger(__name__)

ADMIN_ID = "0"
ADMIN_NAME = "admin"
LARGEST_QUOTA = 10**12


class User(NamedTuple):
    """The public fields of a user. A quota of 0 means no limit."""

    id: str
    username: str
    quota: int


class Users:
    """The users of the instance; user 0 is the admin.

    A file with the admin's password is removed when the admin gets a new one.
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        admin_password_file: Path | None = None,
        login_limits: LoginLimits | None = None,
    ) -> None:
        self._store = store
        self._login_limits = login_limits or LoginLimits(store)
        self._schema = store.schema
        self._passwords = passwords
        self._admin_password_file = admin_password_file

    def log_in(self, username: str, password: str, address: str = "") -> Caller:
        """Return the caller with this name and password; else raise WrongLogin.

        Raises TooManyLogins, before any hash, after too many failures of the name or from the
        client's address. Takes the same time for an unknown name. O(1), two round trips, and one
        more after a failure and for the first success of a day.
        """
        name = _utf8(username)
        attempt = self._login_limits.attempt(name, address)
        user_id, *used = self._store.read(("HGET", self._schema.users, name), *attempt.reads)
        attempt.check(used)
        found_id = user_id.decode() if user_id else ""
        [[hashed, version]] = self._store.read(
            ("HMGET", self._schema.tenant(found_id).user, "hash", "version")
        )
        if not self._is_right(attempt, hashed, password):
            raise WrongLogin()
        return Caller(found_id, username, version.decode())

    def check(self, caller: Caller) -> bool:
        """Raise Unauthorized unless the caller is still valid; return whether it is the admin."""
        record = self._schema.tenant(caller.id).user
        [role] = read_as(self._store, caller, ("HGET", record, "role"))
        return bool(role == b"admin")

    def require_admin(self, caller: Caller) -> None:
        """Raise Forbidden unless the caller is the admin. One round trip."""
        if not self.check(caller):
            raise Forbidden()

    def create(self, username: str, password: str, quota: int = 0) -> User:
        """Add a user; raise UserExists if the name is taken.

        If two calls use the same name at the same time, one of them succeeds.
        """
        if is_dots(username):
            raise InvalidName("User name is invalid.", hint=USERNAME_RULE)
        if not is_username(username):
            raise InvalidRequest("User name is invalid.", hint=USERNAME_RULE)
        _check_quota(quota)
        if self._has_name(username):
            raise UserExists()
        hashed = self._passwords.hash(password)
        [number] = self._store.write(("HINCRBY", self._schema.instance, "last_user", 1))
        user = User(str(number), username, quota)
        self._create_record(user, hashed, "user")
        self._store.write(("SADD", self._schema.tenants, user.id))
        [won] = self._store.write(("HSETNX", self._schema.users, username, user.id))
        if not won:
            clear_tenant(self._store.with_long_retry, user.id, username)
            raise UserExists()
        return user

    def has_admin(self) -> bool:
        """Return whether the admin exists."""
        return self._has_name(ADMIN_NAME)

    def create_admin(self, password: str) -> bool:
        """Create the admin; return False, with nothing changed, if it exists."""
        hashed = self._passwords.hash(password)
        made = self._create_record(User(ADMIN_ID, ADMIN_NAME, 0), hashed, "admin")
        if made or not self.has_admin():
            self._store.write(("HSETNX", self._schema.users, ADMIN_NAME, ADMIN_ID))
        return made

    def get(self, user_id: str) -> User:
        """Return a user; a miss raises NotFound."""
        [found] = self._fetch([user_id])
        if found is None:
            raise NotFound()
        return found

    def ids(self) -> list[str]:
        """Return the ids of all users in order of creation. O(n), one round trip."""
        [ids] = self._store.read(("HVALS", self._schema.users))
        return sorted((i.decode() for i in ids), key=int)

    def all(self) -> list[User]:
        """Return all users in order of creation. O(n), two round trips."""
        return [user for user in self._fetch(self.ids()) if user]

    def change(
        self, user_id: str, *, quota: int | None = None, password: str | None = None
    ) -> None:
        """Set a user's quota, password or both, atomically; a new password invalidates its tokens.

        The quota is the maximum number of keys, lists, topics, routes and bins; 0 means no limit.
        Data beyond a lower quota stays. A miss raises NotFound. Works in a full store too.
        """
        fields: list[str | int] = []
        if quota is not None:
            _check_quota(quota)
            fields += ["quota", quota]
        if password is not None:
            fields += ["hash", self._passwords.hash(password)]
        ends_tokens = int(password is not None)
        record = self._schema.tenant(user_id).user
        if not self._store.run(CHANGE_USER, [record], ends_tokens, *fields):
            raise NotFound()
        if ends_tokens and user_id == ADMIN_ID:
            self._remove_admin_password_file()

    def confirm(self, caller: Caller, password: str, address: str) -> None:
        """Raise Forbidden unless this is the caller's password; a failure counts as of a login.

        Raises TooManyLogins as `log_in` does.
        """
        attempt = self._login_limits.attempt(_utf8(caller.name), address)
        record = self._schema.tenant(caller.id).user
        hashed, *used = self._store.read(("HGET", record, "hash"), *attempt.reads)
        attempt.check(used)
        if not self._is_right(attempt, hashed, password):
            raise Forbidden("The current password is wrong.")

    def has_password(self, user_id: str, password: str) -> bool:
        """Return whether this is the user's password."""
        [hashed] = self._store.read(("HGET", self._schema.tenant(user_id).user, "hash"))
        return self._passwords.verify(hashed and hashed.decode(), password)

    def delete(self, user_id: str) -> None:
        """Delete a user and all of its data; its tokens become invalid immediately.

        A miss raises NotFound. The next call or the next start finishes an interrupted deletion.
        """
        if user_id == ADMIN_ID:
            raise InvalidRequest("The admin cannot be deleted.")
        try:
            clear_tenant(self._store.with_long_retry, user_id, self.get(user_id).username)
        except NotFound:
            if not finish_deletions(self._store.with_long_retry, user_id):
                raise

    def _is_right(self, attempt: Attempt, hashed: bytes | None, password: str) -> bool:
        """Return whether the password of an attempt is right, and note that for its limits."""
        text = None if hashed is None else hashed.decode()
        is_right = self._passwords.verify(text, password, attempt.origin, is_known=attempt.is_known)
        attempt.note(succeeded=is_right)
        return is_right

    def _remove_admin_password_file(self) -> None:
        if self._admin_password_file is not None:
            try:
                self._admin_password_file.unlink(missing_ok=True)
            except OSError as ex:
                file = self._admin_password_file
                _log.warning("%s has an old password and cannot be removed: %s", file, ex.strerror)

    def _has_name(self, username: str) -> bool:
        return self._store.read(("HEXISTS", self._schema.users, username)) == [1]

    def _create_record(self, user: User, hashed: str, role: str) -> bool:
        """Write a new user's record; return False, with nothing changed, if it exists."""
        made = self._store.run(
            CREATE_USER_ONCE,
            [self._schema.tenant(user.id).user],
            "name", user.username, "hash", hashed, "quota", user.quota, "role", role, "version", 1,
        )  # fmt: skip
        return bool(made)

    def _fetch(self, ids: Sequence[str]) -> "list[User | None]":
        records = (self._schema.tenant(i).user for i in ids)
        rows = self._store.read(*(("HMGET", record, "name", "quota") for record in records))
        return [
            User(i, name.decode(), int(quota)) if name else None
            for i, (name, quota) in zip(ids, rows, strict=True)
        ]


def _check_quota(quota: int) -> None:
    if not 0 <= quota <= LARGEST_QUOTA:
        raise InvalidRequest(f"The quota must be a whole number from 0 to {LARGEST_QUOTA}.")


def _utf8(text: str) -> bytes:
    # NOTE: JSON can carry a lone surrogate, which no user name contains.
    return text.encode("utf-8", "surrogatepass")
