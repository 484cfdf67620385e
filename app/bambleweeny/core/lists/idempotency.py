"""Idempotency keys of pushes. Each one is stored as a digest for 24 hours.

`push_slow_path.lua` writes them into a sorted set. A member is the digest, the time of the
push (in microseconds) and the id of its first item. All digests of one list begin with the
digest of the list.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.pacing import repeat
from bambleweeny.store import Store
from bambleweeny.store.scripts import DELETE_IDEMPOTENCY_KEYS, DIGEST_IDEMPOTENCY_KEYS

_OF_LIST = 7
_OF_KEY = 15
"""In characters of 6 bits each. A member has 36 bytes: the smallest memory block for a
digest, a time and an id.
"""
_STEP = 500


def list_digest(name: str) -> str:
    """Return the prefix of the digests of all pushes to a list."""
    return _digest(name)[:_OF_LIST]


def push_digest(name: str, key: str) -> str:
    """Return the digest of a client's idempotency key for a push to a list."""
    return list_digest(name) + _digest(f"{name} {key}")[:_OF_KEY]


def delete_idempotency_keys(store: Store, caller: Caller, name: str, until: int) -> int:
    """Delete the idempotency keys of pushes to a list up to a time in microseconds.

    Returns their number. Works in steps of 500, with a pause as long as the step after each.
    O(pushes).
    """
    begin: Sequence[bytes] = (b"", b"")
    deleted = 0

    def step() -> bool:
        nonlocal begin, deleted
        count, *begin = run_as(
            store, caller, DELETE_IDEMPOTENCY_KEYS, list_digest(name), until, _STEP, *begin
        )
        deleted += count
        return any(begin)

    repeat(step)
    return deleted


def digest_idempotency_keys(store: Store, owner: Caller) -> None:
    """Convert the idempotency keys of layout 2, which are texts, into digests.

    Works in steps of 500. O(idempotency keys).
    """
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
        run_as(store, owner, DIGEST_IDEMPOTENCY_KEYS, *packed)


def _digest(text: str) -> str:
    return urlsafe_b64encode(blake2b(text.encode(), digest_size=12).digest()).decode()
