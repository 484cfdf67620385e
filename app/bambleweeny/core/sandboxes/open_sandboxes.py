"""Small sandboxes that strangers make without a login, if the server allows it."""

from hashlib import sha256
from math import ceil

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.login_limits import Limit, origin_of
from bambleweeny.core.sandboxes.records import Bounds, Sandbox
from bambleweeny.core.sandboxes.sandboxes import Sandboxes
from bambleweeny.errors import Busy, RateLimited, TooManySandboxes, Unauthorized
from bambleweeny.names import OPEN_OWNER
from bambleweeny.store import Store
from bambleweeny.store.scripts import COUNT_OPEN_SANDBOX, CREATE_USER_ONCE

_OF_ADDRESS = Limit(5, 720)
"""Five at once, and one more every twelve minutes: five in an hour."""
_MADE_BY_ALL = 10
"""So many times the most at a time may be made in an hour. It bounds what counts addresses."""
_HOUR = 3600
_RATE = ("rate", "20/s", "burst", 100)
_RETRY_SECONDS = 60


class OpenSandboxes:
    """The sandboxes of strangers: up to `most` at a time, with 0 none.

    They belong to a tenant that is no user, cannot be extended beyond an hour, and make nothing
    public.
    """

    def __init__(
        self, store: Store, sandboxes: Sandboxes, most: int, limit: Limit = _OF_ADDRESS
    ) -> None:
        self.most = most
        self._store = store
        self.sandboxes = sandboxes
        self._limit = limit

    def create(self, address: str, name: str, seconds: int) -> tuple[str, Sandbox]:
        """Make an empty sandbox for a client at an address; return its token, and the sandbox.

        Raises InvalidRequest for a bad `name` or `seconds`, which counts nothing, RateLimited if
        the address has made too many, and Busy if there are too many of all, or all addresses have
        made too many. Five round trips.
        """
        self.sandboxes.check(OPEN_OWNER, name, seconds)
        schema = self._store.schema
        index = schema.tenant(OPEN_OWNER).sandboxes
        digest = sha256(origin_of(address).encode()).hexdigest()[:32]
        of_address = schema.login("sandboxes", digest)
        count, used_ms = self._store.read(("ZCARD", index), ("PTTL", of_address))
        if count >= self.most:
            raise _too_many()
        # NOTE: one that is refused for its address uses up nothing of what all may make.
        if (wait_ms := self._limit.wait_ms(max(used_ms, 0))) > 0:
            raise _limited(wait_ms)
        number = _MADE_BY_ALL * self.most
        of_all = Limit(number, _HOUR / number)
        if wait_ms := self._count(schema.login("sandboxes", "all"), of_all):
            raise _too_often(wait_ms)
        if wait_ms := self._count(of_address, self._limit):
            raise _limited(wait_ms)
        bounds = Bounds(1000, 1 << 20, ("is_closed", 1, *_RATE))
        owner = Caller(OPEN_OWNER, OPEN_OWNER, "")
        try:
            return self.sandboxes.add(owner, name, seconds, bounds, self.most)
        except Unauthorized:
            fields = ("name", OPEN_OWNER, "quota", 0, "role", "user", "version", "1")
            self._store.run(CREATE_USER_ONCE, [schema.tenant(OPEN_OWNER).user], *fields)
            return self.sandboxes.add(owner, name, seconds, bounds, self.most)
        except TooManySandboxes as ex:
            raise _too_many() from ex

    def _count(self, name: str, limit: Limit) -> int:
        """Count a creation; return 0, or the ms after which one is accepted."""
        made: int = self._store.run(COUNT_OPEN_SANDBOX, [name], limit.interval_ms, limit.most_ms)
        return made


def _too_often(wait_ms: int) -> Busy:
    seconds = ceil(wait_ms / 1000)
    error = Busy("Open sandboxes are made too often.", hint=f"Try again in {seconds} s, or log in.")
    error.retry_after = seconds
    return error


def _too_many() -> Busy:
    error = Busy("There are as many open sandboxes as the server allows.")
    error.retry_after = _RETRY_SECONDS
    return error


def _limited(wait_ms: int) -> RateLimited:
    seconds = ceil(wait_ms / 1000)
    error = RateLimited(
        "Your address makes too many sandboxes.",
        hint=f"It may make 5 in an hour. Try again in {seconds} s, or log in.",
    )
    error.retry_after = seconds
    return error
