"""The limits of a user, and the rules for new users."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bambleweeny.errors import InvalidRequest, WeakPassword
from bambleweeny.names import parse_rate, parse_size

LARGEST_QUOTA = 10**12
_LARGEST_SIZE = 1 << 50
_MOST_AT_ONCE = 1_000_000
_MOST_TOKENS = 10_000
_LONGEST_SHOWN = 64
LIMIT_FIELDS = ("max_bytes", "rate", "burst", "max_value", "max_tokens")
"""The fields of a user's record, in the order of `Limits`. A record has no field for no limit."""


class Limits(NamedTuple):
    """The limits of a user besides the quota; 0 or "" is none.

    `max_bytes` limits all data, `max_value` one value. `rate` is text such as `100/s`, and
    `burst` the requests that may come at once; 0 stands for as many as the rate has.
    """

    max_bytes: int = 0
    rate: str = ""
    burst: int = 0
    max_value: int = 0
    max_tokens: int = 0

    @property
    def restricts_requests(self) -> bool:
        """Whether each request has to be checked: there is a rate or a largest value."""
        return bool(self.rate or self.max_value)

    def stored(self) -> list[str | int]:
        """Return the record's fields and values, as arguments of HSET."""
        return [part for pair in self._set() for part in pair]

    def shown(self) -> dict[str, str | int]:
        """Return the limits that are set; with a rate, `burst` is set."""
        found = dict(self._set())
        if self.rate:
            found["burst"] = self.burst or parse_rate(self.rate).requests
        return found

    def _set(self) -> Iterable[tuple[str, str | int]]:
        return ((name, value) for name, value in self._asdict().items() if value)


class UserRules(NamedTuple):
    """What the instance asks of passwords, and the limits of users that are created."""

    min_password: int = 6
    defaults: Limits = Limits()

    def check_password(self, username: str, password: str) -> None:
        """Raise WeakPassword for a new password that is too short, or is the user's name."""
        if len(password) < self.min_password:
            raise WeakPassword(f"The password must have at least {self.min_password} characters.")
        if password.casefold() == username.casefold():
            raise WeakPassword("The password must not be the user's name.")


def limits_of(fields: Sequence[bytes | None]) -> Limits:
    """Return the limits that a record has in LIMIT_FIELDS."""
    size, rate, burst, value, tokens = fields
    return Limits(
        int(size or 0), (rate or b"").decode(), int(burst or 0), int(value or 0), int(tokens or 0)
    )


def parse_limits(given: Mapping[str, str | int]) -> dict[str, str | int]:
    """Return the given limits as a record has them; 0 and "" are none.

    Raises InvalidRequest, which names the field.
    """
    found: dict[str, str | int] = {}
    for name, value in given.items():
        try:
            found[name] = _parse(name, str(value))
        except ValueError as ex:
            raise InvalidRequest(f"'{name}' cannot be used: {ex}.") from ex
    return found


def parse_rate_limit(text: str | int) -> str:
    """Return a rate as a record has it, "" for none; raise InvalidRequest for another text."""
    return str(parse_limits({"rate": text})["rate"])


def _parse(name: str, text: str) -> str | int:
    if len(text) > _LONGEST_SHOWN:
        raise ValueError("it is too long")
    if text in ("", "0"):
        return "" if name == "rate" else 0
    match name:
        case "rate":
            count, slash, unit = text.partition("/")
            parse_rate(text)
            return f"{int(count)}{slash}{unit}"
        case "burst":
            return _number(text, _MOST_AT_ONCE)
        case "max_tokens":
            return _number(text, _MOST_TOKENS)
    size = parse_size(text)
    if size > _LARGEST_SIZE:
        raise ValueError(f"'{text}' is more than {_LARGEST_SIZE} bytes")
    return size


def _number(text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise ValueError(f"'{text}' is not a whole number from 0 to {most}")
    return int(text)


def check_quota(quota: int) -> None:
    """Raise InvalidRequest unless this can be a quota."""
    if not 0 <= quota <= LARGEST_QUOTA:
        raise InvalidRequest(f"The quota must be a whole number from 0 to {LARGEST_QUOTA}.")
