"""Routes over HTTP: their owner creates them, anyone can call them."""

from functools import partial
from typing import Any

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.answers.delayed import release_delay, reserve_delay
from bambleweeny.api.answers.entity_tags import SHORT, LatestTags, answer_part, has_tag
from bambleweeny.api.answers.mock_answers import answer_rendered, set_cors
from bambleweeny.api.answers.public_headers import make_public
from bambleweeny.api.answers.repeated import begin_draft, keep_draft
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import read_json, read_raw
from bambleweeny.api.requests.calls import read_call
from bambleweeny.api.requests.concurrency import may_block, run_alone
from bambleweeny.api.requests.import_options import IMPORT_OPTIONS, read_import_options
from bambleweeny.api.requests.public_bodies import document_of, is_plain
from bambleweeny.api.requests.public_paths import reference_in
from bambleweeny.api.requests.scopes import needs
from bambleweeny.api.requests.strictness import takes
from bambleweeny.api.requests.timestamps import since_of
from bambleweeny.api.requests.waiting import begin_wait, is_connected
from bambleweeny.core.mocks.documents import RouteDocument
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.mocks.verification import not_as_called, read_expectation
from bambleweeny.core.public.compiled_documents import PublicIdGone
from bambleweeny.core.public.mock_answers import Shown
from bambleweeny.core.public.public_documents import Published
from bambleweeny.core.public.route_documents import Summary
from bambleweeny.core.public.route_imports import ImportOptions
from bambleweeny.core.public.routes import HasDocument
from bambleweeny.core.services import Services
from bambleweeny.core.texts import BOM
from bambleweeny.core.topics import BEGINNING
from bambleweeny.errors import MethodNotAllowed, NoRule, NotFound
from bambleweeny.names import parse_tags


class NewRoute(msgspec.Struct, forbid_unknown_fields=True):
    """The body of POST /routes for a plain route."""

    key: str
    content_type: str


class Routes:
    """/routes"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._routes = services.routes
        self._names = services.mocks.names
        self._documents = services.mocks.documents
        self._imports = services.mocks.imports

    @falcon.before(authenticated, takes("id"), needed=needs("routes", "read"))
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List the caller's routes, or answer the document of the route that `?id=` names."""
        caller = req.context.caller
        if req.has_param("id"):
            public_id = self._names.parse(caller, req.get_param("id", default=""))
            resp.content_type = "application/json"
            resp.data = self._documents.read(caller, public_id).rstrip() + b"\n"
            return
        rows = [
            _paths_of(req, route) | _fields_in_list(summary)
            for route, summary in self._documents.summaries(caller)
        ]
        answer_json(resp, {"routes": rows})

    @falcon.before(
        authenticated, takes(*IMPORT_OPTIONS, body=True), needed=needs("routes", "write")
    )
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Create a route: a public path that answers a key's value, or as its document says.

        With `?from=` the document is made of one in another format.
        """
        body, options = read_raw(req), read_import_options(req)
        if options is None and is_plain(body, NewRoute, RouteDocument):
            wanted = read_json(req, NewRoute, body)
            made = self._routes.create(req.context.caller, wanted.key, wanted.content_type)
            answer_json(resp, {"info": "ok", "path": f"{req.root_path}/routes/{made.id}"})
        else:
            self._put(req, resp, body, options)

    @falcon.before(
        authenticated, takes("id", *IMPORT_OPTIONS, body=True), needed=needs("routes", "write")
    )
    def on_put(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Replace the document of the route that `?id=` names; its public id stays."""
        public_id = self._names.parse(req.context.caller, req.get_param("id", default=""))
        self._put(req, resp, read_raw(req), read_import_options(req), public_id)

    @falcon.before(authenticated, takes("id"), needed=needs("routes", "write"))
    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Delete the route that `?id=` names."""
        self._documents.delete(req.context.caller, req.get_param("id", default=""))
        answer_done(resp)

    def _put(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        body: bytes,
        options: ImportOptions | None,
        public_id: str = "",
    ) -> None:
        caller = req.context.caller
        if options is None:
            published = self._imports.put(caller, document_of(body), public_id)
            answer_json(resp, {"info": "ok"} | _paths_of(req, published))
            return
        may_block(req, resp)
        done = self._imports.run(caller, body.removeprefix(BOM), options, public_id)
        rest = {"rules": done.rules, "keys": done.keys, "notes": done.notes}
        answer_json(resp, {"info": "ok"} | _paths_of(req, done.published) | rest)


class RouteVerification:
    """/routes/verify"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(
        authenticated, takes("id", "wait", "since", body=True), needed=needs("routes", "read")
    )
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Compare the calls of the route that `?id=` names with what the body expects."""
        expectation = read_expectation(document_of(read_raw(req) or b"{}"))
        caller = req.context.caller
        public_id = self.services.mocks.names.parse(caller, req.get_param("id", default=""))
        verdict = self.services.mocks.verifications.verify(
            caller,
            public_id,
            expectation,
            after=since_of(req.get_param("since"), BEGINNING),
            seconds=begin_wait(req, resp),
            is_connected=is_connected(req),
        )
        if not verdict.is_met:
            raise not_as_called(verdict, expectation)
        answer_json(resp, {"info": "ok", "matching": verdict.matching})


class RouteReset:
    """/routes/reset"""

    def __init__(self, services: Services) -> None:
        self.services = services

    @falcon.before(authenticated, takes("id"), needed=needs("routes", "write"))
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Restore the seeds of the route that `?id=` names; forget its counters and calls."""
        caller = req.context.caller
        public_id = self.services.mocks.names.parse(caller, req.get_param("id", default=""))
        self.services.mocks.seeds.reset(caller, public_id)
        answer_done(resp)


