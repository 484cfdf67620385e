"""Policies of lists: length of a lease, maximum of attempts, maximum length of the list."""

from typing import Annotated, Literal

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.lists.leases import LONGEST_LEASE
from bambleweeny.core.lists.lists import LONGEST_ITEM_TTL, check_list_name
from bambleweeny.errors import InvalidRequest, NotFound
from bambleweeny.store import Store
from bambleweeny.store.scripts import SET_POLICY

_Attempts = Annotated[int, msgspec.Meta(ge=1, le=1000)]
_Length = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
_Lease = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_LEASE)]
_Ttl = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_ITEM_TTL)]


class ListPolicy(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The settings of a list. `lease` and `ttl` are in seconds; None means that it is not set."""

    lease: _Lease | None = None
    max_attempts: _Attempts | None = None
    dead_letter: str | None = None
    max_len: _Length | None = None
    overflow: Literal["reject", "drop_oldest"] = "reject"
    ttl: _Ttl | None = None
    paused: bool = False


def check_list_policy(name: str, policy: ListPolicy) -> None:
    """Raise InvalidRequest unless the list of that name can have the policy."""
    check_list_name(name)
    if policy.dead_letter is not None:
        check_list_name(policy.dead_letter)
        if policy.dead_letter == name:
            raise InvalidRequest("The 'dead_letter' list must be another one.")


decode_policy = msgspec.json.Decoder(ListPolicy).decode


class ListPolicies:
    """The policies of all tenants' lists."""

    def __init__(self, store: Store, bounds: tuple[int, int]) -> None:
        self._store = store
        self._bounds = bounds

    def set(self, caller: Caller, name: str, policy: ListPolicy) -> None:
        """Set or replace a list's policy; atomic.

        Creates the list if it does not exist; a new list counts against the quota. O(log n).
        """
        check_list_policy(name, policy)
        self._run(caller, name, msgspec.json.encode(policy))

    def get(self, caller: Caller, name: str) -> ListPolicy:
        """Return a list's policy; raise NotFound if it has none. O(1)."""
        check_list_name(name)
        record = self._store.schema.tenant(caller.id).list(name)
        [found] = read_as(self._store, caller, ("HGET", record, "policy"))
        if found is None:
            raise NotFound("The list has no policy.")
        return decode_policy(found)

    def delete(self, caller: Caller, name: str) -> None:
        """Delete a list's policy, and the list too if it is empty. Atomic.

        Raises NotFound if the list has no policy. O(log n).
        """
        check_list_name(name)
        if not self._run(caller, name, b""):
            raise NotFound("The list has no policy.")

    def _run(self, caller: Caller, name: str, packed: bytes) -> int:
        return int(run_as(self._store, caller, SET_POLICY, name, *self._bounds, packed))
