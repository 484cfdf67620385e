"""Listings and exports: answers that are streamed if they are long, to save memory."""

from collections.abc import Iterator
from itertools import chain

import falcon
import msgspec

from bambleweeny.core.pacing import paced

Pages = Iterator[tuple[str, list[str]]]

_MAX_BUFFERED = 64 << 10


def answer_listing(resp: falcon.Response, noun: str, pages: Pages) -> None:
    """Answer `{noun: [{"key", "owner"}, ...]}`.

    Fetches the first pages before the answer begins, so that an error in them still gets its
    HTTP status.
    """
    answer_streamed(resp, "application/json", _render(noun, pages))


def answer_streamed(resp: falcon.Response, content_type: str, parts: Iterator[bytes]) -> None:
    """Answer the parts of a body, as a stream if they are longer than 64 kB."""
    first, size = [], 0
    resp.content_type = content_type
    for part in parts:
        first.append(part)
        size += len(part)
        if size > _MAX_BUFFERED:
            resp.stream = chain([b"".join(first)], paced(parts))
            return
    # NOTE: a known length keeps the connection open; the end of a stream closes it.
    resp.data = b"".join(first)


def _render(noun: str, pages: Pages) -> Iterator[bytes]:
    yield b'{"%s":[' % noun.encode()
    comma = b""
    for owner, names in pages:
        if names:
            rows = msgspec.json.encode([{"key": name, "owner": owner} for name in names])
            yield comma + rows[1:-1]
            comma = b","
    yield b"]}\n"
