"""Topics: every subscriber gets every message."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bambleweeny.client.listings import Listed, Listing
from bambleweeny.client.transport.connection import Connection, path_of
from bambleweeny.client.transport.streams import follow
from bambleweeny.client.values import ABSENT, Data, Value, bytes_of, seconds_of, unpacked


class Message(NamedTuple):
    """A message.

    `time` is in ISO 8601. `type` is the content type that it was published with, or None.
    """

    id: str
    time: str
    type: str | None
    value: Value


class Messages(list[Message]):
    """Messages, oldest first. `next` is the cursor: pass it as `since` to read on."""

    next: str = ""


class Topics(Listed):
    """Topics: logs of messages that each keep their latest messages."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._call = connection.call
        self._listing = Listing(connection, "topics")

    def publish(
        self,
        name: str,
        value: Data | None = None,
        *,
        json: object = ABSENT,
        type: str | None = None,
        userid: int | None = None,
    ) -> str:
        """Publish a message and return its id. `type` is its content type.

        The default of `type` is application/json for `json=`, else none. A new topic counts
        against the quota; QuotaExceeded if the quota is used up. If the topic is full, its
        oldest messages are dropped.
        """
        if type is None and json is not ABSENT:
            type = "application/json"
        answer = self._call(
            "POST",
            path_of("topics", name),
            query={"userid": userid},
            body=bytes_of(value, json),
            headers={"Content-Type": type},
        )
        return str(answer.json()["id"])

    def read(
        self,
        name: str,
        since: str | None = None,
        wait: int | str | None = None,
        *,
        last: int | None = None,
        limit: int | None = None,
        userid: int | None = None,
    ) -> Messages:
        """Return messages, oldest first, up to `limit` and 1 MB. Reading removes nothing.

        `since` is a message's id, "all", a time in ISO 8601, or a duration such as "10m" for
        the messages of the last ten minutes. Without it the call returns only messages that are
        published from now on. `last=5` returns the newest five, up to 1,000; it cannot be combined
        with `since` and `limit`. If there is no message, the call blocks for `wait` seconds, 30 at
        most. The default of `limit` is 100.
        """
        seconds = seconds_of(wait)
        query = {"since": since, "last": last, "wait": seconds, "limit": limit, "userid": userid}
        page = self._call("GET", path_of("topics", name), query=query, wait=seconds or 0).json()
        messages = Messages(map(_message_of, page["messages"]))
        messages.next = page["next"]
        return messages

    def subscribe(
        self,
        name: str,
        since: str | None = None,
        *,
        last: int | None = None,
        userid: int | None = None,
    ) -> Iterator[Message]:
        """Yield messages as they arrive. The iterator never ends.

        `since` and `last` are those of `read`. If the connection breaks later, or the server is
        unavailable, has no free slot for a stream or refuses by a rate, the client reconnects every
        second, or after its Retry-After, and continues after the last message. No message is lost
        or repeated while the topic keeps it. Other errors are raised.
        """
        limit = 1 if last is None else None
        begun = self.read(name, since, last=last, limit=limit, userid=userid)
        return self._messages(path_of("topics", name), begun, userid)

    def _messages(self, path: str, begun: Messages, userid: int | None) -> Iterator[Message]:
        yield from begun
        # NOTE: this is an id. A duration would select later messages at each reconnection.
        last_id = begun.next
        rows = follow(
            self._connection, path, lambda: {"since": last_id, "userid": userid}, has_begun=True
        )
        for message in map(_message_of, rows):
            last_id = message.id
            yield message

    def delete(self, name: str, *, userid: int | None = None) -> None:
        """Delete a topic with its messages; NotFound if it does not exist."""
        self._call("DELETE", path_of("topics", name), query={"userid": userid})


def _message_of(row: dict[str, Any]) -> Message:
    return Message(row["id"], row["time"], row["type"], unpacked(row["value"]))
