"""Which tenants' data are changing, as the workers of a server know it from shared memory.

A worker that has read data can see without the engine whether they have changed since. This
needs every writer of the engine to take part, so that only an embedded engine has it.
"""

import mmap
import threading
from collections.abc import Iterable

_SLOTS = 256
_ALL = 0
"""The slot of changes that may concern every tenant."""


class SharedChanges:
    """Two counts for each slot and worker: changes that began, and changes that ended.

    Create it before the fork. The tenants with the same hash share a slot.
    """

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._counts = memoryview(mmap.mmap(-1, 8 * _SLOTS * 2 * workers)).cast("Q")

    def of(self, worker: int) -> "Changes":
        """Return the changes as a worker sees them; none of its own is in progress."""
        return Changes(self._counts, worker, self._workers)


class Changes:
    """The changes of all workers; a worker counts only its own. Thread-safe, no round trip."""

    def __init__(self, counts: memoryview, worker: int, workers: int) -> None:
        self._counts = counts
        self._own = 2 * worker
        self._width = 2 * workers
        self._lock = threading.Lock()
        # NOTE: a worker that was killed has not ended its changes.
        for began in range(self._own, len(counts), self._width):
            counts[began + 1] = counts[began]

    def begin(self, user: str) -> int:
        """Count a change that begins, before the engine gets it; return what `end` takes.

        `user` is the name of a tenant's record; any other name stands for all tenants.
        """
        place = slot_of(user) * self._width + self._own
        with self._lock:
            self._counts[place] += 1
        return place

    def end(self, place: int) -> None:
        """Count a change that has ended, after the engine's reply or its failure."""
        with self._lock:
            self._counts[place + 1] += 1

    def snapshot(self) -> bytes:
        """Return all counts. O(workers)."""
        return self._counts.tobytes()

    def unchanged(self, snapshot: bytes, user: str) -> "Unchanged | None":
        """Return a check that a tenant's data are as they were at the time of a snapshot.

        None if a change was in progress at that time.
        """
        found = Unchanged(self._counts, snapshot, [_ALL, slot_of(user)], self._width)
        return found if found.was_quiet else None


class Unchanged:
    """Whether the data of a tenant have not begun to change since a snapshot."""

    __slots__ = ("_rows",)

    def __init__(
        self, counts: memoryview, snapshot: bytes, slots: Iterable[int], width: int
    ) -> None:
        known = memoryview(snapshot).cast("Q")
        parts = [slice(slot * width, (slot + 1) * width) for slot in slots]
        self._rows = [(counts[part], known[part].tobytes()) for part in parts]

    @property
    def was_quiet(self) -> bool:
        """Whether each change that had begun had ended."""
        rows = [memoryview(known).cast("Q") for _, known in self._rows]
        return all(row[::2].tolist() == row[1::2].tolist() for row in rows)

    def holds(self) -> bool:
        """Return whether nothing has changed so far; a change that has begun counts."""
        return all(row.tobytes() == known for row, known in self._rows)


def slot_of(name: str) -> int:
    """Return the slot of a tenant, by the name of its record."""
    return 1 + hash(name) % (_SLOTS - 1) if name.endswith(":user") else _ALL
