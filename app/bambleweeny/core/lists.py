"""Lists: queues of bytes, first in, first out, each with a bound."""

from collections.abc import Callable, Iterator, Sequence

from bambleweeny.core.authorized import run_as
from bambleweeny.core.listings import walk
from bambleweeny.core.tokens import Caller
from bambleweeny.core.waits import Waits
from bambleweeny.errors import InvalidName, InvalidRequest, NotFound
from bambleweeny.names import NAME_RULE, is_name
from bambleweeny.store import Store
from bambleweeny.store.scripts import DELETE_LIST, POP_OLDEST, PUSH_WITHIN_BOUNDS

_MOST_LINES = 10_000


def check_list_name(name: str) -> None:
    """Raise InvalidName unless the text can name a list."""
    if not is_name(name):
        raise InvalidName("List name is invalid.", hint=NAME_RULE)


class Lists:
    """The lists of all tenants. A list exists while it has items."""

    def __init__(self, store: Store, waits: Waits, *, max_items: int, max_bytes: int) -> None:
        self._store = store
        self._schema = store.schema
        self._waits = waits
        self._bounds = (max_items, max_bytes)

    def push(self, caller: Caller, name: str, body: bytes, *, bin_id: str = "") -> None:
        """Add an item at the end; atomic with the quota and the list's bound.

        A new list counts against the quota. Past its bound a list raises
        ListFull and stays as it was. With `bin_id` the item is added only
        while the caller has that bin; else NotFound. O(log n).
        """
        self._push(caller, name, [body], bin_id)

    def push_lines(self, caller: Caller, name: str, text: bytes) -> int:
        """Add each line of a text as an item and give their number; all or none.

        A line ends with a line feed, the last one with or without; there are up to
        10,000. Quota and bound are those of `push`. O(lines + log n).
        """
        lines = text.split(b"\n")
        if not lines[-1]:
            del lines[-1]
        if len(lines) > _MOST_LINES:
            raise InvalidRequest(f"One call adds up to {_MOST_LINES} lines, not {len(lines)}.")
        return self._push(caller, name, lines)

    def push_all(self, caller: Caller, name: str, bodies: Sequence[bytes]) -> int:
        """Add items at the end, all or none, and give their number.

        Quota and bound are those of `push`. O(items + log n).
        """
        return self._push(caller, name, bodies)

    def pop(self, caller: Caller, name: str) -> bytes | None:
        """Take the oldest item off; None where there is none. Atomic.

        A list that has run empty is gone, and so is its place in the quota.
        O(log n).
        """
        check_list_name(name)
        body = run_as(self._store, caller, POP_OLDEST, name)
        return None if body is None else bytes(body)

    def pop_within(
        self, caller: Caller, name: str, seconds: float, is_wanted: Callable[[], bool]
    ) -> bytes | None:
        """Take the oldest item off, waiting so long for one; None where none came.

        Nothing is taken for somebody who does not want it any more. Where too many
        wait already, this does not wait.
        """
        told = self._schema.tenant(caller.id).pushed(name)
        return self._waits.attempt(lambda: self.pop(caller, name), told, seconds, is_wanted)

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a list with its items; atomic. A miss raises NotFound. O(log n)."""
        check_list_name(name)
        if not run_as(self._store, caller, DELETE_LIST, name):
            raise NotFound()

    def walk(self, caller: Caller) -> Iterator[list[str]]:
        """Give the names of the caller's lists in order, in pages."""
        return walk(self._store, caller, self._schema.tenant(caller.id).lists)

    def _push(self, caller: Caller, name: str, bodies: Sequence[bytes], bin_id: str = "") -> int:
        check_list_name(name)
        added = run_as(
            self._store, caller, PUSH_WITHIN_BOUNDS, name, *self._bounds, bin_id, *bodies
        )
        return int(added)
