"""The receiving half of a connection: it decides about each request after its head."""

import socket
import time
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel

from bambleweeny.errors import BambleweenyError, BodyTooLarge, Unauthorized
from bambleweeny.server.http.answer_cache import AnswerCache, Draft
from bambleweeny.server.http.buffers.account import Account

_FIRST_PIECE = 8 << 10
_PIECE = 64 << 10
_LINGER_BYTES = 64 << 20
_SCRATCH = bytearray(1 << 20)


class Receiving(HTTPChannel):  # type: ignore[misc]
    """Decides about each request between its head and its body.

    A request can be refused, run without its body, or wait for room in the budget.
    """

    request: Any
    sendbuf_len: int
    total_outbufs_len: int
    requests: list[Any]
    will_close: bool
    close_when_flushed: bool
    wire: socket.socket
    """The socket, open or closed. Waitress sets `socket` to None when any thread closes it."""
    draft: Draft | None = None
    """The answer that the cache wants to keep, of the running request or of one before it."""
    lingers = False
    _lingers_until = 0.0
    _lingered = 0
    _largest_body = 0
    _is_waiting = False

    def __init__(self, server: Any, *args: Any, **kwargs: Any) -> None:
        self.account = Account(self, server.budget)
        super().__init__(server, *args, **kwargs)

    def set_socket(self, sock: socket.socket, map: dict[int, Any] | None = None) -> None:
        self.wire = sock
        super().set_socket(sock, map)

    def readable(self) -> bool:
        if self._lingers_until:
            return True
        # NOTE: as in Waitress, except for requests that wait for room.
        return not (
            self.requests
            or self.total_outbufs_len
            or self.will_close
            or self.close_when_flushed
            or self._is_waiting
        )

    def handle_read(self) -> None:
        """Receive a piece: a large one if a request is incomplete."""
        if self._lingers_until:
            self._discard()
            return
        try:
            data = self.recv(_FIRST_PIECE if self.request is None else _PIECE)
        except OSError:
            self.handle_close()
            return
        if data:
            self.last_activity = time.time()
            if self.request is None:
                self._begin(data)
            else:
                self.received(data)
        if self.request is not None or self.account.size:
            self._check_incoming()

    def begin_draft(self) -> Draft | None:
        """Return a draft of the answer to the running request, if the cache wants to keep it."""
        cache = self.server.answer_cache
        self.draft = cache.begin(self.requests[0].whole) if cache else None
        return self.draft

    @property
    def is_idle(self) -> bool:
        """Whether there is neither a request nor an answer on this connection."""
        return not (self.requests or self.request or self.total_outbufs_len or self.lingers)

    def awaited_from_client(self) -> Any:
        """Return the incomplete request whose rest the client must send, or None."""
        request = self.request
        if request is None or self._is_waiting or self.requests:
            return None
        return request if request.headers_finished or request.header_plus.strip() else None

    def refuse(self, error: BambleweenyError) -> None:
        """Answer the incoming request with an error, and close the connection."""
        self.request.refuse(error)
        self._run_incoming()

    def wait_for_room(self, size: int, when_admitted: Callable[[], None]) -> None:
        """Call `when_admitted` when the budget has room for `size` bytes; in any thread."""

        def begin() -> None:
            self.account.reserved = size
            when_admitted()

        if self.server.budget.reserve(self.account, size, begin):
            begin()

    def _begin(self, data: bytes) -> None:
        """Receive the first piece of a request, or answer it from the cache if it is all of it."""
        server = self.server
        cache: AnswerCache | None = server.answer_cache
        if cache and not server.is_ending and (entry := cache.find(data)):
            address = self.addr[0]
            if server.proxies:
                address = server.proxies.client_of(address, entry.headers)
            self.write_soon(cache.answer(entry, address))
            server.leader_follower.note_answer()
            return
        self.received(data)
        if self.request is None and len(self.requests) == 1:
            self.requests[0].whole = data

    def _discard(self) -> None:
        try:
            # NOTE: with MSG_TRUNC the system discards the data and copies nothing.
            received = self.wire.recv_into(_SCRATCH, 0, socket.MSG_TRUNC)
        except BlockingIOError:
            return
        except OSError:
            received = 0
        self._lingered += received
        if not received or self._lingered > _LINGER_BYTES:
            self.handle_close()

    def _check_incoming(self) -> None:
        """Decide about an incomplete request, once its head is complete."""
        request = self.request
        if request is None:
            self.account.reserved = 0
        elif request.headers_finished:
            if not request.is_decided:
                self._decide(request)
            if request is self.request:
                self._check_body(request)
            self._continue(request)
        self.account.update()

    def send_continue(self) -> None:
        """Send 100 Continue, unless the request waits or is not decided yet.

        Waitress calls this when the head is complete, and after the previous answer.
        """
        if self.request.is_decided and not self._is_waiting:
            super().send_continue()

    def _continue(self, request: Any) -> None:
        with self.requests_lock:
            is_awaited = request is self.request and request.expect_continue
            if is_awaited and not self.requests and not self.sent_continue:
                self.send_continue()

    def _decide(self, request: Any) -> None:
        request.is_decided = True
        self._largest_body = self.server.body_limit(
            self.task_class(self, request).get_environment()
        )
        if not self._largest_body:
            _withhold_body(request)
            self.lingers = True
            self._run_incoming()

    def _check_body(self, request: Any) -> None:
        size = max(request.content_length, len(request.body_rcv))
        if size > self._largest_body:
            self.refuse(BodyTooLarge(hint=f"This call takes up to {self._largest_body} bytes."))
        elif size > self.server.limits.small and not self.account.reserved:
            self._is_waiting = True
            self.wait_for_room(request.content_length or self._largest_body, self._resume)

    def _resume(self) -> None:
        self._is_waiting = False
        self.server.event_loop.note(self._fileno)
        self.server.soon(self._check_incoming)

    def _run_incoming(self) -> None:
        """Queue the incoming request with those that are complete."""
        request, self.request = self.request, None
        with self.requests_lock:
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)
        self.account.reserved = 0
        self.account.update()


class _Withheld:
    """Replaces a body that is not received."""

    def getfile(self) -> "_Withheld":
        return self

    def getbuf(self) -> "_Withheld":
        return self

    def read(self, *_: int) -> bytes:
        """Raise Unauthorized: only calls that need a token, and have none, read this body."""
        raise Unauthorized()

    def close(self) -> None:
        """Do nothing: there is nothing to free."""


def _withhold_body(request: Any) -> None:
    """Complete a request without its body; the connection closes after its answer."""
    request.completed = request.connection_close = True
    request.expect_continue = False
    request.body_rcv = _Withheld()
