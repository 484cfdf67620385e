"""Leases of items, and the policies of lists."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypedDict, Unpack

from bambleweeny.client.transport.connection import Answer, path_of
from bambleweeny.client.transport.failures import error_of
from bambleweeny.client.values import Value, check_options, seconds_of, unpacked
from bambleweeny.errors import BambleweenyError

Changed = dict[str, list[BambleweenyError | None]]


class LeasedItem(NamedTuple):
    """An item that no other client gets until its lease expires.

    `lease` is the id that `ack`, `extend` and `change` take. `attempt` counts the leases of
    the item, this one included.
    """

    id: str
    lease: str
    attempt: int
    enqueued: datetime
    value: Value


class Rules(TypedDict, total=False):
    """The rules of a policy; see `Leases.set_policy`."""

    lease: int | str | None
    max_attempts: int | None
    dead_letter: str | None
    max_len: int | None
    overflow: str
    ttl: int | str | None
    paused: bool


class Leases:
    """The calls of `Lists` for leases and policies."""

    _call: Callable[..., Answer]

    def lease(
        self,
        name: str,
        max: int = 1,
        *,
        for_: int | str | None = None,
        wait: int | str | None = None,
        userid: int | None = None,
    ) -> list[LeasedItem]:
        """Lease the oldest items of a list, up to `max`, which is 100 at most.

        An item that is not acknowledged becomes ready again when its lease expires, so each
        item is delivered at least once. `for_` is the length of the lease in seconds or as
        "5m", 1 second to 12 hours; the default is that of the list's policy, else 30 seconds.

        If the list is empty, the call blocks for `wait` seconds, 30 at most, and returns an
        empty list when that time is over.
        """
        seconds = seconds_of(wait)
        query = {"max": max, "for": seconds_of(for_), "wait": seconds, "userid": userid}
        path = f"{path_of('lists', name)}/lease"
        rows = self._call("POST", path, query=query, wait=seconds or 0).json()["items"]
        return [_leased(row) for row in rows]

    def ack(self, name: str, lease: str, *, userid: int | None = None) -> None:
        """Acknowledge an item, which removes it from the list.

        LeaseNotFound if the lease has expired, or its item was acknowledged or returned.
        """
        self._call("DELETE", _path_of_lease(name, lease), query={"userid": userid})

    def extend(
        self,
        name: str,
        lease: str,
        for_: int | str | None = None,
        *,
        userid: int | None = None,
    ) -> None:
        """Extend a lease: it expires `for_` seconds (or "5m") from now.

        0 returns the item to the list immediately. The default is the length of the list's
        policy, else 30 seconds. LeaseNotFound if the lease has expired.
        """
        query = {"for": seconds_of(for_), "userid": userid}
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
        """Acknowledge, retry, extend and bury up to 1,000 leases in one request.

        `retry` returns items to the list; `bury` makes them dead. Each lease is an id, or a
        dict with options: `{"lease", "delay"}` for `retry`, `{"lease", "for"}` for `extend`,
        `{"lease", "reason"}` for `bury`.

        Returns a dict with the keys "ack", "retry", "extend" and "bury". Each value is a list
        with one entry for each lease, in order: None, or the error, usually LeaseNotFound.
        """
        changes = {"ack": ack, "retry": retry, "extend": extend, "bury": bury}
        body = {verb: list(leases) for verb, leases in changes.items()}
        path = f"{path_of('lists', name)}/ack"
        outcomes = self._call("POST", path, query={"userid": userid}, json=body).json()
        return {
            verb: [error_of(row["error"]) if "error" in row else None for row in rows]
            for verb, rows in outcomes.items()
        }

    def policy(self, name: str, *, userid: int | None = None) -> dict[str, Any]:
        """Return a list's policy, with durations in seconds.

        A rule that is not set is None. NotFound if the list has no policy.
        """
        answer = self._call("GET", _path_of_policy(name), query={"userid": userid})
        policy: dict[str, Any] = answer.json()
        return policy

    def set_policy(self, name: str, *, userid: int | None = None, **rules: Unpack[Rules]) -> None:
        """Set the policy of a list. It replaces an earlier policy as a whole.

        The rules are `lease` (default length of a lease), `max_attempts` (the number of leases
        after which an item is dead), `dead_letter` (the list for dead items), `max_len` (the
        maximum number of items in all states), `overflow` ("reject" or "drop_oldest"), `ttl`
        (of items) and `paused`. A rule that is left out is not set. Durations are seconds, or a
        text such as "5m".

        A list exists while it has a policy, and counts against the quota.
        """
        check_options(rules, Rules)
        self._call("PUT", _path_of_policy(name), query={"userid": userid}, json=rules)

    def delete_policy(self, name: str, *, userid: int | None = None) -> None:
        """Delete a list's policy; NotFound if it has none."""
        self._call("DELETE", _path_of_policy(name), query={"userid": userid})


def _leased(row: dict[str, Any]) -> LeasedItem:
    enqueued = datetime.fromisoformat(row["enqueued"])
    return LeasedItem(row["id"], row["lease"], row["attempt"], enqueued, unpacked(row["body"]))


def _path_of_lease(name: str, lease: str) -> str:
    return f"{path_of('lists', name)}{path_of('leases', lease)}"


def _path_of_policy(name: str) -> str:
    return f"{path_of('lists', name)}/policy"
