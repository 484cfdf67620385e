"""Migrations of data from older layouts."""

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import run_as, walk_index_as
from bambleweeny.core.lists.idempotency import digest_idempotency_keys
from bambleweeny.core.usage.byte_counts import recount
from bambleweeny.errors import Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.scripts import PACK_LIST_COUNTERS


def migrate(store: Store, layout: int) -> None:
    """Migrate the data of an older layout; safe to run again after an interruption.

    Another server may do the same at the same time. O(data).
    """

    def is_wanted() -> bool:
        """Return whether no other server has finished and serves clients."""
        return store.read(("HGET", store.schema.instance, "schema")) == [b"%d" % layout]

    [user_ids] = store.read(("HVALS", store.schema.users))
    for user_id in user_ids:
        owner = Caller(user_id.decode(), "", "")
        try:
            if layout < 2:
                _pack_counters_of_lists(store, owner)
            if layout < 3:
                digest_idempotency_keys(store, owner)
            if layout < 4:
                recount(store, owner, is_wanted)
        except Unauthorized:
            continue  # an interrupted deletion, which is finished later


def _pack_counters_of_lists(store: Store, owner: Caller) -> None:
    for names in walk_index_as(store, owner, store.schema.tenant(owner.id).lists):
        for name in names:
            run_as(store, owner, PACK_LIST_COUNTERS, name)
