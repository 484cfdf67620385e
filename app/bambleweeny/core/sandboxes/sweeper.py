"""The sweeper: it deletes what ended sandboxes leave."""

import time
from collections.abc import Callable

from bambleweeny.core.auth.tenant_deletion import clear_sandbox
from bambleweeny.store import Store
from bambleweeny.store.scripts import FORGET_OWNERS

SWEEP_SECONDS = 3.0
"""How often a worker sweeps."""
_KNOWN_MS = 60_000
"""How long an owner without sandboxes stays known, so that one being made is not overlooked."""


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
    ended = store.read(
        *(("ZRANGEBYSCORE", schema.tenant(owner).sandboxes, "-inf", now) for owner in owners)
    )
    for owner, members in zip(owners, ended, strict=True):
        for member in members:
            clear_sandbox(store, owner, member.decode())
    before = now - _KNOWN_MS
    _forget(store, [owner for owner, ends in owners.items() if ends < before], before)
    return sum(map(len, ended))


def _forget(store: Store, owners: list[str], before: int) -> None:
    """Forget owners that have no sandbox, unless one is being made meanwhile."""
    schema = store.schema
    if owners:
        counts = store.read(*(("ZCARD", schema.tenant(owner).sandboxes) for owner in owners))
        gone = [owner for owner, count in zip(owners, counts, strict=True) if not count]
        if gone:
            store.run(FORGET_OWNERS, [schema.sandbox_owners], before, *gone)
