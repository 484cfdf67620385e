"""Data of an older layout, made into those of this one."""

from bambleweeny.core.authorized import run_as
from bambleweeny.core.listings import walk
from bambleweeny.core.tokens import Caller
from bambleweeny.errors import Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.scripts import PACK_NUMBERS


def take_over(store: Store, layout: int) -> None:
    """Rewrite what an older layout has otherwise; again, where that broke off. O(lists)."""
    if layout < 2:
        _pack_numbers_of_lists(store)


def _pack_numbers_of_lists(store: Store) -> None:
    [user_ids] = store.read(("HVALS", store.schema.users))
    for user_id in user_ids:
        owner = Caller(user_id.decode(), "", "")
        try:
            for names in walk(store, owner, store.schema.tenant(owner.id).lists):
                for name in names:
                    run_as(store, owner, PACK_NUMBERS, name)
        except Unauthorized:
            continue  # its deletion broke off, and is finished later
