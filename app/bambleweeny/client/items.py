"""The items of lists: seen, counted, moved and deleted where they lie."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Answer, path_of
from bambleweeny.client.values import Value, unpacked


class Item(NamedTuple):
    """An item, whatever its state.

    `at` is when its lease or its delay ends, or when it died. A dead one has a `reason`, and what
    was moved to a list for dead items has the list where it died as `origin`.
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


class Items:
    """What lists know of their items."""

    _call: Callable[..., Answer]

    def items(
        self, name: str, state: str = "ready", *, userid: int | None = None
    ) -> Iterator[Item]:
        """Give the items in a state: ready, leased, delayed or dead. Nothing is taken."""
        path, after = _path_of_items(name), None
        while True:
            query = {"state": state, "after": after, "userid": userid}
            page = self._call("GET", path, query=query).json()
            yield from map(_item, page["items"])
            after = page["next"]
            if after is None:
                return

    def item(self, name: str, id: str, *, userid: int | None = None) -> Item:
        """Give an item, whatever its state; NotFound where there is none."""
        return _item(self._call("GET", _path_of_item(name, id), query={"userid": userid}).json())

    def delete_item(self, name: str, id: str, *, userid: int | None = None) -> None:
        """Delete an item, whatever its state; NotFound where there is none."""
        self._call("DELETE", _path_of_item(name, id), query={"userid": userid})

    def purge(self, name: str, state: str | None = None, *, userid: int | None = None) -> int:
        """Delete all items in a state, or in any; give their number. The policy stays."""
        query = {"state": state, "userid": userid}
        purged: int = self._call("DELETE", _path_of_items(name), query=query).json()["items"]
        return purged

    def stats(self, name: str, *, userid: int | None = None) -> dict[str, Any]:
        """Count items: `ready`, `leased`, `delayed`, `dead`, their `bytes`, how many went `in`
        and `out`, `oldest_age` in seconds or None, and whether the list is `paused`.
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
        """Move ready or dead items to the end of a list, dead ones to that of their own too.

        They get new ids, and count as never tried. Gives how many went, 10,000 at most.
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
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _path_of_items(name: str) -> str:
    return f"{path_of('lists', name)}/items"


def _path_of_item(name: str, id: str) -> str:
    return f"{path_of('lists', name)}{path_of('items', id)}"
