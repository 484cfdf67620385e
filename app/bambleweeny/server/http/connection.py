"""A connection: Waitress's channel with a write timeout, a budget and exclusive requests."""

import select
import socket
import sys
import time
from contextlib import suppress
from fcntl import ioctl
from functools import partial
from termios import TIOCOUTQ
from typing import Any

from bambleweeny.errors import Busy, RequestTimeout
from bambleweeny.server.http.buffers.account import COPIED, unsent_part
from bambleweeny.server.http.delays.faults import reset_on_close
from bambleweeny.server.http.delays.plan import Plan
from bambleweeny.server.http.exclusive import Postponed
from bambleweeny.server.http.parser import Parser
from bambleweeny.server.http.receiving import Receiving
from bambleweeny.server.http.task import RefusalTask, Task

_STALL_SECONDS = 10.0
_LINGER_SECONDS = 2.0
_SEND_BYTES = 256 << 10


class Connection(Receiving):
    """A connection whose client may be slow or gone."""

    parser_class = Parser
    error_task_class = RefusalTask
    task_class = Task
    is_stream = False
    plan: Plan | None = None
    """How the answer to the current request is sent, unless it is sent immediately."""
    _is_exclusive = False
    _has_whole_answer = False
    _accepted = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # NOTE: Waitress copies this much for each piece that a slow client accepts.
        self.sendbuf_len = min(self.sendbuf_len, _SEND_BYTES)

    def handle_close(self) -> None:
        """Close the connection, or begin to linger if the client may still be sending.

        A connection that is closed with unread data is reset, and the client may never see why it
        was refused. So lingering discards what arrives, up to a limit of time and of size.
        """
        if self.lingers and self.connected:
            self.lingers = self.will_close = False
            self._lingers_until = time.monotonic() + _LINGER_SECONDS
            with suppress(OSError):
                self.wire.shutdown(socket.SHUT_WR)
                return
        super().handle_close()

    def add_channel(self, map: dict[int, Any] | None = None) -> None:
        super().add_channel(map)
        self.server.event_loop.note(self._fileno)

    def del_channel(self, map: dict[int, Any] | None = None) -> None:
        self.server.event_loop.forget(self._fileno)
        super().del_channel(map)
        if self.plan is not None:
            self.plan.note_closed()
        self.request, self.account.reserved = None, 0
        self.account.update()

    def writable(self) -> bool:
        if self._lingers_until and time.monotonic() > self._lingers_until:
            self.will_close = True
        return bool(super().writable())

    def service(self) -> None:
        """Run a request, or postpone it until it can run."""
        try:
            super().service()
        except Postponed as ex:
            # NOTE: from here on, another thread may run the request.
            ex.wait()
        except BaseException:
            # NOTE: the request will not be answered, so its client must not wait.
            self._finish_request()
            self.cut_off()
            raise
        else:
            if self._is_exclusive or self.account.size:
                self._finish_request()

    def write_soon(self, data: Any) -> int:
        """Send what the socket accepts now, and buffer the rest."""
        sent = 0
        if self.connected and not self.total_outbufs_len and isinstance(data, bytes):
            with self.outbuf_lock:
                try:
                    sent = self.wire.send(data)
                except OSError:
                    sent = 0  # `super().write_soon` handles the error
            if sent == len(data):
                return sent
            self.last_activity = time.time()
        if self._is_exclusive:
            self.leave_exclusive()
        self.account.sent += sent
        sent += int(super().write_soon(unsent_part(data, sent)))
        self.account.update()
        return sent

    def send(self, data: Any, do_close: bool = True) -> int:
        """Send what the socket accepts now: nothing if another thread has closed it."""
        try:
            return self.wire.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            if do_close:
                self.handle_close()
            return 0

    def check_client_disconnected(self) -> bool:
        """Return whether the client has closed its side, even if it sent more before.

        Disconnects a client that has accepted none of its buffered answer for ten seconds.
        """
        if self.total_outbufs_len and time.time() - self.last_activity > _STALL_SECONDS:
            self._cut_off_if_stalled()
        if not self.connected:
            return True
        ended = select.poll()
        try:
            ended.register(self.wire, select.POLLRDHUP)
        except (OSError, ValueError):  # another thread has closed it
            return True
        return bool(ended.poll(0))

    def plan_answer(self) -> Plan:
        """Return the plan of how the answer to the current request is sent."""
        self.plan = self.plan or Plan(self)
        return self.plan

    def begin_stream(self) -> None:
        """Mark the answer as endless, so that a shutdown does not wait for its end."""
        self.is_stream = True

    def wait_until_read(self) -> None:
        """Block until the client has read nearly all of its answer, or is cut off."""
        self._wait_for_reader(COPIED)

    def yield_leadership(self) -> None:
        """Let another thread lead, since the request may take long; call it before any change.

        Raises Postponed if another request that may block is pipelined with this one: that might
        be a long poll, and this one would wait for its end. Then it runs again from its beginning.
        """
        self._postpone_if_awaited()
        self.server.leader_follower.yield_leadership()

    def run_alone(self, size: int) -> None:
        """Continue a request while no other one with a large answer runs.

        `size` is the maximum size of its answer in bytes. Raises Postponed if it has to
        wait; then it runs again from its beginning. Others may run as soon as its answer
        begins.
        """
        self._postpone_if_awaited()
        self.hold_room(size)
        try:
            self.server.exclusive.enter(self)
        except Postponed:
            self._rewind()
            raise
        self._is_exclusive = self._has_whole_answer = True
        self.server.leader_follower.yield_leadership()

    def hold_room(self, size: int) -> None:
        """Reserve `size` bytes of the budget until the request has ended.

        Raises Postponed if there is no room yet; then the request runs again from its
        beginning.
        """
        if self.account.reserved < size and not self.server.budget.take(self.account, size):
            self._rewind()
            raise Postponed(partial(self.wait_for_room, size, self.run_again))
        self.account.reserved = size

    def run_again(self) -> None:
        """Queue the postponed request; any thread may call this."""
        self.server.leader_follower.add_task(self)
        self.server.wake()

    def run_again_alone(self) -> None:
        """Queue the postponed request as the exclusive one."""
        self._is_exclusive = True
        self.run_again()

    def accepted_bytes(self) -> int:
        """Return how many bytes of answers the client has acknowledged; use only differences.

        A writable event is too coarse: the system sends one only when much of its buffer is
        free.
        """
        unsent = bytearray(4)
        with suppress(OSError, ValueError):
            ioctl(self.wire, TIOCOUTQ, unsent)
        return self.account.sent - int.from_bytes(unsent, sys.byteorder)

    def awaited_from_client(self) -> Any:
        """Return the answer or request that the client must read or send further, or None.

        An answer is represented by this connection.
        """
        return self if self.total_outbufs_len else super().awaited_from_client()

    def give_up(self, *, has_waiters: bool = True) -> None:
        """Refuse the incoming request, or reset the connection if an answer is unread."""
        awaited = self.awaited_from_client()
        if awaited is self:
            self.server.count_slow_client(self.addr[0])
            self._reset()
        elif awaited is not None:
            self.refuse(Busy() if has_waiters else RequestTimeout())

    def cut_off(self) -> None:
        """Disconnect the client, and discard the bytes buffered for it."""
        self.connected = False
        self.will_close = True
        # NOTE: a client that does not read causes no event, so the loop would not close it.
        self.server.soon(self._reset)

    def _finish_request(self) -> None:
        """Recount the buffered bytes after a request, and end its exclusive run."""
        self._has_whole_answer = False
        self.account.reserved = 0
        if self._is_exclusive:
            self.leave_exclusive()
        self.account.update()

    def _postpone_if_awaited(self) -> None:
        if self.server.leader_follower.is_awaited():
            self._rewind()
            raise Postponed(self.run_again)

    def _rewind(self) -> None:
        self.requests[0].get_body_stream().seek(0)

    def leave_exclusive(self) -> None:
        """End the exclusive run of the request, if it has one."""
        self._is_exclusive = False
        self.server.exclusive.leave(self)
        self.account.reserved = 0

    def _flush_some(self, do_close: bool = True) -> bool:
        before = self.total_outbufs_len
        has_sent = bool(super()._flush_some(do_close=do_close))
        self.account.sent += before - self.total_outbufs_len
        self.account.update()
        return has_sent

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Block the thread while megabytes are unread, up to the write timeout."""
        if not self._has_whole_answer:
            self._wait_for_reader(self.adj.outbuf_high_watermark)

    def _wait_for_reader(self, most: int) -> None:
        """Block until at most `most` bytes are unread, or the client is cut off.

        A client that stalls is cut off, and any client when too many slow ones block
        threads.
        """
        if self.total_outbufs_len <= most:
            return
        if not self.server.slow.acquire(blocking=False):
            self.cut_off()
            return
        self.server.leader_follower.yield_leadership()
        try:
            with self.outbuf_lock:
                self._flush_exception(self._flush_some, do_close=False)
                while self.connected and self.total_outbufs_len > most:
                    self.server.pull_trigger()
                    if not self.outbuf_lock.wait(_STALL_SECONDS):
                        self._cut_off_if_stalled()
        finally:
            self.server.slow.release()

    def _cut_off_if_stalled(self) -> None:
        """Cut the client off unless it has accepted data since the last call."""
        accepted = self.accepted_bytes()
        if accepted == self._accepted:
            self.cut_off()
        else:
            self._accepted, self.last_activity = accepted, time.time()

    def _reset(self) -> None:
        """Close immediately, and make the system discard the bytes that are not sent yet."""
        if self._fileno is not None:
            reset_on_close(self.wire)
            self.handle_close()
