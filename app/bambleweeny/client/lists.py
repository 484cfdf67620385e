"""Lists: queues of bytes, first in, first out."""

from typing import Any

from bambleweeny.client.items import Items
from bambleweeny.client.leases import Leases
from bambleweeny.client.listings import Listed, Listing
from bambleweeny.client.transport.connection import Connection, path_of
from bambleweeny.client.values import ABSENT, Data, Value, bytes_of, seconds_of, unpacked


class Lists(Listed, Leases, Items):
    """Queues of bytes; each exists while it has items in any state, or a policy."""

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
        """Add an item at the end and give its id, atomically; ListFull past the list's bound.

        Nobody is given it before the `delay` is over, and it is dropped when nobody took it
        for `ttl`; `front` adds it before all others. A push with a `key` is done once in
        24 hours, and can be repeated. A new list counts against the quota.
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
        r"""Add each line as an item, up to 10,000 of them, all or none; give their number.

        A line ends with `\n` or `\r\n`, the last one also without. The options are those of `push`.
        """
        query = {"split": "lines", **_options(delay, ttl, front, userid)}
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
        """Take the oldest items off, up to 1,000 and 1 MB, waiting so long for one."""
        seconds = seconds_of(wait)
        query = {"max": max, "wait": seconds, "userid": userid}
        path = f"{path_of('lists', name)}/pop"
        answer = self._call("POST", path, query=query, wait=seconds or 0)
        return [unpacked(value) for value in answer.json()]

    def delete(self, name: str, *, userid: int | None = None) -> None:
        """Delete a list with its items and its policy; NotFound where there is none."""
        self._call("DELETE", path_of("lists", name), query={"userid": userid})


def _options(
    delay: int | str | None, ttl: int | str | None, front: bool, userid: int | None
) -> dict[str, Any]:
    return {
        "delay": seconds_of(delay),
        "ttl": seconds_of(ttl),
        "front": 1 if front else None,
        "userid": userid,
    }
