"""Bodies of answers: JSON, raw bytes, and `{"info":"ok"}`."""

from collections.abc import Iterable

import falcon
import msgspec

from bambleweeny.names import is_utf8

_PART = 256 << 10


def answer_json(resp: falcon.Response, value: object) -> None:
    """Answer a value as JSON, with a line end for terminals."""
    resp.content_type = "application/json"
    resp.data = msgspec.json.encode(value) + b"\n"


def answer_rows(resp: falcon.Response, before: bytes, rows: Iterable[object], after: bytes) -> None:
    """Answer an array of JSON between two texts, each row written before the next is taken."""
    parts, size = [], 0
    pending, comma = bytearray(before), b""
    for row in rows:
        pending += comma
        pending += msgspec.json.encode(row)
        comma = b","
        if len(pending) > _PART:
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
    """Answer that it is done."""
    resp.content_type = "application/json"
    resp.data = b'{"info":"ok"}\n'


def answer_raw(resp: falcon.Response, value: bytes) -> None:
    """Answer a value's bytes as plain text; only valid UTF-8 is called that."""
    resp.content_type = "text/plain; charset=utf-8" if is_utf8(value) else "text/plain"
    resp.data = value
