"""Idempotency keys of pushes, which are kept as digests for 24 hours.

`push_carefully.lua` writes them: a member of a sorted set is the digest, when the push came (in
microseconds) and the id of its first item. Digests of one list begin with the list's own.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b

from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.pacing import repeat
from bambleweeny.store import Store
from bambleweeny.store.scripts import DIGEST_PUSHES, FORGET_PUSHES

_OF_LIST = 7
_OF_KEY = 15
"""In characters, of 6 bits each. 36 bytes a member fit into the smallest memory block that holds a
digest, a time and an id."""
_STEP = 500


def list_digest(name: str) -> str:
    """Return what the digests of all pushes to a list begin with."""
    return _digest(name)[:_OF_LIST]


def push_digest(name: str, key: str) -> str:
    """Return the digest of a push to a list under a client's key."""
    return list_digest(name) + _digest(f"{name} {key}")[:_OF_KEY]


def forget_pushes(store: Store, caller: Caller, name: str, until: int) -> None:
    """Forget the pushes to a list that came until a moment, in microseconds.

    In steps of 500, each followed by a pause of the same length for others. O(pushes).
    """
    begin: Sequence[bytes] = (b"", b"")

    def step() -> bool:
        nonlocal begin
        begin = run_as(store, caller, FORGET_PUSHES, list_digest(name), until, _STEP, *begin)
        return any(begin)

    repeat(step)


def digest_pushes(store: Store, owner: Caller) -> None:
    """Make the keys that layout 2 kept as texts into digests. O(keys), in steps of 500."""
    tenant = store.schema.tenant(owner.id)
    while True:
        [pairs] = store.read(("ZRANGE", tenant.once_at, 0, _STEP - 1, "WITHSCORES"))
        texts, times = pairs[::2], pairs[1::2]
        if not texts:
            return
        [ids] = store.read(("HMGET", tenant.once, *texts))
        packed: list[str | bytes | int] = []
        for text, time, item_id in zip(texts, times, ids, strict=True):
            name, _, key = text.decode().partition(" ")
            packed += [text, push_digest(name, key), int(time) * 1000, item_id or b""]
        run_as(store, owner, DIGEST_PUSHES, *packed)


def _digest(text: str) -> str:
    return urlsafe_b64encode(blake2b(text.encode(), digest_size=12).digest()).decode()