_COMMON_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_ALLOW = ", ".join(_COMMON_METHODS)


class Route:
    """/routes/{public_id} and every path below it; public, by any method"""

    def __init__(self, services: Services) -> None:
        self._routes = services.routes
        self._mocks = services.mocks.answers
        self._names = services.mocks.names
        self._freshness = services.mocks.freshness
        self._is_token = services.tokens.is_issued
        self._tags = LatestTags()

    def on_any(self, req: falcon.Request, resp: falcon.Response, **params: Any) -> None:
        """Answer the key's value, or what the route's document says; 405 for a rare method.

        That is, if no route can answer it.
        """
        try:
            self._answer(req, resp, params)
        except NotFound as ex:
            if isinstance(ex, NoRule) or req.method in _COMMON_METHODS:
                raise
            error = MethodNotAllowed(hint=f"This path supports {_ALLOW}.")
            error.allow = _ALLOW
            raise error from ex

    def _answer(self, req: falcon.Request, resp: falcon.Response, params: dict[str, Any]) -> None:
        make_public(req, resp)
        reference, segments = reference_in(params)
        req.context.find_owner = partial(self._owner_of, reference)
        public_id = reference.id
        if not public_id:
            self.answer(req, resp, reference, segments)
            return
        run_alone(req, self._routes.size_of(public_id))
        draft = begin_draft(req)
        try:
            shown = self._routes.read(public_id)
        except HasDocument:
            self.answer(req, resp, reference, segments)
        else:
            self._answer_value(req, resp, Shown(public_id, *shown))
            if draft:
                owner = self._routes.find(public_id).owner
                keep_draft(draft, req, resp, self._freshness, owner)

    def answer(
        self, req: falcon.Request, resp: falcon.Response, reference: Reference, segments: int
    ) -> None:
        """Answer what a route's document says.

        The first `segments` segments of the path name the route; what follows is matched.
        """
        call, here = read_call(req, segments, self._is_token)
        run_alone(req, self._routes.size_of(here))
        draft = begin_draft(req)
        origin = call.headers.get("origin", "")

        def on_document(document: RouteDocument) -> None:
            resp.context.has_document = True
            set_cors(resp, document.cors, origin)

        try:
            found, owner = self._mocks.answer(
                reference, call, here, on_document, reserve_delay(req)
            )
        except BaseException as ex:
            release_delay(req)
            if isinstance(ex, NotFound) and isinstance(ex.__context__, PublicIdGone):
                # NOTE: a document in the cache may be that of a deleted route.
                resp.context.has_document = False
            raise
        if isinstance(found, Shown):
            self._answer_value(req, resp, found)
        else:
            self._routes.note_size(here, len(found.body))
            answer_rendered(req, resp, found)
        if draft and owner:
            keep_draft(draft, req, resp, self._freshness, owner)

    def _owner_of(self, reference: Reference) -> str:
        return self._routes.known_owner(self._names.known_id(reference))

    def _answer_value(self, req: falcon.Request, resp: falcon.Response, shown: Shown) -> None:
        """Answer a key's value. GET and HEAD support If-None-Match; GET supports Range."""
        public_id, value, content_type, has_nested = shown
        if has_nested:
            resp.set_header("B9Y-Routes", "parsed")
        tag = self._tags.tag_of(public_id, value)
        resp.set_header("ETag", tag)
        is_read = req.method in ("GET", "HEAD")
        if is_read and "HTTP_IF_NONE_MATCH" in req.env and has_tag(tag, _known_tags(req)):
            resp.status = 304
            return
        resp.content_type = content_type
        resp.data = value
        if is_read and (len(value) > SHORT or "HTTP_RANGE" in req.env):
            answer_part(req, resp, tag, len(value))


def _paths_of(req: falcon.Request, route: Published) -> dict[str, str]:
    base = f"{req.root_path}/routes/"
    named = {"named_path": base + route.name} if route.name else {}
    return {"path": base + route.id, **named}


def _fields_in_list(summary: Summary) -> dict[str, Any]:
    always = {"key": summary.key, "content_type": summary.content_type}
    return {**always, **msgspec.to_builtins(summary)}


def _known_tags(req: falcon.Request) -> str:
    """Return the tags of If-None-Match, or "" if invalid, since a mock accepts any request."""
    try:
        return parse_tags(req.env["HTTP_IF_NONE_MATCH"].strip(), weak=True)
    except ValueError:
        return ""
