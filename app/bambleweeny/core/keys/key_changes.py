"""Changes of keys that take options: a precondition, a TTL, a content type, or bounds."""

import re
from typing import Any

from bambleweeny.core.auth.caller import Caller, check_value
from bambleweeny.core.auth.nested_keys import check_nested
from bambleweeny.core.auth.tenant_session import run_as
from bambleweeny.core.key_entry import KeyEntry, key_entry_of
from bambleweeny.core.keys.conditions import (
    ANY,
    Bounds,
    Precondition,
    Ttl,
    WriteOptions,
    exactly,
)
from bambleweeny.core.keys.json_patch import merged
from bambleweeny.core.keys.keys import Keys, check_key_name
from bambleweeny.errors import (
    Busy,
    CounterOverflow,
    LimitReached,
    NotAnInteger,
    NotFound,
    PreconditionFailed,
)
from bambleweeny.names import is_part_of_name
from bambleweeny.store import Store
from bambleweeny.store.scripts import (
    CHANGE_TTL,
    DELETE_ON_CONDITIONS,
    INCR_WITHIN_BOUNDS,
    SET_WITH_OPTIONS_WITHIN_QUOTA,
)

_MOST_ATTEMPTS = 10
_is_integer = re.compile(rb"0|-?[1-9][0-9]{0,18}").fullmatch


class KeyChanges:
    """Changes of keys with conditions. Each check and its change are one atomic step."""

    def __init__(self, store: Store, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    def touch(
        self, caller: Caller, name: str, ttl: int, precondition: Precondition = ANY
    ) -> KeyEntry:
        """Read a key and set its TTL in seconds; atomic.

        A miss raises NotFound; a precondition that fails raises PreconditionFailed. O(log n), with
        a precondition O(length of the value).
        """
        return key_entry_of(self._change_ttl(caller, name, str(ttl), precondition, 1))

    def change_ttl(
        self, caller: Caller, name: str, ttl: Ttl, precondition: Precondition = ANY
    ) -> None:
        """Set the TTL of a key, or remove it (None); atomic.

        A miss raises NotFound; a precondition that fails raises PreconditionFailed. O(log n), with
        a precondition O(length of the value).
        """
        self._change_ttl(caller, name, "none" if ttl is None else str(ttl), precondition, 0)

    def set_with_options(
        self,
        caller: Caller,
        name: str,
        value: bytes,
        options: WriteOptions,
        precondition: Precondition = ANY,
    ) -> None:
        """Write a key with a TTL, a content type or a precondition; atomic.

        Raises PreconditionFailed, with nothing changed, if the precondition fails, and BodyTooLarge
        over the user's `max_value`. A new key counts against the quota. O(log n), with a
        precondition O(length of the earlier value).
        """
        self._set_with_options(caller, name, value, (options, precondition), 0)

    def swap(
        self,
        caller: Caller,
        name: str,
        value: bytes,
        options: WriteOptions,
        precondition: Precondition = ANY,
    ) -> KeyEntry | None:
        """Write as `set_with_options` does, and return the earlier entry, or None for a new key."""
        found = self._set_with_options(caller, name, value, (options, precondition), 1)
        return None if found[0] is None else key_entry_of(found)

    def patch(
        self,
        caller: Caller,
        name: str,
        patch: bytes,
        options: WriteOptions,
        precondition: Precondition = ANY,
    ) -> bytes:
        """Apply a JSON merge patch (RFC 7396) to a value, and return the new value.

        Atomic: if the key changes meanwhile, it is read again, up to ten times; then Busy is
        raised. A missing key is an empty object and counts against the quota. Raises NotJson if
        the value is not JSON. Two round trips, O(length of the value).
        """
        for _ in range(_MOST_ATTEMPTS):
            known = self._read_for_change(caller, name, precondition)
            if known is None:
                value, as_read = merged(b"{}", patch), Precondition(if_none_match="*")
                wanted = options._replace(content_type="application/json")
            else:
                value, as_read, wanted = (
                    merged(known.value, patch),
                    exactly(known.value),
                    options,
                )
            try:
                self.set_with_options(caller, name, value, wanted, as_read)
            except PreconditionFailed:
                continue
            return value
        raise Busy("The key changes too often.")

    def incr_within(self, caller: Caller, name: str, by: int, bounds: Bounds) -> int:
        """Add to a counter as `incr` does, if the result is within bounds; atomic.

        Else raises LimitReached, with nothing changed. O(log n).
        """
        check_key_name(name)
        packed = bounds.packed(by)
        return int(run_as(self._store, caller, INCR_WITHIN_BOUNDS, name, *packed))

    def preview_incr(self, caller: Caller, name: str, by: int, bounds: Bounds) -> int:
        """Return the number that `incr_within` would return now, without a change. O(1).

        Raises NotAnInteger, CounterOverflow and LimitReached as `incr_within` does.
        """
        try:
            counter = self._keys.read(caller, name)
        except NotFound:
            counter = KeyEntry(b"0")
        if not _is_integer(counter.value):
            raise NotAnInteger()
        number = int(counter.value) + by
        if not bounds.hold_for(number):
            error = LimitReached()
            error.retry_after = counter.seconds_left()
            raise error
        if not -(2**63) <= number < 2**63:
            raise CounterOverflow()
        return number

    def take(self, caller: Caller, name: str, precondition: Precondition = ANY) -> KeyEntry:
        """Delete a key and return its entry, if its precondition holds; atomic.

        Raises PreconditionFailed, with nothing changed, if it fails. A miss raises NotFound.
        O(log n + length of the value).
        """
        is_possible = is_part_of_name(name)  # 1.0 accepted . and .. as names
        found = (
            run_as(self._store, caller, DELETE_ON_CONDITIONS, name, *precondition, 1)
            if is_possible
            else None
        )
        if found is None:
            check_key_name(name)
            raise NotFound()
        return key_entry_of(found)

    def _set_with_options(
        self,
        caller: Caller,
        name: str,
        value: bytes,
        how: tuple[WriteOptions, Precondition],
        return_previous: int,
    ) -> Any:
        check_key_name(name)
        if caller.scopes is not None:
            check_nested(caller, value)
        check_value(caller, value)
        options, precondition = how
        return run_as(
            self._store, caller, SET_WITH_OPTIONS_WITHIN_QUOTA,
            name, value, *precondition, *options.packed(), return_previous,
        )  # fmt: skip

    def _change_ttl(
        self, caller: Caller, name: str, ttl: str, precondition: Precondition, return_previous: int
    ) -> Any:
        check_key_name(name)
        found = run_as(self._store, caller, CHANGE_TTL, name, ttl, *precondition, return_previous)
        if found is None:
            raise NotFound()
        return found

    def _read_for_change(
        self, caller: Caller, name: str, precondition: Precondition
    ) -> KeyEntry | None:
        try:
            known = self._keys.read(caller, name)
        except NotFound:
            known = None
        if not precondition.hold_for(None if known is None else known.value):
            raise PreconditionFailed()
        return known
