"""The places of a worker for delayed answers, bounded in number and in bytes."""

import math
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from bambleweeny.errors import Busy, TooManyDelayed
from bambleweeny.server.http.buffers.limits import Limits
from bambleweeny.server.http.delays.departures import Departures
from bambleweeny.server.http.delays.plan import SHUTDOWN, Plan

if TYPE_CHECKING:
    from bambleweeny.server.http.buffers.budget import Budget

_MOST_DELAYED = 256


class Places:
    """The delayed answers of a worker. Safe to use from several threads.

    There are at most 256, with `limits.delayed` bytes in total, which count against the
    budget as well. A client that has closed its side may still read its answer, so it keeps
    its place until others need it. `watched` has the descriptors of the event loop.
    """

    def __init__(self, limits: Limits, budget: "Budget", watched: dict[int, Any]) -> None:
        self.departures = Departures(self.note_half_closed, watched)
        self._limits = limits
        self._budget = budget
        self._lock = threading.Lock()
        self._sizes: dict[Plan, int] = {}
        self._half_closed: dict[Plan, None] = {}
        self._total = 0
        self._end = math.inf

    def take(self, plan: Plan, due: float, size: int | None) -> None:
        """Take a place for an answer, or change the size of the one that it has.

        Without a size the place has its share of the bytes. Raises TooManyDelayed if there is
        none, and Busy if the server ends before the answer is due.
        """
        if self.ends_before(due):
            raise Busy()
        while not self._take(plan, size):
            if not self._free_half_closed():
                raise TooManyDelayed()

    def free(self, plan: Plan) -> None:
        """Free the place of an answer, if it has one."""
        with self._lock:
            self._half_closed.pop(plan, None)
            size = self._sizes.pop(plan, None)
            if size is None:
                return
            self._total -= size
        account = plan.connection.account
        account.delayed = 0
        account.update()

    def note_half_closed(self, plan: Plan) -> None:
        """Note that the client has closed its side of the connection."""
        with self._lock:
            if plan in self._sizes:
                self._half_closed[plan] = None

    def ends_before(self, due: float) -> bool:
        """Whether the server ends before that time."""
        return due > self._end

    def end_at(self, end: float) -> None:
        """Close the connections whose answers are due after `end`; in the event loop."""
        self._end = end
        with self._lock:
            late = [plan for plan in self._sizes if plan.due > end]
        for plan in late:
            plan.close(SHUTDOWN)

    def _take(self, plan: Plan, given: int | None) -> bool:
        """Take a place and reserve its bytes; return whether there is room for both."""
        account, limits = plan.connection.account, self._limits
        size = min(limits.small, limits.delayed // _MOST_DELAYED) if given is None else given
        with self._lock:
            total = self._total + size - self._sizes.get(plan, 0)
            is_full = len(self._sizes) >= _MOST_DELAYED and plan not in self._sizes
            if is_full or total > limits.delayed:
                return False
            self._sizes[plan], self._total = size, total
            account.delayed = size
            if given is not None:
                # NOTE: a large answer has reserved its size before it was made.
                account.reserved = 0
        # NOTE: without the lock, since the budget may run what waits for room.
        if size > self._limits.small and not self._budget.take(account, account.counted):
            self.free(plan)
            return False
        account.update()
        return True

    def _free_half_closed(self) -> bool:
        """Free the place of the client that was the first to close its side, if there is one."""
        with self._lock:
            left = next(iter(self._half_closed), None)
            if left is None:
                return False
            del self._half_closed[left]
        self.free(left)
        left.connection.server.soon(partial(left.close, "client_left"))
        return True
