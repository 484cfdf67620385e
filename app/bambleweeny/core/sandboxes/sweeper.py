"""The sweeper: it deletes what ended sandboxes leave."""

import logging
import threading
import time
from collections.abc import Callable

from bambleweeny.core.auth.tenant_deletion import clear_sandbox
from bambleweeny.errors import BambleweenyError
from bambleweeny.store import Store

_SECONDS = 3.0
_KNOWN_MS = 60_000
"""How long an owner without sandboxes stays known, so that one being made is not overlooked."""
_log = logging.getLogger(__name__)


def sweep(store: Store, clock: Callable[[], float] = time.time) -> int:
    """Delete the data of sandboxes that have ended; return their number.

    Several servers may do so at the same time. O(owners of sandboxes), two round trips.
    """
    schema, now = store.schema, int(clock() * 1000)
    [known] = store.read(("ZRANGE", schema.sandbox_owners, 0, -1, "WITHSCORES"))
    owners = {
        owner.decode(): float(ends) for owner, ends in zip(known[::2], known[1::2], strict=True)
    }
    if not owners:
        return 0
    indexes = [schema.tenant(owner).sandboxes for owner in owners]
    commands = [("ZRANGEBYSCORE", index, "-inf", now) for index in indexes]
    ended = store.read(*commands)
    for owner, members in zip(owners, ended, strict=True):
        for member in members:
            clear_sandbox(store, owner, member.decode())
    stale = [owner for owner, ends in owners.items() if ends < now - _KNOWN_MS]
    _forget(store, stale)
    return sum(map(len, ended))


def _forget(store: Store, owners: list[str]) -> None:
    """Forget owners that have no sandbox any more."""
    schema = store.schema
    if owners:
        counts = store.read(*(("ZCARD", schema.tenant(owner).sandboxes) for owner in owners))
        gone = [owner for owner, count in zip(owners, counts, strict=True) if not count]
        if gone:
            store.write(("ZREM", schema.sandbox_owners, *gone))


class Sweeper:
    """A thread that sweeps every three seconds."""

    def __init__(self, store: Store, seconds: float = _SECONDS) -> None:
        self._store = store
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        """Begin; call it in the process of the worker."""
        self._thread.start()

    def stop(self) -> None:
        """Return when the current step is done."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                sweep(self._store)
            except BambleweenyError as ex:
                _log.debug("ended sandboxes stay for now: %s", ex.code)
            except Exception:
                _log.exception("ended sandboxes could not be deleted")
