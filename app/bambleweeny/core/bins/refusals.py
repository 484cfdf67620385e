"""The last requests that a bin has refused, for its owner."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.journal import time_text
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.errors import BambleweenyError, InvalidSignature, NotFound
from bambleweeny.store import Store
from bambleweeny.store.scripts import ADD_REFUSAL

MOST = 20
"""How many refusals of a bin are kept, the newest."""
KEPT_SECONDS = 86_400
"""How long they are kept after the last of them."""
_A_SECOND = 10
_BINS_A_SECOND = 100
_LONGEST = 256


class Refusal(msgspec.Struct, omit_defaults=True):
    """A request that was answered with an error, and was not stored; without headers and body.

    `status`, `code` and `info` are those of the answer. `reason` is what only the owner may know:
    why a signature was not accepted.
    """

    time: str
    method: str
    path: str
    ip: str
    status: int
    code: str
    info: str
    reason: str = ""


class Refusals:
    """Keeps up to MOST refusals of each bin for KEPT_SECONDS.

    A flood costs the engine little: a process adds up to ten refusals of a bin in a second, of up
    to 100 bins. Further ones are not kept.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._second = 0
        self._added: Counter[str] = Counter()

    def add(self, bin_: PublicId, call: Call, error: BambleweenyError) -> None:
        """Add a request that a bin has refused; one round trip, O(1). Never fails.

        Does nothing if the bin has been deleted, or if the engine is away or full.
        """
        if not self._has_room(bin_.id):
            return
        entry = msgspec.json.encode(_refusal_of(call, error))
        try:
            run_as(
                self._store, bin_.as_owner, ADD_REFUSAL, bin_.id, MOST, KEPT_SECONDS * 1000, entry
            )
        except BambleweenyError:
            # NOTE: the sender gets the error of the request, not this one.
            return

    def read(self, caller: Caller, public_id: str) -> list[Refusal]:
        """Return the refusals of a bin, the newest first; NotFound without the bin.

        One round trip, O(MOST).
        """
        tenant = self._store.schema.tenant(caller.id)
        score, rows = read_as(
            self._store,
            caller,
            ("ZSCORE", tenant.bins, public_id),
            ("LRANGE", tenant.refused(public_id), 0, MOST - 1),
        )
        if score is None:
            raise NotFound()
        return [msgspec.json.decode(row, type=Refusal) for row in rows]

    def _has_room(self, public_id: str) -> bool:
        second = int(self._clock())
        with self._lock:
            if second != self._second:
                self._second = second
                self._added.clear()
            if public_id not in self._added and len(self._added) >= _BINS_A_SECOND:
                return False
            self._added[public_id] += 1
            return self._added[public_id] <= _A_SECOND


def _refusal_of(call: Call, error: BambleweenyError) -> Refusal:
    reason = error.reason if isinstance(error, InvalidSignature) else ""
    return Refusal(
        time_text(call.time), _cut(call.method), _cut(call.url), call.ip, error.status, error.code,
        _cut(error.info), _cut(reason),
    )  # fmt: skip


def _cut(text: str) -> str:
    """Return a text of at most 256 characters, all of which UTF-8 has."""
    return text[:_LONGEST].encode(errors="replace").decode()
