"""One connection: what Waitress does with it, where this server wants it otherwise."""

import select
import socket
import struct
import sys
import time
from contextlib import suppress
from fcntl import ioctl
from functools import partial
from io import BytesIO
from termios import TIOCOUTQ
from typing import Any

from waitress.buffers import ReadOnlyFileBasedBuffer

from bambleweeny.errors import Busy, RequestTimeout
from bambleweeny.server.http.exclusive import Postponed
from bambleweeny.server.http.parser import Parser
from bambleweeny.server.http.receiving import Receiving
from bambleweeny.server.http.task import RefusalTask, Task

_STALL_SECONDS = 10.0
_LINGER_SECONDS = 2.0
_COPIED = 64 << 10
_MOSTLY = 7
_SENT_AT_ONCE = 256 << 10
_RESET = struct.pack("ii", 1, 0)


class Connection(Receiving):
    """A connection whose client may be slow or gone."""

    parser_class = Parser
    error_task_class = RefusalTask
    task_class = Task
    is_stream = False
    _runs_alone = False
    _is_made = False
    _taken = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # NOTE: for each piece that a slow client takes, so much is copied.
        self.sendbuf_len = min(self.sendbuf_len, _SENT_AT_ONCE)

    def handle_close(self) -> None:
        """Close the connection, or begin to where the client may still be sending.

        What is closed with something unread is reset, and the client may never see
        why it was refused. So what it sends is thrown away, for a while and up to a
        bound, or until it has read the answer and closes.
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
        self.server.turns.note(self._fileno)

    def del_channel(self, map: dict[int, Any] | None = None) -> None:
        self.server.turns.forget(self._fileno)
        super().del_channel(map)
        self.request, self.account.reserved = None, 0
        self.account.update()

    def writable(self) -> bool:
        if self._lingers_until and time.monotonic() > self._lingers_until:
            self.will_close = True
        return bool(super().writable())

    def service(self) -> None:
        """Run a request, or have it wait until it can run."""
        try:
            super().service()
        except Postponed as ex:
            # NOTE: from here on another thread may run it.
            ex.wait()
        except BaseException:
            # NOTE: the request is never answered, so its client must not wait for that.
            self._settle()
            self.cut_off()
            raise
        else:
            if self._runs_alone or self.account.size:
                self._settle()

    def write_soon(self, data: Any) -> int:
        """Send what the client takes at once; the rest waits for it in a buffer."""
        sent = 0
        if self.connected and not self.total_outbufs_len and isinstance(data, bytes):
            with self.outbuf_lock, suppress(OSError):  # what is wrong is seen once more below
                sent = self.wire.send(data)
            if sent == len(data):
                return sent
            self.last_activity = time.time()
        if self._runs_alone:
            self._end_alone()
        self.account.sent += sent
        sent += int(super().write_soon(_after(data, sent)))
        self.account.update()
        return sent

    def send(self, data: Any, do_close: bool = True) -> int:
        """Send what the client takes at once: nothing where another thread has closed it."""
        try:
            return self.wire.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            if do_close:
                self.handle_close()
            return 0

    def check_client_disconnected(self) -> bool:
        """Tell whether the client has closed its side, whatever it sent before.

        One that has taken nothing of what waits for it for ten seconds is cut off.
        """
        if self.total_outbufs_len and time.time() - self.last_activity > _STALL_SECONDS:
            self._cut_off_if_stalled()
        if not self.connected:
            return True
        ended = select.poll()
        try:
            ended.register(self.wire, select.POLLRDHUP)
        except (OSError, ValueError):  # it was closed in this moment
            return True
        return bool(ended.poll(0))

    def begin_stream(self) -> None:
        """Note that the answer has no end, so that nobody waits for its end to be read."""
        self.is_stream = True

    def wait_until_read(self) -> None:
        """Return once the client has read nearly all of its answer so far, or is cut off."""
        self._wait_for_reader(_COPIED)

    def run_alone(self, size: int) -> None:
        """Go on with a request while no other one runs that answers as much.

        `size` is what its answer may have at most. Raises Postponed if it cannot go on yet,
        and it is run again from its beginning then. Others may go on when its answer begins.
        """
        self.hold_room(size)
        try:
            self.server.exclusive.enter(self)
        except Postponed:
            self._rewind()
            raise
        self._runs_alone = self._is_made = True
        self.server.crew.step_aside()

    def hold_room(self, size: int) -> None:
        """Hold so much of the budget until the request has ended.

        Raises Postponed if there is no room yet, and the request is run again then.
        """
        if self.account.reserved < size and not self.server.budget.take(self.account, size):
            self._rewind()
            raise Postponed(partial(self.wait_for_room, size, self.run_again))
        self.account.reserved = size

    def run_again(self) -> None:
        """Run the request that was postponed; called by any thread."""
        self.server.crew.add_task(self)
        self.server.wake()

    def run_again_alone(self) -> None:
        """Run the request that was postponed, as the one that runs alone."""
        self._runs_alone = True
        self.run_again()

    def taken(self) -> int:
        """Return how many bytes of answers the client has taken; only differences count.

        The system tells of room for more only when a good part of its buffer is free.
        """
        waiting = bytearray(4)
        with suppress(OSError, ValueError):
            ioctl(self.wire, TIOCOUTQ, waiting)
        return self.account.sent - int.from_bytes(waiting, sys.byteorder)

    def waits_for(self) -> Any:
        """Return what the client has to go on with: this connection's answer, or a request."""
        return self if self.total_outbufs_len else super().waits_for()

    def give_up(self, *, is_crowded: bool = True) -> None:
        """Refuse the request that is coming, or reset the connection if an answer waits."""
        what = self.waits_for()
        if what is self:
            self.server.note_cut(self.addr[0])
            self._reset()
        elif what is not None:
            self.refuse(Busy() if is_crowded else RequestTimeout())

    def cut_off(self) -> None:
        """Break the connection off, whatever waits to be sent."""
        self.connected = False
        self.will_close = True
        # NOTE: who does not read never takes anything, so that the loop would not see to it.
        self.server.soon(self._reset)

    def _settle(self) -> None:
        """Count what is left of an answer, and let others go on."""
        self._is_made = False
        self.account.reserved = 0
        if self._runs_alone:
            self._end_alone()
        self.account.update()

    def _rewind(self) -> None:
        self.requests[0].get_body_stream().seek(0)

    def _end_alone(self) -> None:
        self._runs_alone = False
        self.server.exclusive.leave(self)
        self.account.reserved = 0

    def _flush_some(self, do_close: bool = True) -> bool:
        before = self.total_outbufs_len
        has_sent = bool(super()._flush_some(do_close=do_close))
        self.account.sent += before - self.total_outbufs_len
        self.account.update()
        return has_sent

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Hold the thread while the client has megabytes to read, but not for long."""
        if not self._is_made:
            self._wait_for_reader(self.adj.outbuf_high_watermark)

    def _wait_for_reader(self, most: int) -> None:
        """Return once no more than `most` bytes wait to be read, or the client is cut off.

        One that does not read, or one of too many that read slowly, is cut off.
        """
        if self.total_outbufs_len <= most:
            return
        if not self.server.slow.acquire(blocking=False):
            self.cut_off()
            return
        self.server.crew.step_aside()
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
        """Cut the client off unless it has taken something since this was called last."""
        taken = self.taken()
        if taken == self._taken:
            self.cut_off()
        else:
            self._taken, self.last_activity = taken, time.time()

    def _reset(self) -> None:
        """Close at once, and have the system forget what it would still send."""
        if self._fileno is not None:
            with suppress(OSError):
                self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.handle_close()


def _after(data: Any, sent: int) -> Any:
    """Return what is left of data, without a copy of it where that is most of it."""
    rest = len(data) - sent
    if not isinstance(data, bytes) or rest < max(_COPIED, _MOSTLY * sent):
        return data[sent:] if sent else data
    file = BytesIO(data)
    file.seek(sent)
    buffer = ReadOnlyFileBasedBuffer(file)
    buffer.prepare()
    return buffer
