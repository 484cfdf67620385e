"""Finds what a reference names, and follows changes of names and documents."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.public.compiled_documents import (
    CompiledDocuments,
    KnownDocument,
    NewerDocument,
    PublicIdGone,
)
from bambleweeny.core.public.public_ids import PublicId, PublicIds
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.errors import Busy, NotFound

_MOST_TRIES = 10


class Compiled(Protocol):
    """A compiled document."""

    @property
    def document(self) -> Any:
        """The document, with its name."""


_T = TypeVar("_T", bound=Compiled)
_R = TypeVar("_R")


class DocumentFinder(Generic[_T]):
    """Finds routes or bins, with their documents as this worker knows them."""

    def __init__(self, ids: PublicIds, names: PublicNames, compiled: CompiledDocuments[_T]) -> None:
        self._ids = ids
        self._names = names
        self._compiled = compiled

    def use(self, reference: Reference, do: Callable[[PublicId, KnownDocument[_T]], _R]) -> _R:
        """Return what `do` does with what a reference names.

        `do` is called again if it raises NewerDocument or PublicIdGone, as something else may
        have the name by now. Raises NotFound if nothing has it, and Busy after 10 calls.
        """
        for _ in range(_MOST_TRIES):
            public_id = self._names.find(reference)
            try:
                return do(*self._find(public_id, reference))
            except NewerDocument:
                continue
            except PublicIdGone as ex:
                if not reference.name or self._names.renew(reference) == public_id:
                    raise NotFound() from ex
        raise Busy()

    def _find(self, public_id: str, reference: Reference) -> tuple[PublicId, KnownDocument[_T]]:
        try:
            found = self._ids.find(public_id)
        except NotFound as ex:
            raise PublicIdGone() from ex
        known = self._compiled.get(found)
        if reference.name and known.compiled.document.name != reference.name:
            # NOTE: a newer document than the cached one may have the name.
            self._compiled.check(found, known)
            raise PublicIdGone()
        return found, known
