"""How much a worker buffers for its clients, and how slow they may be."""

import resource
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

_LEAST_BUFFERED = 24 << 20
_BODIES = 4
_MOST_CONNECTIONS = 10_000


@dataclass(frozen=True)
class Limits:
    """The bounds on what clients make a worker keep: half-sent requests and unread answers.

    Sizes are bytes. A client that is slower than `window_bytes` in `window_seconds` is
    disconnected; while others wait for room, `crowded_bytes` between two looks are asked for.
    """

    buffered: int = _LEAST_BUFFERED
    """What all clients of a worker can take up before larger requests wait for room."""
    small: int = 64 << 10
    """What a body can have without waiting for room."""
    head_seconds: float = 30.0
    """How long the head of a request may take from its first byte on."""
    window_seconds: float = 20.0
    window_bytes: int = 10_000
    crowded_bytes: int = 32 << 10
    patience_seconds: float = 3.0
    """How long a request waits for room before slower clients are disconnected for it."""
    look_seconds: float = 1.0
    """How often all of this is checked."""

    @classmethod
    def for_bodies_of(cls, max_body: int) -> Self:
        """Return the usual limits, with room for several bodies of the largest size."""
        return cls(buffered=max(_LEAST_BUFFERED, _BODIES * max_body))

    @property
    def most_buffered(self) -> int:
        """Past this the slowest clients are disconnected at once."""
        return self.buffered * 9 // 8

    @property
    def of_an_address(self) -> int:
        """What the clients of one address can take up.

        The rest stays free for others. It is no less, as a proxy makes all clients one address.
        """
        return self.buffered * 7 // 8


def most_connections(threads: int) -> int:
    """Return how many clients can be connected at a time, and raise the descriptor limit for them.

    It leaves descriptors for the engine: one for each thread, and some for the rest.
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
