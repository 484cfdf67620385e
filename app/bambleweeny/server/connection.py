"""One connection: what Waitress does with it, where this server wants it otherwise."""

import select
import socket
import time
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel

from bambleweeny.server.parser import Parser
from bambleweeny.server.task import RefusalTask, Task

_STALL_SECONDS = 10.0
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 64 << 20
_LINGER_CHUNK = 1 << 18


class Connection(HTTPChannel):  # type: ignore[misc]
    """A connection whose client may be slow or gone."""

    parser_class = Parser
    error_task_class = RefusalTask
    task_class = Task
    lingers = False
    is_stream = False
    _lingers_until = 0.0
    _lingered = 0

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
                self.socket.shutdown(socket.SHUT_WR)
                return
        super().handle_close()

    def add_channel(self, map: dict[int, Any] | None = None) -> None:
        super().add_channel(map)
        self.server.turns.note(self._fileno)

    def del_channel(self, map: dict[int, Any] | None = None) -> None:
        self.server.turns.forget(self._fileno)
        super().del_channel(map)

    def readable(self) -> bool:
        return bool(self._lingers_until or super().readable())

    def writable(self) -> bool:
        if self._lingers_until and time.monotonic() > self._lingers_until:
            self.will_close = True
        return bool(super().writable())

    def handle_read(self) -> None:
        if not self._lingers_until:
            super().handle_read()
            return
        with suppress(OSError):
            self._lingered += len(self.recv(_LINGER_CHUNK))
        if self._lingered > _LINGER_BYTES:
            self.handle_close()

    def write_soon(self, data: Any) -> int:
        """Send what the client takes at once; the rest waits for it in a buffer."""
        sent = 0
        if self.connected and not self.total_outbufs_len and isinstance(data, bytes):
            with self.outbuf_lock, suppress(OSError):  # what is wrong is seen once more below
                sent = self.send(data, do_close=False)
            if sent == len(data):
                return sent
            self.last_activity = time.time()
        return sent + int(super().write_soon(data[sent:] if sent else data))

    def check_client_disconnected(self) -> bool:
        """Tell whether the client has closed its side, whatever it sent before.

        One that has taken nothing of what waits for it for ten seconds is cut off.
        """
        if self.total_outbufs_len and time.time() - self.last_activity > _STALL_SECONDS:
            self.cut_off()
        if not self.connected:
            return True
        ended = select.poll()
        try:
            ended.register(self.socket, select.POLLRDHUP)
        except (OSError, ValueError):  # it was closed in this moment
            return True
        return bool(ended.poll(0))

    def begin_stream(self) -> None:
        """Note that the answer has no end, so that nobody waits for its end to be read."""
        self.is_stream = True

    def cut_off(self) -> None:
        """Break the connection off, whatever waits to be sent."""
        self.connected = False
        self.will_close = True
        # NOTE: who does not read never takes anything, so that the loop would not see to it.
        self.server.trigger.pull_trigger(self._close)

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Hold the thread while the client has megabytes to read, but not for long.

        One that does not read, or one of too many that read slowly, is cut off.
        """
        if self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return
        if not self.server.slow.acquire(blocking=False):
            self.cut_off()
            return
        self.server.crew.step_aside()
        try:
            self._wait_for_reader()
        finally:
            self.server.slow.release()

    def _wait_for_reader(self) -> None:
        with self.outbuf_lock:
            self._flush_exception(self._flush_some, do_close=False)
            while self.connected and self.total_outbufs_len > self.adj.outbuf_high_watermark:
                self.server.pull_trigger()
                if not self.outbuf_lock.wait(_STALL_SECONDS):
                    self.cut_off()

    def _close(self) -> None:
        if self._fileno is not None:
            self.handle_close()
