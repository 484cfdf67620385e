"""Bins: lists that the public can add to."""

import builtins
from typing import NamedTuple

from bambleweeny.client.transport.connection import Connection, path_of
from bambleweeny.client.values import ABSENT, Data, bytes_of


class Bin(NamedTuple):
    """A list that everybody can add to, with a POST to `url`."""

    id: str
    path: str
    url: str
    list: str


class Bins:
    """The bins of the user."""

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self._url = connection.url

    def create(self, list: str, *, userid: int | None = None) -> Bin:
        """Open a list to the public; it need not exist yet. A bin counts against the quota."""
        made = self._call("POST", "/bins", query={"userid": userid}, json={"list": list}).json()
        return self._bin({"path": made["path"], "list": list})

    def list(self, *, userid: int | None = None) -> builtins.list[Bin]:
        """Give the user's own bins."""
        answer = self._call("GET", "/bins", query={"userid": userid})
        return [self._bin(row) for row in answer.json()["bins"]]

    def delete(self, id: str, *, userid: int | None = None) -> None:
        """Delete a bin; its path is gone at once, the list stays. NotFound where there is none."""
        self._call("DELETE", "/bins", query={"id": id, "userid": userid})

    def post(self, id: str, data: Data | None = None, *, json: object = ABSENT) -> None:
        """Add an item as everybody can; this needs no login.

        The owner's quota and the list's bound hold.
        """
        self._call("POST", path_of("bins", id), body=bytes_of(data, json), is_public=True)

    def _bin(self, row: dict[str, str]) -> Bin:
        path = row["path"]
        return Bin(path.rpartition("/")[2], path, self._url + path, row["list"])
