"""The limits of the bytes that a worker buffers, and of the slowness of its clients."""

import resource
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

_LEAST_BUFFERED = 24 << 20
_BODIES = 4
_MOST_CONNECTIONS = 10_000


@dataclass(frozen=True)
class Limits:
    """The bounds of the bytes that a worker buffers: incomplete requests, unread answers.

    Sizes are in bytes. A client that transfers fewer than `window_bytes` in
    `window_seconds` is disconnected. While requests wait for room, a client must
    transfer at least `bytes_with_waiters` between two checks.
    """

    buffered: int = _LEAST_BUFFERED
    """The total of all clients above which larger requests wait for room."""
    small: int = 64 << 10
    """The largest body that never waits for room."""
    head_seconds: float = 30.0
    """The longest time from the first byte of a head to its end."""
    window_seconds: float = 20.0
    window_bytes: int = 10_000
    bytes_with_waiters: int = 32 << 10
    room_timeout_seconds: float = 3.0
    """The longest wait for room; after it slower clients are disconnected to make room."""
    check_seconds: float = 1.0
    """The interval between two checks."""

    @classmethod
    def for_bodies_of(cls, max_body: int) -> Self:
        """Return the default limits, with room for several bodies of the maximum size."""
        return cls(buffered=max(_LEAST_BUFFERED, _BODIES * max_body))

    @property
    def most_buffered(self) -> int:
        """The total above which the slowest clients are disconnected immediately."""
        return self.buffered * 9 // 8

    @property
    def delayed(self) -> int:
        """The total of the answers that are sent later; the rest stays free for others."""
        return self.buffered // 2

    @property
    def of_an_address(self) -> int:
        """The total of the clients of one address above which their larger requests wait.

        The rest stays free for others. The share is large, since a proxy gives all clients
        one address.
        """
        return self.buffered * 7 // 8


def most_connections(threads: int) -> int:
    """Return the maximum number of connections, and raise the descriptor limit for it.

    Leaves a descriptor for each thread's connection to the engine, and 100 others.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + threads + 100
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return int(max(soft - threads - 100, 16))
    return _MOST_CONNECTIONS
