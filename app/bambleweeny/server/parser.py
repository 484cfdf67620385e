"""Requests on the wire: plain ones are read in one step, all others by Waitress."""

import re

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import FixedStreamReceiver

# NOTE: what is not plain for sure is left to Waitress, which refuses what could be read in
# two ways: other versions, absolute or escaped paths, folded lines, bare line ends, bytes
# that are no printable ASCII, and names that are no words.
_PLAIN_HEAD = re.compile(
    rb"([A-Z]+) ((/(?:[!$&-.0->@-~][!$&->@-~]*)?)(?:\?([!$-~]*))?) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]+:[ -~]*\r\n)*)(?:\r\n)?"
).fullmatch
_UNUSUAL = frozenset({"TRANSFER_ENCODING", "EXPECT"})
_IS_LENGTH = re.compile("[0-9]{1,18}").fullmatch


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses what Waitress stumbles over, and what proxies could read in two ways."""

    def parse_header(self, header_plus: bytes) -> None:
        if self._read_plain(header_plus):
            return
        try:
            super().parse_header(header_plus)
        except ValueError as ex:
            raise ParsingError("it cannot be read") from ex
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("it has both a length and a transfer coding")

    def _read_plain(self, head: bytes) -> bool:
        """Read a plain request as Waitress would; False, and no change, for another."""
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
        self.proxy_scheme = self.proxy_netloc = self.fragment = ""
        self.url_scheme = self.adj.url_scheme
        self.connection_close = headers.get("CONNECTION", "").lower() == "close"
        self.content_length = int(length)
        if self.content_length:
            buffer = OverflowableBuffer(self.adj.inbuf_overflow)
            self.body_rcv = FixedStreamReceiver(self.content_length, buffer)
        return True


def _plain_headers(lines: bytes) -> dict[str, str] | None:
    """Give the headers of plain lines; None where one is repeated or unusual."""
    headers: dict[str, str] = {}
    for line in lines.decode().split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        key = name.upper().replace("-", "_")
        if key in headers or key in _UNUSUAL:
            return None
        headers[key] = value.strip(" ")
    return headers
