"""The HTTP API: the route table and the middleware."""

from collections.abc import Sequence
from typing import Any

import falcon
from falcon.routing import CompiledRouter

from bambleweeny.api.access.accounting import Audit, Usage
from bambleweeny.api.access.oauth import Introspection, Revocation
from bambleweeny.api.access.sessions import AuthCode, AuthTest, AuthToken, Logout
from bambleweeny.api.access.tokens import Token, TokenRotation, Tokens
from bambleweeny.api.access.users import (
    AdminPassword,
    AuthAccept,
    OwnPassword,
    User,
    UserReset,
    Users,
)
from bambleweeny.api.batch import Batch
from bambleweeny.api.bins import Bin, Bins, RefusedRequests
from bambleweeny.api.console.files import ConsoleFile
from bambleweeny.api.console.page import ConsolePage
from bambleweeny.api.docs.contract import Contract, Swagger
from bambleweeny.api.docs.files import GuideFile
from bambleweeny.api.docs.guide import GuideHome, GuidePage, GuideSearch
from bambleweeny.api.docs.postman import PostmanCollection
from bambleweeny.api.docs.reference import Reference
from bambleweeny.api.events import Events
from bambleweeny.api.instance import Home, Info, Save
from bambleweeny.api.items import ListItem, ListItems, ListMove, ListStats
from bambleweeny.api.javascript import JavaScript
from bambleweeny.api.keys import Counter, Key, Keys
from bambleweeny.api.leases import ListAck, ListLease, ListLeases
from bambleweeny.api.lists import List, ListPop, Lists
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.api.middleware.errors import add_error_handlers, add_sinks
from bambleweeny.api.middleware.gate import Gate
from bambleweeny.api.middleware.mount import Mount
from bambleweeny.api.middleware.stale_tokens import NewerTokens
from bambleweeny.api.monitoring import Health, Metrics, Readiness
from bambleweeny.api.policies import ListPolicy
from bambleweeny.api.requests.base_path import BasePath
from bambleweeny.api.requests.public_paths import is_public
from bambleweeny.api.routes import Route, RouteReset, Routes, RouteVerification
from bambleweeny.api.sandboxes import Sandboxes, SandboxItem, SandboxReset, Snapshot
from bambleweeny.api.topics import Topic, Topics
from bambleweeny.api.transfer import Export, Import
from bambleweeny.core.services import Services
from bambleweeny.errors import BodyTooLarge, InsufficientScope, StaleToken

__all__ = ["create_app"]


class _Router(CompiledRouter):
    """A router that finds no path with an empty segment, except below a route or bin.

    The access rules of a proxy may not match a path with `//`.
    """

    def find(self, uri: str, req: falcon.Request | None = None) -> Any:
        # NOTE: not `uri`, from which Falcon has removed a slash at the end.
        path: str = uri if req is None else req.env["PATH_INFO"]
        if "//" in path and not is_public(path):
            return None
        return super().find(uri, req)

    def map_http_methods(self, resource: object, **kwargs: Any) -> Any:
        """Map methods to responders; a resource with `on_any` takes every method."""
        responder = getattr(resource, "on_any", None)
        if responder is None:
            return super().map_http_methods(resource, **kwargs)
        return _EveryMethod(responder)


class _EveryMethod(dict[str, Any]):
    """Maps all methods to one responder, also those that Falcon does not know."""

    def __init__(self, responder: Any) -> None:
        super().__init__(dict.fromkeys(falcon.COMBINED_METHODS, responder))
        self._responder = responder

    def __missing__(self, method: str) -> Any:
        return self._responder


class _App(falcon.App[Any, Any]):
    """An application that answers HEAD on every path that has GET.

    A resource without `on_head` answers HEAD with `on_get`. A resource whose GET changes data
    has an `on_head` that changes nothing (RFC 9110, section 9.2.1).
    """

    def add_route(self, uri_template: str, resource: object, **kwargs: Any) -> None:
        if hasattr(resource, "on_get") and not hasattr(resource, "on_head"):
            resource.on_head = resource.on_get  # type: ignore[attr-defined]
        super().add_route(uri_template, resource, **kwargs)

    def find_responder(self, req: falcon.Request) -> tuple[Any, dict[str, Any]]:
        """Return the responder for a request, and the fields of its path."""
        responder, params, _, _ = self._get_responder(req)
        return responder, params


