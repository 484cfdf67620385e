"""Answers of routes with documents: a call is matched here, and answered by one script."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from bambleweeny.core.mocks.answers import TEXT, Rendered
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.documents import RouteDocument
from bambleweeny.core.mocks.headers import preflight_headers
from bambleweeny.core.mocks.limits import ANSWER_BYTES
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.mocks.routes import load, no_rule
from bambleweeny.core.mocks.rules import Candidate
from bambleweeny.core.public.compiled_documents import CompiledDocuments
from bambleweeny.core.public.document_calls import DocumentCalls
from bambleweeny.core.public.document_finder import DocumentFinder
from bambleweeny.core.public.journals import Journals, KnownRoute, beginning_of
from bambleweeny.core.public.objects import ObjectCall, Objects
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.core.public.reservations import (
    Reserve,
    check_before_changes,
    reserve_nothing,
)
from bambleweeny.core.public.routes import HasDocument, Routes
from bambleweeny.core.rates.policies import Policy
from bambleweeny.core.rates.public_rates import PublicRates
from bambleweeny.core.topics import Bounds
from bambleweeny.errors import BambleweenyError, Busy, NotFound
from bambleweeny.store import Store
from bambleweeny.store.scripts import ANSWER_CALL, SPEND_ROUTE_RATE

_pack = msgspec.msgpack.Encoder().encode


class Shown(NamedTuple):
    """The value that a route without rules shows; `has_nested` if it has nested keys."""

    id: str
    value: bytes
    content_type: str
    has_nested: bool


class Answered(NamedTuple):
    """An answer, and its owner if it depends on the request and the owner's data alone.

    The owner is '' if it also depends on chance, the time or earlier calls, or was recorded.
    """

    content: Rendered | Shown
    owner: str = ""


class MockAnswers:
    """Answers calls of routes that have documents.

    A call costs one round trip once the worker knows the document; one more if the text of a
    shown key has placeholders, for a change of an object, for a record of an error, and to count
    calls of a route that has a rate.
    """

    def __init__(
        self,
        store: Store,
        routes: Routes,
        names: PublicNames,
        *,
        list_bounds: tuple[int, int],
        topic_bounds: Bounds,
    ) -> None:
        self._routes = routes
        self._compiled = CompiledDocuments(store, load)
        self._finder = DocumentFinder(routes, names, self._compiled)
        self._engine = DocumentCalls(store, self._compiled)
        self._objects = Objects(self._engine)
        self._journals = Journals(self._engine, self._compiled, topic_bounds)
        self._list_bounds = list_bounds
        self._topic_bounds = topic_bounds.packed
        self._rates = PublicRates("route", ("rate",))

    def answer(
        self,
        reference: Reference,
        call: Call,
        here: str,
        on_document: Callable[[RouteDocument], None],
        reserve: Reserve | None = None,
    ) -> Answered:
        """Answer a call; `here` is the URL of the route, without a slash at its end.

        `on_document` gets the document before the answer is made, and again if it was replaced
        meanwhile. `reserve` takes a place for an answer that may be late, before anything is
        written. Raises NotFound without the route, NoRule if no rule matches, and the errors
        of the answer.
        """

        def answered(route: PublicId, known: KnownRoute) -> Answered:
            on_document(known.compiled.document)
            content = self._answer(route, known, call, here, reserve or reserve_nothing)
            return Answered(content, _sole_owner(route, known, content))

        return self._finder.use(reference, answered)

    def _answer(
        self, route: PublicId, known: KnownRoute, call: Call, here: str, reserve: Reserve
    ) -> Rendered | Shown:
        if known.compiled.document.cors != "off" and _is_preflight(call):
            self._compiled.check(route, known)
            origin, *wanted = (call.headers.get(name, "") for name in _PREFLIGHT)
            return Rendered(
                204, preflight_headers(known.compiled.document.cors, origin, *wanted), b""
            )
        if known.compiled.rate is not None:
            self._spend(route, known, known.compiled.rate)
        if not known.compiled.rules:
            return self._show(route, known, call)
        try:
            candidates = known.compiled.candidates(call)
        except BambleweenyError as ex:
            self._journals.record(route, known, call, ex.status)
            raise
        constant = candidates[0].constant
        if constant is not None and not known.compiled.document.journal:
            self._compiled.check(route, known)
            return constant
        if candidates[0].resource and candidates[0].is_certain:
            return self._answer_of_collection(route, known, candidates[0], call, here)
        return self._answer_of_rule(route, known, candidates, call, here, reserve=reserve)

    def _spend(self, route: PublicId, known: KnownRoute, rate: Policy) -> None:
        """Count a call against the route's rate; raise RateLimited above it. One round trip."""
        self._rates.check_known(route.id)
        reply = self._engine.read(route, known, SPEND_ROUTE_RATE, *rate.packed)
        self._rates.check_reply(route.id, [rate], reply)

    def _show(self, route: PublicId, known: KnownRoute, call: Call) -> Shown:
        document = known.compiled.document
        plain = route._replace(target=document.key, content_type=document.content_type or TEXT)
        status = 200
        try:
            return Shown(route.id, *self._routes.show(plain, known.revision))
        except HasDocument as ex:
            self._compiled.check(route, known)
            raise Busy() from ex
        except BambleweenyError as ex:
            status = ex.status
            if isinstance(ex, NotFound):
                self._compiled.check(route, known)
            raise
        finally:
            if document.journal:
                self._journals.record(route, known, call, status, "key")

    def _answer_of_rule(
        self,
        route: PublicId,
        known: KnownRoute,
        candidates: list[Candidate],
        call: Call,
        here: str,
        *,
        reserve: Reserve,
    ) -> Rendered:
        try:
            chosen, is_recorded = self._choose(route, known, candidates, call, reserve)
        except BambleweenyError as ex:
            label = candidates[0].rule.label if len(candidates) == 1 else ""
            self._journals.record_done(route, known, call, ex.status, label)
            raise
        if chosen is None:
            error = no_rule(call)
            self._journals.record(route, known, call, error.status)
            raise error
        if chosen.resource:
            return self._answer_of_collection(route, known, chosen, call, here)
        if is_recorded:
            return self._render(route, chosen, call, here)
        status = 500
        try:
            rendered = self._render(route, chosen, call, here)
            if rendered.delay:
                reserve(rendered.delay, len(rendered.body))
            status = rendered.status
        except BambleweenyError as ex:
            status = ex.status
            raise
        finally:
            self._journals.record_done(route, known, call, status, chosen.rule.label)
        return rendered

    def _render(self, route: PublicId, chosen: Candidate, call: Call, here: str) -> Rendered:
        chosen.raise_refusal()
        if further := chosen.further_names():
            chosen.learn(chosen.scope.count, self._engine.values(route, further))
        rendered = chosen.render(here or "/")
        if chosen.is_preferred:
            applied = ("Preference-Applied", call.headers["prefer"][:200])
            return rendered._replace(headers=[*rendered.headers, applied])
        return rendered

    def _choose(
        self,
        route: PublicId,
        known: KnownRoute,
        candidates: list[Candidate],
        call: Call,
        reserve: Reserve,
    ) -> tuple[Candidate | None, bool]:
        """Return the candidate that answers, with what the engine knows of it.

        And whether the call is recorded, or is not to be recorded.
        """
        plans = [candidate.plan() for candidate in candidates]
        journal = known.compiled.document.journal
        alone = None if journal else plans[0].names_alone
        if alone is not None and len(alone) <= 1:
            candidates[0].learn(0, self._compiled.read(route, known, alone))
            return candidates[0], True
        changes = journal or any(plan.counts or plan.operations for plan in plans)
        run = self._engine.run if changes else self._engine.read
        if changes:
            check_before_changes(candidates, reserve)
        heads = [
            (*plan.head(), candidate.weights())
            for plan, candidate in zip(plans, candidates, strict=True)
        ]
        place, count, is_left, *found = run(
            route, known, ANSWER_CALL, _pack(heads), ANSWER_BYTES,
            beginning_of(call) if journal else b"", journal, self._topic_bounds,
            *(field for plan in plans for operation in plan.operations for field in operation),
            list_bounds=self._list_bounds,
        )  # fmt: skip
        if not place:
            return None, False
        names = (name.decode() for name in found[::2])
        chosen = candidates[int(place) - 1]
        chosen.learn(count, dict(zip(names, found[1::2], strict=True)))
        return chosen, not (journal and is_left)

    def _answer_of_collection(
        self, route: PublicId, known: KnownRoute, chosen: Candidate, call: Call, here: str
    ) -> Rendered:
        assert chosen.resource
        try:
            rendered = self._objects.answer(ObjectCall(route, known, chosen.resource, call, here))
        except BambleweenyError as ex:
            self._journals.record_done(route, known, call, ex.status, chosen.rule.label)
            raise
        self._journals.record_done(route, known, call, rendered.status, chosen.rule.label)
        return rendered


def _sole_owner(route: PublicId, known: KnownRoute, content: Rendered | Shown) -> str:
    is_repeatable = isinstance(content, Shown) or content.is_repeatable
    is_counted = known.compiled.document.journal or known.compiled.rate
    return route.owner if is_repeatable and not is_counted else ""


_PREFLIGHT = ("origin", "access-control-request-method", "access-control-request-headers")


def _is_preflight(call: Call) -> bool:
    return call.method == "OPTIONS" and "access-control-request-method" in call.headers
