"""Bins: public ids at which anyone can push an item to a list of the owner."""

from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.lists.lists import Lists, check_list_name
from bambleweeny.core.public.public_ids import PublicId, PublicIds
from bambleweeny.errors import NotFound, Unauthorized
from bambleweeny.store import Store


class Bins(PublicIds):
    """The bins of all tenants."""

    def __init__(self, store: Store, lists: Lists) -> None:
        schema = store.schema
        super().__init__(store, schema.bin, "bins")
        self._lists = lists

    def create(self, caller: Caller, name: str) -> PublicId:
        """Create a public id for a list; the list may not exist yet."""
        check_list_name(name)
        return self._publish(caller, name)

    def push(self, public_id: str, body: bytes) -> None:
        """Push an item to the bin's list; atomic with the owner's quota and the list's bound. One
        round trip once `find` has cached the id.
        """
        found = self.find(public_id)
        try:
            self._lists.push(found.as_owner, found.target, body, bin_id=found.id)
        except Unauthorized as ex:
            raise NotFound() from ex
