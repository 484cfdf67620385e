"""The entry of a key: value, expiry and content type, as the engine stores them."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec


class KeyEntry(msgspec.Struct, frozen=True, gc=False):
    """A key's entry. `expires` is in ms since 1970, or None; the content type may be empty."""

    value: bytes
    expires: int | None = None
    content_type: str = ""

    def seconds_left(self) -> int | None:
        """Return the TTL in seconds, rounded up, or None if the key does not expire."""
        if self.expires is None:
            return None
        # NOTE: the key exists, so its TTL is at least 1, even if the clocks of the hosts differ.
        return max(1, -(-(self.expires - time.time_ns() // 1_000_000) // 1000))


def key_entry_of(found: Sequence[Any]) -> KeyEntry:
    """Decode a value and its metadata; the value must not be None."""
    value, meta = found
    if meta is None:
        return KeyEntry(value)
    expires, _, content_type = meta.partition(b" ")
    return KeyEntry(value, int(expires) or None, content_type.decode())


def meta_of(expires: int | None, content_type: str) -> str | None:
    """Return the metadata to store with a value, or None if there is nothing to store."""
    return f"{expires or 0} {content_type}" if expires or content_type else None
