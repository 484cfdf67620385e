"""Lists: queues of bytes, first in, first out."""

from collections.abc import Iterator

from bambleweeny.client.connection import Connection, path_of
from bambleweeny.client.listings import Entry, Listing, Part
from bambleweeny.client.values import ABSENT, Data, Value, bytes_of
from bambleweeny.names import parse_duration


class Lists:
    """Queues of bytes. Iteration gives every name that the user may see, in order."""

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self._listing = Listing(connection, "lists")

    def push(
        self,
        name: str,
        value: Data | None = None,
        *,
        json: object = ABSENT,
        userid: int | None = None,
    ) -> None:
        """Add an item at the end, atomically; ListFull past the list's bound.

        A new list counts against the quota.
        """
        body = bytes_of(value, json)
        self._call("POST", path_of("lists", name), query={"userid": userid}, body=body)

    def push_lines(self, name: str, data: Data, *, userid: int | None = None) -> int:
        r"""Add each line as an item, up to 10,000 of them, all or none; give their number.

        A line ends with `\n`, the last one with or without.
        """
        query = {"split": "lines", "userid": userid}
        answer = self._call("POST", path_of("lists", name), query=query, body=bytes_of(data))
        items: int = answer.json()["items"]
        return items

    def pop(
        self, name: str, wait: int | str | None = None, *, userid: int | None = None
    ) -> Value | None:
        """Take the oldest item off and give it, atomically; None where there is none.

        `wait` are seconds, 30 at most, or a duration as `20s`: so long is waited for
        an item. Where the answer does not arrive the item may be gone.
        """
        seconds = parse_duration(str(wait)) if wait is not None else None
        query = {"wait": seconds, "userid": userid}
        path = f"{path_of('lists', name)}/pop"
        answer = self._call("POST", path, query=query, wait=seconds or 0)
        return None if answer.status == 204 else answer.value

    def delete(self, name: str, *, userid: int | None = None) -> None:
        """Delete a list with its items; NotFound where there is none."""
        self._call("DELETE", path_of("lists", name), query={"userid": userid})

    def list(
        self,
        *,
        prefix: str = "",
        after: str = "",
        limit: int | None = None,
        userid: int | None = None,
    ) -> Iterator[Entry]:
        """Give the names that begin with a prefix and the ids of their owners, in order.

        A list exists while it has items. The admin sees everybody's, owner by owner, where
        nothing but `userid` is given; else these are one's own, those after the name `after`
        and up to `limit` of them.
        """
        return self._listing.entries(Part(prefix, after), limit, userid)

    def count(self, *, prefix: str = "", userid: int | None = None) -> int:
        """Count one's own names that begin with a prefix, exactly."""
        return self._listing.count(prefix, userid)

    def __iter__(self) -> Iterator[str]:
        """Give the names of all lists that the user may see."""
        return (entry.name for entry in self.list())
