"""What else is known of a key: `<expiry in ms, or 0> <content type or nothing>`."""


def expiry_of(meta: bytes | None) -> int:
    """Give when a key expires, in ms since 1970; 0 where it does not."""
    return int(meta.partition(b" ")[0]) if meta else 0


def seconds_left(meta: bytes | None, now: int) -> int | None:
    """Give how long a key is there yet, rounded up; None where it does not expire."""
    expiry = expiry_of(meta)
    return max(0, -(-(expiry - now) // 1000)) if expiry else None


def type_of(meta: bytes | None) -> str | None:
    """Give the content type that came with a key; None where none is remembered."""
    return (meta.partition(b" ")[2].decode() or None) if meta else None
