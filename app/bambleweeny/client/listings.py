"""Listings of names, read row by row: a million keys are not a million objects."""

from collections.abc import Iterator, Mapping
from json import JSONDecoder
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Connection, Query

_MOST_ROWS = 1000

_read_row = JSONDecoder().raw_decode


class Entry(NamedTuple):
    """A key, a list or a topic, and the id of the user that owns it."""

    name: str
    owner: int


class Meta(NamedTuple):
    """What is known of a key: bytes, seconds until it expires, the type it came with, its ETag."""

    name: str
    size: int
    ttl: int | None
    type: str | None
    etag: str


class Part(NamedTuple):
    """The names that begin with a prefix and stand after one; in groups, with a delimiter."""

    prefix: str = ""
    after: str = ""
    delimiter: str = ""


class Listing:
    """The listing of a noun."""

    def __init__(self, connection: Connection, noun: str) -> None:
        self._call = connection.call
        self._noun = noun

    def entries(self, part: Part, limit: int | None, userid: int | None) -> Iterator[Entry]:
        """Give names and owners: everybody's to the admin who asks for no part."""
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
        """Give rows of one's own, a request for each 1,000 of them."""
        for page in self._pages(part, more, userid, limit):
            yield from page[self._noun]

    def groups(self, part: Part, userid: int | None) -> tuple[list[str], list[str]]:
        """Give names and groups."""
        pages = list(self._pages(part, {}, userid, None))
        names = [row["key"] for page in pages for row in page[self._noun]]
        return names, [group for page in pages for group in page["prefixes"]]

    def count(self, prefix: str, userid: int | None) -> int:
        """Count names."""
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
    """What keys, lists and topics have in common. Iteration gives the names one may see."""

    _listing: Listing

    def list(
        self,
        *,
        prefix: str = "",
        after: str = "",
        limit: int | None = None,
        userid: int | None = None,
    ) -> Iterator[Entry]:
        """Give the names that begin with a prefix and the ids of their owners, in order.

        The admin sees everybody's, owner by owner, where nothing but `userid` is given; else
        these are one's own, those after the name `after` and up to `limit` of them.
        """
        return self._listing.entries(Part(prefix, after), limit, userid)

    def count(self, *, prefix: str = "", userid: int | None = None) -> int:
        """Count one's own names that begin with a prefix, exactly."""
        return self._listing.count(prefix, userid)

    def __iter__(self) -> Iterator[str]:
        """Give the names that the user may see, in order."""
        return (entry.name for entry in self.list())


def entries(listing: str) -> Iterator[Entry]:
    """Give the rows of a listing."""
    place = listing.index("[")
    while (place := listing.find("{", place)) >= 0:
        row, place = _read_row(listing, place)
        yield Entry(row["key"], int(row["owner"]))
