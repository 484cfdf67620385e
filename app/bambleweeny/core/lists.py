"""Lists: queues of bytes, first in, first out, each with a bound."""

from collections.abc import Callable, Iterator

from bambleweeny.core.authorized import run_as
from bambleweeny.core.listings import walk
from bambleweeny.core.tokens import Caller
from bambleweeny.core.waits import Waits
from bambleweeny.errors import InvalidName, NotFound
from bambleweeny.names import NAME_RULE, is_name
from bambleweeny.store import Store
from bambleweeny.store.scripts import DELETE_WITH_INDEX, POP_OLDEST, PUSH_WITHIN_BOUNDS


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
        check_list_name(name)
        told = self._schema.tenant(caller.id).pushed(name)
        run_as(
            self._store, caller, PUSH_WITHIN_BOUNDS, self._of(caller, name),
            name, body, *self._bounds, bin_id, told,
        )  # fmt: skip

    def pop(self, caller: Caller, name: str) -> bytes | None:
        """Take the oldest item off; None where there is none. Atomic.

        A list that has run empty is gone, and so is its place in the quota.
        O(log n).
        """
        check_list_name(name)
        body = run_as(self._store, caller, POP_OLDEST, self._of(caller, name), name)
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
        index = self._schema.tenant(caller.id).lists
        gone = run_as(
            self._store, caller, DELETE_WITH_INDEX, [index, *self._of(caller, name)], name
        )
        if not gone:
            raise NotFound()

    def walk(self, caller: Caller) -> Iterator[list[str]]:
        """Give the names of the caller's lists in order, in pages."""
        return walk(self._store, caller, self._schema.tenant(caller.id).lists)

    def _of(self, caller: Caller, name: str) -> list[str]:
        tenant = self._schema.tenant(caller.id)
        return [tenant.ready(name), tenant.list(name)]
