"""Keys and counters."""

from collections.abc import Iterable, Iterator
from typing import Final, Unpack

from bambleweeny.client.key_options import Condition, Counting, Writing, headers_of, query_of
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
    """Named bytes."""

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
        """Write a key, whole or not at all, and give its ETag.

        A new one counts against the quota. See `Writing` for the other options.
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
        """Write as `set` does, and give what was there before; None for a new key."""
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
        """Read a key; NotFound where there is none.

        With `touch` it lasts so long from now on. With a `path` as "a.b.0" it is that part
        of a JSON value, NotFound where there is no such part.
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
        """Change a JSON value by a merge patch (RFC 7396), atomically, and give its ETag.

        None removes a field; a missing key is an empty object. NotJson where the value is
        something else. Changes that are bytes are sent as they are.
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
        """Let a key last so long from now on, or "none" until it is deleted; or NotFound."""
        query: Query = {"ttl": ttl, "userid": userid}
        self._call("PATCH", path_of("keys", name), query=query, headers=headers_of(condition))

    def persist(self, name: str, *, userid: int | None = None) -> None:
        """Let a key last until it is deleted; NotFound where there is none."""
        self.expire(name, "none", userid=userid)

    def delete(
        self, name: str, *, userid: int | None = None, **condition: Unpack[Condition]
    ) -> None:
        """Delete a key; NotFound where there is none."""
        query: Query = {"userid": userid}
        self._call("DELETE", path_of("keys", name), query=query, headers=headers_of(condition))

    def take(
        self, name: str, *, userid: int | None = None, **condition: Unpack[Condition]
    ) -> Value:
        """Delete a key and give what it was; NotFound where there is none."""
        query: Query = {"userid": userid, **_OLD}
        headers = headers_of(condition)
        return self._call("DELETE", path_of("keys", name), query=query, headers=headers).value

    def incr(
        self, name: str, by: int = 1, *, userid: int | None = None, **how: Unpack[Counting]
    ) -> int:
        """Add to a key's number and give it, atomically; a missing key starts at 0.

        NotAnInteger where the value is something else, CounterOverflow where the number would
        leave 64 bits. See `Counting` for the other options; where a bound is reached,
        `retry_after` of the error is when it ends.
        """
        step = None if by == 1 else by
        query: Query = {
            "by": step,
            "ttl": how.get("ttl"),
            "max": how.get("max"),
            "min": how.get("min"),
            "userid": userid,
        }
        return int(self._call("POST", path_of("incr", name), query=query).value)

    def wait(
        self,
        name: str,
        known: bytes | None = None,
        seconds: int | str = 30,
        *,
        userid: int | None = None,
    ) -> Value | None:
        """Give a key once its value is another one than `known`; None where it stays so.

        So long is waited, 30 seconds at most or a duration as `20s`. Without a known value
        a key that is not there is waited for. NotFound where there is none: at the end,
        or once it is deleted.
        """
        wait = parse_duration(str(seconds))
        headers = {"If-None-Match": None if known is None else etag_of(known)}
        query: Query = {"wait": wait, "userid": userid}
        path = path_of("keys", name)
        answer = self._call("GET", path, query=query, wait=wait, headers=headers)
        return None if answer.status == 304 else answer.value

    def get_many(self, names: Iterable[str], *, userid: int | None = None) -> dict[str, Value]:
        """Give the values of those of the user's own keys that are there.

        One request for up to 1,000 names, and of one moment each.
        """
        found: dict[str, Value] = {}
        for group in _groups(names):
            found.update(self._some(group, userid))
        return found

    def list_values(
        self, *, prefix: str = "", after: str = "", userid: int | None = None
    ) -> Iterator[tuple[str, Value]]:
        """Give one's own names that begin with a prefix, and their values, in order.

        A request for each 16 MB; not of one moment.
        """
        for row in self._listing.rows(Part(prefix, after), {"values": 1}, userid):
            yield row["key"], unpacked(row["value"])

    def list_meta(
        self, *, prefix: str = "", after: str = "", userid: int | None = None
    ) -> Iterator[Meta]:
        """Give what is known of one's own keys whose names begin with a prefix, in order."""
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
        """Give what stands directly below a prefix: names, and beginnings of others.

        The names are one's own without the delimiter behind the prefix; of all others
        what they share up to it, each once. In order.
        """
        return self._listing.groups(Part(prefix, after, delimiter), userid)

    def delete_all(self, prefix: str, *, userid: int | None = None) -> int:
        """Delete one's own keys whose names begin with a prefix; give how many.

        An empty prefix deletes all of them. Not atomic: where this fails, some may be gone.
        """
        query: Query = {"prefix": prefix, "confirm": 1, "userid": userid}
        deleted: int = self._call("DELETE", "/keys", query=query).json()["deleted"]
        return deleted

    def _put(self, name: str, body: bytes, how: Writing, **query: str | int | None) -> Answer:
        headers = {"Content-Type": how.get("type"), **headers_of(how)}
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
    """Give the names, each once, in groups that fit into one request."""
    group: list[str] = []
    length = 0
    for name in dict.fromkeys(names):
        path_of("keys", name)  # refuses what is no name, as one with a comma
        if len(group) == _MOST_NAMES or length + len(name) > _LONGEST_QUERY:
            yield group
            group, length = [], 0
        group.append(name)
        length += len(name) + 3  # a comma is three characters in a URL
    if group:
        yield group
