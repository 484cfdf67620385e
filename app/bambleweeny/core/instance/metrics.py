"""Metrics of a server, summed over its workers."""

from bisect import bisect_left
from dataclasses import dataclass

from bambleweeny.core.instance.shared_counters import Part
from bambleweeny.errors import QuotaExceeded, RateLimited, Unauthorized, WrongLogin

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of the histogram of request durations, in seconds."""

LOGINS = ("ok", "wrong", "limited", "busy")
"""The outcomes of a login: a token, wrong credentials, too many failures, no place to hash."""
QUOTAS = {QuotaExceeded.code: "count", "max_bytes_exceeded": "bytes"}
"""The kinds of quota by the code of their error."""

_METHODS = {"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT"}


@dataclass(frozen=True)
class Counted:
    """The metrics of all workers.

    `seconds` has, for each route, the sum of the durations and then the number of requests in
    each bucket; the last bucket has no upper bound.
    """

    requests: dict[tuple[str, ...], float]
    seconds: dict[str, list[float]]
    waits: float
    streams: float
    quota_rejections: dict[str, float]
    """By the kind of the quota."""
    logins: dict[str, float]
    """By outcome, one of LOGINS."""
    unauthorized: float
    rate_limited: float


class Metrics:
    """The metrics of this process; no round trip, and at most a few thousand names."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._lock = part.lock
        self._numbers = part.numbers
        self._offsets: dict[tuple[str, str, int], tuple[int, int]] = {}
        self._waits = part.row(1, "waits")
        self._streams = part.row(1, "streams")
        self._quota_rejections = {
            code: part.row(1, "quota_rejections", kind) for code, kind in QUOTAS.items()
        }
        self._logins = {outcome: part.row(1, "logins", outcome) for outcome in LOGINS}
        self._unauthorized = part.row(1, "unauthorized")
        self._rate_limited = part.row(1, "rate_limited")
        # NOTE: a restarted worker gets the part of the old one, whose waits and streams have ended.
        self._numbers[self._waits] = self._numbers[self._streams] = 0.0

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the template of its path, or empty."""
        try:
            one, row = self._offsets[method, route, status]
        except KeyError:
            one, row = self._offsets_of(method, route, status)
        numbers = self._numbers
        with self._lock:
            numbers[one] += 1
            numbers[row] += seconds
            numbers[row + 1 + bisect_left(SECONDS, seconds)] += 1

    def count_refusal(self, status: int, code: str) -> None:
        """Count an error, if it is of a quota, of a rate or of a token."""
        if status == Unauthorized.status and code != WrongLogin.code:
            self._add(self._unauthorized)
        elif status == RateLimited.status:
            self._add(self._rate_limited)
        elif code in self._quota_rejections:
            self._add(self._quota_rejections[code])

    def count_login(self, outcome: str) -> None:
        """Count a login; the outcome is one of LOGINS."""
        self._add(self._logins[outcome])

    def change_waits(self, change: int) -> None:
        """Add to the number of waiting requests."""
        with self._lock:
            self._numbers[self._waits] += change

    def change_streams(self, change: int) -> None:
        """Add to the number of open streams."""
        with self._lock:
            self._numbers[self._streams] += change

    @property
    def workers(self) -> int:
        """The number of workers."""
        return self._part.counters.parts

    @property
    def uptime(self) -> int:
        """The seconds since the server started."""
        return int(self._part.counters.age)

    def counted(self) -> Counted:
        """Return the metrics of all workers."""
        sums = self._part.counters.sums()
        return Counted(
            requests={name[1:]: row[0] for name, row in sums.items() if name[0] == "requests"},
            seconds={name[1]: row for name, row in sums.items() if name[0] == "seconds"},
            waits=sums["waits",][0],
            streams=sums["streams",][0],
            quota_rejections=_by_label(sums, "quota_rejections"),
            logins=_by_label(sums, "logins"),
            unauthorized=sums["unauthorized",][0],
            rate_limited=sums["rate_limited",][0],
        )

    def _add(self, offset: int) -> None:
        with self._lock:
            self._numbers[offset] += 1

    def _offsets_of(self, method: str, route: str, status: int) -> tuple[int, int]:
        known = method if method in _METHODS else "other"
        one = self._part.row(1, "requests", known, route, str(status))
        row = self._part.row(len(SECONDS) + 2, "seconds", route)
        if known == method:
            self._offsets[method, route, status] = one, row
        return one, row


def _by_label(sums: dict[tuple[str, ...], list[float]], name: str) -> dict[str, float]:
    return {row[1]: numbers[0] for row, numbers in sums.items() if row[0] == name}
