"""Texts with `*` as a wildcard, compared in one pass without backtracking."""

from collections.abc import Callable

from bambleweeny.core.mocks.limits import TEXT_CHARACTERS, WILDCARDS
from bambleweeny.core.mocks.refusals import Refused

Pieces = tuple[str, ...]
"""What stands between the wildcards; one piece alone is the whole text."""


def pieces_of(pattern: str) -> Pieces:
    """Split a pattern at its wildcards; up to 4 of them."""
    pieces = tuple(pattern.split("*"))
    if len(pieces) - 1 > WILDCARDS:
        raise Refused("too_many_wildcards", f"A text has up to {WILDCARDS} wildcards")
    return pieces


def wildcard(pattern: str) -> Callable[[str], bool]:
    """Return a test of texts. O(length of the text), for each piece at most once.

    Of a text over 8 kB the first 8 kB are compared: a pattern that ends in `*` can match
    it, any other does not.
    """
    pieces = pieces_of(pattern)
    if len(pieces) == 1:
        return pattern.__eq__
    first, *between, last = pieces

    def matches(text: str) -> bool:
        if len(text) > TEXT_CHARACTERS:
            if last:
                return False
            text = text[:TEXT_CHARACTERS]
        if not text.startswith(first):
            return False
        at, stop = len(first), len(text) - len(last)
        for piece in between:
            found = text.find(piece, at, stop)
            if found < 0:
                return False
            at = found + len(piece)
        return at <= stop and text.endswith(last)

    return matches
