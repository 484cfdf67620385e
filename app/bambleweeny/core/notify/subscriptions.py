"""Changes of keys and lists, told while somebody watches a tenant, at no cost otherwise.

Every script that changes something tells of it: on the channel of the name the event
(`key.set`, `key.del` or `list.push`), and on the tenant's `events` the event, a blank and
the name. Neither is sent unless the tenant's record says that it is watched.
"""

from typing import Any

from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.store import Store
from bambleweeny.store.scripts import WATCH


def watch(store: Store, caller: Caller, seconds: int) -> None:
    """Have what is the caller's told for at least so many seconds from now on; atomic.

    Who listens longer calls this again in time, and listens before the first call, or
    would miss what comes in between. O(1).
    """
    run_as(store, caller, WATCH, seconds * 1000)


def watch_key(
    store: Store, caller: Caller, name: str, seconds: int
) -> tuple[bytes | None, bytes | None]:
    """Give a key's value and what else is known of it, and have what comes after that told.

    Atomic; a miss gives None. O(1).
    """
    found: tuple[Any, Any] = run_as(store, caller, WATCH, seconds * 1000, name)
    value, meta = found
    return value, meta
