"""Scripts of public routes and bins: they check that the caller knows the document."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from bambleweeny.core.auth.tenant_session import read_values_as, run_as, run_read_as
from bambleweeny.core.mocks.limits import ANSWER_BYTES
from bambleweeny.core.mocks.templates import too_large
from bambleweeny.core.public.compiled_documents import (
    CompiledDocuments,
    KnownDocument,
    NewerDocument,
    PublicIdGone,
)
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.errors import NotFound, TooMuchAtOnce, Unauthorized
from bambleweeny.store import Store
from bambleweeny.store.scripts import Script

_T = TypeVar("_T")

_NEWER = -1


class DocumentCalls(Generic[_T]):
    """Runs scripts and reads keys as the owner of a route or bin."""

    def __init__(self, store: Store, compiled: CompiledDocuments[_T]) -> None:
        self._store = store
        self._compiled = compiled

    def run(
        self,
        public: PublicId,
        known: KnownDocument[_T],
        script: Script,
        *args: str | bytes | int,
        list_bounds: tuple[int, ...] = (),
    ) -> list[Any]:
        """Run a script with the public id, the bounds of lists, the revision and `args`; atomic.

        Raises NewerDocument if the document was replaced, and PublicIdGone without the id.
        """
        return self._run(run_as, public, known, script, *list_bounds, known.revision, *args)

    def read(
        self,
        public: PublicId,
        known: KnownDocument[_T],
        script: Script,
        *args: str | bytes | int,
        list_bounds: tuple[int, ...] = (),
    ) -> list[Any]:
        """Do the same as `run` with a script that changes nothing, or counts; it may be retried."""
        return self._run(run_read_as, public, known, script, *list_bounds, known.revision, *args)

    def values(self, public: PublicId, names: Sequence[str]) -> dict[str, bytes | None]:
        """Return the values of keys of the owner, None for a miss; atomic.

        One round trip. Values over 2 MB together are `answer_too_large`. Raises PublicIdGone
        without the owner.
        """
        try:
            values, _ = read_values_as(
                self._store, public.as_owner, names, ANSWER_BYTES, is_whole=True
            )
        except TooMuchAtOnce as ex:
            raise too_large() from ex
        except Unauthorized as ex:
            raise PublicIdGone() from ex
        return dict(zip(names, values, strict=True))

    def _run(
        self,
        run: Callable[..., Any],
        public: PublicId,
        known: KnownDocument[_T],
        script: Script,
        *args: str | bytes | int,
    ) -> list[Any]:
        try:
            reply: list[Any] = run(self._store, public.as_owner, script, public.id, *args)
        except (NotFound, Unauthorized) as ex:
            self._compiled.forget(public)
            raise PublicIdGone() from ex
        if reply[0] == _NEWER:
            self._compiled.keep(public, reply[1], reply[2])
            raise NewerDocument()
        return reply
