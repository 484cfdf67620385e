"""Keys and counters."""

from collections.abc import Iterable, Iterator
from typing import Final, Unpack

from bambleweeny.client.key_options import (
    Condition,
    Counting,
    Writing,
    counting_options,
    headers_of,
    query_of,
)
from bambleweeny.client.listings import Listed, Listing, Meta, Part
from bambleweeny.client.transport.connection import Answer, Connection, Query, path_of
from bambleweeny.client.values import ABSENT, Data, Value, bytes_of, etag_of, unpacked
from bambleweeny.errors import TooMuchAtOnce
from bambleweeny.names import parse_duration

_MOST_NAMES = 1000
_MERGE_PATCH = "application/merge-patch+json"
_OLD: Final = {"return": "old"}
_LONGEST_QUERY = 16_000
"""In characters; a server takes 64 kB of headers."""


class Keys(Listed):
    """Keys: bytes under a name, with a content type and an optional TTL."""

    def __init__(self, connection: Connection) -> None:
        self._call = connection.call
        self._listing = Listing(connection, "keys")

    def set(
        self,
        name: str,
        value: Data | None = None,
        *,
        json: object = ABSENT,
        userid: int | None = None,
        **how: Unpack[Writing],
    ) -> str:
        """Write a key, atomically, and return its ETag.

        Clears the TTL and content type of the key unless the call sets them; see `Writing`.
        A new key counts against the quota; QuotaExceeded if the quota is used up.
        """
        body = bytes_of(value, json)
        self._put(name, body, how, userid=userid)
        return etag_of(body)

    def replace(
        self,
        name: str,
        value: Data | None = None,
        *,
        json: object = ABSENT,
        userid: int | None = None,
        **how: Unpack[Writing],
    ) -> Value | None:
        """Write a key as `set` does, and return its previous value; None for a new key."""
        answer = self._put(name, bytes_of(value, json), how, userid=userid, **_OLD)
        return None if answer.status == 204 else answer.value

    def get(
        self,
        name: str,
        *,
        touch: int | str | None = None,
        path: str | None = None,
        userid: int | None = None,
    ) -> Value:
        """Return the value of a key; NotFound if the key does not exist.

        `touch` sets a new TTL (seconds, or "10m"). A `path` such as "a.b.0" selects a part of a
        JSON value: NotFound if there is no such part, NotJson if the value is not JSON.
        """
        query: Query = {"touch": touch, "path": path, "userid": userid}
        return self._call("GET", path_of("keys", name), query=query).value

    def patch(
        self,
        name: str,
        changes: object,
        *,
        ttl: int | str | None = None,
        userid: int | None = None,
        **condition: Unpack[Condition],
    ) -> str:
        """Apply a JSON merge patch (RFC 7396) to a value, atomically, and return its ETag.

        `changes` is the patch as a Python object, or as bytes of JSON. A field that is None is
        removed. A missing key counts as an empty object. NotJson if the value is not JSON.
        """
        body = changes if isinstance(changes, bytes) else bytes_of(None, changes)
        answer = self._call(
            "PATCH",
            path_of("keys", name),
            query={"ttl": ttl, "userid": userid},
            body=body,
            headers={"Content-Type": _MERGE_PATCH, **headers_of(condition)},
        )
        return answer.headers["ETag"]

    def expire(
        self,
        name: str,
        ttl: int | str,
        *,
        userid: int | None = None,
        **condition: Unpack[Condition],
    ) -> None:
        """Set the TTL of a key, in seconds or as "10m"; "none" clears it.

        NotFound if the key does not exist. See `Condition` for the other options.
        """
        query: Query = {"ttl": ttl, "userid": userid}
        self._call("PATCH", path_of("keys", name), query=query, headers=headers_of(condition))

    def persist(self, name: str, *, userid: int | None = None) -> None:
        """Clear the TTL of a key; NotFound if the key does not exist."""
        self.expire(name, "none", userid=userid)

    def delete(
        self, name: str, *, userid: int | None = None, **condition: Unpack[Condition]
    ) -> None:
        """Delete a key; NotFound if it does not exist.

        See `Condition` for the other options.
        """
        query: Query = {"userid": userid}
        self._call("DELETE", path_of("keys", name), query=query, headers=headers_of(condition))

    def take(
        self, name: str, *, userid: int | None = None, **condition: Unpack[Condition]
    ) -> Value:
        """Delete a key and return its value, atomically; NotFound if it does not exist."""
        query: Query = {"userid": userid, **_OLD}
        headers = headers_of(condition)
        return self._call("DELETE", path_of("keys", name), query=query, headers=headers).value

    def incr(
        self, name: str, by: int = 1, *, userid: int | None = None, **how: Unpack[Counting]
    ) -> int:
        """Add `by` to a counter, atomically, and return the new number.

        A missing key counts as 0. NotAnInteger if the value is not an integer, CounterOverflow
        if the number would leave the range of 64-bit integers.

        See `Counting` for the bounds. LimitReached has the seconds until the counter expires as
        `retry_after`, or None.
        """
        step = None if by == 1 else by
        query: Query = {"by": step, **counting_options(how), "userid": userid}
        return int(self._call("POST", path_of("incr", name), query=query).value)

    def wait(
        self,
        name: str,
        known: bytes | None = None,
        seconds: int | str = 30,
        *,
        userid: int | None = None,
    ) -> Value | None:
        """Block until the value of a key differs from `known`, and return the value.

        Returns None if the value is still `known` after `seconds` (or "20s"), 30 at most.
        Without `known`, the call blocks until the key exists. NotFound if the key is deleted
        meanwhile, or does not exist when the time is over.
        """
        wait = parse_duration(str(seconds))
        headers = {"If-None-Match": None if known is None else etag_of(known)}
        query: Query = {"wait": wait, "userid": userid}
        path = path_of("keys", name)
        answer = self._call("GET", path, query=query, wait=wait, headers=headers)
        return None if answer.status == 304 else answer.value

    def get_many(self, names: Iterable[str], *, userid: int | None = None) -> dict[str, Value]:
        """Return the values of the named keys that exist, as a dict by name.

        Sends one request for up to 1,000 names, or more if their values exceed 16 MB. Each
        request reads one snapshot; the requests together do not.
        """
        found: dict[str, Value] = {}
        for group in _groups(names):
            found.update(self._some(group, userid))
        return found

    def list_values(
        self, *, prefix: str = "", after: str = "", userid: int | None = None
    ) -> Iterator[tuple[str, Value]]:
        """Yield the names and values of the user's keys with a prefix, in order.

        Sends one request for each 16 MB of values. The result is not one snapshot.
        """
        for row in self._listing.rows(Part(prefix, after), {"values": 1}, userid):
            yield row["key"], unpacked(row["value"])

    def list_meta(
        self, *, prefix: str = "", after: str = "", userid: int | None = None
    ) -> Iterator[Meta]:
        """Yield the metadata of the user's keys with a prefix, in order."""
        for row in self._listing.rows(Part(prefix, after), {"meta": 1}, userid):
            yield Meta(row["key"], row["size"], row["ttl"], row["type"], row["etag"])

    def groups(
        self,
        delimiter: str = ":",
        *,
        prefix: str = "",
        after: str = "",
        userid: int | None = None,
    ) -> tuple[list[str], list[str]]:
        """Return the user's names directly below a prefix, and the groups below it.

        The first list has the names that have no delimiter after the prefix. The second list
        has the groups: the other names, cut after that delimiter, each once. Both are sorted.
        """
        return self._listing.groups(Part(prefix, after, delimiter), userid)

    def delete_all(self, prefix: str, *, userid: int | None = None) -> int:
        """Delete the user's keys with a prefix, and return their number.

        An empty prefix deletes all keys of the user. Not atomic: after an error, some keys may
        have been deleted.
        """
        query: Query = {"prefix": prefix, "confirm": 1, "userid": userid}
        deleted: int = self._call("DELETE", "/keys", query=query).json()["deleted"]
        return deleted

    def _put(self, name: str, body: bytes, how: Writing, **query: str | int | None) -> Answer:
        headers = {"Content-Type": how.get("type"), **headers_of(how, Writing)}
        return self._call(
            "PUT", path_of("keys", name), query=query_of(how, **query), body=body, headers=headers
        )

    def _some(self, names: list[str], userid: int | None) -> dict[str, Value]:
        query: Query = {"names": ",".join(names), "values": 1, "userid": userid}
        try:
            rows = self._call("GET", "/keys", query=query).json()["keys"]
        except TooMuchAtOnce:
            if len(names) == 1:
                raise
            half = len(names) // 2
            return self._some(names[:half], userid) | self._some(names[half:], userid)
        return {row["key"]: unpacked(row["value"]) for row in rows}


def _groups(names: Iterable[str]) -> Iterator[list[str]]:
    """Yield the names, without duplicates, in groups that fit into one request."""
    group: list[str] = []
    length = 0
    for name in dict.fromkeys(names):
        path_of("keys", name)  # raises InvalidName, for example if there is a comma
        if len(group) == _MOST_NAMES or length + len(name) > _LONGEST_QUERY:
            yield group
            group, length = [], 0
        group.append(name)
        length += len(name) + 3  # a comma is three characters in a URL
    if group:
        yield group
