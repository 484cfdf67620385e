"""Listings of names, decoded row by row so that large ones use little memory."""

from collections.abc import Iterator, Mapping
from json import JSONDecoder
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Connection, Query

_MOST_ROWS = 1000

_read_row = JSONDecoder().raw_decode


class Entry(NamedTuple):
    """The name of a key, list or topic, and the id of the user that owns it."""

    name: str
    owner: int


class Meta(NamedTuple):
    """The metadata of a key.

    `size` is in bytes. `ttl` is in seconds, or None if the key does not expire. `type` is the
    content type that the key was written with, or None.
    """

    name: str
    size: int
    ttl: int | None
    type: str | None
    etag: str


class Part(NamedTuple):
    """The selected names: those with a prefix that sort after the name `after`.

    With a delimiter, names are grouped.
    """

    prefix: str = ""
    after: str = ""
    delimiter: str = ""


class Listing:
    """The listing of a noun."""

    def __init__(self, connection: Connection, noun: str) -> None:
        self._call = connection.call
        self._noun = noun

    def entries(self, part: Part, limit: int | None, userid: int | None) -> Iterator[Entry]:
        """Yield names and owners; see `Listed.list`."""
        if part == Part() and limit is None:
            answer = self._call("GET", f"/{self._noun}", query={"userid": userid})
            return entries(answer.value.text())
        rows = self.rows(part, {}, userid, limit)
        return (Entry(row["key"], int(row["owner"])) for row in rows)

    def rows(
        self,
        part: Part,
        more: Mapping[str, int],
        userid: int | None,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of the user, with one request for each 1,000 of them."""
        for page in self._pages(part, more, userid, limit):
            yield from page[self._noun]

    def groups(self, part: Part, userid: int | None) -> tuple[list[str], list[str]]:
        """Return names and groups; see `Keys.groups`."""
        pages = list(self._pages(part, {}, userid, None))
        names = [row["key"] for page in pages for row in page[self._noun]]
        return names, [group for page in pages for group in page["prefixes"]]

    def count(self, prefix: str, userid: int | None) -> int:
        """Return the number of names of the user with a prefix."""
        query: Query = {"prefix": prefix, "count": 1, "userid": userid}
        count: int = self._call("GET", f"/{self._noun}", query=query).json()["count"]
        return count

    def _pages(
        self, part: Part, more: Mapping[str, int], userid: int | None, limit: int | None
    ) -> Iterator[dict[str, Any]]:
        left, after = limit, part.after
        while left is None or left > 0:
            most = _MOST_ROWS if left is None else min(left, _MOST_ROWS)
            query: Query = {
                **part._asdict(),
                **more,
                "after": after,
                "limit": most,
                "userid": userid,
            }
            page = self._call("GET", f"/{self._noun}", query=query).json()
            yield page
            if "next" not in page:
                return
            after = page["next"]
            if left is not None:
                left -= len(page[self._noun])


class Listed:
    """The listing that keys, lists and topics share. Iteration yields names; see `list`."""

    _listing: Listing

    def list(
        self,
        *,
        prefix: str = "",
        after: str = "",
        limit: int | None = None,
        userid: int | None = None,
    ) -> Iterator[Entry]:
        """Yield the user's names, in order, with the id of their owner.

        Selects names with this `prefix` that sort after the name `after`, `limit` at most. For
        the admin, a call without any of the options lists the names of all users, owner by
        owner.
        """
        return self._listing.entries(Part(prefix, after), limit, userid)

    def count(self, *, prefix: str = "", userid: int | None = None) -> int:
        """Return the exact number of the user's names with a prefix."""
        return self._listing.count(prefix, userid)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of `list()`."""
        return (entry.name for entry in self.list())


def entries(listing: str) -> Iterator[Entry]:
    """Yield the rows of a listing in JSON, decoded one by one."""
    offset = listing.index("[")
    while (offset := listing.find("{", offset)) >= 0:
        row, offset = _read_row(listing, offset)
        yield Entry(row["key"], int(row["owner"]))
