"""Subscriptions to changes of a tenant's keys and lists; without one, events cost nothing.

Every script that changes data sends two notifications: the event (`key.set`, `key.del` or
`list.push`) on the channel of the name, and the event, a blank and the name on the tenant's
`events` channel. It sends neither unless the tenant's record has a subscription.
"""

from typing import Any

from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.store import Store
from bambleweeny.store.scripts import WATCH


def watch(store: Store, caller: Caller, seconds: int) -> None:
    """Subscribe to the caller's events for at least `seconds`; atomic.

    To subscribe for longer, call this again in time. Listen to the channel before the first
    call, or events in between are missed. O(1).
    """
    run_as(store, caller, WATCH, seconds * 1000)


def watch_key(
    store: Store, caller: Caller, name: str, seconds: int
) -> tuple[bytes | None, bytes | None]:
    """Return a key's value and metadata, and subscribe to later changes.

    Atomic; both are None on a miss. O(1).
    """
    found: tuple[Any, Any] = run_as(store, caller, WATCH, seconds * 1000, name)
    value, meta = found
    return value, meta
