"""Nested keys: `!@[name]` in a text refers to another key of the same owner."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from bambleweeny.errors import ExpansionTooLarge
from bambleweeny.names import is_utf8

MOST_NESTED_BYTES = 2 << 20
"""The maximum of a text with nested keys, and of all values nested in it."""
_MOST_PLACEHOLDERS = 1000
_MOST_NAMES = 100
_OPENING = b"!@["
TEMPLATE = r"!@\[([^\[\]\r\n]{1,512})\]"
"""What a template has for a placeholder: a key, also with variables in its name, and filters."""
_PIECE = 256 << 10

# NOTE: possessive, so that a long text without a bracket is scanned only once.
_PLACEHOLDER = re.compile(rb"!@\[([A-Za-z0-9_:.\-]{0,255}+)\]")


_IN_TEMPLATE = re.compile(TEMPLATE)
# NOTE: JSON may be decoded before a part of it is shown, as when a seed becomes objects.
_ESCAPED = re.compile(r"\\u00([2-7][0-9a-fA-F])")


class NestedText(NamedTuple):
    """A text with nested keys: each occurrence, and the set of their names."""

    text: bytes
    found: list[bytes]
    names: frozenset[bytes]

    def filled(self, values: Mapping[bytes, bytes]) -> bytes:
        """Return the text with the values of its keys; a missing key becomes empty.

        Raises ExpansionTooLarge if the values have over 2 MB together. O(length).
        """
        size = 0
        for name in self.found:
            size += len(values.get(name, b""))
        if size > MOST_NESTED_BYTES:
            raise ExpansionTooLarge()
        return _PLACEHOLDER.sub(lambda match: values.get(match[1], b""), self.text)


def nested_text(value: bytes) -> NestedText | None:
    """Find the nested keys of a text; return None if it has none or is not UTF-8.

    Raises ExpansionTooLarge if the text has over 1,000 `!@[`, closed or not, names over 100
    keys, or is longer than 2 MB. O(length).
    """
    if not _has_opening(value) or not is_utf8(value):
        return None
    if len(value) > MOST_NESTED_BYTES or value.count(_OPENING) > _MOST_PLACEHOLDERS:
        raise ExpansionTooLarge()
    found = _PLACEHOLDER.findall(value)
    names = frozenset(found)
    if len(names) > _MOST_NAMES:
        raise ExpansionTooLarge()
    return NestedText(value, found, names) if found else None


def nested_sources(value: bytes) -> frozenset[str]:
    """Return what each `!@[...]` in a value may stand for wherever the value is shown.

    That is the name of a key, maybe with a variable in it. Those in escaped JSON are found, too.
    Empty if the value is not UTF-8, which is never expanded. Raises ExpansionTooLarge if it has
    over 1,000 `!@[`. O(length).
    """
    is_escaped = b"\\u00" in value
    if not (is_escaped or _has_opening(value)) or not is_utf8(value):
        return frozenset()
    text = value.decode()
    texts = (
        [text, _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)] if is_escaped else [text]
    )
    if max(one.count("!@[") for one in texts) > _MOST_PLACEHOLDERS:
        raise ExpansionTooLarge()
    found = (match[1] for one in texts for match in _IN_TEMPLATE.finditer(one))
    return frozenset(source.partition("|")[0].strip() for source in found)


def _has_opening(value: bytes) -> bool:
    # NOTE: a search for one byte is twenty times as fast, and few values contain both.
    if b"!" not in value or b"@" not in value:
        return False
    if len(value) <= _PIECE:
        return _OPENING in value
    # NOTE: other threads can run between two pieces.
    starts = range(0, len(value), _PIECE)
    return any(value.find(_OPENING, at, at + _PIECE + len(_OPENING) - 1) >= 0 for at in starts)
