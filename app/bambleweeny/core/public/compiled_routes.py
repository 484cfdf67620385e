"""The documents of routes, compiled, as a worker knows them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bambleweeny.core.mocks.documents import RouteDocument
from bambleweeny.core.mocks.limits import ANSWER_BYTES
from bambleweeny.core.mocks.routes import Route, load
from bambleweeny.core.mocks.templates import too_large
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.store import Store

_MOST_ROUTES = 1000
_MOST_BYTES = 8 << 20
"""Of the documents: compiled they take several times as much memory."""


class KnownRoute(NamedTuple):
    """A compiled document, and the revision of which it is."""

    revision: bytes
    route: Route
    size: int

    @property
    def document(self) -> RouteDocument:
        """The document itself."""
        return self.route.document


class NewerDocument(Exception):
    """The route has another document than this worker knew; it knows the new one now."""


class RouteGone(Exception):
    """The route, its name or its owner does not exist any more."""


class CompiledRoutes:
    """A cache of compiled documents: up to 1,000, of up to 8 MB. Drops the oldest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, KnownRoute] = {}
        self._bytes = 0

    def get(self, route: PublicId) -> KnownRoute:
        """Return a route's document as this worker knows it, or read it; a miss is RouteGone.

        One round trip, and none once it is cached. It may have been replaced meanwhile: the
        script that answers compares the revision.
        """
        known = self._known.get(route.id)
        return self._fetch(route) if known is None else known

    def check(self, route: PublicId, known: KnownRoute) -> None:
        """Raise NewerDocument if a known document was replaced, or RouteGone.

        One round trip.
        """
        tenant = self._store.schema.tenant(route.owner)
        found = self._store.read(
            ("HGET", tenant.user, "version"), ("HGET", tenant.document(route.id), "revision")
        )
        self.compare(route, known, *found)

    def read(
        self, route: PublicId, known: KnownRoute, names: Sequence[str]
    ) -> dict[str, bytes | None]:
        """Check a known document as `check` does, and read up to one key of the owner.

        One round trip. A value over 2 MB is `answer_too_large`.
        """
        if not names:
            self.check(route, known)
            return {}
        tenant = self._store.schema.tenant(route.owner)
        version, revision, value = self._store.read(
            ("HGET", tenant.user, "version"),
            ("HGET", tenant.document(route.id), "revision"),
            ("GET", tenant.key(names[0])),
        )
        self.compare(route, known, version, revision)
        if value is not None and len(value) > ANSWER_BYTES:
            raise too_large()
        return {names[0]: value}

    def compare(
        self, route: PublicId, known: KnownRoute, version: bytes | None, revision: bytes | None
    ) -> None:
        """Do the same as `check` with what was read."""
        if version is None or revision is None:
            self.forget(route)
            raise RouteGone()
        if revision != known.revision:
            self._fetch(route)
            raise NewerDocument()

    def keep(self, route: PublicId, revision: bytes, document: bytes) -> KnownRoute:
        """Compile and cache a document."""
        known = KnownRoute(revision, load(document), len(document))
        # NOTE: the bound is not exact if two threads count at the same time.
        self.forget(route)
        while self._known and (
            len(self._known) >= _MOST_ROUTES or self._bytes + known.size > _MOST_BYTES
        ):
            self._drop(list(self._known)[: len(self._known) // 4 + 1])
        self._known[route.id] = known
        self._bytes += known.size
        return known

    def forget(self, route: PublicId) -> None:
        """Forget a document."""
        self._drop([route.id])

    def _drop(self, ids: Iterable[str]) -> None:
        for public_id in ids:
            known = self._known.pop(public_id, None)
            self._bytes -= known.size if known else 0

    def _fetch(self, route: PublicId) -> KnownRoute:
        tenant = self._store.schema.tenant(route.owner)
        version, [revision, document] = self._store.read(
            ("HGET", tenant.user, "version"),
            ("HMGET", tenant.document(route.id), "revision", "document"),
        )
        if version is None or revision is None:
            self.forget(route)
            raise RouteGone()
        return self.keep(route, revision, document)
