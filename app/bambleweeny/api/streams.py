"""Answers that go on for as long as somebody reads: server-sent events, or a line of JSON each."""

from base64 import b64encode
from collections.abc import Callable, Generator, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import falcon
import msgspec

from bambleweeny.api.policy import check_again
from bambleweeny.api.waiting import is_there
from bambleweeny.core.services import Services
from bambleweeny.core.streams import Reader
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import is_utf8

_T = TypeVar("_T")

_EVENTS, _LINES = "text/event-stream", "application/x-ndjson"
_FORMS = ("application/json", _EVENTS, _LINES)


class Part(NamedTuple):
    """One thing that happened: as an event, and as a row of JSON."""

    id: str
    event: str
    data: bytes
    row: dict[str, Any]


def wants_stream(req: falcon.Request) -> bool:
    """Tell whether the client asks for a stream rather than for an answer that ends."""
    return req.client_prefers(_FORMS) in (_EVENTS, _LINES)


def reader_of(req: falcon.Request, services: Services) -> Reader:
    """Return the reader of the answer, with checks of its connection and its token."""
    return Reader(is_there(req), lambda: check_again(req, services))


def answer_stream(
    req: falcon.Request,
    resp: falcon.Response,
    batches: Generator[list[_T]],
    part_of: Callable[[_T], Part],
    last_id: str = "",
) -> None:
    """Answer what comes, as it comes; an error of the first batch is still one of HTTP.

    `last_id` is what a client has to name that comes back before it got anything. HEAD begins
    no stream.
    """
    resp.content_type = _EVENTS if req.client_prefers(_FORMS) == _EVENTS else _LINES
    resp.set_header("Cache-Control", "no-store")
    resp.set_header("Vary", "Accept")
    # NOTE: nginx would keep events back until it has some kilobytes of them.
    resp.set_header("X-Accel-Buffering", "no")
    if req.method == "HEAD":
        batches.close()
        resp.stream = iter(())
        return
    if resp.content_type == _EVENTS:
        head = b"retry: 2000\n" + (b"id: %s\n\n" % last_id.encode() if last_id else b"\n")
        resp.stream = _Body(batches, part_of, _event, head, b":\n\n")
    else:
        resp.stream = _Body(batches, part_of, _line, b"\n", b"\n")
    req.env.get("bambleweeny.begin_stream", bool)()


class _Body(Generic[_T]):
    """The body of a stream; it ends without an error whatever becomes of what it follows."""

    def __init__(
        self,
        batches: Generator[list[_T]],
        part_of: Callable[[_T], Part],
        written: Callable[[Part], bytes],
        head: bytes,
        keep_alive: bytes,
    ) -> None:
        self._batches = batches
        self._part_of = part_of
        self._written = written
        self._keep_alive = keep_alive
        self._head = head + self._all_written(next(batches))

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        try:
            for batch in self._batches:
                yield self._all_written(batch) or self._keep_alive
        except BambleweenyError:
            return

    def close(self) -> None:
        """Give the place back."""
        self._batches.close()

    def _all_written(self, batch: list[_T]) -> bytes:
        return b"".join([self._written(self._part_of(one)) for one in batch])


def _event(part: Part) -> bytes:
    event, data = part.event, part.data
    if not is_utf8(data):
        event, data = "base64", b64encode(data)
    lines = [b"id: " + part.id.encode()] if part.id else []
    lines += [b"event: " + event.encode()] if event else []
    # NOTE: not splitlines(): a reader takes only these for the end of a line.
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines += [b"data: " + line for line in text.split(b"\n")]
    return b"\n".join(lines) + b"\n\n"


def _line(part: Part) -> bytes:
    return msgspec.json.encode(part.row) + b"\n"
