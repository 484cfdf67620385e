"""Users: creation, roles, limits, passwords, one-time codes, deletion."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.codes import (
    CODE_FIELDS,
    INVITATION_SECONDS,
    RESET_SECONDS,
    OpenCode,
    digest_of,
    is_open,
    new_code,
    user_of,
)
from bambleweeny.core.auth.limits import Limits, UserRules, check_quota
from bambleweeny.core.auth.login_limits import LoginLimits
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.auth.tenant_deletion import clear_tenant, finish_deletions
from bambleweeny.core.auth.tenant_session import is_admin
from bambleweeny.core.auth.user_records import ADMIN_ID, ADMIN_NAME, Role, User, UserRecords
from bambleweeny.errors import (
    Forbidden,
    InvalidCode,
    InvalidName,
    InvalidRequest,
    NotFound,
    UserExists,
)
from bambleweeny.names import USERNAME_RULE, is_dots, is_username
from bambleweeny.store import Store

_log = logging.getLogger(__name__)

_LONGEST_SHOWN = 64


def no_such_user(user_id: str) -> NotFound:
    """Make the error of an id that no user has."""
    return NotFound(
        f"There is no user '{user_id[:_LONGEST_SHOWN]}'.",
        hint="GET /users lists the users with their ids.",
    )


class Users:
    """The users of the instance. User 0 is always an admin, other users by their role.

    A file with the password of user 0 is removed when that user gets a new one.
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        admin_password_file: Path | None = None,
        rules: UserRules | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._schema = store.schema
        self._passwords = passwords
        self._records = UserRecords(store)
        self._admin_password_file = admin_password_file
        self._rules = rules or UserRules()
        self._clock = clock
        self._limits = LoginLimits(store)

    def check(self, caller: Caller) -> bool:
        """Raise Unauthorized unless the caller is still valid; return whether it is an admin."""
        return is_admin(self._store, caller)

    def require_admin(self, caller: Caller) -> None:
        """Raise Forbidden unless the caller is an admin. One round trip."""
        if not self.check(caller):
            raise Forbidden()

    def create(
        self,
        username: str,
        password: str,
        quota: int = 0,
        *,
        role: Role = "user",
        limits: Mapping[str, str | int] | None = None,
    ) -> User:
        """Add a user; raise UserExists if the name is taken.

        `limits` replace the defaults of the instance. If two calls use the same name at the same
        time, one of them succeeds. Raises WeakPassword.
        """
        user = self._new_user(username, quota, role, limits)
        return self._add(user, self._password_fields(username, password))

    def invite(
        self,
        username: str,
        quota: int = 0,
        *,
        role: Role = "user",
        limits: Mapping[str, str | int] | None = None,
        seconds: int | None = None,
    ) -> tuple[User, OpenCode]:
        """Add a user without a password like `create`, and return a code to set one."""
        user = self._new_user(username, quota, role, limits)
        user = user._replace(id=self._records.next_id(), is_invited=True)
        code = new_code(user.id, INVITATION_SECONDS if seconds is None else seconds)
        return self._add(user, code.stored(self._clock())), code

    def reset(self, user_id: str, seconds: int | None = None) -> tuple[User, OpenCode]:
        """Return a code to set a user's password; it replaces an earlier one.

        Password and sessions stay valid until the code is used. A miss raises NotFound.
        """
        user = self.get(user_id)
        code = new_code(user_id, RESET_SECONDS if seconds is None else seconds)
        if self._change(user_id, code.stored(self._clock())) is None:
            raise no_such_user(user_id)
        return user, code

    def accept(self, code: str, password: str, address: str = "") -> Caller:
        """Set the password of the user that has this code, and return a caller for a session.

        Of two calls with one code one succeeds. Sessions from before end. Raises InvalidCode,
        before anything is hashed, or WeakPassword, after which the code is still valid. A wrong
        code counts as a failed login of the address; TooManyLogins after too many.
        """
        user_id, attempt = user_of(code), self._limits.attempt_with_code(address)
        record = self._schema.tenant(user_id).user
        [name, digest, ends], *used = self._store.read(
            ("HMGET", record, "name", *CODE_FIELDS), *attempt.reads
        )
        attempt.check(used)
        is_right = bool(name) and is_open(code, digest, ends, self._clock())
        attempt.note(succeeded=is_right)
        if not is_right:
            raise InvalidCode()
        username = name.decode()
        fields = self._password_fields(username, password)
        version = self._change(user_id, fields, has_password=True, digest=digest_of(code))
        if version is None:
            raise InvalidCode()
        return Caller(user_id, username, version)

    def has_admin(self) -> bool:
        """Return whether the admin exists."""
        return self._records.has_name(ADMIN_NAME)

    def create_admin(self, password: str) -> bool:
        """Create the admin; return False, with nothing changed, if it exists."""
        hashed = self._passwords.hash(password)
        user = User(ADMIN_ID, ADMIN_NAME, 0, "admin")
        made = self._records.create(user, ["hash", hashed])
        if made or not self.has_admin():
            self._records.claim_name(user)
        return made

    def get(self, user_id: str) -> User:
        """Return a user; a miss raises NotFound."""
        [found] = self._records.fetch([user_id])
        if found is None:
            raise no_such_user(user_id)
        return found

    def ids(self) -> list[str]:
        """Return the ids of all users in order of creation. O(n), one round trip."""
        return self._records.ids()

    def all(self) -> list[User]:
        """Return all users in order of creation. O(n), two round trips."""
        return [user for user in self._records.fetch(self.ids()) if user]

    def change(
        self,
        user_id: str,
        *,
        quota: int | None = None,
        password: str | None = None,
        role: Role | None = None,
        limits: Mapping[str, str | int] | None = None,
    ) -> None:
        """Set fields of a user atomically; a new password ends its sessions and an open code.

        The quota is the maximum number of keys, lists, topics, routes and bins; 0 means no limit.
        Data beyond a lower quota stays. `limits` are those to change, as from `parse_limits`.
        A miss raises NotFound, a weak password WeakPassword. Works in a full store too.
        """
        if user_id == ADMIN_ID and role == "user":
            raise InvalidRequest("User 0 is always an admin; it cannot get another role.")
        fields: list[str | int] = [] if role is None else ["role", role]
        if quota is not None:
            check_quota(quota)
            fields += ["quota", quota]
        for name, value in (limits or {}).items():
            fields += [name, value or ""]
        if password is not None:
            fields += self._password_fields(self.get(user_id).username, password)
        if self._change(user_id, fields, has_password=password is not None) is None:
            raise no_such_user(user_id)

    def set_first_password(self, password: str) -> None:
        """Set the password of user 0 that the server was started with, however short."""
        self._change(ADMIN_ID, ["hash", self._passwords.hash(password)], has_password=True)

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

    def _remove_admin_password_file(self) -> None:
        if self._admin_password_file is not None:
            try:
                self._admin_password_file.unlink(missing_ok=True)
            except OSError as ex:
                file = self._admin_password_file
                _log.warning("%s has an old password and cannot be removed: %s", file, ex.strerror)

    def _new_user(
        self,
        username: str,
        quota: int,
        role: Role,
        limits: Mapping[str, str | int] | None,
    ) -> User:
        """Check the fields of a new user, which gets its id later."""
        if is_dots(username):
            raise InvalidName("User name is invalid.", hint=USERNAME_RULE)
        if not is_username(username):
            raise InvalidRequest("User name is invalid.", hint=USERNAME_RULE)
        check_quota(quota)
        if self._records.has_name(username):
            raise UserExists()
        defaults = self._rules.defaults
        return User("", username, quota, role, Limits(**{**defaults._asdict(), **(limits or {})}))

    def _add(self, user: User, login: Sequence[str | int]) -> User:
        """Add a user with the fields of its login: a hash or a code."""
        user = user._replace(id=user.id or self._records.next_id())
        self._records.create(user, login)
        self._store.write(("SADD", self._schema.tenants, user.id))
        if not self._records.claim_name(user):
            clear_tenant(self._store.with_long_retry, user.id, user.username)
            raise UserExists()
        return user

    def _change(
        self,
        user_id: str,
        fields: Sequence[str | int],
        *,
        has_password: bool = False,
        digest: str = "",
    ) -> str | None:
        """Set fields; return the version of the user's sessions, or None for a miss.

        With `digest`, that of a code which the user does not have is a miss too.
        """
        version = self._records.change(user_id, fields, has_password=has_password, digest=digest)
        if version is not None and has_password and user_id == ADMIN_ID:
            self._remove_admin_password_file()
        return version

    def _password_fields(self, username: str, password: str) -> list[str | int]:
        self._rules.check_password(username, password)
        return ["hash", self._passwords.hash(password)]
