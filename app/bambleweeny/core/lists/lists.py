"""Lists: queues of bytes, first in, first out, each with a bound."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec

from bambleweeny.core.auth.caller import Caller, check_value
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.listing.selections import names_of
from bambleweeny.core.lists.idempotency import delete_idempotency_keys, push_digest
from bambleweeny.core.notify.long_polls import LongPolls, RetryAfter
from bambleweeny.core.texts import BE_UTF8, has_utf16_bom, lines_of
from bambleweeny.core.values import MOST_BYTES_OF_A_PAGE
from bambleweeny.errors import InvalidName, InvalidRequest, NotFound
from bambleweeny.names import NAME_RULE, is_name, is_part_of_name
from bambleweeny.store import Store
from bambleweeny.store.scripts import (
    DELETE_LIST,
    POP_OLDEST,
    POP_UP_TO,
    PUSH_WITHIN_BOUNDS,
    Script,
)

MOST_POPPED = 1000
LONGEST_DELAY = 7 * 86400
LONGEST_ITEM_TTL = 365 * 86400
"""In seconds."""
_MOST_LINES = 10_000
_MOST_STEPS = 500
_MS = 1000


def check_list_name(name: str) -> None:
    """Raise InvalidName unless the text can name a list."""
    if not is_name(name):
        raise InvalidName("List name is invalid.", hint=NAME_RULE)


class PushOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an item is added. `delay` and `ttl` are in ms; 0 means no delay, no TTL."""

    delay: int = 0
    ttl: int = 0
    front: bool = False
    once: str = ""
    """The idempotency key that the client sent; it is valid for 24 hours."""

    def packed(self, name: str = "") -> bytes:
        """Return the argument of the script for a push to that list; empty for the defaults."""
        if self == _PLAIN:
            return b""
        once = self.once and push_digest(name, self.once)
        return msgspec.json.encode(msgspec.structs.replace(self, once=once))


_PLAIN = PushOptions()


def push_options(
    *, delay: int = 0, ttl: int | None = None, front: bool = False, once: str = ""
) -> PushOptions:
    """Return options from times in seconds; raise InvalidRequest with the name of a wrong one."""
    if delay > LONGEST_DELAY:
        raise InvalidRequest("The longest 'delay' is 7d.")
    if ttl is not None and not 1 <= ttl <= LONGEST_ITEM_TTL:
        raise InvalidRequest("The 'ttl' is between 1s and 365d.")
    if front and delay:
        raise InvalidRequest("Give a 'delay' or 'front', not both.")
    return PushOptions(delay * _MS, (ttl or 0) * _MS, front, once)


