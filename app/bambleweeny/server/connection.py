"""One connection: what Waitress does with it, where this server wants it otherwise."""

import select
import socket
import time
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, WSGITask

from bambleweeny.api.access_log import AccessLog
from bambleweeny.api.errors import error_body
from bambleweeny.errors import (
    BambleweenyError,
    BodyTooLarge,
    HeadersTooLarge,
    InternalError,
    InvalidRequest,
    UnknownCoding,
)

_BY_STATUS: dict[int, type[BambleweenyError]] = {
    400: InvalidRequest,
    413: BodyTooLarge,
    431: HeadersTooLarge,
    501: UnknownCoding,
}
_STALL_SECONDS = 10.0
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 64 << 20
_LINGER_CHUNK = 1 << 18


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses what Waitress stumbles over, and what proxies could read in two ways."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as ex:
            raise ParsingError("it cannot be read") from ex
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("it has both a length and a transfer coding")


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Answers and logs what Waitress refuses as the application does with its errors."""

    def execute(self) -> None:
        refused = self.request.error
        kind = _BY_STATUS.get(refused.code, InternalError)
        error = kind(f"{kind.info[:-1]}: {refused.body}." if kind is InvalidRequest else None)
        body = error_body(error)
        self.status = f"{error.status} {refused.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        request_id = self._note(error)
        self.response_headers.append(("X-Request-ID", request_id))
        self.set_close_on_finish()
        self.channel.lingers = True
        self.content_length = len(body)
        self.write(body)

    def _note(self, error: BambleweenyError) -> str:
        """Log the request, as far as it could be read, and give its id."""
        # NOTE: where the answer of the application broke, this is another request's error.
        request = self.channel.requests[0]
        # NOTE: Waitress puts `GET /` in the place of headers that it does not read to their end.
        is_read = not isinstance(error, HeadersTooLarge)
        log: AccessLog = self.channel.server.access_log
        return log.note_refusal(
            getattr(request, "command", "") if is_read else "",
            getattr(request, "path", "") if is_read else "",
            request.headers.get("X_REQUEST_ID", ""),
            error,
            time.time() - self.start_time,
        )


class _Task(WSGITask):  # type: ignore[misc]
    """Keeps a connection where it can be kept, and ends it where the server ends.

    Waitress closes it after an answer without a body, as a 204 of an empty list,
    for want of a length, which such an answer must not have.
    """

    def start(self) -> None:
        super().start()
        if self.channel.server.is_ending:
            super().set_close_on_finish()

    def set_close_on_finish(self) -> None:
        asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked or self.version != "1.1":
            super().set_close_on_finish()


class Connection(HTTPChannel):  # type: ignore[misc]
    """A connection whose client may be slow or gone."""

    parser_class = _Parser
    error_task_class = _ErrorTask
    task_class = _Task
    lingers = False
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

    def check_client_disconnected(self) -> bool:
        """Tell whether the client has closed its side, whatever it sent before."""
        if not self.connected:
            return True
        ended = select.poll()
        ended.register(self.socket, select.POLLRDHUP)
        return bool(ended.poll(0))

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Hold the thread while the client has megabytes to read, but not for long.

        One that does not read, or one of too many that read slowly, is cut off.
        """
        if self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return
        if not self.server.slow.acquire(blocking=False):
            self._cut_off()
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
                    self._cut_off()

    def _cut_off(self) -> None:
        self.connected = False
        self.will_close = True
        self.server.pull_trigger()
