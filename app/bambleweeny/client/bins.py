"""Bins: public URLs that add to a list, or do as their documents say."""

import builtins
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Connection, public_path_of
from bambleweeny.client.values import ABSENT, Data, bytes_of
from bambleweeny.errors import BinNameTaken, InvalidBin, NotFound

Document = Mapping[str, Any]
"""A document as JSON has it: {"list": "hooks", "name": "gh", "keep": "request"}."""


class Bin(NamedTuple):
    """A public URL. A POST to `url` needs no login and adds the body to `list` as an item.

    A bin with a document adds to `list` or `topic` as the document says; its `keep` is `body` or
    `request`. The URL of a bin with a name is that of `named_path`; `path` has the id, which stays
    if the name changes. From `ends_at` on the URL answers 404.
    """

    id: str
    path: str
    url: str
    list: str
    name: str = ""
    topic: str = ""
    keep: str = ""
    ends_at: datetime | None = None
    named_path: str = ""


class RefusedRequest(NamedTuple):
    """A request that a bin answered with an error and did not store.

    `status`, `code` and `info` are those of the answer; `reason` is why a signature was refused.
    """

    time: datetime
    method: str
    path: str
    ip: str
    status: int
    code: str
    info: str
    reason: str = ""


class Bins:
    """The bins of the user."""

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self._url = connection.url

    def create(
        self, list: str, document: Document | None = None, *, userid: int | None = None
    ) -> Bin:
        """Create a bin for a list, which need not exist yet.

        `document` has further fields, as in {"name": "gh", "keep": "request"}; a name of another
        bin is BinNameTaken. A bin counts against the quota; QuotaExceeded if the quota is used up.
        """
        return self._create({"list": list} | dict(document or {}) | {"list": list}, userid)

    def set(self, document: Document, id: str | None = None, *, userid: int | None = None) -> Bin:
        """Create a bin with a document, or replace the document of the bin `id`.

        Without `id` the document replaces that of the bin with the same name, if there is one. In
        a document that replaces another one, the secret "[secret]" keeps the earlier one. A
        document that cannot be used is InvalidBin.
        """
        if id is None:
            try:
                return self._create(document, userid)
            except (BinNameTaken, InvalidBin):
                # NOTE: a document that keeps earlier secrets is invalid for a new bin.
                id = self._id_of_name(document.get("name"), userid)
                if id is None:
                    raise
        query = {"id": id, "userid": userid}
        made = self._call("PUT", "/bins", query=query, json=document).json()
        return self._made(document, made, userid)

    def list(self, *, userid: int | None = None) -> builtins.list[Bin]:
        """Return the user's bins."""
        answer = self._call("GET", "/bins", query={"userid": userid})
        return [self._bin(row) for row in answer.json()["bins"]]

    def url(self, name: str, *, userid: int | None = None) -> str:
        """Return the public URL of the user's bin with a name; NotFound if there is none."""
        for bin_ in self.list(userid=userid):
            if bin_.name == name:
                return bin_.url
        raise NotFound(f"You have no bin '{name}'.")

    def get(self, id: str, *, userid: int | None = None) -> dict[str, Any]:
        """Return the document of a bin, by its id, its name or `@USER/NAME`.

        Each secret in it is "[secret]". A miss raises NotFound.
        """
        return dict(self._call("GET", "/bins", query={"id": id, "userid": userid}).json())

    def refused(self, id: str, *, userid: int | None = None) -> builtins.list[RefusedRequest]:
        """Return the last requests that a bin refused, the newest first; NotFound without the bin.

        `id` is its id, its name or `@USER/NAME`.
        """
        query = {"id": id, "userid": userid}
        rows = self._call("GET", "/bins/refused", query=query).json()["refused"]
        return [_refused(row) for row in rows]

    def delete(self, id: str, *, userid: int | None = None) -> None:
        """Delete a bin, by its id, its name or `@USER/NAME`; NotFound if it does not exist.

        The URL answers 404 immediately. The list or topic stays, with what is in it.
        """
        self._call("DELETE", "/bins", query={"id": id, "userid": userid})

    def post(self, id: str, data: Data | None = None, *, json: object = ABSENT) -> None:
        """Post to a bin, by its id or `@USER/NAME`. This call sends no token.

        NotFound if the bin does not exist, QuotaExceeded if the list is new and its owner's
        quota is used up, ListFull if the list is full.
        """
        self._call("POST", public_path_of("bins", id), body=bytes_of(data, json), is_public=True)

    def _create(self, document: Document, userid: int | None) -> Bin:
        made = self._call("POST", "/bins", query={"userid": userid}, json=document).json()
        if document.keys() == {"list"}:
            return self._bin({**document, **made})
        return self._made(document, made, userid)

    def _made(self, document: Document, answer: Document, userid: int | None) -> Bin:
        """Return a bin with a document; a further call reads when it ends, if it does."""
        row = {"keep": "body", **document, **answer}
        if document.get("ends"):
            id = _id_of(answer)
            row["ends_at"] = self.get(id, userid=userid)["ends_at"]
        return self._bin(row)

    def _id_of_name(self, name: str | None, userid: int | None) -> str | None:
        bins = self.list(userid=userid) if name else ()
        return next((bin.id for bin in bins if bin.name == name), None)

    def _bin(self, row: Document) -> Bin:
        id, named_path, ends_at = _id_of(row), row.get("named_path", ""), row.get("ends_at")
        shown = "/".join(named_path.split("/")[-2:]) or id
        # NOTE: a proxy may change the prefix of `path`.
        return Bin(
            id, row["path"], self._url + public_path_of("bins", shown), row.get("list", ""),
            row.get("name", ""), row.get("topic", ""), row.get("keep", ""),
            None if ends_at is None else datetime.fromisoformat(ends_at.upper()), named_path,
        )  # fmt: skip


def _refused(row: Document) -> RefusedRequest:
    known = {name: row[name] for name in RefusedRequest._fields if name in row}
    return RefusedRequest(**known | {"time": datetime.fromisoformat(row["time"].upper())})


def _id_of(row: Document) -> str:
    return str(row["path"]).rpartition("/")[2]