class Lists:
    """The lists of all tenants. A list exists while it has items in any state, or a policy.

    Every method first processes expired leases, elapsed delays and expired items (at most 200
    of each).
    """

    def __init__(self, store: Store, waits: LongPolls, *, max_items: int, max_bytes: int) -> None:
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
        """Add an item at the end and return its id; atomic with the quota and the list's bound.

        A new list counts against the quota. Raises ListFull if the list is at its bound, unless
        its policy drops the oldest item. With `bin_id` the caller must have that bin, else
        NotFound; the id is below 0, and nothing is added, if the bin has a document. O(log n).
        """
        reply = self._push(caller, name, [body], options, bin_id)
        return int(reply[0] if isinstance(reply, list) else reply)

    def push_lines(
        self, caller: Caller, name: str, text: bytes, options: PushOptions | None = None
    ) -> int:
        r"""Add each line of a text as an item and return their number; all or none.

        A line ends with `\n` or `\r\n`; the last line may end without. A byte order mark at the
        start is skipped, and UTF-16 is refused. The limit is 10,000 lines. Adds none and returns 0
        if the idempotency key (`once`) was used before. Quota and bound are those of `push`.
        O(lines + log n).
        """
        if has_utf16_bom(text):
            raise InvalidRequest("The lines cannot be read.", hint=BE_UTF8)
        lines = lines_of(text)
        if len(lines) > _MOST_LINES:
            raise InvalidRequest(f"One call adds up to {_MOST_LINES} lines, not {len(lines)}.")
        reply = self._push(caller, name, lines, options)
        return 0 if isinstance(reply, list) else len(lines)

    def pop(self, caller: Caller, name: str) -> bytes | None:
        """Remove and return the oldest item, or None if the list has none. Atomic.

        A list that becomes empty is deleted, unless it has a policy, and its place in the quota is
        free again. O(log n).
        """
        found = self._pop(caller, name)
        return found if isinstance(found, bytes) else None

    def pop_within(
        self, caller: Caller, name: str, seconds: float, is_connected: Callable[[], bool]
    ) -> bytes | None:
        """Remove and return the oldest item; wait up to `seconds` for one, else return None.

        Takes no item once the client has disconnected. Returns None without waiting if all wait
        slots are taken.
        """
        channel = self._schema.tenant(caller.id).pushed(name)
        return self._waits.poll(
            lambda: self._pop(caller, name), channel, seconds, is_connected, caller=caller
        )

    def pop_many(
        self,
        caller: Caller,
        name: str,
        most: int,
        seconds: float = 0,
        is_connected: Callable[[], bool] = lambda: True,
    ) -> list[bytes]:
        """Remove and return the oldest items, up to 1,000 and 1 MB; wait up to `seconds` for one.

        Returns at least one item if there is one. Atomic. O(items).
        """
        check_list_name(name)
        if not 1 <= most <= MOST_POPPED:
            raise InvalidRequest(f"The parameter 'max' takes 1 to {MOST_POPPED}.")
        args = (name, *self._bounds, most, MOST_BYTES_OF_A_PAGE)
        pop = partial(take_items, self._store, caller, POP_UP_TO, *args)
        channel = self._schema.tenant(caller.id).pushed(name)
        found: list[bytes] = (
            self._waits.poll(pop, channel, seconds, is_connected, caller=caller) or []
        )
        return found

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a list with its items and its policy; atomic. A miss raises NotFound.

        The idempotency keys of its pushes are deleted afterwards, in steps; those of a list that
        does not exist any more are no miss. O(log n + keys).
        """
        if not is_part_of_name(name):  # 1.0 accepted . and .. as names
            check_list_name(name)
        existed, now = run_as(self._store, caller, DELETE_LIST, name)
        forgotten = delete_idempotency_keys(self._store, caller, name, now)
        if not existed and not forgotten:
            check_list_name(name)
            raise NotFound()

    def walk(self, caller: Caller) -> Iterator[list[str]]:
        """Yield the names of the caller's lists in order, in pages."""
        return names_of(self._store, caller, "lists")

    def _pop(self, caller: Caller, name: str) -> bytes | RetryAfter | None:
        check_list_name(name)
        taken: bytes | RetryAfter | None = take_items(
            self._store, caller, POP_OLDEST, name, *self._bounds
        )
        return taken

    def _push(
        self,
        caller: Caller,
        name: str,
        bodies: Sequence[bytes],
        options: PushOptions | None = None,
        bin_id: str = "",
    ) -> Any:
        check_list_name(name)
        if caller.limits is not None:
            for body in bodies:
                check_value(caller, body)
        packed = b"" if options is None else options.packed(name)
        return run_as(
            self._store, caller, PUSH_WITHIN_BOUNDS, name, *self._bounds, bin_id, packed, *bodies
        )


def take_items(store: Store, caller: Caller, script: Script, *args: str | bytes | int) -> Any:
    """Run a script that takes items and return them, or the time until one is due, or None.

    The reply 0 means that the step had more due items than it may process. The script then
    runs again, up to 500 times. Another number says in how many ms an item is due.
    """
    reply, steps = run_as(store, caller, script, *args), 1
    while reply == 0 and steps < _MOST_STEPS:
        reply, steps = run_as(store, caller, script, *args), steps + 1
    return RetryAfter(max(reply, 1)) if isinstance(reply, int) else reply