def create_app(
    services: Services,
    *,
    cors_origins: Sequence[str] = (),
    allowed_hosts: Sequence[str] | None = None,
    base_path: BasePath | None = None,
    console: bool = True,
) -> "falcon.App[Any, Any]":
    """Return the WSGI application; it answers loopback names and `allowed_hosts` (None: all).

    An origin in `cors_origins` may contain `*`. With `base_path` every path is below it. Without
    `console` it serves no console.
    """
    mounts = [Mount(base_path)] if base_path else []
    gate = Gate(cors_origins, allowed_hosts)
    access_log = AccessLog(services.metrics, services.traffic, services.audit)
    middleware: list[Any] = [access_log, *mounts, gate]
    app = _App(middleware=middleware, router=_Router())
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.keep_blank_qs_values = True
    add_error_handlers(app)
    newer = NewerTokens(services.tokens, app.find_responder)
    app.add_error_handler(StaleToken, newer.repeat_stale)
    app.add_error_handler(InsufficientScope, newer.repeat_refused)
    app.add_error_handler(BodyTooLarge, newer.repeat_refused)
    app.add_route("/", Home(services, console=console))
    _add_access(app, services)
    app.add_route("/keys", Keys(services))
    app.add_route("/keys/{name}", Key(services))
    app.add_route("/incr/{name}", Counter(services))
    app.add_route("/lists", Lists(services))
    app.add_route("/lists/{name}", List(services))
    app.add_route("/lists/{name}/pop", ListPop(services))
    app.add_route("/lists/{name}/lease", ListLeases(services))
    app.add_route("/lists/{name}/leases/{lease}", ListLease(services))
    app.add_route("/lists/{name}/ack", ListAck(services))
    app.add_route("/lists/{name}/policy", ListPolicy(services))
    app.add_route("/lists/{name}/items", ListItems(services))
    app.add_route("/lists/{name}/items/{item_id}", ListItem(services))
    app.add_route("/lists/{name}/stats", ListStats(services))
    app.add_route("/lists/{name}/move", ListMove(services))
    app.add_route("/topics", Topics(services))
    app.add_route("/topics/{name}", Topic(services))
    app.add_route("/events", Events(services))
    app.add_route("/batch", Batch(services))
    app.add_route("/export", Export(services))
    app.add_route("/import", Import(services))
    _add_public(app, services)
    app.add_route("/usage", Usage(services))
    app.add_route("/audit", Audit(services))
    app.add_route("/info", Info(services))
    app.add_route("/save", Save(services))
    app.add_route("/healthz", Health())
    app.add_route("/readyz", Readiness(services))
    app.add_route("/metrics", Metrics(services))
    _add_documents(app)
    if console:
        _add_console(app)
    add_sinks(app)
    return app


def _add_sandboxes(app: "falcon.App[Any, Any]", services: Services) -> None:
    app.add_route("/sandboxes", Sandboxes(services))
    app.add_route("/sandboxes/{sandbox_id}", SandboxItem(services))
    app.add_route("/sandboxes/{sandbox_id}/reset", SandboxReset(services))
    app.add_route("/sandboxes/{sandbox_id}/snapshots/{name}", Snapshot(services))


def _add_access(app: "falcon.App[Any, Any]", services: Services) -> None:
    _add_sandboxes(app, services)
    app.add_route("/auth/token", AuthToken(services))
    app.add_route("/auth/code", AuthCode(services))
    app.add_route("/auth/accept", AuthAccept(services))
    app.add_route("/auth/test", AuthTest(services))
    app.add_route("/auth/logout", Logout(services))
    app.add_route("/auth/revoke", Revocation(services))
    app.add_route("/auth/introspect", Introspection(services))
    app.add_route("/auth/password", OwnPassword(services))
    app.add_route("/tokens", Tokens(services))
    app.add_route("/tokens/{token_id}", Token(services))
    app.add_route("/tokens/{token_id}/rotate", TokenRotation(services))
    app.add_route("/users", Users(services))
    app.add_route("/users/{user_id}", User(services))
    app.add_route("/users/{user_id}/reset", UserReset(services))
    app.add_route("/config/admin", AdminPassword(services))


def _add_public(app: "falcon.App[Any, Any]", services: Services) -> None:
    app.add_route("/routes", Routes(services))
    app.add_route("/routes/verify", RouteVerification(services))
    app.add_route("/routes/reset", RouteReset(services))
    app.add_route("/routes/{public_id}", Route(services))
    app.add_route("/routes/{public_id}/{rest:path}", Route(services))
    app.add_route("/bins", Bins(services))
    app.add_route("/bins/refused", RefusedRequests(services))
    app.add_route("/bins/{public_id}", Bin(services))
    app.add_route("/bins/{public_id}/{rest:path}", Bin(services))


def _add_documents(app: "falcon.App[Any, Any]") -> None:
    app.add_route("/swagger", Swagger())
    app.add_route("/openapi.json", Contract())
    app.add_route("/postman.json", PostmanCollection())
    for module in ("bambleweeny", "bambleweeny-sandboxes"):
        for name in (f"{module}.js", f"{module}.d.ts"):
            app.add_route(f"/{name}", JavaScript(name))
    app.add_route("/docs", GuideHome())
    app.add_route("/docs/api", Reference())
    app.add_route("/docs/search", GuideSearch())
    app.add_route("/docs/{page}", GuidePage())
    app.add_route("/docs/files/{version}/{name}", GuideFile())


def _add_console(app: "falcon.App[Any, Any]") -> None:
    app.add_route("/console", ConsolePage())
    app.add_route("/console/a/{version}/{path:path}", ConsoleFile())
