"""Keys: named bytes, and counters on them."""

from collections.abc import Iterator, Sequence

from bambleweeny.core.auth.tenant_session import read_as, read_values_as, run_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.key_entry import Held, held_of
from bambleweeny.core.listing.name_range import Span
from bambleweeny.core.listing.selections import Selection
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
        """Read a key's bytes. A miss raises NotFound. O(1)."""
        return self.read(caller, name).value

    def read(self, caller: Caller, name: str) -> Held:
        """Read a key and what else is known of it, of one moment.

        A miss raises NotFound. O(1).
        """
        check_key_name(name)
        tenant = self._schema.tenant(caller.id)
        [found] = read_as(self._store, caller, ("MGET", tenant.key(name), tenant.meta(name)))
        if found[0] is None:
            raise NotFound()
        return held_of(found)

    def set(self, caller: Caller, name: str, value: bytes) -> None:
        """Write a key, atomically with the index and the quota.

        A new key counts against the quota. What else was known of the key is
        forgotten. O(log n).
        """
        check_key_name(name)
        run_as(self._store, caller, SET_WITHIN_QUOTA, name, value)

    def incr(self, caller: Caller, name: str, by: int = 1) -> int:
        """Add to a counter and give the new number; atomic.

        A miss starts at 0 and counts against the quota. A value that is no
        64-bit integer raises NotAnInteger and stays, one that would leave 64 bits CounterOverflow.
        O(log n).
        """
        check_key_name(name)
        return int(run_as(self._store, caller, INCR_WITHIN_QUOTA, name, by))

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a key and free its place in the quota; atomic.

        A miss raises NotFound. O(log n).
        """
        # NOTE: 1.0 accepted . and .. as names.
        if not is_part_of_name(name) or not run_as(self._store, caller, DELETE_KEY, name):
            check_key_name(name)
            raise NotFound()

    def present(self, caller: Caller, names: Sequence[str]) -> list[str]:
        """Give those of the names that are keys, in their order and each once.

        Up to 1,000 names; one round trip, not atomic as a group. O(names).
        """
        names = _distinct(names)
        tenant = self._schema.tenant(caller.id)
        found = read_as(self._store, caller, *(("EXISTS", tenant.key(name)) for name in names))
        return [name for name, is_there in zip(names, found, strict=True) if is_there]

    def values(
        self, caller: Caller, names: Sequence[str], most_bytes: int = MOST_BYTES_AT_ONCE
    ) -> dict[str, bytes]:
        """Read those of the names that are keys, as they are at one moment.

        Up to 1,000 names; values of over 16 MB together are TooMuchAtOnce. One
        round trip. O(names).
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
        """Give the names of the caller's keys in order, in pages."""
        return Selection(self._store, caller, "keys", Span()).names()


def _distinct(names: Sequence[str]) -> list[str]:
    for name in names:
        check_key_name(name)
    if len(names) > _MOST_NAMES:
        raise InvalidRequest(f"One call takes up to {_MOST_NAMES} names.")
    return list(dict.fromkeys(names))
