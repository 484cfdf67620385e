"""Routes: keys made public."""

import builtins
from typing import NamedTuple

from bambleweeny.client.transport.connection import Connection, path_of
from bambleweeny.client.values import Value


class Route(NamedTuple):
    """A key that everybody can read at `url`."""

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
        """Make a key public, as plain text unless a content type is given.

        The key need not exist yet. A route counts against the quota.
        """
        wanted = {"key": key, "content_type": content_type or "text/plain"}
        made = self._call("POST", "/routes", query={"userid": userid}, json=wanted).json()
        return self._route({**wanted, "path": made["path"]})

    def list(self, *, userid: int | None = None) -> builtins.list[Route]:
        """Give the user's own routes."""
        answer = self._call("GET", "/routes", query={"userid": userid})
        return [self._route(row) for row in answer.json()["routes"]]

    def delete(self, id: str, *, userid: int | None = None) -> None:
        """Delete a route; its path is gone at once, the key stays. NotFound where there is none."""
        self._call("DELETE", "/routes", query={"id": id, "userid": userid})

    def read(self, id: str) -> Value:
        """Read what everybody reads, nested keys and all; this needs no login.

        NotFound where there is no such route, or its key is not there.
        """
        return self._call("GET", path_of("routes", id), is_public=True).value

    def _route(self, row: dict[str, str]) -> Route:
        path = row["path"]
        id = path.rpartition("/")[2]
        return Route(id, path, self._url + path, row["key"], row["content_type"])
