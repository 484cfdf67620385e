"""Pushing each line of a value as an item."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bambleweeny.cli.progress import SHOWN_AFTER_SECONDS, progress_bar

if TYPE_CHECKING:
    from bambleweeny.client import Client

_MOST_LINES = 10_000
_MOST_BYTES = 256 << 10
"""The size of the body of one request; every sensible --max-body is larger."""


def push_lines(client: "Client", name: str, text: bytes, options: dict[str, Any]) -> None:
    """Add each line of a text as an item, with the options of `Lists.push_lines`.

    Sends requests of up to 10,000 lines or 256 kB. Each request is atomic; if one fails, the
    items of the earlier requests stay in the list.
    """
    size, parts = len(text), list(_parts(text))
    if options["front"]:
        parts.reverse()
    with progress_bar("Adding", size, is_bytes=True, after=SHOWN_AFTER_SECONDS) as advance:
        for part in parts:
            client.lists.push_lines(name, part, **options)
            advance(len(part))


def _parts(text: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(text):
        end = lines = 0
        at = start
        while lines < _MOST_LINES and at < len(text) and (not lines or end - start < _MOST_BYTES):
            at = text.find(b"\n", at) + 1 or len(text)
            end, lines = at, lines + 1
        yield text[start:end]
        start = end
