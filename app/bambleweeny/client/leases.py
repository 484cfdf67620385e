"""Leases: items that come back unless they are acknowledged; and the policies of lists."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from bambleweeny.client.transport.connection import Answer, path_of
from bambleweeny.client.transport.failures import told
from bambleweeny.client.values import Value, seconds_of, unpacked
from bambleweeny.errors import BambleweenyError

Changed = dict[str, list[BambleweenyError | None]]


class LeasedItem(NamedTuple):
    """An item that nobody else is given while its lease lasts."""

    id: str
    lease: str
    attempt: int
    enqueued: datetime
    value: Value


class Leases:
    """What lists know of leases."""

    _call: Callable[..., Answer]

    def lease(
        self,
        name: str,
        max: int = 1,
        *,
        lasting: int | str | None = None,
        wait: int | str | None = None,
        userid: int | None = None,
    ) -> list[LeasedItem]:
        """Take the oldest items for a while, up to 100; each comes back unless it is acknowledged.

        `lasting` is how long, as `30` or `5m`; without it the list's policy counts, or else 30 s.
        `wait` are seconds, 30 at most, to wait for one.
        """
        seconds = seconds_of(wait)
        query = {"max": max, "for": seconds_of(lasting), "wait": seconds, "userid": userid}
        path = f"{path_of('lists', name)}/lease"
        rows = self._call("POST", path, query=query, wait=seconds or 0).json()["items"]
        return [_leased(row) for row in rows]

    def ack(self, name: str, lease: str, *, userid: int | None = None) -> None:
        """Acknowledge an item: it is done and gone. LeaseNotFound where the lease has ended."""
        self._call("DELETE", _path_of_lease(name, lease), query={"userid": userid})

    def extend(
        self,
        name: str,
        lease: str,
        lasting: int | str | None = None,
        *,
        userid: int | None = None,
    ) -> None:
        """Let a lease last so long from now on; 0 gives the item back at once.

        LeaseNotFound where it has ended.
        """
        query = {"for": seconds_of(lasting), "userid": userid}
        self._call("PATCH", _path_of_lease(name, lease), query=query)

    def change(
        self,
        name: str,
        *,
        ack: Iterable[str] = (),
        retry: Iterable[str | dict[str, Any]] = (),
        extend: Iterable[str | dict[str, Any]] = (),
        bury: Iterable[str | dict[str, Any]] = (),
        userid: int | None = None,
    ) -> Changed:
        """Acknowledge, give back, extend and bury up to 1,000 leases in one step.

        An object can stand in the place of a lease: `{"lease", "delay"}` for a retry, `{"lease",
        "for"}`, `{"lease", "reason"}`. Gives under each name what was wrong with each lease, or
        None.
        """
        changes = {"ack": ack, "retry": retry, "extend": extend, "bury": bury}
        body = {verb: list(leases) for verb, leases in changes.items()}
        path = f"{path_of('lists', name)}/ack"
        outcomes = self._call("POST", path, query={"userid": userid}, json=body).json()
        return {
            verb: [told(row["error"]) if "error" in row else None for row in rows]
            for verb, rows in outcomes.items()
        }

    def policy(self, name: str, *, userid: int | None = None) -> dict[str, Any]:
        """Give a list's policy, with durations in seconds; NotFound where it has none."""
        answer = self._call("GET", _path_of_policy(name), query={"userid": userid})
        policy: dict[str, Any] = answer.json()
        return policy

    def set_policy(self, name: str, *, userid: int | None = None, **rules: object) -> None:
        """Give a list a policy in the place of any other; what is left out is no rule.

        `lease`, `max_attempts`, `dead_letter`, `max_len`, `overflow` ("reject" or "drop_oldest"),
        `ttl` and `paused`. The list is there then, and counts against the quota.
        """
        self._call("PUT", _path_of_policy(name), query={"userid": userid}, json=rules)

    def delete_policy(self, name: str, *, userid: int | None = None) -> None:
        """End a list's policy; NotFound where it has none."""
        self._call("DELETE", _path_of_policy(name), query={"userid": userid})


def _leased(row: dict[str, Any]) -> LeasedItem:
    enqueued = datetime.fromisoformat(row["enqueued"])
    return LeasedItem(row["id"], row["lease"], row["attempt"], enqueued, unpacked(row["body"]))


def _path_of_lease(name: str, lease: str) -> str:
    return f"{path_of('lists', name)}{path_of('leases', lease)}"


def _path_of_policy(name: str) -> str:
    return f"{path_of('lists', name)}/policy"
