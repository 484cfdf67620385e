"""Documents of bins: created, read, replaced and deleted by their owner."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import msgspec
from msgspec import UNSET

from bambleweeny.core.auth.caller import Caller
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
from bambleweeny.errors import Busy, NotFound
from bambleweeny.store import Store

DOCUMENT_BYTES = 64 << 10
_MOST_TRIES = 20


class BinSummary(HasName, omit_defaults=True):
    """What a listing shows of a bin."""

    list: str = ""
    topic: str = ""
    keep: str = ""
    ends_at: datetime | None = None


class BinDocuments(PublicDocuments[BinSummary]):
    """The documents of all tenants. Secrets in them are stored, but never shown.

    In a stored document `ends` has become `ends_at`.
    """

    _summary = BinSummary

    def __init__(self, store: Store, bins: Bins, names: PublicNames) -> None:
        super().__init__(store, bins, names)
        self._bins = bins

    def create(self, caller: Caller, body: bytes) -> Published:
        """Create a bin with a document; see `PublicDocuments.create`."""
        completed = completed_document(body, None)
        check_scopes_of_bin(caller, completed)
        return super().create(caller, completed)

    def replace(self, caller: Caller, public_id: str, body: bytes) -> Published:
        """Replace a document; a secret that is written as it is shown stays. Atomic."""
        if not has_hidden(body):
            completed = completed_document(body, None)
            check_scopes_of_bin(caller, completed)
            return super().replace(caller, public_id, completed)
        for _ in range(_MOST_TRIES):
            earlier = self._document_of(caller, public_id)
            completed = completed_document(body, earlier)
            check_scopes_of_bin(caller, completed)
            stored = stored_document(completed)
            known = "" if earlier is None else _revision_of(earlier)
            with suppress(Busy):
                return self._replace(caller, public_id, stored, known)
        raise Busy()

    def read(self, caller: Caller, public_id: str) -> bytes:
        """Return a document as JSON without its secrets; a miss raises NotFound."""
        return hidden(super().read(caller, public_id))

    def summaries(self, caller: Caller) -> "list[tuple[Published, BinSummary]]":
        """Return what `PublicDocuments` does; bins that have ended are deleted."""
        now = datetime.now(UTC)
        rows = []
        for published, summary in super().summaries(caller):
            if summary.ends_at and summary.ends_at <= now:
                self._delete_ended(caller, published.id, now)
            else:
                rows.append((published, summary))
        return rows

    def _delete_ended(self, caller: Caller, public_id: str, now: datetime) -> None:
        with suppress(NotFound):
            document = self._document_of(caller, public_id)
            if document is not None and load(document).ends <= now.timestamp():
                self._bins.delete_ended(caller, public_id, _revision_of(document))

    def _stored(self, body: bytes) -> StoredDocument:
        return stored_document(body)

    def _plain(self, public: PublicId) -> BinSummary:
        return BinSummary(list=public.target)


def check_scopes_of_bin(caller: Caller, completed: bytes) -> None:
    """Raise InsufficientScope unless the caller may do what a complete document says.

    It needs to push to its list or to publish to its topic, and to read all keys if its answer has
    keys in it, since strangers may choose which. No cost without scopes.
    """
    scopes = caller.scopes
    if scopes is None:
        return
    inbox = load(completed)
    if inbox.document.topic:
        scopes.check("topics", "publish", inbox.document.topic)
    else:
        scopes.check("lists", "push", inbox.document.list)
    if inbox.reads_keys:
        scopes.check_all("keys", "read")


def stored_document(body: bytes) -> StoredDocument:
    """Check a document that is complete and return it as it is stored."""
    document = load(body).document
    summary = BinSummary(
        name=document.name,
        list=document.list,
        topic=document.topic,
        keep=document.keep,
        ends_at=None if document.ends_at is UNSET else document.ends_at,
    )
    fields: dict[str, str | bytes] = {
        "revision": _revision_of(body),
        "document": body,
        "name": document.name,
        "summary": msgspec.json.encode(summary),
    }
    return StoredDocument(fields)


def completed_document(body: bytes, earlier: bytes | None) -> bytes:
    """Check a document; return it with the secrets that it keeps and the time of its end.

    It has up to 64 kB before and after, so that an export of it can be imported.
    """
    _check_size(body)
    if has_hidden(body):
        body = filled(body, earlier)
    document = load(body).document
    if document.life:
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        del fields["ends"]
        ends_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=document.life)
        body = msgspec.json.encode({**fields, "ends_at": ends_at})
    _check_size(body)
    return body


def _check_size(document: bytes) -> None:
    if len(document) > DOCUMENT_BYTES:
        raise refusal("document_too_large", "The document of a bin has up to 64 kB.", REFERENCE)


def _revision_of(document: bytes) -> str:
    return sha1(document, usedforsecurity=False).hexdigest()
