"""Routes: public URLs that read a key, or answer as a mock API."""

import builtins
from collections.abc import Mapping
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Connection, Query, public_path_of
from bambleweeny.client.values import Value, seconds_of
from bambleweeny.errors import NotFound, RouteNameTaken

Document = Mapping[str, Any]
"""A document as JSON has it: {"name": "shop", "rules": [...]}."""


class Route(NamedTuple):
    """A public URL. A GET of `url` needs no login and returns the value of `key`.

    A route with rules answers as its document says; then `key` may be empty. The URL of a route
    with a name is that of `named_path`; `path` has the id, which stays if the name changes.
    """

    id: str
    path: str
    url: str
    key: str
    content_type: str
    name: str = ""
    rules: int = 0
    journal: str = ""
    named_path: str = ""


class ImportedRoute(NamedTuple):
    """A route that was made of another document, its keys, and notes on what was guessed."""

    route: Route
    keys: builtins.list[str]
    notes: builtins.list[str]


class Routes:
    """The routes of the user."""

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self._url = connection.url

    def create(
        self, key: str, content_type: str | None = None, *, userid: int | None = None
    ) -> Route:
        """Create a route for a key, which need not exist yet.

        The default content type is text/plain. A route counts against the quota;
        QuotaExceeded if the quota is used up.
        """
        wanted = {"key": key, "content_type": content_type or "text/plain"}
        made = self._call("POST", "/routes", query={"userid": userid}, json=wanted).json()
        return self._route({**wanted, "path": made["path"]})

    def set(self, document: Document, id: str | None = None, *, userid: int | None = None) -> Route:
        """Create a route with a document, or replace the document of the route `id`.

        Without `id` the document replaces that of the route with the same name, if there is one.
        A document that cannot be used is InvalidRoute.
        """
        query = {"userid": userid}
        if id is not None:
            made = self._call("PUT", "/routes", query={"id": id, **query}, json=document)
            return self._made(document, made.json())
        try:
            made = self._call("POST", "/routes", query=query, json=document)
        except RouteNameTaken:
            return self.set(document, self._named(document["name"], userid), userid=userid)
        return self._made(document, made.json())

    def import_(
        self,
        format: str,
        document: bytes,
        id: str | None = None,
        *,
        name: str | None = None,
        prefix: str | None = None,
        only: str | None = None,
        journal: str | None = None,
        userid: int | None = None,
    ) -> ImportedRoute:
        """Make a route of JSON in another format: `openapi`, `har` or `db`.

        With `id` it replaces the document of that route, else that of the route with the same
        name, if there is one. `prefix` begins the names of all keys, by default `mock-NAME:`,
        or as in the import that it replaces; `only` is a comma-separated list of beginnings of
        paths, tags or operation ids.
        """
        query = {
            "from": format, "id": id, "name": name, "prefix": prefix, "only": only,
            "journal": journal, "userid": userid,
        }  # fmt: skip
        try:
            made = self._import(document, query)
        except RouteNameTaken:
            made = self._import(document, {**query, "id": self._named(name, userid)})
        known = {"name": name or "", "journal": journal or "", "rules": made["rules"]}
        return ImportedRoute(self._route({**known, **made}), made["keys"], made["notes"])

    def list(self, *, userid: int | None = None) -> builtins.list[Route]:
        """Return the user's routes."""
        answer = self._call("GET", "/routes", query={"userid": userid})
        return [self._route(row) for row in answer.json()["routes"]]

    def url(self, name: str, *, userid: int | None = None) -> str:
        """Return the public URL of the user's route with a name; NotFound if there is none."""
        for route in self.list(userid=userid):
            if route.name == name:
                return route.url
        raise NotFound(f"You have no route '{name}'.")

    def get(self, id: str, *, userid: int | None = None) -> dict[str, Any]:
        """Return the document of a route, by its id, its name or `@USER/NAME`.

        A miss raises NotFound.
        """
        answer = self._call("GET", "/routes", query={"id": id, "userid": userid}).json()
        return dict(answer)

    def verify(
        self,
        id: str,
        expected: Document | None = None,
        *,
        wait: int | str | None = None,
        since: str | None = None,
        userid: int | None = None,
    ) -> int:
        """Return how many calls of a route match: those in its journal.

        `expected` has fields of a rule, as in {"path": "/orders/*", "count": 1}. Raises NotAsCalled
        if the calls are not as expected, with the nearest ones in its `details`. If there are too
        few, the call blocks for `wait` seconds (or "20s"), 30 at most.
        """
        seconds = seconds_of(wait)
        query = {"id": id, "wait": seconds, "since": since, "userid": userid}
        answer = self._call(
            "POST", "/routes/verify", query=query, json=expected or {}, wait=seconds or 0
        )
        return int(answer.json()["matching"])

    def reset(self, id: str, *, userid: int | None = None) -> None:
        """Restore the seeds of a route, and forget its counters and the calls in its journal."""
        self._call("POST", "/routes/reset", query={"id": id, "userid": userid})

    def delete(self, id: str, *, userid: int | None = None) -> None:
        """Delete a route, by its id, its name or `@USER/NAME`; NotFound if it does not exist.

        The URL answers 404 immediately. The keys stay.
        """
        self._call("DELETE", "/routes", query={"id": id, "userid": userid})

    def read(self, id: str) -> Value:
        """Return what the public URL answers, with nested keys expanded.

        This call sends no token. NotFound if the route or its key does not exist.
        """
        return self._call("GET", public_path_of("routes", id), is_public=True).value

    def _import(self, document: bytes, query: Query) -> Any:
        headers = {"Content-Type": "application/json"}
        method = "POST" if query["id"] is None else "PUT"
        return self._call(method, "/routes", query=query, body=document, headers=headers).json()

    def _named(self, name: str | None, userid: int | None) -> str:
        known = [route.id for route in self.list(userid=userid) if route.name == name]
        if not known:
            raise RouteNameTaken()
        return known[0]

    def _made(self, document: Document, answer: Mapping[str, Any]) -> Route:
        rules = len(document.get("rules", ()))
        return self._route({**document, **answer, "rules": rules})

    def _route(self, row: Mapping[str, Any]) -> Route:
        path, named_path = row["path"], row.get("named_path", "")
        id = path.rpartition("/")[2]
        shown = "/".join(named_path.split("/")[-2:]) or id
        # NOTE: a proxy may change the prefix of `path`.
        return Route(
            id, path, self._url + public_path_of("routes", shown), row.get("key", ""),
            row.get("content_type", ""), row.get("name", ""), row.get("rules", 0),
            row.get("journal", ""), named_path,
        )  # fmt: skip
