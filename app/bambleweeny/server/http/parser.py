"""The parser of requests: it reads plain heads in one step, and all others by `read_head`."""

import re
from typing import Any

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver

from bambleweeny.errors import BambleweenyError, BodyTooLarge, HeadersTooLarge
from bambleweeny.server.http.chunks import ChunkedBody
from bambleweeny.server.http.head import (
    check_begun,
    glimpse,
    is_host,
    is_last,
    malformed,
    read_head,
    wants_continue,
)

# NOTE: `read_head` gets every head that may not be plain: other versions, absolute or
# escaped paths, CONNECT, folded lines, bare line ends, bytes that are not printable ASCII.
_PLAIN_HEAD = re.compile(
    rb"(?!CONNECT )([A-Z]{1,32}) ((/(?:[!$&-.0->@-~][!$&->@-~]*)?)(?:\?([!$-~]*))?) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]+:[ -~]*\r\n)*)(?:\r\n)?"
).fullmatch
_UNUSUAL = frozenset({"TRANSFER_ENCODING", "EXPECT"})
_IS_LENGTH = re.compile("[0-9]{1,18}").fullmatch
_MOST_BLANK_LINES = 2


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reads one request. If it is refused, `error` is set, and no other request follows."""

    header_plus: bytes
    body_rcv: Any
    error: BambleweenyError | None
    command = path = ""
    version = "1.1"
    whole = b""
    """All bytes of the request, if they arrived together and alone."""
    is_decided = False
    """Whether the connection has decided how to treat the body."""
    _blank_lines = 0

    def received(self, data: bytes) -> int:
        """Consume the bytes of the request, and return how many they are."""
        if self.completed:
            return 0
        consumed = len(data)
        try:
            consumed = self._take_body(data) if self.headers_finished else self._take_head(data)
        except BambleweenyError as ex:
            self.refuse(ex)
        # NOTE: bytes after the last request of a connection are dropped.
        is_end = self.error or (self.completed and self.connection_close)
        return len(data) if is_end else consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Parse a complete head."""
        if self._read_plain(header_plus):
            return
        head = read_head(header_plus)
        self.command, self.request_uri, self.path = head.command, head.target, head.path
        self.query, self.version, self.headers = head.query, head.version, head.headers
        self.connection_close = is_last(head.headers.get("CONNECTION", ""), head.version)
        self.expect_continue = wants_continue(head.headers, head.version)
        self._begin_body(head.length)

    def refuse(self, error: BambleweenyError) -> None:
        """Complete the request with an error as its answer, and free its data."""
        self.error = error
        self.completed = self.headers_finished = True
        self.expect_continue = False
        if not self.command:
            self.command, self.path, self.headers = glimpse(self.header_plus)
        self.header_plus, self.body_rcv, self.body_bytes_received = b"", None, 0

    def drop_body(self) -> None:
        """Free the body of a request that has run."""
        self.close()
        self.body_rcv, self.body_bytes_received = None, 0

    def _take_head(self, data: bytes) -> int:
        head = self.header_plus + data
        if head.startswith(b"\r\n"):
            head = self._without_blank_lines(head)
        self.header_plus = head
        end = head.find(b"\r\n\r\n")
        if (len(head) if end < 0 else end) > self.adj.max_request_header_size:
            raise HeadersTooLarge()
        if end < 0:
            self.header_bytes_received = len(head)
            check_begun(head, max(0, len(head) - len(data)))
            return len(data)
        end += 4
        self.header_bytes_received = end
        self.parse_header(head[:end])
        self.header_plus = b""
        self.headers_finished = True
        self.completed = self.body_rcv is None
        # NOTE: a client that has begun to send the body does not wait for 100 Continue.
        if self.completed or end < len(head):
            self.expect_continue = False
        return len(data) - (len(head) - end)

    def _take_body(self, data: bytes) -> int:
        self.expect_continue = False
        consumed: int = self.body_rcv.received(data)
        self.body_bytes_received += consumed
        if self.body_rcv.completed:
            self.completed = True
            self.headers["CONTENT_LENGTH"] = str(len(self.body_rcv))
        return consumed

    def _without_blank_lines(self, head: bytes) -> bytes:
        """Skip the empty lines that some clients send after a body (RFC 9112, 2.2)."""
        while head.startswith(b"\r\n"):
            self._blank_lines += 1
            if self._blank_lines > _MOST_BLANK_LINES:
                raise malformed("it begins with too many empty lines")
            head = head[2:]
        return head

    def _begin_body(self, length: int | None) -> None:
        """Prepare for a body of `length` bytes, or for a chunked one if that is None."""
        # NOTE: Waitress's limit is the first length that is refused.
        most = self.adj.max_request_body_size - 1
        if length == 0:
            return
        buffer = OverflowableBuffer(self.adj.inbuf_overflow)
        if length is None:
            self.chunked = True
            self.body_rcv = ChunkedBody(buffer, most)
            return
        self.content_length = length
        if length > most:
            raise BodyTooLarge()
        self.body_rcv = FixedStreamReceiver(length, buffer)

    def _read_plain(self, head: bytes) -> bool:
        """Parse a plain head; return False and change nothing for another one."""
        match = _PLAIN_HEAD(head)
        if match is None:
            return False
        command, uri, path, query, lines = match.groups(b"")
        headers = _plain_headers(lines)
        if headers is None:
            return False
        length = headers.get("CONTENT_LENGTH", "0")
        if not _IS_LENGTH(length):
            return False
        self.headers = headers
        self.command, self.version = command.decode(), "1.1"
        self.request_uri, self.path = uri.decode(), path.decode()
        self.query = query.decode()
        if "CONNECTION" in headers:
            self.connection_close = is_last(headers["CONNECTION"], "1.1")
        if length != "0":
            self._begin_body(int(length))
        return True


def _plain_headers(lines: bytes) -> dict[str, str] | None:
    """Return the headers of plain lines; None if one is repeated, unusual or missing."""
    headers: dict[str, str] = {}
    for line in lines.decode().split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        key = name.upper().replace("-", "_")
        if key in headers or key in _UNUSUAL:
            return None
        headers[key] = value.strip(" ")
    return headers if is_host(headers.get("HOST", "")) else None
