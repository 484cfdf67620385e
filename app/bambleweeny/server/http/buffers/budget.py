"""The bytes that a worker buffers for its clients: counted, bounded, and shared out."""

import ipaddress
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from bambleweeny.server.http.buffers.limits import Limits

_IPV6_NETWORK = 64
_MOMENT = 0.2


class Holder(Protocol):
    """A connection for which bytes are buffered."""

    size: int
    """What the budget counts for it."""

    @property
    def connected(self) -> bool:
        """Whether it is still open."""

    @property
    def group(self) -> str:
        """Whose it is; see `group_of`."""

    @property
    def seconds_stalled(self) -> float:
        """For how long its client has neither sent nor taken anything."""

    @property
    def is_evictable(self) -> bool:
        """Whether closing it would free anything."""

    def note(self, size: int) -> None:
        """Take in its new size."""

    def evict(self) -> None:
        """Free what is buffered, soon; called by any thread."""

    def look(self, *, is_crowded: bool) -> None:
        """Give the connection up if its client is too slow."""


@dataclass
class _Waiter:
    since: float
    holder: Holder
    size: int
    admitted: Callable[[], None]


class Budget:
    """What the connections of a worker hold. Safe to use from several threads.

    Past `limits.buffered` in all, or `limits.of_an_address` for one address, larger requests
    wait, each address in its own queue. Past `limits.most_buffered` the connections of the
    address that holds the most are evicted, those first whose clients have stalled longest.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.RLock()
        self._held: set[Holder] = set()
        self._of_group: defaultdict[str, int] = defaultdict(int)
        self._total = 0
        self._queues: dict[str, deque[_Waiter]] = {}

    def hold(self, holder: Holder, size: int) -> None:
        """Note how much a connection holds from now on; others may be evicted for that."""
        with self._lock:
            grows = self._note(holder, size)
        if grows:
            self.enforce(holder)
        elif self._queues:
            self._admit()

    def enforce(self, spared: Holder | None = None) -> None:
        """Evict connections other than this one, if all hold too much."""
        with self._lock:
            is_over = self._total > self._limits.most_buffered
            evicted = list(self._evicted(spared)) if is_over else []
        for one in evicted:
            one.evict()

    def take(self, holder: Holder, size: int) -> bool:
        """Hold so much if there is room and nobody waits for it."""
        with self._lock:
            has_room = not self._queues and self._fits(holder, size)
            if has_room:
                self._note(holder, size)
        return has_room

    def reserve(self, holder: Holder, size: int, admitted: Callable[[], None]) -> bool:
        """Hold so much if there is room, and return True.

        Else `admitted` is called once there is, by any thread.
        """
        with self._lock:
            if self.take(holder, size):
                return True
            waiter = _Waiter(time.monotonic(), holder, size, admitted)
            self._queues.setdefault(holder.group, deque()).append(waiter)
        self._admit()
        return False

    def holders(self) -> list[Holder]:
        """Return the connections that hold something."""
        with self._lock:
            return list(self._held)

    @property
    def is_crowded(self) -> bool:
        """Whether requests have waited for room since before the last look."""
        due = time.monotonic() - self._limits.look_seconds
        with self._lock:
            return any(queue and queue[0].since < due for queue in self._queues.values())

    def admit_patient(self) -> None:
        """Admit one that has waited too long, though others may be evicted for it."""
        due = time.monotonic() - self._limits.patience_seconds
        with self._lock:
            waiter = self._next(lambda waiter: waiter.since < due)
        if waiter is not None:
            self.hold(waiter.holder, waiter.size)
            waiter.admitted()

    def _admit(self) -> None:
        while True:
            with self._lock:
                waiter = self._next(lambda waiter: self._fits(waiter.holder, waiter.size))
                if waiter is None:
                    return
                self._note(waiter.holder, waiter.size)
            waiter.admitted()

    def _next(self, is_due: Callable[[_Waiter], bool]) -> _Waiter | None:
        """Take the first of a queue; the next time another address has its turn."""
        for group, queue in list(self._queues.items()):
            while queue and not queue[0].holder.connected:
                queue.popleft()
            found = queue.popleft() if queue and is_due(queue[0]) else None
            if found or not queue:
                del self._queues[group]
                if queue:
                    self._queues[group] = queue
            if found:
                return found
        return None

    def _fits(self, holder: Holder, size: int) -> bool:
        more = size - holder.size
        total, of_group = self._total + more, self._of_group.get(holder.group, 0) + more
        is_alone = self._total == holder.size
        return is_alone or (
            total <= self._limits.buffered and of_group <= self._limits.of_an_address
        )

    def _note(self, holder: Holder, size: int) -> bool:
        """Put a size in the place of the one before, and return whether it is larger."""
        before = holder.size
        if size:
            self._held.add(holder)
        else:
            self._held.discard(holder)
        holder.note(size)
        self._total += size - before
        self._of_group[holder.group] += size - before
        if not self._of_group[holder.group]:
            del self._of_group[holder.group]
        return size > before

    def _evicted(self, spared: Holder | None) -> Iterator[Holder]:
        """Take out other connections until the rest is well within the bound.

        Those whose clients go on are spared, as long as all do not hold twice the bound.
        """
        goal = (self._limits.buffered + self._limits.most_buffered) // 2
        for group in sorted(self._of_group, key=self._of_group.__getitem__, reverse=True):
            others = [one for one in self._held if one is not spared and one.group == group]
            for one in sorted(others, key=lambda one: one.seconds_stalled, reverse=True):
                is_spared = (
                    one.seconds_stalled < _MOMENT and self._total < 2 * self._limits.most_buffered
                )
                if self._total <= goal or len(self._held) == 1:
                    return
                if one.is_evictable and not is_spared:
                    self._note(one, 0)
                    yield one


def group_of(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or a network (/64) of IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    mapped = ip.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(ip), _IPV6_NETWORK), strict=False))
