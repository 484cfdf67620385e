"""Bins over HTTP: their owner creates them, anyone can send requests to them."""

from functools import partial
from typing import Any

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json, answer_raw
from bambleweeny.api.answers.delayed import release_delay, reserve_delay
from bambleweeny.api.answers.mock_answers import answer_rendered
from bambleweeny.api.answers.public_headers import make_public
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.bin_requests import read_received
from bambleweeny.api.requests.body import read_json, read_raw
from bambleweeny.api.requests.calls import read_call
from bambleweeny.api.requests.concurrency import run_alone
from bambleweeny.api.requests.public_bodies import document_of, is_plain
from bambleweeny.api.requests.public_paths import reference_in
from bambleweeny.api.requests.scopes import needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.bins.bin_documents import BinSummary
from bambleweeny.core.bins.bins import HasDocument
from bambleweeny.core.bins.documents import REFERENCE, BinDocument
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.public.public_documents import Published
from bambleweeny.core.public.public_ids import PublicId
from bambleweeny.core.services import Services
from bambleweeny.errors import BambleweenyError, InvalidBin, MethodNotAllowed, NotFound
from bambleweeny.names import parse_size


class NewBin(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /bins for a plain bin."""

    list: str


class _Size(msgspec.Struct):
    max_body: str | int = 0


_PLAIN_METHODS = "HEAD, OPTIONS, POST"


class Bins:
    """/bins"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._bins = services.inboxes.bins
        self._names = services.inboxes.names
        self._documents = services.inboxes.documents

    @falcon.before(authenticated, takes("id"), needed=needs("bins", "read"))
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the caller's bins, or answer the document of the bin that `?id=` names."""
        caller = req.context.caller
        if req.has_param("id"):
            public_id = self._names.parse(caller, req.get_param("id", default=""))
            resp.content_type = "application/json"
            resp.data = self._documents.read(caller, public_id) + b"\n"
            return
        rows = [
            _paths_of(req, published) | _fields_in_list(summary)
            for published, summary in self._documents.summaries(caller)
        ]
        answer_json(resp, {"bins": rows})

    @falcon.before(authenticated, takes(body=True), needed=needs("bins", "write"))
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Create a bin: a public path that pushes to a list, or does as its document says."""
        body = read_raw(req)
        if is_plain(body, NewBin, BinDocument):
            made = self._bins.create(req.context.caller, read_json(req, NewBin, body).list)
            published = Published(made.id, "")
        else:
            published = self._documents.create(req.context.caller, _document_in(req, body))
        answer_json(resp, {"info": "ok"} | _paths_of(req, published))

    @falcon.before(authenticated, takes("id", body=True), needed=needs("bins", "write"))
    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Replace the document of the bin that `?id=` names; its public id stays."""
        caller = req.context.caller
        document = _document_in(req, read_raw(req))
        public_id = self._names.parse(caller, req.get_param("id", default=""))
        published = self._documents.replace(caller, public_id, document)
        answer_json(resp, {"info": "ok"} | _paths_of(req, published))

    @falcon.before(authenticated, takes("id"), needed=needs("bins", "write"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Delete the bin that `?id=` names; its list or topic stays."""
        self._documents.delete(req.context.caller, req.get_param("id", default=""))
        answer_done(resp)


class RefusedRequests:
    """/bins/refused"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes("id"), needed=needs("bins", "read"))
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the last requests that the bin refused that `?id=` names, the newest first."""
        caller, inboxes = req.context.caller, self.services.inboxes
        public_id = inboxes.names.parse(caller, req.get_param("id", default=""))
        rows = inboxes.refusals.read(caller, public_id)
        answer_json(resp, {"refused": msgspec.to_builtins(rows)})


class Bin:
    """/bins/{public_id} and every path below it; public, by any method"""

    def __init__(self, services: Services) -> None:
        self._bins = services.inboxes.bins
        self._names = services.inboxes.names
        self._receiver = services.inboxes.receiver
        self._refusals = services.inboxes.refusals
        self._is_token = services.tokens.is_issued

    def on_any(self, req: falcon.Request, resp: falcon.Response, **params: Any) -> None:
        """Push the body to the list of a plain bin, or do what the bin's document says.

        A request that is answered with an error is kept for the owner, without its body.
        """
        make_public(req, resp)
        reference, segments = reference_in(params)
        req.context.find_owner = partial(self._owner_of, reference)
        try:
            self._answer(req, resp, reference, segments, is_below="rest" in params)
        except BambleweenyError as ex:
            # NOTE: a process that has not seen the bin yet has no refusal of it.
            if found := self._bins.known(self._names.known_id(reference)):
                call, _ = read_call(req, segments, self._is_token, b"")
                self._refusals.add(found, call, ex)
            raise

    def _answer(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        reference: Reference,
        segments: int,
        *,
        is_below: bool,
    ) -> None:
        if reference.id:
            try:
                self._answer_plain(req, resp, self._bins.plain(reference.id), is_below)
            except HasDocument:
                pass
            else:
                return
        received = read_received(req, segments, self._is_token)
        run_alone(req, len(received.sent))
        try:
            rendered = self._receiver.receive(reference, received, reserve_delay(req))
        except BaseException:
            release_delay(req)
            raise
        answer_rendered(req, resp, rendered)

    def _owner_of(self, reference: Reference) -> str:
        return self._bins.known_owner(self._names.known_id(reference))

    def _answer_plain(
        self, req: falcon.Request, resp: falcon.Response, found: PublicId, is_below: bool
    ) -> None:
        if is_below:
            self._bins.check_plain(found)
            raise NotFound()
        if req.method == "POST":
            body = read_raw(req)
            run_alone(req, len(body))
            self._bins.push(found, body)
            answer_raw(resp, b"OK")
            return
        self._bins.check_plain(found)
        if req.method == "OPTIONS":
            resp.set_header("Allow", _PLAIN_METHODS)
            resp.status = 204
        elif req.method != "HEAD":
            error = MethodNotAllowed(hint=f"This path supports {_PLAIN_METHODS}.")
            error.allow = _PLAIN_METHODS
            raise error


def _document_in(req: falcon.Request, body: bytes) -> bytes:
    """Return a document; InvalidBin if it takes larger bodies than the server."""
    document = document_of(body)
    most = req.env.get("bambleweeny.max_body")
    if most is not None and _most_bytes(document) > most:
        info = f"'max_body' is over the server's limit of {most} bytes - at `$.max_body`."
        raise InvalidBin(info, hint=f"Start the server with a larger --max-body. {REFERENCE}")
    return document


def _most_bytes(document: bytes) -> int:
    """Return the `max_body` of a document, or 0 if it has none, or is refused when it is stored.

    The rest of the document is not read: only the store has the secrets that it may keep.
    """
    try:
        return parse_size(str(msgspec.json.decode(document, type=_Size).max_body))
    except (msgspec.ValidationError, ValueError):
        return 0


def _paths_of(req: falcon.Request, published: Published) -> dict[str, str]:
    base = f"{req.root_path}/bins/"
    named = {"named_path": base + published.name} if published.name else {}
    return {"path": base + published.id, **named}


def _fields_in_list(summary: BinSummary) -> dict[str, Any]:
    target = {} if summary.topic else {"list": summary.list}
    return {**target, **msgspec.to_builtins(summary)}
