"""Documents of routes: created, read, replaced and deleted by their owner."""

from hashlib import sha1

import msgspec

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.public.public_documents import (
    HasName,
    PublicDocuments,
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
