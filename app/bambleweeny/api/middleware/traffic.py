"""Counts what a request and its answer add to the traffic of a user."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import falcon

from bambleweeny.core.usage.traffic import Traffic

_NO_BODY = (204, 304)


def count_traffic(
    traffic: Traffic, user_id: str, req: falcon.Request, resp: falcon.Response, status: int
) -> None:
    """Count a request with the bytes of its body and its answer; of a stream while it is sent."""
    length = req.env.get("CONTENT_LENGTH")
    bytes_in = int(length) if length and length.isdecimal() else 0
    if req.method == "HEAD" or status in _NO_BODY:
        bytes_out = 0
    elif (data := resp.data) is not None:
        bytes_out = len(data)
    else:
        bytes_out = _bytes_of_stream(traffic, user_id, resp)
    traffic.count(user_id, bytes_in, bytes_out, status)


def _bytes_of_stream(traffic: Traffic, user_id: str, resp: falcon.Response) -> int:
    """Return the size of a stream, or 0 and count its parts while they are sent."""
    if resp.stream is None:
        return 0
    if resp.content_length is not None:
        return int(resp.content_length)
    stream: Any = resp.stream
    resp.stream = _CountedStream(stream, partial(traffic.count_bytes_out, user_id))
    return 0


class _CountedStream:
    """Parts of a body, of which it counts the bytes; it refers to no part that it has yielded."""

    def __init__(self, parts: Iterable[bytes], count: Callable[[int], None]) -> None:
        self._parts = parts
        self._count = count

    def __iter__(self) -> Iterator[bytes]:
        return _CountedParts(iter(self._parts), self._count)

    def close(self) -> None:
        """Close the source, if it can be closed."""
        close = getattr(self._parts, "close", None)
        if close is not None:
            close()


class _CountedParts:
    def __init__(self, parts: Iterator[bytes], count: Callable[[int], None]) -> None:
        self._parts = parts
        self._count = count

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        part = next(self._parts)
        self._count(len(part))
        return part
