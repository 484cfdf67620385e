"""Logins: the check of a name and a password, within the limits of failed ones."""

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.login_codes import LoginCodes
from bambleweeny.core.auth.login_limits import Attempt, LoginLimits
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.errors import Forbidden, WrongLogin
from bambleweeny.store import Store


class Logins:
    """The logins of all users; those with codes have the same limits."""

    def __init__(
        self, store: Store, passwords: Passwords, limits: LoginLimits | None = None
    ) -> None:
        self._store = store
        self._schema = store.schema
        self._passwords = passwords
        self._limits = limits or LoginLimits(store)
        self.codes = LoginCodes(store, self._limits)

    def log_in(self, username: str, password: str, address: str = "") -> Caller:
        """Return the caller with this name and password; else raise WrongLogin.

        Raises TooManyLogins, before any hash, after too many failures of the name or from the
        client's address. Takes the same time for an unknown name. O(1), two round trips, and one
        more after a failure and for the first success of a day.
        """
        name = _utf8(username)
        attempt = self._limits.attempt(name, address)
        user_id, *used = self._store.read(("HGET", self._schema.users, name), *attempt.reads)
        attempt.check(used)
        found_id = user_id.decode() if user_id else ""
        [[hashed, version]] = self._store.read(
            ("HMGET", self._schema.tenant(found_id).user, "hash", "version")
        )
        if not self._is_right(attempt, hashed, password):
            raise WrongLogin()
        return Caller(found_id, username, version.decode())

    def confirm(self, caller: Caller, password: str, address: str) -> None:
        """Raise Forbidden unless this is the caller's password; a failure counts as of a login.

        Raises TooManyLogins as `log_in` does.
        """
        attempt = self._limits.attempt(_utf8(caller.name), address)
        record = self._schema.tenant(caller.id).user
        hashed, *used = self._store.read(("HGET", record, "hash"), *attempt.reads)
        attempt.check(used)
        if not self._is_right(attempt, hashed, password):
            raise Forbidden("The current password is wrong.")

    def _is_right(self, attempt: Attempt, hashed: bytes | None, password: str) -> bool:
        """Return whether the password of an attempt is right, and note that for its limits."""
        text = None if hashed is None else hashed.decode()
        is_right = self._passwords.verify(text, password, attempt.origin, is_known=attempt.is_known)
        attempt.note(succeeded=is_right)
        return is_right


def _utf8(text: str) -> bytes:
    # NOTE: JSON can carry a lone surrogate, which no user name contains.
    return text.encode("utf-8", "surrogatepass")
