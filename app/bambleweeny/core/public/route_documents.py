"""Documents of routes: created, read, replaced and deleted by their owner."""

from hashlib import sha1

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_session import read_as
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.public.public_documents import (
    HasName,
    PublicDocuments,
    Published,
    StoredDocument,
)
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.errors import InvalidRequest


class Summary(HasName, omit_defaults=True):
    """What a listing shows of a document."""

    key: str = ""
    content_type: str = ""
    rules: int = 0
    journal: str = ""


class _Journal(msgspec.Struct):
    journal: str = ""


class RouteDocuments(PublicDocuments[Summary]):
    """The documents of all tenants. A document is stored as it was sent."""

    _summary = Summary

    def replace(self, caller: Caller, public_id: str, body: bytes) -> Published:
        """Replace a document; see `PublicDocuments.replace`.

        A journal that the route has created is deleted if the new document names another one, or
        none. InsufficientScope is raised unless the caller may write that topic.
        """
        stored = self._stored(body)
        self._check_journal(caller, public_id, stored.journal)
        return self._replace(caller, public_id, stored)

    def delete(self, caller: Caller, text: str) -> None:
        """Delete a route; see `PublicDocuments.delete`.

        A journal that the route has created is deleted, too. InsufficientScope is raised unless
        the caller may write that topic.
        """
        public_id = self._names.parse(caller, text)
        self._check_journal(caller, public_id)
        self._ids.delete(caller, public_id)

    def _check_journal(self, caller: Caller, public_id: str, kept: str = "") -> None:
        """Check the scope for the journal that a route has created, unless it is kept.

        No cost without scopes, else a round trip.
        """
        if caller.scopes is None:
            return
        tenant = self._store.schema.tenant(caller.id)
        score, made = read_as(
            self._store,
            caller,
            ("ZSCORE", self._ids.index(tenant), public_id),
            ("HGET", tenant.document(public_id), "made"),
        )
        journal = (made or b"").decode()
        if score is not None and journal not in ("", kept):
            caller.scopes.check("topics", "write", journal)

    def _stored(self, body: bytes) -> StoredDocument:
        return stored_document(body)

    def _plain(self, public: PublicId) -> Summary:
        return Summary(key=public.target, content_type=public.content_type)

    def journal_of(self, caller: Caller, public_id: str) -> tuple[str, str]:
        """Return the topic with the calls of a route, and the last message before them, or "".

        InvalidRequest if the route has no journal.
        """
        found = msgspec.json.decode(self.read(caller, public_id), type=_Journal)
        if not found.journal:
            raise InvalidRequest(
                "The route has no journal.", hint="Name a topic in 'journal' of its document."
            )
        document = self._store.schema.tenant(caller.id).document(public_id)
        [since] = self._store.read(("HGET", document, "since"))
        return found.journal, (since or b"").decode()


def stored_document(body: bytes) -> StoredDocument:
    """Check a document and return it as it is stored."""
    document = load(body).document
    summary = Summary(
        name=document.name,
        key=document.key,
        content_type=document.content_type,
        rules=len(document.rules),
        journal=document.journal,
    )
    fields: dict[str, str | bytes] = {
        "revision": sha1(body, usedforsecurity=False).hexdigest(),
        "document": body,
        "name": document.name,
        "summary": msgspec.json.encode(summary),
    }
    return StoredDocument(fields, document.journal)
