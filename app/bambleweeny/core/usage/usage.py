"""The usage of a user: what it stores, its limits, and its traffic."""

import time
from collections.abc import Callable
from typing import NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.limits import LIMIT_FIELDS
from bambleweeny.core.auth.tenant_session import run_read_as
from bambleweeny.core.usage.byte_counts import NOUNS, used_bytes
from bambleweeny.core.usage.traffic import COUNTS, DAYS, day_of
from bambleweeny.store import Store
from bambleweeny.store.scripts import READ_USAGE

LIMITS = ("quota", *LIMIT_FIELDS)
"""The limits in a user's record; 0 is none."""


class Day(NamedTuple):
    """The traffic of a UTC day; `counts` has an entry for each of COUNTS."""

    day: str
    counts: dict[str, int]


class Used(NamedTuple):
    """What a user stores, by noun and in bytes; its limits; and its traffic of the last 35 days.

    `sandboxes` is the number of its sandboxes, and `reserved` the bytes that are reserved for them.
    `idempotency_keys` is the number of remembered ones, which count 64 bytes each.

    The oldest day comes first. A day without traffic is missing.
    """

    counts: dict[str, int]
    bytes: int
    limits: dict[str, int | str]
    days: list[Day]
    sandboxes: int = 0
    reserved: int = 0
    idempotency_keys: int = 0


class Usage:
    """The usage of all users."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    def of(self, caller: Caller) -> Used:
        """Return the usage of a caller. O(log n + expired keys), two round trips.

        The bytes are exact, without what has expired: see `byte_counts`. The traffic of the last
        ten seconds may be missing.
        """
        used = used_bytes(self._store, caller)
        owned, limits, traffic, sandboxes, pushes = run_read_as(
            self._store, caller, READ_USAGE, *LIMITS
        )
        pairs = zip(LIMITS, limits, strict=True)
        reserved = sum(map(int, sandboxes))
        return Used(
            counts=dict(zip(NOUNS, owned, strict=True)),
            bytes=used - reserved,
            limits={name: _limit_of(value) for name, value in pairs},
            days=self._days(traffic),
            sandboxes=len(sandboxes),
            reserved=reserved,
            idempotency_keys=pushes,
        )

    def _days(self, flat: list[bytes]) -> list[Day]:
        days: dict[str, dict[str, int]] = {}
        for field, count in zip(flat[::2], flat[1::2], strict=True):
            day, _, name = field.decode().partition(":")
            days.setdefault(day, dict.fromkeys(COUNTS, 0))[name] = int(count)
        oldest = day_of(self._clock(), DAYS - 1)
        return [Day(day, counts) for day, counts in sorted(days.items()) if day >= oldest]


def _limit_of(stored: bytes | None) -> int | str:
    text = (stored or b"0").decode()
    return int(text) if text.isdecimal() else text
