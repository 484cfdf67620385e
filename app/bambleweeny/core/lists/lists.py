"""Lists: queues of bytes, first in, first out, each with a bound."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.listing.index_walk import walk
from bambleweeny.core.lists.idempotency import forget_pushes, push_digest
from bambleweeny.core.notify.long_polls import Due, Waits
from bambleweeny.core.texts import BE_UTF8, has_utf16_bom, lines_of
from bambleweeny.core.values import MOST_BYTES_OF_A_PAGE
from bambleweeny.errors import InvalidName, InvalidRequest, NotFound
from bambleweeny.names import NAME_RULE, is_name, is_part_of_name
from bambleweeny.store import Store
from bambleweeny.store.scripts import DELETE_LIST, POP_OLDEST, POP_UP_TO, PUSH_WITHIN_BOUNDS

MOST_POPPED = 1000
LONGEST_DELAY = 7 * 86400
LONGEST_ITEM_TTL = 365 * 86400
"""In seconds."""
_MOST_LINES = 10_000
_MOST_STEPS = 500
_MS = 1000

_T = TypeVar("_T")


def check_list_name(name: str) -> None:
    """Raise InvalidName unless the text can name a list."""
    if not is_name(name):
        raise InvalidName("List name is invalid.", hint=NAME_RULE)


class PushOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an item is added. `delay` and `ttl` are in ms, 0 is none."""

    delay: int = 0
    ttl: int = 0
    front: bool = False
    once: str = ""
    """The client's own key of this push, which is done once in 24 hours."""

    def packed(self, name: str = "") -> bytes:
        """Return what the script takes for a push to that list; nothing if nothing is special."""
        if self == _PLAIN:
            return b""
        once = self.once and push_digest(name, self.once)
        return msgspec.json.encode(msgspec.structs.replace(self, once=once))


_PLAIN = PushOptions()


def push_options(
    *, delay: int = 0, ttl: int | None = None, front: bool = False, once: str = ""
) -> PushOptions:
    """Check options, whose times are in seconds; InvalidRequest names the one that is wrong."""
    if delay > LONGEST_DELAY:
        raise InvalidRequest("The longest 'delay' is 7d.")
    if ttl is not None and not 1 <= ttl <= LONGEST_ITEM_TTL:
        raise InvalidRequest("The 'ttl' is between 1s and 365d.")
    if front and delay:
        raise InvalidRequest("Give a 'delay' or 'front', not both.")
    return PushOptions(delay * _MS, (ttl or 0) * _MS, front, once)


class Lists:
    """The lists of all tenants. A list exists while it has items in any state, or a policy.

    Every verb first does what is due on its list: leases that ended, items that were
    delayed or have expired, up to 200 of each.
    """

    def __init__(self, store: Store, waits: Waits, *, max_items: int, max_bytes: int) -> None:
        self._store = store
        self._schema = store.schema
        self._waits = waits
        self._bounds = (max_items, max_bytes)

    def push(
        self,
        caller: Caller,
        name: str,
        body: bytes,
        options: PushOptions | None = None,
        *,
        bin_id: str = "",
    ) -> int:
        """Add an item at the end and give its id; atomic with the quota and the list's bound.

        A new list counts against the quota. Past its bound a list raises
        ListFull and stays as it was, unless its policy drops the oldest. With `bin_id`
        the item is added only while the caller has that bin; else NotFound. O(log n).
        """
        reply = self._push(caller, name, [body], options, bin_id)
        return int(reply[0] if isinstance(reply, list) else reply)

    def push_lines(
        self, caller: Caller, name: str, text: bytes, options: PushOptions | None = None
    ) -> int:
        r"""Add each line of a text as an item and give their number; all or none.

        A line ends with `\n` or `\r\n`, the last one also without; a byte order mark in front is
        skipped, and UTF-16 refused. There are up to 10,000. None is added where the same was done
        before, by the options' `once`. Quota and bound are those of `push`. O(lines + log n).
        """
        if has_utf16_bom(text):
            raise InvalidRequest("The lines cannot be read.", hint=BE_UTF8)
        lines = lines_of(text)
        if len(lines) > _MOST_LINES:
            raise InvalidRequest(f"One call adds up to {_MOST_LINES} lines, not {len(lines)}.")
        reply = self._push(caller, name, lines, options)
        return 0 if isinstance(reply, list) else len(lines)

    def pop(self, caller: Caller, name: str) -> bytes | None:
        """Take the oldest item off; None where there is none. Atomic.

        A list that has run empty is gone, and so is its place in the quota.
        O(log n).
        """
        found = self._pop(caller, name)
        return found if isinstance(found, bytes) else None

    def pop_within(
        self, caller: Caller, name: str, seconds: float, is_wanted: Callable[[], bool]
    ) -> bytes | None:
        """Take the oldest item off, waiting so long for one; None where none came.

        Nothing is taken for somebody who does not want it any more. Where too many
        wait already, this does not wait.
        """
        told = self._schema.tenant(caller.id).pushed(name)
        return self._waits.attempt(lambda: self._pop(caller, name), told, seconds, is_wanted)

    def pop_many(
        self,
        caller: Caller,
        name: str,
        most: int,
        seconds: float = 0,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> list[bytes]:
        """Take the oldest items off, up to 1,000 and 1 MB, waiting so long for one. Atomic.

        At least one is given where there is one. O(items).
        """
        check_list_name(name)
        if not 1 <= most <= MOST_POPPED:
            raise InvalidRequest(f"The parameter 'max' takes 1 to {MOST_POPPED}.")

        def pop() -> list[bytes] | Due | None:
            args = (name, *self._bounds, most, MOST_BYTES_OF_A_PAGE)
            return taken_or_due(lambda: run_as(self._store, caller, POP_UP_TO, *args))

        told = self._schema.tenant(caller.id).pushed(name)
        return self._waits.attempt(pop, told, seconds, is_wanted) or []

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a list with its items and its policy; atomic. A miss raises NotFound.

        The keys of pushes to it are forgotten, in steps. O(log n + keys).
        """
        if not is_part_of_name(name):  # 1.0 accepted . and .. as names
            check_list_name(name)
        was_there, now = run_as(self._store, caller, DELETE_LIST, name)
        forget_pushes(self._store, caller, name, now)
        if not was_there:
            check_list_name(name)
            raise NotFound()

    def walk(self, caller: Caller) -> Iterator[list[str]]:
        """Give the names of the caller's lists in order, in pages."""
        return walk(self._store, caller, self._schema.tenant(caller.id).lists)

    def _pop(self, caller: Caller, name: str) -> bytes | Due | None:
        check_list_name(name)
        return taken_or_due(lambda: run_as(self._store, caller, POP_OLDEST, name, *self._bounds))

    def _push(
        self,
        caller: Caller,
        name: str,
        bodies: Sequence[bytes],
        options: PushOptions | None = None,
        bin_id: str = "",
    ) -> Any:
        check_list_name(name)
        packed = b"" if options is None else options.packed(name)
        return run_as(
            self._store, caller, PUSH_WITHIN_BOUNDS, name, *self._bounds, bin_id, packed, *bodies
        )


def taken_or_due(ask: Callable[[], _T | int | None]) -> _T | Due | None:
    """Give what a script takes off a list; a number says in how many ms something is due.

    At 0 more was due than is done in one step, so that it is asked again, up to 500 times.
    """
    reply, steps = ask(), 1
    while reply == 0 and steps < _MOST_STEPS:
        reply, steps = ask(), steps + 1
    return Due(max(reply, 1)) if isinstance(reply, int) else reply
