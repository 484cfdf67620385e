"""Documents of bins: created, read, replaced and deleted by their owner."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha1

import msgspec

from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.bins.bins import Bins
from bambleweeny.core.bins.documents import REFERENCE
from bambleweeny.core.bins.inbox import load
from bambleweeny.core.bins.secrets import filled, has_hidden, hidden
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.core.public.public_documents import (
    HasName,
    PublicDocuments,
    Published,
    StoredDocument,
)
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.errors import Busy
from bambleweeny.store import Store

DOCUMENT_BYTES = 64 << 10
_MOST_TRIES = 20


class BinSummary(HasName, omit_defaults=True):
    """What a listing shows of a bin; `ends_at` is in ms, 0 if it does not end."""

    list: str = ""
    topic: str = ""
    keep: str = ""
    ends_at: int = 0

    @property
    def end(self) -> str:
        """The end as ISO 8601 in UTC, or ""."""
        if not self.ends_at:
            return ""
        text = datetime.fromtimestamp(self.ends_at / 1000, UTC).isoformat(timespec="seconds")
        return text.replace("+00:00", "Z")


class BinDocuments(PublicDocuments[BinSummary]):
    """The documents of all tenants. Secrets in them are stored, but never shown."""

    _summary = BinSummary

    def __init__(self, store: Store, bins: Bins, names: PublicNames) -> None:
        super().__init__(store, bins, names)
        self._bins = bins

    def create(self, caller: Caller, body: bytes) -> Published:
        """Create a bin with a document; see `PublicDocuments.create`."""
        return super().create(caller, filled(body, None) if has_hidden(body) else body)

    def replace(self, caller: Caller, public_id: str, body: bytes) -> Published:
        """Replace a document; a secret that is written as it is shown stays. Atomic."""
        if not has_hidden(body):
            return super().replace(caller, public_id, body)
        for _ in range(_MOST_TRIES):
            earlier = self._document_of(caller, public_id)
            stored = self._stored(filled(body, earlier))
            known = "" if earlier is None else _revision_of(earlier)
            with suppress(Busy):
                return self._replace(caller, public_id, stored, known)
        raise Busy()

    def read(self, caller: Caller, public_id: str) -> bytes:
        """Return a document as JSON without its secrets; a miss raises NotFound."""
        return hidden(super().read(caller, public_id))

    def summaries(self, caller: Caller) -> "list[tuple[Published, BinSummary]]":
        """Return what `PublicDocuments` does; bins that have ended are deleted."""
        now = time.time() * 1000
        rows = []
        for published, summary in super().summaries(caller):
            if summary.ends_at and summary.ends_at <= now:
                self._bins.delete_ended(caller, published.id)
            else:
                rows.append((published, summary))
        return rows

    def _stored(self, body: bytes) -> StoredDocument:
        return stored_document(body)

    def _plain(self, public: PublicId) -> BinSummary:
        return BinSummary(list=public.target)


def stored_document(body: bytes, ends_at: int = 0) -> StoredDocument:
    """Check a document and return it as it is stored.

    `ends_at` is the end of the bin in ms, if it was decided before; else its life begins now.
    """
    if len(body) > DOCUMENT_BYTES:
        raise refusal("document_too_large", "The document of a bin has up to 64 kB.", REFERENCE)
    document = load(body).document
    if document.life and not ends_at:
        ends_at = int((time.time() + document.life) * 1000)
    summary = BinSummary(
        name=document.name,
        list=document.list,
        topic=document.topic,
        keep=document.keep,
        ends_at=ends_at if document.life else 0,
    )
    return StoredDocument(
        {
            "revision": _revision_of(body),
            "document": body,
            "name": document.name,
            "summary": msgspec.json.encode(summary),
            "ends_at": str(summary.ends_at),
        }
    )


def _revision_of(document: bytes) -> str:
    return sha1(document, usedforsecurity=False).hexdigest()
