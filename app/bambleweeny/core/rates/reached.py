"""A short memory of rates that are reached, so that a flood does not reach the engine."""

import time
from collections.abc import Callable, Hashable

from bambleweeny.core.rates.policies import Standing

_MOST_REMEMBERED = 1000
_LONGEST_MEMORY = 0.1
"""In seconds: a rate may be changed meanwhile."""


class Reached:
    """The refusals of the last tenth of a second, as this worker has seen them. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[Hashable, tuple[float, Standing, int]] = {}

    def note(self, key: Hashable, standing: Standing, size: int = 0) -> None:
        """Remember a refusal; requests of at least this size are refused meanwhile."""
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = (self._clock(), standing, size)

    def find(self, key: Hashable, size: int = 0) -> Standing | None:
        """Return the standing of a request that the engine would refuse, or None. No round trip."""
        known = self._known.get(key)
        if known is None:
            return None
        noted, standing, least = known
        passed = self._clock() - noted
        if size < least or passed >= min(standing.wait_ms / 1000, _LONGEST_MEMORY):
            return None
        return standing.after(passed)
