"""A worker's budget of buffered bytes: counted, bounded, and divided among its clients."""

import ipaddress
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from bambleweeny.server.http.buffers.limits import Limits

_IPV6_NETWORK = 64
_STALLED_SECONDS = 0.2


class Holder(Protocol):
    """A connection for which bytes are buffered."""

    size: int
    """The bytes that the budget counts for it."""

    @property
    def connected(self) -> bool:
        """Whether the connection is open."""

    @property
    def group(self) -> str:
        """The group of the connection; see `group_of`."""

    @property
    def seconds_stalled(self) -> float:
        """The seconds since the client last sent or accepted data."""

    @property
    def is_evictable(self) -> bool:
        """Whether closing the connection would free anything."""

    def note(self, size: int) -> None:
        """Set the size that the budget counts."""

    def evict(self) -> None:
        """Free the buffered bytes soon; any thread may call this."""

    def check_speed(self, *, has_waiters: bool) -> None:
        """Disconnect the client if it is too slow."""


@dataclass
class _Waiter:
    since: float
    holder: Holder
    size: int
    admitted: Callable[[], None]


class Budget:
    """The bytes that the connections of a worker hold. Safe to use from several threads.

    Above `limits.buffered` in total, or `limits.of_an_address` for one address, larger
    requests wait, in one queue for each address. Above `limits.most_buffered`, connections
    of the address that holds the most are evicted, the longest stalled first.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.RLock()
        self._holders: set[Holder] = set()
        self._of_group: defaultdict[str, int] = defaultdict(int)
        self._total = 0
        self._queues: dict[str, deque[_Waiter]] = {}

    def hold(self, holder: Holder, size: int) -> None:
        """Set the bytes that a connection holds; this may evict other connections."""
        with self._lock:
            grows = self._note(holder, size)
        if grows:
            self.enforce(holder)
        elif self._queues:
            self._admit()

    def enforce(self, spared: Holder | None = None) -> None:
        """Evict connections other than `spared` if the total exceeds the bound."""
        with self._lock:
            is_over = self._total > self._limits.most_buffered
            evicted = list(self._evicted(spared)) if is_over else []
        for one in evicted:
            one.evict()

    def take(self, holder: Holder, size: int) -> bool:
        """Reserve `size` bytes if there is room and no request waits; return whether they are."""
        with self._lock:
            has_room = not self._queues and self._fits(holder, size)
            if has_room:
                self._note(holder, size)
        return has_room

    def reserve(self, holder: Holder, size: int, admitted: Callable[[], None]) -> bool:
        """Reserve `size` bytes and return True if there is room.

        Otherwise returns False; any thread calls `admitted` once there is room.
        """
        with self._lock:
            if self.take(holder, size):
                return True
            waiter = _Waiter(time.monotonic(), holder, size, admitted)
            self._queues.setdefault(holder.group, deque()).append(waiter)
        self._admit()
        return False

    def holders(self) -> list[Holder]:
        """Return the connections that hold bytes."""
        with self._lock:
            return list(self._holders)

    @property
    def has_waiters(self) -> bool:
        """Whether a request has waited for room for longer than `limits.check_seconds`."""
        due = time.monotonic() - self._limits.check_seconds
        with self._lock:
            return any(queue and queue[0].since < due for queue in self._queues.values())

    def admit_overdue(self) -> None:
        """Admit a request that has waited for the room timeout, even if others are evicted."""
        due = time.monotonic() - self._limits.room_timeout_seconds
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
        """Remove and return the first due waiter; the next call begins with another address."""
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
        """Replace the size of a holder, and return whether it has grown."""
        before = holder.size
        if size:
            self._holders.add(holder)
        else:
            self._holders.discard(holder)
        holder.note(size)
        self._total += size - before
        self._of_group[holder.group] += size - before
        if not self._of_group[holder.group]:
            del self._of_group[holder.group]
        return size > before

    def _evicted(self, spared: Holder | None) -> Iterator[Holder]:
        """Remove and yield connections until the total is well below the bound.

        Clients that make progress are spared, unless the total is twice the bound.
        """
        goal = (self._limits.buffered + self._limits.most_buffered) // 2
        for group in sorted(self._of_group, key=self._of_group.__getitem__, reverse=True):
            others = [one for one in self._holders if one is not spared and one.group == group]
            for one in sorted(others, key=lambda one: one.seconds_stalled, reverse=True):
                is_spared = (
                    one.seconds_stalled < _STALLED_SECONDS
                    and self._total < 2 * self._limits.most_buffered
                )
                if self._total <= goal or len(self._holders) == 1:
                    return
                if one.is_evictable and not is_spared:
                    self._note(one, 0)
                    yield one


def group_of(address: str) -> str:
    """Return the group of a client: its IPv4 address, or its IPv6 network (/64)."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    mapped = ip.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(ip), _IPV6_NETWORK), strict=False))
