"""Bodies of answers: JSON, raw bytes, and `{"info":"ok"}`."""

from collections.abc import Iterable

import falcon
import msgspec

from bambleweeny.names import is_utf8

_CHUNK_BYTES = 256 << 10


def answer_json(resp: falcon.Response, value: object) -> None:
    """Answer a value as JSON, with a newline at the end for terminals."""
    resp.content_type = "application/json"
    resp.data = msgspec.json.encode(value) + b"\n"


def answer_rows(resp: falcon.Response, before: bytes, rows: Iterable[object], after: bytes) -> None:
    """Answer `before`, the rows as the elements of a JSON array, and `after`.

    Encodes each row before it takes the next, so that a generator can free its rows.
    """
    parts, size = [], 0
    pending, comma = bytearray(before), b""
    for row in rows:
        pending += comma
        pending += msgspec.json.encode(row)
        comma = b","
        if len(pending) > _CHUNK_BYTES:
            parts.append(bytes(pending))
            size += len(pending)
            pending.clear()
    parts.append(bytes(pending + after + b"\n"))
    resp.content_type = "application/json"
    if len(parts) == 1:
        [resp.data] = parts
    else:
        resp.set_stream(parts, size + len(parts[-1]))


def answer_done(resp: falcon.Response) -> None:
    """Answer `{"info":"ok"}`."""
    resp.content_type = "application/json"
    resp.data = b'{"info":"ok"}\n'


def answer_raw(resp: falcon.Response, value: bytes) -> None:
    """Answer a value's bytes as text/plain, with a charset only if they are valid UTF-8."""
    resp.content_type = "text/plain; charset=utf-8" if is_utf8(value) else "text/plain"
    resp.data = value


def answer_token(resp: falcon.Response, token: str, lifetime: int, *, is_raw: bool) -> None:
    """Answer a session's token, as JSON or as text."""
    resp.set_header("Cache-Control", "no-store")
    if is_raw:
        answer_raw(resp, token.encode())
    else:
        answer_json(resp, {"token_type": "bearer", "access_token": token, "expires_in": lifetime})
