"""Listings that are streamed, so that a long one costs no memory."""

from collections.abc import Iterator
from itertools import chain, islice

import falcon
import msgspec

Pages = Iterator[tuple[str, list[str]]]

_MOST_PAGES_AT_ONCE = 5


def answer_listing(resp: falcon.Response, noun: str, pages: Pages) -> None:
    """Answer `{noun: [{"key", "owner"}, ...]}`.

    The first pages are fetched before the answer begins, so that an error of the
    call is still an error of HTTP.
    """
    first = list(islice(pages, _MOST_PAGES_AT_ONCE + 1))
    resp.content_type = "application/json"
    if len(first) <= _MOST_PAGES_AT_ONCE:
        # NOTE: with a length the connection stays open; a stream ends by closing it.
        resp.data = b"".join(_render(noun, iter(first)))
    else:
        resp.stream = _render(noun, chain(first, pages))


def _render(noun: str, pages: Pages) -> Iterator[bytes]:
    yield b'{"%s":[' % noun.encode()
    comma = b""
    for owner, names in pages:
        if names:
            rows = msgspec.json.encode([{"key": name, "owner": owner} for name in names])
            yield comma + rows[1:-1]
            comma = b","
    yield b"]}"
