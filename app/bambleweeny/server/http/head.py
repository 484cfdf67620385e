"""The strict parser of request heads: it refuses what two programs could read in two ways.

If a proxy reads a head in another way than its server, a client can hide one request in
another (request smuggling). `Parser` reads plain heads itself; the others come here.
"""

import re
import socket
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from bambleweeny.errors import (
    BambleweenyError,
    ExpectationFailed,
    InvalidRequest,
    NotServed,
    TlsNotServed,
    VersionNotServed,
    WrongHost,
)

_METHOD, _TARGET = rb"[A-Z][A-Z-]{0,31}", rb"[!-~]+"
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_START = re.compile(rb"(%b) (%b) HTTP/([0-9])\.([0-9])" % (_METHOD, _TARGET)).fullmatch
_BEGUN = re.compile(
    rb"\r?|%b(?: (?:%b(?: (?:[HTP/0-9.]{1,8}\r?)?)?)?)?" % (_METHOD, _TARGET)
).fullmatch
_FIELD = re.compile(rb"(%b):([\t -~\x80-\xff]*)" % TOKEN).fullmatch
_ABSOLUTE = re.compile(rb"http://([^/?]+)(.*)", re.IGNORECASE | re.DOTALL).fullmatch
_ENCODED_SLASH = re.compile(b"%2F", re.IGNORECASE)
_HOST = re.compile(
    r"(?:\[([0-9A-Fa-f:.]{2,45})\]|[A-Za-z0-9._~-]{1,255})(?::([0-9]{0,5}))?"
).fullmatch
_LONGEST_HOST = 261
_LAST_PORT = 65535
_LENGTH = re.compile(r"[0-9]{1,18}").fullmatch
_BARE_LF = re.compile(rb"(?<!\r)\n").search
_TLS = b"\x16\x03"

_SEEN_START = re.compile(rb"(%b) (/[!-~]{0,1023})?" % _METHOD).match
_SEEN_FIELDS = re.compile(
    rb"\n(Origin|X-Request-ID|Access-Control-Request-Method):[ \t]*([!-~]{1,255})[ \t]*\r",
    re.IGNORECASE,
)
_SEEN_CLIENTS = re.compile(rb"\nX-Forwarded-For:([\t -~]+)\r", re.IGNORECASE).findall

_CRITICAL = frozenset({"HOST", "CONTENT_LENGTH", "TRANSFER_ENCODING"})
_ONCE = _CRITICAL | {
    *("AUTHORIZATION", "CONTENT_RANGE", "CONTENT_TYPE", "IDEMPOTENCY_KEY", "IF_RANGE"),
    *("LAST_EVENT_ID", "ORIGIN", "RANGE"),
}
"""Headers that may occur once: of two, some programs use the first, others the last."""
_CODINGS = frozenset({"gzip", "x-gzip", "compress", "x-compress", "deflate"})
"""The registered transfer codings that this server does not support."""


class Head(NamedTuple):
    """A parsed head; the names of headers are in upper case, with `_` for `-`."""

    command: str
    target: str
    path: str
    query: str
    version: str
    headers: dict[str, str]
    length: int | None
    """The length of the body in bytes; None if it is chunked."""


def malformed(what: str) -> InvalidRequest:
    """Return the error of a malformed request; `what` completes 'The request is invalid: '."""
    return InvalidRequest(f"The request is invalid: {what}.")


def read_head(head: bytes) -> Head:
    """Parse a complete head, including the empty line at its end.

    HTTP/1.2 and later count as HTTP/1.1. A target that is a URL gives the path and replaces
    Host (RFC 9112, 3.2.2). Drops headers with a `_` in their names, and Transfer-Encoding,
    since the application gets the decoded body. Raises the error to answer if the head is
    refused.
    """
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    command, target, version = _read_start(first)
    headers = _read_fields(lines)
    host, path, query = _read_target(command, target)
    length = _read_length(headers, version)
    _check_host(headers.get("HOST"), version)
    if host is not None:
        _check_host(host, version)
        headers["HOST"] = host
    return Head(command, target.decode(), path, query, version, headers, length)


def check_begun(head: bytes, fresh: int) -> None:
    """Refuse an incomplete head that cannot become valid, instead of waiting for its end.

    `fresh` is the index of the first byte that has not been checked yet.
    """
    if _BARE_LF(head, fresh) and not head.startswith(_TLS):
        raise malformed("a line of its head does not end with CR LF")
    line_end = head.find(b"\r\n")
    is_begun = _BEGUN(head) if line_end < 0 else line_end < fresh - 1 or _START(head[:line_end])
    if not is_begun:
        raise not_http(head)


def not_http(head: bytes) -> BambleweenyError:
    """Return the error for bytes that do not begin as a request of HTTP/1."""
    if head.startswith(_TLS):
        return TlsNotServed()
    return malformed("its first line is not METHOD /path HTTP/1.1")


