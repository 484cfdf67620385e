"""The traffic of each user: counted in memory, and added to the store every ten seconds."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bambleweeny.errors import BambleweenyError
from bambleweeny.names import owner_of
from bambleweeny.store import Store
from bambleweeny.store.scripts import ADD_TRAFFIC

DAYS = 35
"""How many days the store keeps, the current one included."""
COUNTS = ("requests", "bytes_in", "bytes_out", "client_errors", "server_errors")
"""What is counted; errors are answers with status 4xx and 5xx."""

FLUSH_SECONDS = 10.0
"""How often a worker adds its counts to the store."""
_MOST_ROWS = 20_000
_STEP = 100
_log = logging.getLogger(__name__)

Rows = dict[str, list[int]]


class Traffic:
    """Counts the requests of users by UTC day. Thread-safe.

    If the engine is away, the counts stay in memory, up to 20,000 users and days; those of other
    users are lost then. If the connection breaks while they are sent, some may count twice.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: Rows = {}
        self._unsent: dict[str, Rows] = {}
        self._is_away = False

    def count(self, user_id: str, bytes_in: int, bytes_out: int, status: int) -> None:
        """Count a request; that of a sandbox counts for its owner. No round trip."""
        with self._lock:
            row = self._rows.get(user_id) or self._new_row(user_id)
            row[0] += 1
            row[1] += bytes_in
            row[2] += bytes_out
            if status >= 400:
                row[3 if status < 500 else 4] += 1

    def count_bytes_out(self, user_id: str, size: int) -> None:
        """Add to the bytes of answers, after the request was counted."""
        with self._lock:
            row = self._rows.get(user_id) or self._new_row(user_id)
            row[2] += size

    def flush(self) -> None:
        """Add the counts so far to the store. A round trip for each 100 users.

        If the engine is away, the next flush adds them.
        """
        today = self._day(0)
        with self._lock:
            new, self._rows = self._rows, {}
            _merge(self._unsent.setdefault(today, {}), new)
            unsent, self._unsent = self._unsent, {}
        oldest = self._day(DAYS - 1)
        left = [
            (day, user_id, row) for day, rows in unsent.items() for user_id, row in rows.items()
        ]
        kept: dict[str, Rows] = {}
        for begin in range(0, len(left), _STEP):
            for day, user_id, row in self._unsent_after(left[begin : begin + _STEP], oldest):
                kept.setdefault(day, {})[user_id] = row
        with self._lock:
            room = _MOST_ROWS
            for day, rows in kept.items():
                _merge(self._unsent.setdefault(day, {}), dict([*rows.items()][:room]))
                room = max(0, room - len(rows))
        self._report(is_away=bool(kept))

    def _unsent_after(
        self, step: Sequence[tuple[str, str, list[int]]], oldest: str
    ) -> Iterator[tuple[str, str, list[int]]]:
        """Send rows; yield those that the engine did not take."""
        calls: list[Any] = []
        for day, user_id, row in step:
            tenant = self._store.schema.tenant(user_id)
            pairs = zip(COUNTS, row, strict=True)
            fields = [part for name, n in pairs if n for part in (f"{day}:{name}", n)]
            calls.append(((tenant.user, tenant.traffic), (oldest, *fields)))
        try:
            replies = self._store.run_each(ADD_TRAFFIC, calls)
        except BambleweenyError as ex:
            replies = [ex] * len(calls)
        for sent, reply in zip(step, replies, strict=True):
            if isinstance(reply, BambleweenyError):
                yield sent

    def _new_row(self, user_id: str) -> list[int]:
        row = [0] * len(COUNTS)
        if len(self._rows) < _MOST_ROWS:
            self._rows[user_id] = row
        return row

    def _day(self, ago: int) -> str:
        return day_of(self._clock(), ago)

    def _report(self, *, is_away: bool) -> None:
        if is_away != self._is_away:
            self._is_away = is_away
            state = "the counts stay in memory" if is_away else "the counts are stored again"
            _log.warning("traffic: %s", state)


def day_of(seconds: float, ago: int = 0) -> str:
    """Return the UTC day of a time, or a day as many days before, as YYYY-MM-DD."""
    return f"{datetime.fromtimestamp(seconds, UTC) - timedelta(days=ago):%Y-%m-%d}"


def _merge(into: Rows, rows: Rows) -> None:
    """Add rows to those of the same owners."""
    for tenant_id, row in rows.items():
        owner = owner_of(tenant_id)
        known = into.get(owner)
        into[owner] = row if known is None else [a + b for a, b in zip(known, row, strict=True)]
