"""Lists: queues of bytes, first in, first out."""

from collections.abc import Iterator
from typing import Any

from bambleweeny.client.items import Items
from bambleweeny.client.leases import Leases
from bambleweeny.client.listings import Listed, Listing, Part
from bambleweeny.client.transport.connection import Connection, path_of
from bambleweeny.client.values import ABSENT, Data, Value, bytes_of, seconds_of, unpacked


class Lists(Listed, Leases, Items):
    """Lists: queues of bytes, first in, first out.

    A list exists while it has items in any state, or a policy.
    """

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self._listing = Listing(connection, "lists")

    def push(
        self,
        name: str,
        value: Data | None = None,
        *,
        json: object = ABSENT,
        delay: int | str | None = None,
        ttl: int | str | None = None,
        front: bool = False,
        key: str | None = None,
        userid: int | None = None,
    ) -> str:
        """Add an item at the end of a list, atomically, and return its id.

        The item is delayed for `delay` (7 days at most), and dropped if no client takes it
        within `ttl` (1 second to 365 days). `front` adds it at the front. `key` is an
        idempotency key: within 24 hours, a second push with it adds nothing and returns the
        first id, so that the call can be repeated; the client then retries it once.

        A new list counts against the quota; QuotaExceeded if the quota is used up. ListFull if
        the list has reached its `max_len`.
        """
        body, query = bytes_of(value, json), _options(delay, ttl, front, userid)
        headers = {} if key is None else {"Idempotency-Key": key}
        path = path_of("lists", name)
        answer = self._call(
            "POST", path, query=query, body=body, headers=headers, is_safe=key is not None
        )
        item_id: str = answer.json()["id"]
        return item_id

    def push_lines(
        self,
        name: str,
        data: Data,
        *,
        delay: int | str | None = None,
        ttl: int | str | None = None,
        front: bool = False,
        userid: int | None = None,
    ) -> int:
        r"""Add each line as an item, up to 10,000, and return their number.

        Atomic: all items are added, or none is. Lines end with `\n` or `\r\n`; the last line
        may have no end. The options are those of `push`.
        """
        query = {"split": "lines", **_options(delay, ttl, front, userid)}
        answer = self._call("POST", path_of("lists", name), query=query, body=bytes_of(data))
        items: int = answer.json()["items"]
        return items

    def pop(
        self, name: str, wait: int | str | None = None, *, userid: int | None = None
    ) -> Value | None:
        """Remove the oldest ready item, atomically, and return it.

        If no item is ready, the call blocks for `wait` seconds (or "20s"), 30 at most, and returns
        None when that time is over. If the answer is lost (NoAnswer), the item may be lost,
        too; use `lease` to avoid that.
        """
        seconds = seconds_of(wait)
        query = {"wait": seconds, "userid": userid}
        path = f"{path_of('lists', name)}/pop"
        answer = self._call("POST", path, query=query, wait=seconds or 0)
        return None if answer.status == 204 else answer.value

    def pop_many(
        self,
        name: str,
        max: int = 100,
        wait: int | str | None = None,
        *,
        userid: int | None = None,
    ) -> list[Value]:
        """Remove the oldest ready items, and return up to `max`: 1,000 and 1 MB at most.

        If no item is ready, the call blocks for `wait` seconds, 30 at most, and returns an empty
        list when that time is over.
        """
        seconds = seconds_of(wait)
        query = {"max": max, "wait": seconds, "userid": userid}
        path = f"{path_of('lists', name)}/pop"
        answer = self._call("POST", path, query=query, wait=seconds or 0)
        return [unpacked(value) for value in answer.json()]

    def delete(self, name: str, *, userid: int | None = None) -> None:
        """Delete a list with its items and its policy; NotFound if it does not exist.

        The idempotency keys of its pushes go too; while some are left of an empty list, it is no
        NotFound.
        """
        self._call("DELETE", path_of("lists", name), query={"userid": userid})

    def list_stats(
        self,
        *,
        prefix: str = "",
        after: str = "",
        limit: int | None = None,
        userid: int | None = None,
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the user's lists with their counts: those of `stats`, without `oldest_age`.

        A list with a policy has that, too, as `policy`.
        The options are those of `list`. Sends one request for each 1,000 lists.
        """
        for row in self._listing.rows(Part(prefix, after), {"stats": 1}, userid, limit):
            yield row.pop("key"), {key: row[key] for key in row if key != "owner"}


def _options(
    delay: int | str | None, ttl: int | str | None, front: bool, userid: int | None
) -> dict[str, Any]:
    return {
        "delay": seconds_of(delay),
        "ttl": seconds_of(ttl),
        "front": 1 if front else None,
        "userid": userid,
    }
