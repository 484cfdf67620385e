"""Journals: the topics that record the calls of routes."""

from contextlib import suppress

from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.journal import encoded, entry_of
from bambleweeny.core.mocks.limits import BODY_BYTES
from bambleweeny.core.mocks.routes import Route
from bambleweeny.core.public.compiled_documents import (
    CompiledDocuments,
    KnownDocument,
    NewerDocument,
    PublicIdGone,
)
from bambleweeny.core.public.document_calls import DocumentCalls
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.core.topics import Bounds
from bambleweeny.store.scripts import RECORD_CALL_WITHIN_QUOTA

KnownRoute = KnownDocument[Route]


def beginning_of(call: Call) -> bytes:
    """Return the record of a call without its rule, its status and its end."""
    return encoded(entry_of(call, BODY_BYTES))[:-1]


class Journals:
    """Records calls that no script of a rule records."""

    def __init__(
        self, engine: DocumentCalls[Route], compiled: CompiledDocuments[Route], bounds: Bounds
    ) -> None:
        self._engine = engine
        self._compiled = compiled
        self._bounds = bounds.packed

    def record(
        self, route: PublicId, known: KnownRoute, call: Call, status: int, rule: str = ""
    ) -> None:
        """Record a call, if the route has a journal; else check that the document is known.

        One round trip. Raises NewerDocument if it is not, and PublicIdGone without the route,
        before anything has changed, so that the call can be tried again.
        """
        journal = known.compiled.document.journal
        if not journal:
            self._compiled.check(route, known)
            return
        entry = entry_of(call, BODY_BYTES)
        entry.status = status
        if rule:
            entry.rule = rule
        self._engine.run(
            route, known, RECORD_CALL_WITHIN_QUOTA, journal, self._bounds, encoded(entry)
        )

    def record_done(
        self, route: PublicId, known: KnownRoute, call: Call, status: int, rule: str
    ) -> None:
        """Record a call that may have changed something, so that it is not tried again.

        It is not recorded if the document was replaced meanwhile.
        """
        if known.compiled.document.journal:
            with suppress(NewerDocument, PublicIdGone):
                self.record(route, known, call, status, rule)
