"""Chunked request bodies (RFC 9112, 7.1), decoded strictly and within bounds."""

import re
from collections.abc import Callable
from typing import Any

from waitress.buffers import OverflowableBuffer

from bambleweeny.errors import BodyTooLarge
from bambleweeny.server.http.head import TOKEN, malformed

_LONGEST_SIZE = 256
_LONGEST_TRAILER = 8 << 10
_LEAST_OVERHEAD = 64 << 10
_QUOTED = rb'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"'
_SIZE = re.compile(
    rb"([0-9A-Fa-f]{1,16})(?:;%b(?:=(?:%b|%b))?)*\r\n" % (TOKEN, TOKEN, _QUOTED)
).fullmatch
_TRAILER = re.compile(rb"(%b):[\t -~\x80-\xff]*\r\n" % TOKEN).fullmatch
_HEAD_ONLY = re.compile(rb"content[-_]length|transfer[-_]encoding|host", re.IGNORECASE).fullmatch


class ChunkedBody:
    """Decodes a chunked body and buffers its data.

    Extensions and trailers are checked and dropped. Every line must end with CR LF. Raises
    BodyTooLarge if the data or their framing exceed `most` bytes (framing of 64 KiB is
    always allowed), and InvalidRequest if the coding is malformed.
    """

    completed = False
    error = None

    def __init__(self, buffer: OverflowableBuffer, most: int) -> None:
        self._buffer = buffer
        self._most = most
        self._size = self._overhead = 0
        self._left = 0
        self._line = b""
        self._expect_size()

    def __len__(self) -> int:
        return self._size

    def received(self, data: bytes) -> int:
        """Consume the bytes of the body, and return how many they are."""
        position = 0
        while position < len(data) and not self.completed:
            if self._left:
                part = data[position : position + self._left]
                self._buffer.append(part)
                self._left -= len(part)
                position += len(part)
            else:
                position += self._take_line(data, position)
        return position

    def getfile(self) -> Any:
        """Return the body as an open file."""
        return self._buffer.getfile()

    def getbuf(self) -> OverflowableBuffer:
        """Return the buffer; the caller closes it."""
        return self._buffer

    def _expect(
        self, read: Callable[["ChunkedBody", bytes], None], longest: int, fault: str
    ) -> None:
        """Set the method that reads the next line, its maximum length and the error's text."""
        # NOTE: a bound method makes a cycle, which keeps the body until the collector runs.
        self._read, self._longest, self._fault = read, longest, fault

    def _take_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position) + 1 or len(data)
        self._line += data[position:end]
        self._overhead += end - position
        if self._overhead > max(self._most, _LEAST_OVERHEAD):
            raise BodyTooLarge()
        if len(self._line) > self._longest:
            raise malformed(self._fault)
        if self._line.endswith(b"\n"):
            line, self._line = self._line, b""
            self._read(self, line)
        return end - position

    def _expect_size(self) -> None:
        self._expect(ChunkedBody._read_size, _LONGEST_SIZE, "the size of a chunk cannot be read")

    def _read_size(self, line: bytes) -> None:
        match = _SIZE(line)
        if match is None:
            raise malformed(self._fault)
        size = int(match[1], 16)
        self._size += size
        if self._size > self._most:
            raise BodyTooLarge()
        self._left = size
        if size:
            self._expect(
                ChunkedBody._read_end, len(b"\r\n"), "a chunk does not end where its size says"
            )
        else:
            self._expect(
                ChunkedBody._read_trailer,
                _LONGEST_TRAILER,
                "the lines behind its chunks cannot be read",
            )

    def _read_end(self, line: bytes) -> None:
        if line != b"\r\n":
            raise malformed(self._fault)
        self._expect_size()

    def _read_trailer(self, line: bytes) -> None:
        if line == b"\r\n":
            self.completed = True
            return
        match = _TRAILER(line)
        if match is None or _HEAD_ONLY(match[1]):
            raise malformed(self._fault)
        self._longest -= len(line)
