"""Keys: named bytes, and counters on them."""

from collections.abc import Iterator, Sequence

from bambleweeny.core.auth.caller import Caller, check_value
from bambleweeny.core.auth.nested_keys import check_nested
from bambleweeny.core.auth.tenant_session import read_as, read_values_as, run_as
from bambleweeny.core.key_entry import KeyEntry, key_entry_of
from bambleweeny.core.listing.selections import names_of
from bambleweeny.core.values import MOST_BYTES_AT_ONCE
from bambleweeny.errors import InvalidName, InvalidRequest, NotFound, TooMuchAtOnce
from bambleweeny.names import NAME_RULE, is_name, is_part_of_name
from bambleweeny.store import Store
from bambleweeny.store.scripts import DELETE_KEY, INCR_WITHIN_QUOTA, SET_WITHIN_QUOTA

_MOST_NAMES = 1000


def check_key_name(name: str) -> None:
    """Raise InvalidName unless the text can name a key."""
    if not is_name(name):
        raise InvalidName("Key name is invalid.", hint=NAME_RULE)


class Keys:
    """The keys of all tenants."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._schema = store.schema

    def get(self, caller: Caller, name: str) -> bytes:
        """Return a key's bytes. A miss raises NotFound. O(1)."""
        return self.read(caller, name).value

    def read(self, caller: Caller, name: str) -> KeyEntry:
        """Return a key's entry: value, TTL and content type, read atomically.

        A miss raises NotFound. O(1).
        """
        check_key_name(name)
        tenant = self._schema.tenant(caller.id)
        [found] = read_as(self._store, caller, ("MGET", tenant.key(name), tenant.meta(name)))
        if found[0] is None:
            raise NotFound()
        return key_entry_of(found)

    def set(self, caller: Caller, name: str, value: bytes) -> None:
        """Write a key, atomically with the index and the quota.

        A new key counts against the quota. Clears the TTL and the content type. Raises BodyTooLarge
        over the user's `max_value`. O(log n).
        """
        check_key_name(name)
        if caller.scopes is not None:
            check_nested(caller, value)
        if caller.limits is not None:
            check_value(caller, value)
        run_as(self._store, caller, SET_WITHIN_QUOTA, name, value)

    def incr(self, caller: Caller, name: str, by: int = 1) -> int:
        """Add to a counter and return the new number; atomic.

        A missing key starts at 0 and counts against the quota. Raises NotAnInteger if the value is
        not a 64-bit integer, CounterOverflow if the result would not be one; both leave it
        unchanged. O(log n).
        """
        check_key_name(name)
        return int(run_as(self._store, caller, INCR_WITHIN_QUOTA, name, by))

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a key, which frees its place in the quota; atomic.

        A miss raises NotFound. O(log n).
        """
        # NOTE: 1.0 accepted . and .. as names.
        if not is_part_of_name(name) or not run_as(self._store, caller, DELETE_KEY, name):
            check_key_name(name)
            raise NotFound()

    def present(self, caller: Caller, names: Sequence[str]) -> list[str]:
        """Return those of the names that are keys, in the order given and each once.

        Up to 1,000 names; one round trip, not atomic as a group. O(names).
        """
        names = _distinct(names)
        tenant = self._schema.tenant(caller.id)
        found = read_as(self._store, caller, *(("EXISTS", tenant.key(name)) for name in names))
        return [name for name, is_there in zip(names, found, strict=True) if is_there]

    def values(
        self, caller: Caller, names: Sequence[str], most_bytes: int = MOST_BYTES_AT_ONCE
    ) -> dict[str, bytes]:
        """Return the values of those of the names that are keys, read atomically.

        Up to 1,000 names; raises TooMuchAtOnce if the values together are over 16 MB. One round
        trip. O(names).
        """
        names = _distinct(names)
        values, room = read_values_as(self._store, caller, names, most_bytes, is_whole=True)
        if room < 0:
            raise TooMuchAtOnce()
        return {
            name: bytes(value)
            for name, value in zip(names, values, strict=True)
            if value is not None
        }

    def walk(self, caller: Caller) -> Iterator[list[str]]:
        """Yield the names of the caller's keys in order, in pages."""
        return names_of(self._store, caller, "keys")


def _distinct(names: Sequence[str]) -> list[str]:
    for name in names:
        check_key_name(name)
    if len(names) > _MOST_NAMES:
        raise InvalidRequest(f"One call takes up to {_MOST_NAMES} names.")
    return list(dict.fromkeys(names))
