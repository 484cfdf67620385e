"""What an engine holds of a key: its bytes, when it ends, its content type."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec


class Held(msgspec.Struct, frozen=True, gc=False):
    """A key. `ends` are milliseconds since 1970, or 0; the content type is what was given."""

    value: bytes
    ends: int = 0
    content_type: str = ""

    def seconds_left(self) -> int | None:
        """Tell for how many seconds the key lasts, rounded up; None where it does not end."""
        if not self.ends:
            return None
        # NOTE: it is there, so that it has time left, whatever the clock of this machine says.
        return max(1, -(-(self.ends - time.time_ns() // 1_000_000) // 1000))


def held_of(found: Sequence[Any]) -> Held:
    """Read a key and what else is known of it, as both are stored; there is a value."""
    value, meta = found
    if meta is None:
        return Held(value)
    ends, _, content_type = meta.partition(b" ")
    return Held(value, int(ends), content_type.decode())


def meta_of(ends: int, content_type: str) -> str | None:
    """Give what is stored beside a key's bytes; None where there is nothing to know."""
    return f"{ends} {content_type}" if ends or content_type else None
