"""How long an answer of a public route is right for the same request."""

import time
from typing import NamedTuple

from bambleweeny.store import Store
from bambleweeny.store.changes import Unchanged

_LONGEST_SECONDS = 1.0
_NO_EXPIRY = -1


class Fresh(NamedTuple):
    """Until when an answer is right, if the data of its owner stay as they are."""

    until: float
    """A time of `time.monotonic`."""
    unchanged: Unchanged

    def holds(self) -> bool:
        """Return whether the answer is still right. No round trip."""
        return self.until > time.monotonic() and self.unchanged.holds()


class Freshness:
    """Decides how long answers are right that depend on the request and the owner's data alone.

    On an embedded engine all writers are workers of this server, and count their changes in
    shared memory before the engine gets them. So once a change can be seen, no answer from
    before it is fresh. An answer is fresh for one second at most: a write whose worker was
    killed, and which nobody got an answer to, may be done later than counted.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def snapshot(self) -> bytes | None:
        """Return what `since` takes, before the data are read; None if nothing can be known."""
        return self._store.changes.snapshot() if self._store.changes else None

    def since(self, snapshot: bytes, owner: str) -> Fresh | None:
        """Return how long an answer is right whose data were read after a snapshot.

        None if the data were changing meanwhile. One round trip.
        """
        tenant = self._store.schema.tenant(owner)
        assert self._store.changes
        unchanged = self._store.changes.unchanged(snapshot, tenant.user)
        if unchanged is None:
            return None
        monotonic, now = time.monotonic(), time.time() * 1000
        [expiries, left] = self._store.read(
            ("ZRANGEBYSCORE", tenant.key_expiries, int(now), "+inf", "WITHSCORES", "LIMIT", 0, 1),
            ("PTTL", tenant.user),
        )
        seconds = min([(float(at) - now) / 1000 for at in expiries[1::2]] + [_LONGEST_SECONDS])
        # NOTE: the record of a sandbox expires, after which nothing of it is public.
        seconds = seconds if left == _NO_EXPIRY else min(seconds, left / 1000)
        fresh = Fresh(monotonic + seconds, unchanged)
        return fresh if fresh.holds() else None
