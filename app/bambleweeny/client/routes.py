"""Routes: public URLs that read a key."""

import builtins
from typing import NamedTuple

from bambleweeny.client.transport.connection import Connection, path_of
from bambleweeny.client.values import Value


class Route(NamedTuple):
    """A public URL. A GET of `url` needs no login and returns the value of `key`."""

    id: str
    path: str
    url: str
    key: str
    content_type: str


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

    def list(self, *, userid: int | None = None) -> builtins.list[Route]:
        """Return the user's routes."""
        answer = self._call("GET", "/routes", query={"userid": userid})
        return [self._route(row) for row in answer.json()["routes"]]

    def delete(self, id: str, *, userid: int | None = None) -> None:
        """Delete a route; NotFound if it does not exist.

        The URL answers 404 immediately. The key stays.
        """
        self._call("DELETE", "/routes", query={"id": id, "userid": userid})

    def read(self, id: str) -> Value:
        """Return what the public URL answers, with nested keys expanded.

        This call sends no token. NotFound if the route or its key does not exist.
        """
        return self._call("GET", path_of("routes", id), is_public=True).value

    def _route(self, row: dict[str, str]) -> Route:
        path = row["path"]
        id = path.rpartition("/")[2]
        # NOTE: a proxy may change the prefix of `path`.
        url = self._url + path_of("routes", id)
        return Route(id, path, url, row["key"], row["content_type"])
