"""The bytes that one connection holds, and whether its client is fast enough."""

import time
import weakref
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from waitress.buffers import ReadOnlyFileBasedBuffer

from bambleweeny.server.http.buffers.budget import Budget, group_of
from bambleweeny.server.http.buffers.progress import Progress

if TYPE_CHECKING:
    from bambleweeny.server.http.connection import Connection

_REQUEST_BYTES = 2 << 10
COPIED = 64 << 10
"""A shorter rest of an answer is copied."""
_COPY_RATIO = 7

_group_of = lru_cache(maxsize=4096)(group_of)


class Account:
    """Counts a connection's bytes in the budget: requests and unread answers.

    `reserved` is the size that a request may still reach, `delayed` the size of an answer that
    is sent later, and `sent` the number of bytes of answers that the system has accepted.
    """

    def __init__(self, connection: "Connection", budget: Budget) -> None:
        # NOTE: in a reference cycle, a closed connection would keep its last data until a full
        # garbage collection, which is rare.
        self._reference = weakref.ref(connection)
        self._budget = budget
        self._progress = Progress()
        self._group: str | None = None
        self.size = self.reserved = self.delayed = self.sent = 0

    @property
    def group(self) -> str:
        """The group of the connection; see `group_of`."""
        if self._group is None:
            self._group = _group_of(self._connection.addr[0])
        return self._group

    @property
    def connected(self) -> bool:
        """Whether the connection is open."""
        connection = self._reference()
        return connection is not None and bool(connection.connected)

    @property
    def seconds_stalled(self) -> float:
        """The seconds since the client last sent or accepted data."""
        connection = self._reference()
        return 0.0 if connection is None else time.time() - float(connection.last_activity)

    @property
    def is_evictable(self) -> bool:
        """Whether the connection waits for its client, not for this server."""
        connection = self._reference()
        return connection is not None and connection.awaited_from_client() is not None

    def evict(self) -> None:
        """Schedule the close of the connection, which frees its bytes."""
        connection = self._reference()
        if connection is not None:
            connection.server.soon(connection.give_up)

    @property
    def counted(self) -> int:
        """The bytes that the connection holds now."""
        connection = self._connection
        request = max(self.reserved, _bytes_of_requests(connection))
        return int(connection.total_outbufs_len) + self.delayed + request

    def update(self) -> None:
        """Recount the bytes that the connection holds."""
        size = self.counted
        if size != self.size:
            self._budget.hold(self, size)

    def note(self, size: int) -> None:
        """Set the size that the budget counts."""
        self.size = size

    def check_speed(self, *, has_waiters: bool) -> None:
        """Disconnect the client if it is too slow."""
        connection = self._reference()
        if connection is None:
            # NOTE: two threads may count at the same time while a connection is closed.
            self._budget.hold(self, 0)
            return
        self.update()
        if not connection.connected:
            return
        limits = connection.server.limits
        awaited = connection.awaited_from_client()
        if awaited is None or awaited is connection:
            moved, limit = connection.accepted_bytes(), None
        else:
            moved = awaited.header_bytes_received + awaited.body_bytes_received
            limit = None if awaited.headers_finished else limits.head_seconds
        is_slow = self._progress.is_slow(awaited, moved, limits, has_waiters=has_waiters)
        if limit is not None and not has_waiters:
            is_slow = self._progress.seconds > limit
        if is_slow:
            connection.give_up(has_waiters=has_waiters)

    @property
    def _connection(self) -> "Connection":
        connection = self._reference()
        if connection is None:
            raise ReferenceError("the connection is gone")
        return connection


def _bytes_of_requests(connection: "Connection") -> int:
    incoming, complete = connection.request, list(connection.requests)
    parts = complete if incoming is None else [*complete, incoming]
    received: int = sum(one.header_bytes_received + one.body_bytes_received for one in parts)
    # NOTE: an incomplete head is copied with each piece that arrives.
    received += len(incoming.header_plus) if incoming is not None else 0
    return received + _REQUEST_BYTES * max(0, len(complete) - 1)


def unsent_part(data: Any, sent: int) -> Any:
    """Return data after its first `sent` bytes, without a copy if most of it is left."""
    rest = len(data) - sent
    if not isinstance(data, bytes) or rest < max(COPIED, _COPY_RATIO * sent):
        return data[sent:] if sent else data
    file = BytesIO(data)
    file.seek(sent)
    buffer = ReadOnlyFileBasedBuffer(file)
    buffer.prepare()
    return buffer
