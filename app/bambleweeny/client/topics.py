"""Topics: every reader sees every message."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bambleweeny.client.listings import Listed, Listing
from bambleweeny.client.transport.connection import Connection, path_of
from bambleweeny.client.transport.streams import follow
from bambleweeny.client.values import ABSENT, Data, Value, bytes_of, seconds_of, unpacked


class Message(NamedTuple):
    """A message. `type` is the content type that it was published with, if any."""

    id: str
    time: str
    type: str | None
    value: Value


class Messages(list[Message]):
    """Messages in their order; `next` is the id after which to read on."""

    next: str = ""


class Topics(Listed):
    """Topics, each with its latest messages."""

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
        """Publish a message and give its id; `type` is its content type.

        A new topic counts against the quota. The oldest messages make room.
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
        limit: int | None = None,
        userid: int | None = None,
    ) -> Messages:
        """Give messages, oldest first; they stay for others.

        `since` is an id, `all`, a time in ISO 8601 or a duration as `10m`; without it they
        are those that come from now on. `wait` are seconds, 30 at most: so long is waited
        for one where there is none. `limit` is 100 where it is not given.
        """
        seconds = seconds_of(wait)
        query = {"since": since, "wait": seconds, "limit": limit, "userid": userid}
        told = self._call("GET", path_of("topics", name), query=query, wait=seconds or 0).json()
        messages = Messages(map(_message_of, told["messages"]))
        messages.next = told["next"]
        return messages

    def subscribe(
        self, name: str, since: str | None = None, *, userid: int | None = None
    ) -> Iterator[Message]:
        """Give messages as they come, for as long as one asks for more.

        `since` is that of `read`. Where the connection breaks later on, or the server is away
        or has no place for a stream, it tries again each second and goes on behind the last
        message; none is left out or given twice. Other errors are raised.
        """
        begun = self.read(name, since, limit=1, userid=userid)
        return self._messages(path_of("topics", name), begun, userid)

    def _messages(self, path: str, begun: Messages, userid: int | None) -> Iterator[Message]:
        yield from begun
        # NOTE: an id from here on; a duration would begin later with each connection.
        last = begun.next
        rows = follow(
            self._connection, path, lambda: {"since": last, "userid": userid}, has_begun=True
        )
        for message in map(_message_of, rows):
            last = message.id
            yield message

    def delete(self, name: str, *, userid: int | None = None) -> None:
        """Delete a topic with its messages; NotFound where there is none."""
        self._call("DELETE", path_of("topics", name), query={"userid": userid})


def _message_of(row: dict[str, Any]) -> Message:
    return Message(row["id"], row["time"], row["type"], unpacked(row["value"]))
