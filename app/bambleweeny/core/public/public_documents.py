"""Documents of routes and bins: created, read, replaced and deleted by their owner."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.public.public_ids import PublicId, PublicIds
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.errors import NotFound
from bambleweeny.store import Store
from bambleweeny.store.scripts import PUT_DOCUMENT_WITHIN_QUOTA

_Summary = TypeVar("_Summary", bound="HasName")

_PAGE = 100


class HasName(msgspec.Struct, omit_defaults=True):
    """What a listing shows of each document."""

    name: str = ""


class StoredDocument(NamedTuple):
    """A document as it is stored: fields of a hash, its name among them; the same document has
    the same `revision`.

    The name and the journal, a topic, are '' without one.
    """

    fields: dict[str, str | bytes]
    journal: str = ""

    @property
    def name(self) -> str:
        """The name of the route or bin."""
        return str(self.fields["name"])


class Published(NamedTuple):
    """A route or bin that was created or replaced. `name` is `@USER/NAME`, or empty."""

    id: str
    name: str


class PublicDocuments(ABC, Generic[_Summary]):
    """The documents of one noun, of all tenants."""

    _summary: type[_Summary]

    def __init__(self, store: Store, ids: PublicIds, names: PublicNames) -> None:
        self._store = store
        self._ids = ids
        self._names = names

    @abstractmethod
    def _stored(self, body: bytes) -> StoredDocument:
        """Check a document and return it as it is stored."""

    @abstractmethod
    def _plain(self, public: PublicId) -> _Summary:
        """Return the summary of a route or bin without a document."""

    def create(self, caller: Caller, body: bytes) -> Published:
        """Create a route or bin with a document. It counts against the quota.

        A document that cannot be used is InvalidRoute or InvalidBin, a name of another route
        RouteNameTaken, of another bin BinNameTaken.
        """
        stored = self._stored(body)
        made, owner = self._ids.add(
            caller.id, lambda public_id: self._put(caller, public_id, stored, is_new=True)
        )
        return Published(made.id, _full_name(owner, stored.name))

    def replace(self, caller: Caller, public_id: str, body: bytes) -> Published:
        """Replace a document, or add one to a plain route or bin; atomic.

        The public id stays, the counters begin anew. A miss raises NotFound.
        """
        return self._replace(caller, public_id, self._stored(body))

    def check_place(self, caller: Caller, public_id: str, name: str) -> None:
        """Raise what `create` or `replace` would raise for an id, or for a name; '' for none.

        One round trip.
        """
        tenant = self._store.schema.tenant(caller.id)
        score, holder = read_as(
            self._store,
            caller,
            ("ZSCORE", self._ids.index(tenant), public_id),
            ("HGET", self._names.index(tenant), name),
        )
        if public_id and score is None:
            raise NotFound()
        if name and holder is not None and holder != public_id.encode():
            raise self._names.taken()

    def read(self, caller: Caller, public_id: str) -> bytes:
        """Return a document as JSON; a miss raises NotFound. Up to two round trips."""
        document = self._document_of(caller, public_id)
        if document is not None:
            return document
        return msgspec.json.encode(self._plain(self._ids.find(public_id)))

    def all(self, caller: Caller) -> Iterator[tuple[PublicId, bytes | None]]:
        """Yield the caller's public ids with documents. O(n), a round trip for each 100."""
        owned = self._ids.owned_by(caller)
        tenant = self._store.schema.tenant(caller.id)
        for start in range(0, len(owned), _PAGE):
            page = owned[start : start + _PAGE]
            found = self._store.read(
                *(("HGET", tenant.document(one.id), "document") for one in page)
            )
            yield from zip(page, found, strict=True)

    def summaries(self, caller: Caller) -> list[tuple[Published, _Summary]]:
        """Return what the caller has published, with summaries. O(n), three round trips."""
        owned = self._ids.owned_by(caller)
        tenant = self._store.schema.tenant(caller.id)
        owner, *found = self._store.read(
            ("HGET", tenant.user, "name"),
            *(("HGET", tenant.document(one.id), "summary") for one in owned),
        )
        rows = []
        for one, text in zip(owned, found, strict=True):
            summary = (
                self._plain(one) if text is None else msgspec.json.decode(text, type=self._summary)
            )
            rows.append((Published(one.id, _full_name(owner, summary.name)), summary))
        return rows

    def delete(self, caller: Caller, text: str) -> None:
        """Delete a route or bin with its document, by what `PublicNames.parse` takes."""
        self._ids.delete(caller, self._names.parse(caller, text))

    def _document_of(self, caller: Caller, public_id: str) -> bytes | None:
        """Return a document as it is stored, or None without one; a miss raises NotFound."""
        tenant = self._store.schema.tenant(caller.id)
        score, document = read_as(
            self._store,
            caller,
            ("ZSCORE", self._ids.index(tenant), public_id),
            ("HGET", tenant.document(public_id), "document"),
        )
        if score is None:
            raise NotFound()
        return None if document is None else bytes(document)

    def _replace(
        self, caller: Caller, public_id: str, stored: StoredDocument, known: str = ""
    ) -> Published:
        """Store a document in place of the one of the revision `known`, else Busy; '' for any."""
        owner = self._put(caller, public_id, stored, known=known)
        return Published(public_id, _full_name(owner, stored.name))

    def _put(
        self,
        caller: Caller,
        public_id: str,
        stored: StoredDocument,
        *,
        is_new: bool = False,
        known: str = "",
    ) -> bytes:
        """Store a document and return the name of its owner."""
        owner: bytes = run_as(
            self._store, caller, PUT_DOCUMENT_WITHIN_QUOTA, public_id, self._ids.noun,
            int(is_new), known, stored.name, stored.journal,
            *(part for field in stored.fields.items() for part in field),
        )  # fmt: skip
        return owner


def _full_name(owner: bytes | None, name: str) -> str:
    return f"@{owner.decode()}/{name}" if owner and name else ""
