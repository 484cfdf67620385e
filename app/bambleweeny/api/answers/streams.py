"""Streams: endless answers as server-sent events or as lines of JSON."""

from base64 import b64encode
from collections.abc import Callable, Generator, Iterator
from typing import Any, NamedTuple

import falcon
import msgspec

from bambleweeny.api.requests.authentication import check_again
from bambleweeny.api.requests.concurrency import begin_stream
from bambleweeny.api.requests.waiting import is_connected
from bambleweeny.core.notify.streams import Reader
from bambleweeny.core.services import Services
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import is_utf8

_SSE, _JSON_LINES = "text/event-stream", "application/x-ndjson"
_MEDIA_TYPES = ("application/json", _SSE, _JSON_LINES)


class StreamEvent(NamedTuple):
    """An event or a message, as the fields of a server-sent event and as a row of JSON."""

    id: str
    event: str
    data: bytes
    row: dict[str, Any]


def wants_stream(req: falcon.Request) -> bool:
    """Return whether the Accept header prefers a stream to a JSON answer."""
    return req.client_prefers(_MEDIA_TYPES) in (_SSE, _JSON_LINES)


def reader_of(
    req: falcon.Request, services: Services, to_event: Callable[[Any], StreamEvent]
) -> Reader:
    """Return the reader of a stream, which checks the client's connection and token.

    `to_event` turns what the stream finds into an event; the reader encodes it for the client.
    """
    connection = req.env.get("bambleweeny.connection")
    encode = _encode_sse if _wants_sse(req) else _encode_line
    return Reader(
        req.context.caller.id,
        is_connected(req),
        lambda: check_again(req, services),
        connection.wait_until_read if connection else lambda: None,
        lambda found: b"".join([encode(to_event(one)) for one in found]),
    )


def answer_stream(
    req: falcon.Request, resp: falcon.Response, chunks: Generator[bytes], last_id: str = ""
) -> None:
    """Answer a stream; an error in its first chunk still gets its HTTP status.

    `last_id` is the event id from which a client resumes that received no event yet. HEAD gets
    the headers only.
    """
    resp.content_type = _SSE if _wants_sse(req) else _JSON_LINES
    resp.set_header("Cache-Control", "no-store")
    resp.set_header("Vary", "Accept")
    # NOTE: without this nginx buffers events until it has some kilobytes of them.
    resp.set_header("X-Accel-Buffering", "no")
    if req.method == "HEAD":
        chunks.close()
        resp.stream = iter(())
        return
    if _wants_sse(req):
        head = b"retry: 2000\n" + (b"id: %s\n\n" % last_id.encode() if last_id else b"\n")
        resp.stream = _Body(chunks, head, b":\n\n")
    else:
        resp.stream = _Body(chunks, b"\n", b"\n")
    begin_stream(req)


class _Body:
    """The body of a stream. It ends without an error if the source ends or fails."""

    def __init__(self, chunks: Generator[bytes], head: bytes, keep_alive: bytes) -> None:
        self._chunks = chunks
        self._keep_alive = keep_alive
        self._head = [head + next(chunks)]

    def __iter__(self) -> Iterator[bytes]:
        yield self._head.pop()
        try:
            while True:
                yield next(self._chunks) or self._keep_alive
        except (StopIteration, BambleweenyError):
            return

    def close(self) -> None:
        """Close the source, which frees its slot."""
        self._chunks.close()


def _wants_sse(req: falcon.Request) -> bool:
    return req.client_prefers(_MEDIA_TYPES) == _SSE


def _encode_sse(stream_event: StreamEvent) -> bytes:
    event, data = stream_event.event, stream_event.data
    if not is_utf8(data):
        event, data = "base64", b64encode(data)
    lines = [b"id: " + stream_event.id.encode()] if stream_event.id else []
    lines += [b"event: " + event.encode()] if event else []
    # NOTE: not splitlines(): only CR, LF and CR LF end a line in an event stream.
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines += [b"data: " + line for line in text.split(b"\n")]
    return b"\n".join(lines) + b"\n\n"


def _encode_line(stream_event: StreamEvent) -> bytes:
    return msgspec.json.encode(stream_event.row) + b"\n"
