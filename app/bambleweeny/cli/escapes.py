"""Control characters as visible escapes, so that a terminal does not obey foreign text."""

import re
import sys

_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL and C1, among them ESC and CSI
    "\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff\ud800-\udfff]"  # invisible tags, and surrogates
)
"""Does not match the joiners U+200C and U+200D, which scripts and emoji need."""
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str, *, keep: str = "\n\t") -> str:
    r"""Return a text with escaped control and bidi characters, such as \x1b and \u202e.

    The characters in `keep` are not escaped.
    """
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def visible_json(text: str) -> str:
    """Return equivalent JSON, with control characters as JSON escapes."""
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda found: found[0] if found[0] == "\n" else _in_json(found[0]), text)


def to_people(*sentences: str | None) -> None:
    """Print sentences to stderr, each on a new line, with control characters escaped."""
    for sentence in sentences:
        if sentence:
            print(visible(sentence), file=sys.stderr, flush=True)


def _escape(char: str) -> str:
    code = ord(char)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return _SHORT.get(char) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")


def _in_json(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
