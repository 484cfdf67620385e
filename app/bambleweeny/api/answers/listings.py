"""Listings that are streamed, so that a long one costs no memory."""

from collections.abc import Iterator
from itertools import chain

import falcon
import msgspec

from bambleweeny.core.pacing import paced

Pages = Iterator[tuple[str, list[str]]]

_MOST_BYTES_AT_ONCE = 64 << 10


def answer_listing(resp: falcon.Response, noun: str, pages: Pages) -> None:
    """Answer `{noun: [{"key", "owner"}, ...]}`.

    The first ones are fetched before the answer begins, so that an error of the
    call is still an error of HTTP.
    """
    answer_streamed(resp, "application/json", _render(noun, pages))


def answer_streamed(resp: falcon.Response, content_type: str, parts: Iterator[bytes]) -> None:
    """Answer parts of a body, as a stream where there is more than 64 kB of them."""
    first, size = [], 0
    resp.content_type = content_type
    for part in parts:
        first.append(part)
        size += len(part)
        if size > _MOST_BYTES_AT_ONCE:
            resp.stream = chain([b"".join(first)], paced(parts))
            return
    # NOTE: with a length the connection stays open; a stream ends by closing it.
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
