"""The caller of a request, and the limits of its calls."""

from typing import NamedTuple

from bambleweeny.core.auth.scopes import Scopes
from bambleweeny.errors import BodyTooLarge
from bambleweeny.names import is_in_sandbox


class CallLimits(NamedTuple):
    """What bounds a caller's requests, as stored in the user's record; '' or 0 is no limit.

    `token_rate` is the rate of the named token, which counts besides that of its user. In a sandbox
    it is that of `rate_of`, the named token that made the sandbox, and counts the calls of both.
    """

    rate: str = ""
    burst: int = 0
    max_value: int = 0
    token_rate: str = ""
    rate_of: str = ""


class Caller(NamedTuple):
    """A user that makes a call.

    `version` is what the engine compares with the user's record: the version of a session, or
    `t:<id>=<revision>` of a named token. If it is empty, the call acts for the tenant without a
    token. `scopes` is None if the caller may do all that its user may; `limits` is None if there
    are none. `actor` is the admin that acts for the user with `?userid=`.
    """

    id: str
    name: str
    version: str
    scopes: Scopes | None = None
    token: str = ""
    limits: CallLimits | None = None
    actor: "Caller | None" = None

    @property
    def is_in_sandbox(self) -> bool:
        """Whether the caller has the token of a sandbox."""
        return is_in_sandbox(self.id)

    @property
    def record(self) -> tuple[str, str]:
        """A field of the user's record, and its value while the session or token is valid."""
        if self.token:
            return f"t:{self.token}", self.version.partition("=")[2]
        return "version", self.version

    @property
    def has_limits(self) -> bool:
        """Whether the version of a session says that its user has request limits."""
        return self.version.endswith("r")

    @property
    def unchecked(self) -> "Caller":
        """The same caller for the further steps of a call that the engine has checked."""
        return self._replace(version="", token="")


def check_name(caller: Caller, noun: str, verb: str, name: str) -> None:
    """Raise InsufficientScope unless a caller may use a verb on one name."""
    if caller.scopes is not None:
        caller.scopes.check(noun, verb, name)


def check_value(caller: Caller, value: str | bytes) -> None:
    """Raise BodyTooLarge if a key's value, an item or a message is over the user's `max_value`."""
    if caller.limits is None or not caller.limits.max_value:
        return
    most, size = caller.limits.max_value, len(value.encode() if isinstance(value, str) else value)
    if size > most:
        error = BodyTooLarge(
            f"The value has {size} bytes; the user's 'max_value' is {most}.",
            hint="An admin sets it with PUT /users/{id}.",
        )
        error.is_of_user = True
        raise error


CALL_LIMIT_FIELDS = ("rate", "burst", "max_value")
"""The fields of a user's record that bound its requests."""


def read_call_limits(
    values: list[bytes | None], token_rate: str = "", rate_of: str = ""
) -> CallLimits | None:
    """Return the limits in the values of CALL_LIMIT_FIELDS, None if there are none."""
    rate, burst, max_value = ((value or b"").decode() for value in values)
    limits = CallLimits(
        rate if rate != "0" else "",
        int(burst or 0),
        int(max_value or 0),
        token_rate,
        rate_of if token_rate else "",
    )
    return limits if any(limits) else None
