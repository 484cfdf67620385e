"""Bins: public ids at which anyone can push an item to a list of the owner."""

from contextlib import suppress

from bambleweeny.core.auth.caller import Caller, check_name
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.lists.lists import Lists, check_list_name
from bambleweeny.core.public.public_ids import PublicId, PublicIds
from bambleweeny.errors import NotFound, Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.scripts import REMOVE_PUBLIC_ID


class HasDocument(Exception):
    """The bin has a document, which decides what it does with a request."""


class Bins(PublicIds):
    """The bins of all tenants."""

    def __init__(self, store: Store, lists: Lists) -> None:
        schema = store.schema
        super().__init__(store, schema.bin, "bins")
        self._lists = lists

    def create(self, caller: Caller, name: str) -> PublicId:
        """Create a public id for a list; the list may not exist yet.

        A named token needs `push` on the list.
        """
        check_list_name(name)
        check_name(caller, "lists", "push", name)
        return self._publish(caller, name)

    def plain(self, public_id: str) -> PublicId:
        """Return the record of a bin without a document, as far as this process knows.

        Raises HasDocument, and NotFound if there is no such bin. At most one round trip.
        """
        found = self.find(public_id)
        if found.has_document:
            raise HasDocument()
        return found

    def check_plain(self, found: PublicId) -> None:
        """Raise NotFound if a plain bin has been deleted, HasDocument if it has a document by now.

        One round trip.
        """
        tenant = self._store.schema.tenant(found.owner)
        try:
            score, has_document = read_as(
                self._store,
                found.as_owner,
                ("ZSCORE", tenant.bins, found.id),
                ("EXISTS", tenant.document(found.id)),
            )
        except Unauthorized as ex:
            raise NotFound() from ex
        if score is None:
            raise NotFound()
        if has_document:
            self._take_document(found)

    def push(self, found: PublicId, body: bytes) -> None:
        """Push an item to the list of a plain bin; atomic with the owner's quota and the list's
        bound. One round trip.

        Raises NotFound if the bin has been deleted, and HasDocument if it has a document by now.
        """
        try:
            item_id = self._lists.push(found.as_owner, found.target, body, bin_id=found.id)
        except Unauthorized as ex:
            raise NotFound() from ex
        if item_id < 0:
            self._take_document(found)

    def _take_document(self, found: PublicId) -> None:
        if not found.as_owner.is_in_sandbox:
            # NOTE: a reset of a sandbox may take the document away.
            self._remember(found._replace(has_document=True))
        raise HasDocument()

    def delete_ended(self, owner: Caller, public_id: str, revision: str | bytes) -> None:
        """Delete a bin that has ended, unless it has another document by now."""
        # NOTE: a deletion of the owner deletes the bin.
        with suppress(Unauthorized):
            if run_as(self._store, owner, REMOVE_PUBLIC_ID, public_id, self.noun, revision):
                self.forget_record(owner, public_id)
