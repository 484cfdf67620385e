"""Limits of failed logins, which slow down guesses and lock no user out.

Only failures count. There is a limit for a name at an address, for an address, and for a name;
the latter two do not refuse a name at an address where it has logged in before. So nobody can
lock a user out of the places that the user comes from. A name that no user has is treated like
any other.

The state is in the engine, so that all servers share it. A login reads it in its first round
trip; a failure costs one round trip more, and a success one a day at most.

NOTE: logins that run at the same time may all pass the check before the first of them fails. The
places for hashes (`core/auth/hashing_places.py`) bound their number.
"""

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from ipaddress import ip_address
from math import ceil
from typing import NamedTuple

from bambleweeny.errors import StoreFull, StoreUnavailable, TooManyLogins
from bambleweeny.store import Store
from bambleweeny.store.client.link import Command
from bambleweeny.store.scripts import COUNT_LOGIN_FAILURE

_DAY_MS = 24 * 3600 * 1000


class Limit(NamedTuple):
    """The failures that are accepted: `burst` at once, then one every `seconds`."""

    burst: int
    seconds: float

    @property
    def interval_ms(self) -> int:
        """How much of the limit a failure uses up, as a time."""
        return int(self.seconds * 1000)

    @property
    def most_ms(self) -> int:
        """The state of a limit that is used up."""
        return self.burst * self.interval_ms

    def wait_ms(self, used_ms: int) -> int:
        """Return the time until the next failure is accepted; 0 or less if one is accepted now."""
        return used_ms + self.interval_ms - self.most_ms


_OF_PAIR = Limit(10, 30)
_OF_ADDRESS = Limit(30, 60)
_OF_NAME = Limit(100, 36)


class LoginLimits:
    """The limits of failed logins: of a name at an address, of an address, and of a name.

    A name is known at an address for `known_days` after its last successful login there.
    """

    def __init__(
        self,
        store: Store,
        *,
        pair: Limit = _OF_PAIR,
        address: Limit = _OF_ADDRESS,
        name: Limit = _OF_NAME,
        known_days: int = 14,
    ) -> None:
        self._store = store
        self._limits = (pair, address, name)
        self._known_ms = known_days * _DAY_MS

    def attempt(self, name: bytes, address: str) -> "Attempt":
        """Begin a login. No round trip."""
        return Attempt(self._store, self._limits, self._known_ms, name, origin_of(address))

    def attempt_with_code(self, address: str) -> "Attempt":
        """Begin the use of a one-time code, whatever user it is for. No round trip."""
        # NOTE: a name that differs by address, so that guesses elsewhere lock nobody out.
        return self.attempt(f"code {address}".encode(), address)


class Attempt:
    """One login: `reads` goes with its first round trip, and `check` gets the replies."""

    def __init__(
        self,
        store: Store,
        limits: tuple[Limit, Limit, Limit],
        known_ms: int,
        name: bytes,
        origin: str,
    ) -> None:
        pair = _digest(origin.encode(), name)
        self._store = store
        self._limits = limits
        self._known_ms = known_ms
        self._keys = (
            store.schema.login("pair", pair),
            store.schema.login("address", _digest(origin.encode())),
            store.schema.login("name", _digest(name)),
        )
        self._known = store.schema.login("known", pair)
        self._known_left_ms = 0
        self.origin = origin
        self.reads: tuple[Command, ...] = tuple(("PTTL", key) for key in (*self._keys, self._known))

    @property
    def is_known(self) -> bool:
        """Whether the name has logged in from this address recently; False before `check`."""
        return self._known_left_ms > 0

    def check(self, replies: Sequence[int]) -> None:
        """Raise TooManyLogins if a limit is used up; `replies` are those of `reads`."""
        *used, self._known_left_ms = replies
        waits = [limit.wait_ms(used_ms) for limit, used_ms in zip(self._limits, used, strict=True)]
        wait_ms = waits[0] if self.is_known else max(waits)
        if wait_ms > 0:
            raise _too_many_logins(ceil(wait_ms / 1000))

    def note(self, *, succeeded: bool) -> None:
        """Count a failure; or remember a success, unless that was done in the last 24 hours.

        An engine that takes no writes does not change what the login answers.
        """
        with suppress(StoreFull, StoreUnavailable):
            if not succeeded:
                numbers = [n for limit in self._limits for n in (limit.interval_ms, limit.most_ms)]
                self._store.run(COUNT_LOGIN_FAILURE, self._keys, *numbers)
            elif self._known_left_ms < self._known_ms - _DAY_MS:
                self._store.write(("SET", self._known, "", "PX", self._known_ms))


def origin_of(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 network of an IPv6 address.

    An IPv4 address that is written as an IPv6 address is the same one. Any other text, such as
    that of a Unix socket, stands for itself.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 6:
        return str(ip.ipv4_mapped or f"{ip.packed[:8].hex()}/64")
    return str(ip)


def _digest(*parts: bytes) -> str:
    return sha256(b"\0".join(parts)).hexdigest()[:32]


def _too_many_logins(seconds: int) -> TooManyLogins:
    error = TooManyLogins(hint=f"Only failed logins count. Try again in {seconds} s.")
    error.retry_after = seconds
    return error
