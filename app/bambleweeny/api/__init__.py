"""HTTP: the route table, and what every request passes through."""

from collections.abc import Sequence
from typing import Any

import falcon

from bambleweeny.api.access_log import AccessLog
from bambleweeny.api.auth import AuthTest, AuthToken
from bambleweeny.api.batch import Batch
from bambleweeny.api.bins import Bin, Bins
from bambleweeny.api.docs import DocsAsset, DocsPage, OpenApi
from bambleweeny.api.errors import add_error_handlers, no_such_path
from bambleweeny.api.events import Events
from bambleweeny.api.gate import Gate
from bambleweeny.api.items import ListItem, ListItems, ListMove, ListStats
from bambleweeny.api.javascript import JavaScript
from bambleweeny.api.keys import Counter, Key, Keys
from bambleweeny.api.leases import ListAck, ListLease, ListLeases
from bambleweeny.api.list_policies import ListPolicy
from bambleweeny.api.lists import List, ListPop, Lists
from bambleweeny.api.operators import Health, Metrics, Readiness
from bambleweeny.api.own_data import Export, Import
from bambleweeny.api.postman import PostmanCollection
from bambleweeny.api.routes import Route, Routes
from bambleweeny.api.status import Home, Info, Save
from bambleweeny.api.topics import Topic, Topics
from bambleweeny.api.users import AdminPassword, OwnPassword, User, Users
from bambleweeny.core.services import Services

__all__ = ["create_app"]


def create_app(
    services: Services,
    *,
    cors_origins: Sequence[str] = (),
    allowed_hosts: Sequence[str] | None = None,
) -> "falcon.App[Any, Any]":
    """Make the WSGI application.

    `allowed_hosts` are the Host names that are answered; None answers all.
    """
    middleware: list[Any] = [AccessLog(services.metrics), Gate(cors_origins, allowed_hosts)]
    app = falcon.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.keep_blank_qs_values = True
    add_error_handlers(app)

    app.add_route("/", Home(services))
    app.add_route("/auth/token", AuthToken(services))
    app.add_route("/auth/test", AuthTest(services))
    app.add_route("/auth/password", OwnPassword(services))
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
    app.add_route("/routes", Routes(services))
    app.add_route("/routes/{public_id}", Route(services))
    app.add_route("/routes/{public_id}/{rest:path}", Route(services))
    app.add_route("/bins", Bins(services))
    app.add_route("/bins/{public_id}", Bin(services))
    app.add_route("/users", Users(services))
    app.add_route("/users/{user_id}", User(services))
    app.add_route("/config/admin", AdminPassword(services))
    app.add_route("/info", Info(services))
    app.add_route("/save", Save(services))
    app.add_route("/healthz", Health())
    app.add_route("/readyz", Readiness(services))
    app.add_route("/metrics", Metrics(services))
    _add_documents(app)
    app.add_sink(no_such_path)
    return app


def _add_documents(app: "falcon.App[Any, Any]") -> None:
    app.add_route("/swagger", OpenApi())
    app.add_route("/openapi.json", OpenApi())
    app.add_route("/postman.json", PostmanCollection())
    app.add_route("/bambleweeny.js", JavaScript())
    app.add_route("/docs", DocsPage())
    app.add_route("/docs/{asset}", DocsAsset())
