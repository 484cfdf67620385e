"""The state of the server: what it is, what it is busy with, and the limits of its options."""

from typing import Any

from bambleweeny import __version__
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.topics import Bounds


class ServerState:
    """The state of all workers. `list_bounds` are items and bytes; `max_waits` is for a worker."""

    def __init__(
        self,
        metrics: Metrics,
        list_bounds: tuple[int, int],
        topic_bounds: Bounds,
        max_waits: int,
        token_lifetime: int,
    ) -> None:
        self._metrics = metrics
        self._limits = {
            "max_list_items": list_bounds[0],
            "max_list_bytes": list_bounds[1],
            "max_topic_messages": topic_bounds.messages,
            "max_topic_bytes": topic_bounds.bytes,
            "topic_age": topic_bounds.seconds,
            "max_waits": max_waits,
            "token_expiry": token_lifetime,
        }

    def shown(self, max_body: int) -> dict[str, Any]:
        """Return version, uptime in seconds, workers, limits, and wait slots. No round trip."""
        workers = self._metrics.workers
        return {
            "version": __version__,
            "uptime": self._metrics.uptime,
            "workers": workers,
            "limits": {"max_body": max_body, **self._limits},
            "waits": {
                "used": int(self._metrics.counted().waits),
                "max": workers * self._limits["max_waits"],
            },
        }
