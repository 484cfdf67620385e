"""Bins: public URLs that add to a list."""

import builtins
from typing import NamedTuple

from bambleweeny.client.transport.connection import Connection, path_of
from bambleweeny.client.values import ABSENT, Data, bytes_of


class Bin(NamedTuple):
    """A public URL. A POST to `url` needs no login and adds the body to `list` as an item."""

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
        """Create a bin for a list, which need not exist yet.

        A bin counts against the quota; QuotaExceeded if the quota is used up.
        """
        made = self._call("POST", "/bins", query={"userid": userid}, json={"list": list}).json()
        return self._bin({"path": made["path"], "list": list})

    def list(self, *, userid: int | None = None) -> builtins.list[Bin]:
        """Return the user's bins."""
        answer = self._call("GET", "/bins", query={"userid": userid})
        return [self._bin(row) for row in answer.json()["bins"]]

    def delete(self, id: str, *, userid: int | None = None) -> None:
        """Delete a bin; NotFound if it does not exist.

        The URL answers 404 immediately. The list and its items stay.
        """
        self._call("DELETE", "/bins", query={"id": id, "userid": userid})

    def post(self, id: str, data: Data | None = None, *, json: object = ABSENT) -> None:
        """Add an item to the bin's list. This call sends no token.

        NotFound if the bin does not exist, QuotaExceeded if the list is new and its owner's
        quota is used up, ListFull if the list is full.
        """
        self._call("POST", path_of("bins", id), body=bytes_of(data, json), is_public=True)

    def _bin(self, row: dict[str, str]) -> Bin:
        path = row["path"]
        id = path.rpartition("/")[2]
        # NOTE: a proxy may change the prefix of `path`.
        return Bin(id, path, self._url + path_of("bins", id), row["list"])
