"""Keys that are nested in a text: `!@[name]` stands for another key of its owner."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from bambleweeny.errors import ExpansionTooLarge
from bambleweeny.names import is_utf8

MOST_NESTED_BYTES = 2 << 20
"""So much may the text have, and so much may be nested in it."""
_MOST_PLACEHOLDERS = 1000
_MOST_NAMES = 100
_OPENING = b"!@["
_PIECE = 128 << 10

_name_at_start = re.compile(rb"([A-Za-z0-9_:.\-]{0,255}+)\]").match


class NestedText(NamedTuple):
    """A text that is cut at each `!@[`; `names` are the keys that are nested in it."""

    pieces: list[bytes]
    names: frozenset[bytes]

    def filled(self, values: Mapping[bytes, bytes]) -> bytes:
        """Return the text with the values of its keys; a missing one becomes nothing.

        Raises ExpansionTooLarge if the values add up to over 2 MB. O(length).
        """
        first, *rest = self.pieces
        parts, room = [first], MOST_NESTED_BYTES
        for piece in rest:
            found = _name_at_start(piece)
            if found is None:
                parts += (_OPENING, piece)
                continue
            value = values.get(found[1], b"")
            room -= len(value)
            parts += (value, piece[found.end() :])
        if room < 0:
            raise ExpansionTooLarge()
        return b"".join(parts)


def nested_text(value: bytes) -> NestedText | None:
    """Cut a text at the keys that are nested in it; None if there are none, or it is not UTF-8.

    Raises ExpansionTooLarge if it has over 1,000 `!@[`, closed or not, if it names over 100
    keys, or if it is longer than 2 MB. O(length).
    """
    start = _find_opening(value)
    if start < 0 or not is_utf8(value):
        return None
    if len(value) > MOST_NESTED_BYTES:
        raise ExpansionTooLarge()
    pieces = value[start:].split(_OPENING, _MOST_PLACEHOLDERS + 1)
    pieces[0] = value[:start]
    found = {match[1] for match in map(_name_at_start, pieces[1:]) if match}
    names = frozenset(found - {b""})
    if len(pieces) > _MOST_PLACEHOLDERS + 1 or len(names) > _MOST_NAMES:
        raise ExpansionTooLarge()
    return NestedText(pieces, names) if found else None


def _find_opening(value: bytes) -> int:
    # NOTE: a search for one byte is twenty times as fast, and few values have both.
    if b"!" not in value or b"@" not in value:
        return -1
    # NOTE: other threads get a turn between two pieces.
    for start in range(0, len(value), _PIECE):
        found = value.find(_OPENING, start, start + _PIECE + len(_OPENING) - 1)
        if found >= 0:
            return found
    return -1
