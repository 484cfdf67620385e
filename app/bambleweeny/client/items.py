"""The items of lists: list, count, move and delete them without a lease."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Answer, Query, path_of
from bambleweeny.client.values import Value, seconds_of, unpacked

_MOST_SHOWN = 1000


class Item(NamedTuple):
    """An item of a list. `state` is "ready", "leased", "delayed" or "dead".

    `attempt` is the number of times that the item was leased. `at` is the time when its lease
    or its delay ends, or when it died. `expires` is the time when its TTL ends. `reason`
    is why it died, and `origin` the list from which it was moved to a dead-letter list. `size`
    is the length of the whole value, of which a preview has the beginning.
    """

    id: str
    state: str
    attempt: int
    enqueued: datetime
    value: Value
    at: datetime | None = None
    expires: datetime | None = None
    reason: str | None = None
    origin: str | None = None
    size: int = 0


class ItemPlace(NamedTuple):
    """The list that has an item, its id there, and its state: "ready" or "dead"."""

    list: str
    id: str
    state: str


class Items:
    """The calls of `Lists` for single items."""

    _call: Callable[..., Answer]

    def items(
        self,
        name: str,
        state: str = "ready",
        *,
        order: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        wait: int | str | None = None,
        preview: int | None = None,
        userid: int | None = None,
    ) -> Iterator[Item]:
        """Yield the items in a state: "ready", "leased", "delayed" or "dead".

        The items stay in the list. `order` is "oldest", the default, or "newest". Yields up to
        `limit` items, those that follow the ready item whose id is `after`. If there is none yet,
        the first step blocks for `wait` seconds, 30 at most; not for another state, nor with
        "newest" and `after` together. With `preview`, 1,024 at most, an item's value is cut to so
        many bytes. Sends one request for each page.
        """
        path, seconds, left = _path_of_items(name), seconds_of(wait), limit
        while True:
            page_limit = None if left is None else min(left, _MOST_SHOWN)
            query = {"state": state, "order": order, "limit": page_limit, "after": after}
            query |= {"wait": seconds, "preview": preview, "userid": userid}
            page = self._call("GET", path, query=query, wait=seconds or 0).json()
            yield from map(_item, page["items"])
            after, seconds = page["next"], None
            if left is not None:
                left -= len(page["items"])
            if after is None or left == 0:
                return

    def item(self, name: str, id: str, *, userid: int | None = None) -> Item:
        """Return an item in any state; NotFound if it does not exist."""
        return _item(self._call("GET", _path_of_item(name, id), query={"userid": userid}).json())

    def delete_item(self, name: str, id: str, *, userid: int | None = None) -> None:
        """Delete an item in any state; NotFound if it does not exist."""
        self._call("DELETE", _path_of_item(name, id), query={"userid": userid})

    def deliver(self, name: str, id: str, *, userid: int | None = None) -> ItemPlace:
        """Make an item ready that is delayed or dead; return its place then.

        An item that is dead, or was pushed with a delay, gets a new id. ItemLeased if the item is
        leased, NotFound if it does not exist.
        """
        return self._change(name, id, {"state": "ready", "userid": userid})

    def bury(
        self, name: str, id: str, reason: str | None = None, *, userid: int | None = None
    ) -> ItemPlace:
        """Make an item dead that is ready or delayed; return its place then.

        That is the dead-letter list of the policy, if there is one with room. ItemLeased if the
        item is leased, NotFound if it does not exist.
        """
        return self._change(name, id, {"state": "dead", "reason": reason, "userid": userid})

    def _change(self, name: str, id: str, query: Query) -> ItemPlace:
        place = self._call("PATCH", _path_of_item(name, id), query=query).json()
        return ItemPlace(place["list"], place["id"], place["state"])

    def purge(self, name: str, state: str | None = None, *, userid: int | None = None) -> int:
        """Delete all items in a state, or in every state, and return their number.

        The policy of the list stays.
        """
        query = {"state": state, "userid": userid}
        purged: int = self._call("DELETE", _path_of_items(name), query=query).json()["items"]
        return purged

    def stats(self, name: str, *, userid: int | None = None) -> dict[str, Any]:
        """Return the counts of a list.

        `ready`, `leased`, `delayed` and `dead` are the number of items in that state; `bytes`
        is their size. `in` and `out` count the items that were added, and popped or
        acknowledged. `oldest_age` is the age of the oldest ready item in seconds, or None.
        `paused` is a bool.
        """
        path = f"{path_of('lists', name)}/stats"
        stats: dict[str, Any] = self._call("GET", path, query={"userid": userid}).json()
        return stats

    def move(
        self,
        name: str,
        to: str,
        state: str = "dead",
        max: int = 10_000,
        *,
        userid: int | None = None,
    ) -> int:
        """Move up to `max` ready or dead items to the end of the list `to`; return their number.

        Dead items can be moved to the end of the same list. Moved items get new ids, and their
        attempts are counted from 0. One call moves 10,000 items at most, in atomic steps of 500.
        ListFull if `to` has no room for the first item.
        """
        path, body = f"{path_of('lists', name)}/move", {"to": to, "state": state, "max": max}
        answer = self._call("POST", path, query={"userid": userid}, json=body)
        moved: int = answer.json()["items"]
        return moved


def _item(row: dict[str, Any]) -> Item:
    at = row.get("until") or row.get("due") or row.get("died")
    return Item(
        row["id"],
        row["state"],
        row["attempt"],
        datetime.fromisoformat(row["enqueued"]),
        unpacked(row["body"]),
        _time(at),
        _time(row.get("expires")),
        row.get("reason"),
        row.get("origin"),
        row["size"],
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _path_of_items(name: str) -> str:
    return f"{path_of('lists', name)}/items"


def _path_of_item(name: str, id: str) -> str:
    return f"{path_of('lists', name)}{path_of('items', id)}"
