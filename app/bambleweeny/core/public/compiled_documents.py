"""The documents of routes or bins, compiled, as a worker knows them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from bambleweeny.core.mocks.limits import ANSWER_BYTES
from bambleweeny.core.mocks.templates import too_large
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.store import Store

_T = TypeVar("_T")

_MOST_DOCUMENTS = 1000
_MOST_BYTES = 8 << 20
"""Of the documents: compiled they take several times as much memory."""


class KnownDocument(NamedTuple, Generic[_T]):
    """A compiled document, and the revision of which it is."""

    revision: bytes
    compiled: _T
    size: int


class NewerDocument(Exception):
    """There is another document than this worker knew; it knows the new one now."""


class PublicIdGone(Exception):
    """The route or bin, its name or its owner does not exist any more."""


class CompiledDocuments(Generic[_T]):
    """A cache of compiled documents: up to 1,000, of up to 8 MB. Drops the oldest."""

    def __init__(self, store: Store, load: Callable[[bytes], _T]) -> None:
        self._store = store
        self._load = load
        self._known: dict[str, KnownDocument[_T]] = {}
        self._bytes = 0

    def get(self, public: PublicId) -> KnownDocument[_T]:
        """Return a document as this worker knows it, or read it; a miss is PublicIdGone.

        One round trip, and none once it is cached. It may have been replaced meanwhile: the
        script that answers compares the revision.
        """
        known = self._known.get(public.id)
        return self._fetch(public) if known is None else known

    def check(self, public: PublicId, known: KnownDocument[_T]) -> None:
        """Raise NewerDocument if a known document was replaced, or PublicIdGone.

        One round trip.
        """
        tenant = self._store.schema.tenant(public.owner)
        found = self._store.read(
            ("HGET", tenant.user, "version"), ("HGET", tenant.document(public.id), "revision")
        )
        self.compare(public, known, *found)

    def read(
        self, public: PublicId, known: KnownDocument[_T], names: Sequence[str]
    ) -> dict[str, bytes | None]:
        """Check a known document as `check` does, and read up to one key of the owner.

        One round trip. A value over 2 MB is `answer_too_large`.
        """
        if not names:
            self.check(public, known)
            return {}
        tenant = self._store.schema.tenant(public.owner)
        version, revision, value = self._store.read(
            ("HGET", tenant.user, "version"),
            ("HGET", tenant.document(public.id), "revision"),
            ("GET", tenant.key(names[0])),
        )
        self.compare(public, known, version, revision)
        if value is not None and len(value) > ANSWER_BYTES:
            raise too_large()
        return {names[0]: value}

    def compare(
        self,
        public: PublicId,
        known: KnownDocument[_T],
        version: bytes | None,
        revision: bytes | None,
    ) -> None:
        """Do the same as `check` with what was read."""
        if version is None or revision is None:
            self.forget(public)
            raise PublicIdGone()
        if revision != known.revision:
            self._fetch(public)
            raise NewerDocument()

    def keep(self, public: PublicId, revision: bytes, document: bytes) -> KnownDocument[_T]:
        """Compile and cache a document."""
        known = KnownDocument(revision, self._load(document), len(document))
        # NOTE: the bound is not exact if two threads count at the same time.
        self.forget(public)
        while self._known and (
            len(self._known) >= _MOST_DOCUMENTS or self._bytes + known.size > _MOST_BYTES
        ):
            self._drop(list(self._known)[: len(self._known) // 4 + 1])
        self._known[public.id] = known
        self._bytes += known.size
        return known

    def forget(self, public: PublicId) -> None:
        """Forget a document."""
        self._drop([public.id])

    def _drop(self, ids: Iterable[str]) -> None:
        for public_id in ids:
            known = self._known.pop(public_id, None)
            self._bytes -= known.size if known else 0

    def _fetch(self, public: PublicId) -> KnownDocument[_T]:
        tenant = self._store.schema.tenant(public.owner)
        version, [revision, document] = self._store.read(
            ("HGET", tenant.user, "version"),
            ("HMGET", tenant.document(public.id), "revision", "document"),
        )
        if version is None or revision is None:
            self.forget(public)
            raise PublicIdGone()
        return self.keep(public, revision, document)
