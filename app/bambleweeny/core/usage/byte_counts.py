"""The bytes that a tenant uses, and their limit.

A key has the bytes of its name and value, a list those of its name and of the bodies of all items,
a topic those of its name and of its messages with their content types, a route or bin those of its
id and document. Each key, list, item, topic, message, route, bin and idempotency key counts 64
bytes more. What has expired counts until a script removes it; `used_bytes` does so first.

The scripts keep the number: the field `room` of the tenant's record is what is left of its
`max_bytes`, or of 2^53 without such a limit (`lib/quota.lua`).
"""

from collections.abc import Callable
from typing import Literal

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as, run_as, walk_index_as
from bambleweeny.errors import Busy
from bambleweeny.store import Store
from bambleweeny.store.scripts import COUNT_BYTES, FREE_EXPIRED, SET_ROOM

Noun = Literal["keys", "lists", "topics", "routes", "bins"]
NOUNS: tuple[Noun, ...] = ("keys", "lists", "topics", "routes", "bins")
_MOST_COUNTS = 10
_MOST_STEPS = 100_000


def used_bytes(store: Store, caller: Caller) -> int:
    """Return the bytes that a tenant uses, without what has expired.

    Exact. Works in a full engine too. Raises Busy if keys expire faster than it removes them.
    O(expired keys), one round trip for 1,000 of them.
    """
    for _ in range(_MOST_STEPS):
        used = run_as(store, caller, FREE_EXPIRED)
        if used is not None:
            return int(used)
    raise Busy("The user's keys expire too fast to be counted.")


def recount(store: Store, owner: Caller, is_wanted: Callable[[], bool] = lambda: True) -> int:
    """Count what a tenant has, correct the number that scripts keep, and return it.

    For a tenant that nobody changes meanwhile; raises Busy if its bytes change each time. Changes
    nothing and returns -1 if the result is not wanted any more. O(data), in steps of 200.
    """
    for _ in range(_MOST_COUNTS):
        used_bytes(store, owner)
        [room] = read_as(store, owner, ("HGET", store.schema.tenant(owner.id).user, "room"))
        counted = sum(_count(store, owner, noun) for noun in NOUNS)
        if not is_wanted():
            return -1
        used = run_as(store, owner, SET_ROOM, room or b"", counted)
        if used is not None:
            return int(used)
    raise Busy("The user's data changes too often to be counted.")


def _count(store: Store, owner: Caller, noun: Noun) -> int:
    index = getattr(store.schema.tenant(owner.id), noun)
    pages = walk_index_as(store, owner, index)
    return sum(int(run_as(store, owner, COUNT_BYTES, noun, *names)) for names in pages)
