"""Documents of routes: created, read, replaced and deleted by their owner."""

from collections.abc import Iterator
from hashlib import sha1
from typing import NamedTuple

import msgspec

from bambleweeny.core.auth.tenant_session import read_as, run_as
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.mocks.documents import RouteDocument
from bambleweeny.core.mocks.routes import load
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.core.public.route_names import RouteNames
from bambleweeny.core.public.routes import Routes
from bambleweeny.errors import InvalidRequest, NotFound, RouteNameTaken
from bambleweeny.store import Store
from bambleweeny.store.scripts import PUT_DOCUMENT_WITHIN_QUOTA

_PAGE = 100


class Summary(msgspec.Struct, omit_defaults=True):
    """What a listing shows of a document."""

    key: str = ""
    content_type: str = ""
    name: str = ""
    rules: int = 0
    journal: str = ""


class _Journal(msgspec.Struct):
    journal: str = ""


class Published(NamedTuple):
    """A route that was created or replaced. `name` is `@USER/NAME`, or empty."""

    id: str
    name: str


class RouteDocuments:
    """The documents of all tenants. A document is stored as it was sent."""

    def __init__(self, store: Store, routes: Routes, names: RouteNames) -> None:
        self._store = store
        self._routes = routes
        self._names = names

    def create(self, caller: Caller, body: bytes) -> Published:
        """Create a route with a document. It counts against the quota.

        A document that cannot be used is InvalidRoute, a name of another route RouteNameTaken.
        """
        document = load(body).document
        made, owner = self._routes.add(
            caller.id, lambda public_id: self._put(caller, public_id, document, body, is_new=True)
        )
        return Published(made.id, _full_name(owner, document.name))

    def replace(self, caller: Caller, public_id: str, body: bytes) -> Published:
        """Replace the document of a route, or give one to a plain route; atomic.

        The public id stays, the counters begin anew. A miss raises NotFound.
        """
        document = load(body).document
        owner = self._put(caller, public_id, document, body, is_new=False)
        return Published(public_id, _full_name(owner, document.name))

    def check_place(self, caller: Caller, public_id: str, name: str) -> None:
        """Raise what `create` or `replace` would raise for an id, or for a name; '' for none.

        One round trip.
        """
        tenant = self._store.schema.tenant(caller.id)
        score, holder = read_as(
            self._store,
            caller,
            ("ZSCORE", tenant.routes, public_id),
            ("HGET", tenant.route_names, name),
        )
        if public_id and score is None:
            raise NotFound()
        if name and holder is not None and holder != public_id.encode():
            raise RouteNameTaken()

    def read(self, caller: Caller, public_id: str) -> bytes:
        """Return a route's document as JSON; a miss raises NotFound. Up to two round trips."""
        tenant = self._store.schema.tenant(caller.id)
        score, document = read_as(
            self._store,
            caller,
            ("ZSCORE", tenant.routes, public_id),
            ("HGET", tenant.document(public_id), "document"),
        )
        if score is None:
            raise NotFound()
        if document is not None:
            return bytes(document)
        plain = self._routes.find(public_id)
        return msgspec.json.encode({"key": plain.target, "content_type": plain.content_type})

    def all(self, caller: Caller) -> Iterator[tuple[PublicId, bytes | None]]:
        """Yield the caller's routes with their documents. O(n), a round trip for each 100."""
        routes = self._routes.owned_by(caller)
        tenant = self._store.schema.tenant(caller.id)
        for start in range(0, len(routes), _PAGE):
            page = routes[start : start + _PAGE]
            found = self._store.read(
                *(("HGET", tenant.document(route.id), "document") for route in page)
            )
            yield from zip(page, found, strict=True)

    def summaries(self, caller: Caller) -> list[tuple[Published, Summary]]:
        """Return the caller's routes with what their documents say. O(n), three round trips."""
        routes = self._routes.owned_by(caller)
        tenant = self._store.schema.tenant(caller.id)
        owner, *found = self._store.read(
            ("HGET", tenant.user, "name"),
            *(("HGET", tenant.document(route.id), "summary") for route in routes),
        )
        rows = []
        for route, text in zip(routes, found, strict=True):
            summary = _plain(route) if text is None else msgspec.json.decode(text, type=Summary)
            rows.append((Published(route.id, _full_name(owner, summary.name)), summary))
        return rows

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

    def delete(self, caller: Caller, text: str) -> None:
        """Delete a route with its document, by what `RouteNames.parse` takes."""
        self._routes.delete(caller, self._names.parse(caller, text))

    def _put(
        self, caller: Caller, public_id: str, document: RouteDocument, body: bytes, *, is_new: bool
    ) -> bytes:
        """Store a document, and return the name of its owner."""
        stored = stored_document(document, body)
        owner: bytes = run_as(
            self._store, caller, PUT_DOCUMENT_WITHIN_QUOTA, public_id, int(is_new),
            *stored.values(), document.journal,
        )  # fmt: skip
        return owner


def stored_document(document: RouteDocument, body: bytes) -> dict[str, str | bytes]:
    """Return the fields in which a document is stored; the same one has the same revision."""
    summary = Summary(
        document.key, document.content_type, document.name, len(document.rules), document.journal
    )
    return {
        "revision": sha1(body, usedforsecurity=False).hexdigest(),
        "document": body,
        "name": document.name,
        "summary": msgspec.json.encode(summary),
    }


def _plain(route: PublicId) -> Summary:
    return Summary(route.target, route.content_type)


def _full_name(owner: bytes | None, name: str) -> str:
    return f"@{owner.decode()}/{name}" if owner and name else ""
