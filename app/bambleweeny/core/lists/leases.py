"""Leases: a client gets an item for a time; the item returns unless it is acknowledged."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.lists.codec import StoredItem, unpack_item
from bambleweeny.core.lists.lists import LONGEST_DELAY, check_list_name, take_items
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.core.pacing import repeat
from bambleweeny.core.values import MOST_BYTES_OF_A_PAGE
from bambleweeny.errors import InvalidRequest, LeaseNotFound
from bambleweeny.store import Store
from bambleweeny.store.guard import translate_each
from bambleweeny.store.scripts import CHANGE_LEASES, LEASE_ITEMS

MOST_LEASED = 100
MOST_CHANGED = 1000
LONGEST_LEASE = 12 * 3600
"""In seconds."""
_LONGEST_REASON = 255
"""In bytes."""

Verb = Literal["ack", "retry", "extend", "bury"]


class Change(NamedTuple):
    """A change of a lease.

    `seconds` is the delay of a retry, or the new length of an extended lease; None means
    the length in the list's policy. `reason` says why an item is buried.
    """

    verb: Verb
    lease: str
    seconds: int | None = None
    reason: str = ""

    def packed(self) -> tuple[str, str, str]:
        """Return the arguments of the script; raise InvalidRequest if a value is out of bounds."""
        is_extension = self.verb == "extend"
        if (self.seconds or 0) > (LONGEST_LEASE if is_extension else LONGEST_DELAY):
            longest = "'for' is 12h" if is_extension else "'delay' is 7d"
            raise InvalidRequest(f"The longest {longest}.")
        check_reason(self.reason)
        if self.verb == "bury":
            return "bury", self.lease, self.reason
        if is_extension and self.seconds is None:
            return "extend", self.lease, ""
        verb = "retry" if is_extension and self.seconds == 0 else self.verb
        return verb, self.lease, str((self.seconds or 0) * 1000)


def check_reason(reason: str) -> None:
    """Raise InvalidRequest if the reason for the death of an item is too long."""
    if len(reason.encode()) > _LONGEST_REASON:
        raise InvalidRequest(f"A 'reason' has {_LONGEST_REASON} bytes at most.")


def lease_of(item: StoredItem) -> str:
    """Return the id of a leased item's lease, which is valid for this attempt only."""
    return f"{item.id}.{item.attempts}"


class Leases:
    """The leases of all tenants. Each change is atomic."""

    def __init__(self, store: Store, waits: LongPolls, bounds: tuple[int, int]) -> None:
        self._store = store
        self._waits = waits
        self._bounds = bounds

    def lease(
        self,
        caller: Caller,
        name: str,
        most: int = 1,
        lease_seconds: int | None = None,
        *,
        seconds: float = 0,
        is_connected: Callable[[], bool] = lambda: True,
    ) -> list[StoredItem]:
        """Lease the oldest items for `lease_seconds`, and wait up to `seconds` for the first.

        Returns up to 100 items and 1 MB, and at least one item if there is one. `lease_seconds`
        defaults to the lease of the list's policy, or else 30 s. Atomic. O(items * log n).
        """
        check_list_name(name)
        if not 1 <= most <= MOST_LEASED:
            raise InvalidRequest(f"The parameter 'max' takes 1 to {MOST_LEASED}.")
        if lease_seconds is not None and not 1 <= lease_seconds <= LONGEST_LEASE:
            raise InvalidRequest("The parameter 'for' takes 1s to 12h.")
        lease_ms = "" if lease_seconds is None else lease_seconds * 1000
        args = (name, *self._bounds, most, lease_ms, MOST_BYTES_OF_A_PAGE)
        take = partial(take_items, self._store, caller, LEASE_ITEMS, *args)
        channel = self._store.schema.tenant(caller.id).pushed(name)
        found = self._waits.poll(take, channel, seconds, is_connected, caller=caller) or []
        return [unpack_item(data) for data in found]

    def change(self, caller: Caller, name: str, change: Change) -> None:
        """Acknowledge, extend, retry or bury one lease; raise LeaseNotFound if it has expired."""
        [outcome] = self.change_each(caller, name, [change])
        if outcome is not None:
            raise outcome

    def change_each(
        self, caller: Caller, name: str, changes: Sequence[Change]
    ) -> list[LeaseNotFound | None]:
        """Apply up to 1,000 changes in order; return the error of each, or None.

        Atomic as a rule. The server splits the work into several atomic steps, with pauses, if
        items return far from both ends of the list or many bytes are read. O(changes * log n), and
        O(n) for each item that returns to the middle of the list.
        """
        check_list_name(name)
        if len(changes) > MOST_CHANGED:
            raise InvalidRequest(f"One call changes up to {MOST_CHANGED} leases.")
        packed = [change.packed() for change in changes]
        replies: list[Any] = []
        repeat(partial(self._change_more, caller, name, packed, replies))
        return [reply if reply != 1 else None for reply in replies]

    def _change_more(
        self,
        caller: Caller,
        name: str,
        changes: Sequence[tuple[str, str, str]],
        replies: list[Any],
    ) -> bool:
        """Apply changes that have no reply yet, and add their replies; return whether any is left.

        One atomic step.
        """
        fields = [field for change in changes[len(replies) :] for field in change]
        found = run_as(self._store, caller, CHANGE_LEASES, name, *self._bounds, *fields)
        replies += translate_each(found)
        return len(replies) < len(changes)
