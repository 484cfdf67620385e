"""Rates as the engine and the headers have them, and where a caller stands within its rates."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from bambleweeny.errors import RateLimited
from bambleweeny.names import Rate

_US = 1_000_000
BYTES = "content-bytes"
"""A unit of the draft of the RateLimit headers; without one, requests are counted."""


class Policy(NamedTuple):
    """A rate: a unit more every `interval_us`, and up to `burst` units at once."""

    name: str
    interval_us: float
    burst: int
    unit: str = ""

    @property
    def packed(self) -> tuple[str, int]:
        """The interval and the burst as arguments of a script."""
        return repr(self.interval_us), self.burst

    @property
    def text(self) -> str:
        """The rate as an item of RateLimit-Policy: the burst, and the seconds until it is full."""
        unit = f';qu="{self.unit}"' if self.unit else ""
        return f'"{self.name}";q={self.burst}{unit};w={self._window}'

    @property
    def _window(self) -> int:
        return max(1, ceil(self.burst * self.interval_us / _US))


def policy_of(name: str, rate: Rate, burst: int = 0, unit: str = "") -> Policy:
    """Return a rate with its name in the headers; without `burst`, all of it may come at once."""
    interval = rate.seconds * _US / rate.requests
    # NOTE: a whole number of microseconds keeps the counts of requests exact.
    return Policy(name, interval if unit else float(int(interval)), burst or rate.requests, unit)


class Standing(NamedTuple):
    """What a script answers about rates.

    `wait_ms` is 0 if all of them were spent; otherwise none was, and it is the time after which
    they can be. Each rate has the units that are left, and the ms until all of them are.
    """

    policies: Sequence[Policy]
    wait_ms: int
    left: Sequence[tuple[int, int]]

    @property
    def headers(self) -> dict[str, str]:
        """The headers of draft-ietf-httpapi-ratelimit-headers."""
        rows = zip(self.policies, self.left, strict=True)
        return {
            "RateLimit-Policy": ", ".join(policy.text for policy in self.policies),
            "RateLimit": ", ".join(
                f'"{policy.name}";r={units};t={self._reset(units, full_ms)}'
                for policy, (units, full_ms) in rows
            ),
        }

    @property
    def retry_after(self) -> int:
        """The seconds after which the refused request is accepted."""
        return max(1, ceil(self.wait_ms / 1000))

    def after(self, seconds: float) -> "Standing":
        """Return the standing of a refused request so many seconds later."""
        passed = int(seconds * 1000)
        left = [(units, max(0, full_ms - passed)) for units, full_ms in self.left]
        return self._replace(wait_ms=max(1, self.wait_ms - passed), left=left)

    def refusal(self, info: str, hint: str) -> RateLimited:
        """Make the error of a refused request."""
        error = RateLimited(info, hint=hint)
        error.retry_after = self.retry_after
        error.limit_headers = self.headers
        return error

    def _reset(self, units: int, full_ms: int) -> int:
        # NOTE: beside Retry-After it has to name the same time.
        return ceil(full_ms / 1000) if units or not self.wait_ms else self.retry_after


def standing_of(policies: Sequence[Policy], reply: Sequence[int]) -> Standing:
    """Return what a script has answered: `wait_ms`, and two numbers for each rate."""
    wait_ms, *numbers = reply
    return Standing(policies, wait_ms, list(zip(numbers[::2], numbers[1::2], strict=True)))
