"""Items of lists in any state: read without a pop, counted, added, moved and deleted."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import repeat as repeated
from typing import Any

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.lists.codec import unpack_item
from bambleweeny.core.lists.found_items import (
    FoundItem,
    ItemPlace,
    ListStats,
    NewState,
    Order,
    Page,
    State,
    check_preview,
    checked_item_id,
    cursor_of,
    no_such_item,
    read_cursor,
)
from bambleweeny.core.lists.leases import check_reason
from bambleweeny.core.lists.lists import check_list_name
from bambleweeny.core.notify.long_polls import LongPolls, RetryAfter
from bambleweeny.core.pacing import repeat
from bambleweeny.core.values import MOST_BYTES_OF_A_PAGE
from bambleweeny.errors import InvalidRequest, ListFull
from bambleweeny.store import Store
from bambleweeny.store.scripts import (
    CHANGE_ITEM,
    COUNT_ITEMS_OF_LISTS,
    DELETE_ITEM,
    FIND_ITEM,
    MOVE_ITEMS,
    PURGE_ITEMS,
    PUT_ITEMS_WITHIN_BOUNDS,
    READ_ITEMS_PAGE,
    READ_LIST_STATS,
    Script,
)

_AS_TIME_GOES = ("leased", "delayed", "dead", "ready")
"""Time moves an item only to a later state in this order."""
MOST_SHOWN = 1000
MOST_MOVED = 10_000
_MOST_BYTES_PREVIEWED = 8 << 20
_STEP = 500
"""Items of one atomic step. The engine needs about 10 ms for them and serves no other client."""


class Items:
    """The items of all lists, in any state."""

    def __init__(self, store: Store, waits: LongPolls, bounds: tuple[int, int]) -> None:
        self._store = store
        self._waits = waits
        self._bounds = bounds

    @property
    def bounds(self) -> tuple[int, int]:
        """The most items of a list, and their most bytes."""
        return self._bounds

    def read_page(
        self,
        caller: Caller,
        name: str,
        state: State,
        most: int,
        after: str,
        *,
        order: Order = "oldest",
        preview: int | None = None,
    ) -> Page:
        """Return up to 1,000 items and 1 MB in a state, and the cursor of the next page, or None.

        With `preview` each body is cut to so many bytes, 1,024 at most, and the page ends at 8 MB
        of whole bodies.

        Ready items are in list order, leased and delayed ones in order of expiry, dead ones in
        order of death; with the order `newest` all that is reversed. `after` is the cursor of the
        page before, or empty; the id of a ready item is a cursor too. Atomic. O(log n + page).
        """
        read = partial(self._read_page, caller, name, state, most, after)
        return _found(read(order=order, preview=preview))

    def wait_for_page(
        self,
        caller: Caller,
        name: str,
        most: int,
        after: str,
        *,
        order: Order = "oldest",
        preview: int | None = None,
        seconds: float,
        is_connected: Callable[[], bool],
    ) -> Page:
        """Return a page of ready items as `read_page` does; wait up to `seconds` for the first.

        Every client that waits gets the item, unless it is taken first. Returns without waiting
        if all wait slots are taken.
        """
        read_any = partial(self._read_page, caller, name, "ready", most, after)
        read = partial(read_any, order=order, preview=preview)
        channel = self._store.schema.tenant(caller.id).pushed(name)
        return _found(
            self._waits.poll(read, channel, seconds, is_connected, caller=caller, for_all=True)
        )

    def _read_page(
        self,
        caller: Caller,
        name: str,
        state: State,
        most: int,
        after: str,
        *,
        order: Order,
        preview: int | None,
    ) -> Page | RetryAfter | None:
        """Return a page that has an item; without one, the time until an item is due, or None."""
        if not 1 <= most <= MOST_SHOWN:
            raise InvalidRequest(f"The parameter 'limit' takes 1 to {MOST_SHOWN}.")
        room = MOST_BYTES_OF_A_PAGE if preview is None else _MOST_BYTES_PREVIEWED
        start = "" if preview is None else check_preview(preview)
        args = (*read_cursor(state, after, order), most, room, order, start)
        reply: Any = self._run(READ_ITEMS_PAGE, caller, name, state, *args)
        if isinstance(reply, int):
            return RetryAfter(max(reply, 1))
        rows, lacking = reply
        found = [
            FoundItem(state, unpack_item(data), int(at), lacks)
            for data, at, lacks in zip(rows[::2], rows[1::2], lacking or repeated(0), strict=False)
        ]
        size = sum(map(len, rows[::2])) + sum(lacking)
        if preview is not None:
            found = [one.cut_to(preview) for one in found]
        is_cut = len(found) == most or size > room
        return (found, cursor_of(found[-1]) if is_cut else None) if found else None

    def peek(self, caller: Caller, name: str, most: int) -> list[bytes]:
        """Return the bodies that a pop of up to `most` items would take, without taking them.

        Empty if the list is paused or does not exist. Two round trips. O(log n + items).
        """
        if self.stats(caller, name).paused:
            return []
        found, _ = self.read_page(caller, name, "ready", most, "")
        return [one.item.body for one in found]

    def find(self, caller: Caller, name: str, item_id: str) -> FoundItem:
        """Return an item in any state by its id; raise NotFound on a miss. O(log n)."""
        if found := self.find_if_any(caller, name, item_id):
            return found
        raise no_such_item(item_id)

    def find_if_any(self, caller: Caller, name: str, item_id: str) -> FoundItem | None:
        """Return an item in any state by its id, or None on a miss. O(log n)."""
        reply = self._run(FIND_ITEM, caller, name, checked_item_id(item_id))
        if reply is None:
            return None
        state, data, at = reply
        return FoundItem(state.decode(), unpack_item(data), int(at))

    def delete(self, caller: Caller, name: str, item_id: str) -> None:
        """Delete an item in any state, and its lease if it has one; raise NotFound on a miss.

        Atomic. O(log n), and O(n) for a ready item in the middle of the list.
        """
        if not self._run(DELETE_ITEM, caller, name, checked_item_id(item_id)):
            raise no_such_item(item_id)

    def stats(self, caller: Caller, name: str) -> ListStats:
        """Count a list's items; all counts are 0 if the list does not exist. O(1)."""
        return ListStats(*self._run(READ_LIST_STATS, caller, name))

    def stats_of_each(
        self, caller: Caller, names: Sequence[str]
    ) -> Iterator[tuple[str, ListStats]]:
        """Yield those of the names that are lists, counted, with their policies. O(1) a list.

        One round trip, or more if many items are due; each list is counted atomically.
        """
        left = list(names)
        while left:
            first, *more = left
            counts = run_as(self._store, caller, COUNT_ITEMS_OF_LISTS, first, *self._bounds, *more)
            counted = zip(left, counts, strict=False)
            yield from ((name, ListStats.with_policy(*row)) for name, row in counted if row)
            del left[: len(counts)]

    def change_state(
        self, caller: Caller, name: str, item_id: str, to: NewState, reason: str = ""
    ) -> ItemPlace:
        """Make a delayed or dead item ready, or a ready or delayed one dead; return its place.

        An item that was dead, or was pushed with a delay, gets a new id at the end of the list. A
        `reason` replaces that of an item that is dead already. Raises NotFound on a miss,
        ItemLeased if the item is leased. Atomic. O(log n), and O(n) for a ready item in the middle
        of the list.
        """
        check_reason(reason)
        reply = self._run(CHANGE_ITEM, caller, name, checked_item_id(item_id), to, reason)
        if reply is None:
            raise no_such_item(item_id)
        place, new_id, state = (field.decode() for field in reply)
        return ItemPlace(place, new_id, "dead" if state == "dead" else "ready")

    def move(self, caller: Caller, name: str, to: str, state: State, most: int) -> int:
        """Move the first items in a state to the end of a list; return how many were moved.

        Moved items get new ids, and their count of attempts is 0 again. Moves up to 10,000 items,
        in atomic steps of 500 with a pause as long as the step after each. A new list counts
        against the quota. Raises ListFull if the list has no room for the first item.
        O(items * log n).
        """
        check_list_name(to)
        if not 1 <= most <= MOST_MOVED:
            raise InvalidRequest(f"The field 'max' takes 1 to {MOST_MOVED}.")
        if to == name and state != "dead":
            raise InvalidRequest("Only dead items are moved within their own list.")
        moved = 0

        def step() -> bool:
            nonlocal moved
            wanted = min(_STEP, most - moved)
            try:
                count: int = self._run(
                    MOVE_ITEMS, caller, name, to, state, wanted, store=self._store.with_long_retry
                )
            except ListFull:
                if not moved:
                    raise
                return False
            moved += count
            return count == wanted and moved < most

        repeat(step)
        return moved

    def put_all(self, caller: Caller, name: str, items: Sequence[FoundItem]) -> int:
        """Add ready, delayed and dead items with new ids, all or none; return how many were added.

        Expired items are left out. Items whose delay has elapsed become ready. Quota and bounds
        are those of `Lists.push`. Atomic. O(items * log n).
        """
        packed: list[str | bytes | int] = []
        for state, item, at, _ in items:
            packed += [state, at, item.attempts, item.expires, item.reason, item.origin, item.body]
        return int(self._run(PUT_ITEMS_WITHIN_BOUNDS, caller, name, *packed))

    def purge(self, caller: Caller, name: str, states: Sequence[State]) -> int:
        """Delete all items in some states and return their number; the policy stays.

        Works in atomic steps of 500, with a pause as long as the step after each, and deletes at
        most as many items as a list can hold. Items whose state changes meanwhile are deleted
        too. O(items * log n).
        """
        purged = 0
        for state in sorted(states, key=_AS_TIME_GOES.index):
            purged += self._purge(caller, name, state)
        return purged

    def _purge(self, caller: Caller, name: str, state: State) -> int:
        purged = 0

        def step() -> bool:
            nonlocal purged
            count: int = self._run(
                PURGE_ITEMS, caller, name, state, _STEP, store=self._store.with_long_retry
            )
            purged += count
            return count == _STEP and purged <= self._bounds[0]

        repeat(step)
        return purged

    def _run(
        self,
        script: Script,
        caller: Caller,
        name: str,
        *args: str | bytes | int,
        store: Store | None = None,
    ) -> Any:
        check_list_name(name)
        return run_as(store or self._store, caller, script, name, *self._bounds, *args)


def _found(page: Page | RetryAfter | None) -> Page:
    return page if isinstance(page, tuple) else ([], None)
