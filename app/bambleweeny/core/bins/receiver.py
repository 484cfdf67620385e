"""Requests to bins with documents: each is checked, stored by one script, and answered."""

import time
from collections.abc import Callable, Mapping
from functools import cache

from bambleweeny.core.bins.bins import Bins
from bambleweeny.core.bins.inbox import PROBES, Inbox, load
from bambleweeny.core.lists.lists import PushOptions
from bambleweeny.core.mocks.answers import TEXT, Rendered
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.journal import encoded, entry_of
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.public.compiled_documents import CompiledDocuments, KnownDocument
from bambleweeny.core.public.document_calls import DocumentCalls
from bambleweeny.core.public.document_finder import DocumentFinder
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.core.public.public_names import PublicNames
from bambleweeny.core.public.reservations import Reserve
from bambleweeny.core.rates.public_rates import PublicRates
from bambleweeny.core.topics import Bounds
from bambleweeny.errors import BambleweenyError
from bambleweeny.store import Store
from bambleweeny.store.scripts import RECEIVE_REQUEST

KnownInbox = KnownDocument[Inbox]


class Received:
    """A request to a bin. `headers` and `sent`, the body, are as they were sent.

    What can be dear is read only when the bin is known to accept the request: `read` returns the
    call, which has no tokens of this server and a body without its coding; the body as it was
    sent, without tokens; and the URL of the bin. Its argument is whether a body whose coding
    cannot be removed is accepted as it is; else `read` raises the error.
    """

    def __init__(
        self,
        method: str,
        headers: Mapping[str, str],
        sent: bytes,
        content_type: str,
        read: Callable[[bool], tuple[Call, bytes, str]],
    ) -> None:
        self.method = method
        self.headers = headers
        self.sent = sent
        self.content_type = content_type
        self.time = time.time()
        self.read = cache(read)


class Receiver:
    """Receives the requests of bins that have documents.

    A request costs one round trip once the worker knows the document, and one more if the answer
    has keys in it.
    """

    def __init__(
        self,
        store: Store,
        bins: Bins,
        names: PublicNames,
        *,
        list_bounds: tuple[int, int],
        topic_bounds: Bounds,
    ) -> None:
        self._bins = bins
        self._compiled = CompiledDocuments(store, load)
        self._finder = DocumentFinder(bins, names, self._compiled)
        self._engine = DocumentCalls(store, self._compiled)
        self._list_bounds = list_bounds
        self._topic_bounds = topic_bounds.packed
        self._rates = PublicRates("bin", ("rate", "rate_bytes"))

    def receive(self, reference: Reference, received: Received, reserve: Reserve) -> Rendered:
        """Store a request and return the answer.

        The answer is made before the request is stored, so that a request that is answered with an
        error is not stored. `reserve` takes a place for a late answer. Raises NotFound without the
        bin or below one without paths, MethodNotAllowed, BodyTooLarge, InvalidSignature,
        RateLimited, ListFull, QuotaExceeded and the errors of templates.
        """
        return self._finder.use(
            reference, lambda found, known: self._receive(found, known, received, reserve)
        )

    def _receive(
        self, found: PublicId, known: KnownInbox, received: Received, reserve: Reserve
    ) -> Rendered:
        inbox = known.compiled
        if inbox.ends <= received.time:
            self._bins.delete_ended(found.as_owner, found.id, known.revision)
            self._compiled.check(found, known)
        if received.method not in PROBES:
            self._rates.check_known(found.id, len(received.sent))
        try:
            return self._accept(found, known, received, reserve)
        except BambleweenyError:
            # NOTE: another document may accept it.
            self._compiled.check(found, known)
            raise

    def _accept(
        self, found: PublicId, known: KnownInbox, received: Received, reserve: Reserve
    ) -> Rendered:
        inbox = known.compiled
        inbox.check_size(len(received.sent))
        is_verified = inbox.is_verified(received.headers, received.sent, received.time)
        is_probe = received.method in PROBES
        if is_verified is False and received.sent and not is_probe:
            # NOTE: before the body is decoded; only a challenge without a body is not signed.
            inbox.check_method(received.method)
            inbox.refuse_unverified(received.headers, received.time)
        call, kept, here = received.read(inbox.document.keep == "request")
        inbox.check_path(call)
        if is_probe:
            self._compiled.check(found, known)
            return _answer_to_probe(inbox, call)
        if handshake := inbox.handshake(call, is_verified=is_verified):
            self._compiled.check(found, known)
            headers = [("Content-Type", handshake.content_type)]
            return Rendered(handshake.status, headers, handshake.body)
        inbox.check_method(call.method)
        if is_verified is False:
            inbox.refuse_unverified(received.headers, received.time)
        rendered = self._answer(found, inbox, call, here)
        if rendered.delay:
            reserve(rendered.delay, len(rendered.body))
        item, content_type = _item_of(inbox, call, kept, is_verified)
        once = "" if is_verified is False else inbox.once_of(call)
        # NOTE: query and headers are stored too, and a body without its coding may be large.
        size = max(len(item), len(received.sent))
        self._store_item(found, known, (item, content_type or received.content_type, size), once)
        return rendered

    def _answer(self, found: PublicId, inbox: Inbox, call: Call, here: str) -> Rendered:
        candidate = inbox.candidate(call)
        if candidate.constant is not None:
            return candidate.constant
        [names] = candidate.plan().names
        candidate.learn(0, self._engine.values(found, names) if names else {})
        if further := candidate.further_names():
            candidate.learn(0, self._engine.values(found, further))
        return candidate.render(here or "/")

    def _store_item(
        self, found: PublicId, known: KnownInbox, kept: tuple[bytes, str, int], once: str
    ) -> None:
        """Store an item with its content type, if the rates accept its size."""
        policies, document = known.compiled.policies, known.compiled.document
        item, content_type, size = kept
        # NOTE: a provider may name its deliveries for each of its bins alike.
        options = PushOptions(once=f"{found.id} {once}") if once else PushOptions()
        reply = self._engine.run(
            found, known, RECEIVE_REQUEST, *policies[0].packed, *policies[1].packed, size,
            document.list, options.packed(document.list), document.topic, self._topic_bounds,
            content_type, item, list_bounds=self._list_bounds,
        )  # fmt: skip
        self._rates.check_reply(found.id, policies, reply, size)


def _answer_to_probe(inbox: Inbox, call: Call) -> Rendered:
    if call.method == "OPTIONS":
        return Rendered(204, [("Allow", inbox.allowed)], b"")
    return Rendered(200, [("Content-Type", TEXT)], b"")


def _item_of(inbox: Inbox, call: Call, kept: bytes, is_verified: bool | None) -> tuple[bytes, str]:
    """Return the item or message that keeps a request, and its content type if it has one."""
    if inbox.document.keep == "body":
        inbox.check_size(len(call.body))
        return call.body, ""
    entry = entry_of(call, kept=kept)
    if is_verified is not None:
        entry.verified = is_verified
    return encoded(entry), "application/json"