def glimpse(head: bytes) -> tuple[str, str, dict[str, str]]:
    """Return the method, path and headers of a refused head, for its log line and answer.

    The head may be malformed, so do not use them for anything else.
    """
    start = _SEEN_START(head)
    command, target = (text.decode() for text in start.groups(b"")) if start else ("", "")
    found = _SEEN_FIELDS.findall(head)
    headers = {name.decode().upper().replace("-", "_"): value.decode() for name, value in found}
    if clients := _SEEN_CLIENTS(head):
        headers["X_FORWARDED_FOR"] = b",".join(clients).decode()
    return command, target.partition("?")[0], headers


@lru_cache(maxsize=256)
def _is_valid_host(host: str) -> bool:
    match = _HOST(host)
    if match is None or int(match[2] or 0) > _LAST_PORT:
        return False
    return match[1] is None or _is_ipv6(match[1])


def _is_ipv6(address: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, address)
    except OSError:
        return False
    return True


def is_host(host: str) -> bool:
    """Return whether text is a host name or an IP address, with or without a port."""
    return len(host) <= _LONGEST_HOST and _is_valid_host(host)


def wants_continue(headers: dict[str, str], version: str) -> bool:
    """Return whether the client waits for 100 Continue (RFC 9110, 10.1.1).

    Raises ExpectationFailed for any other expectation.
    """
    if version == "1.0":
        return False
    expected = _members(headers.get("EXPECT", ""))
    if expected - {"100-continue"}:
        raise ExpectationFailed()
    return bool(expected)


def is_last(connection: str, version: str) -> bool:
    """Return whether this is the last request of its connection (RFC 9112, 9.3)."""
    options = _members(connection)
    return "close" in options or (version == "1.0" and "keep-alive" not in options)


def _members(value: str) -> set[str]:
    """Return the members of a header that is a list, in lower case."""
    return {member.strip(" \t").lower() for member in value.split(",")} - {""}


def _read_start(line: bytes) -> tuple[str, bytes, str]:
    match = _START(line)
    if match is None:
        raise not_http(line)
    command, target, major, minor = match.groups()
    if major != b"1":
        raise VersionNotServed()
    return command.decode(), target, "1.0" if minor == b"0" else "1.1"


def _read_fields(lines: list[bytes]) -> dict[str, str]:
    fields: dict[str, list[str]] = {}
    for line in lines:
        match = _FIELD(line)
        if match is None:
            is_folded = line.startswith((b" ", b"\t"))
            raise malformed(f"a header line {'is folded' if is_folded else 'cannot be read'}")
        name, value = match[1].decode(), match[2].decode("latin-1").strip(" \t")
        key = name.upper().replace("-", "_")
        if "_" in name:
            if key in _CRITICAL:
                raise malformed(f"the header {name} has an underscore")
        elif key not in fields:
            fields[key] = [value]
        elif key in _ONCE:
            raise malformed(f"the header {name} comes twice")
        else:
            fields[key].append(value)
    return {key: ", ".join(values) for key, values in fields.items()}


def _read_length(headers: dict[str, str], version: str) -> int | None:
    """Return the body's length in bytes, or None if it is chunked.

    Removes Transfer-Encoding from the headers: the application gets the decoded body.
    """
    coding, length = headers.pop("TRANSFER_ENCODING", None), headers.get("CONTENT_LENGTH", "0")
    if coding is None:
        if not _LENGTH(length):
            raise malformed("its Content-Length is not a number of up to 18 digits")
        return int(length)
    if version == "1.0":
        raise malformed("HTTP/1.0 has no transfer codings")
    if "CONTENT_LENGTH" in headers:
        raise malformed("it has both a length and a transfer coding")
    if coding.lower() in _CODINGS:
        raise NotServed("The server does not support the request's transfer coding.")
    if coding.lower() != "chunked":
        raise malformed("its transfer coding is not 'chunked' alone")
    return None


def _read_target(command: str, target: bytes) -> tuple[str | None, str, str]:
    """Return the host (None unless the target is a URL), the path and the query."""
    if command == "CONNECT":
        raise NotServed("The server does not support the method CONNECT.")
    if target == b"*" and command == "OPTIONS":
        return None, "*", ""
    url, host = _ABSOLUTE(target), None
    if url:
        host, rest = url[1].decode(), url[2]
        target = rest if rest.startswith(b"/") else b"/" + rest
    if not target.startswith(b"/") or b"#" in target:
        raise malformed("its target is not a path or a URL of this server")
    path, _, query = target.partition(b"?")
    return host, _decoded(path), query.decode()


def _decoded(path: bytes) -> str:
    """Return a path decoded, except `%2F`, which does not separate segments.

    A decoded slash would evade the path rules of a proxy. No name contains a `%`.
    """
    parts = map(unquote_to_bytes, _ENCODED_SLASH.split(path))
    return b"%2F".join(parts).decode("latin-1")


def _check_host(host: str | None, version: str) -> None:
    if host is None:
        if version == "1.1":
            raise malformed("HTTP/1.1 needs a Host header")
    elif not is_host(host):
        # NOTE: of `a@b`, some programs use `a` as the host, others `b`.
        raise WrongHost() if "@" in host else malformed("its Host is not a host name or an address")
