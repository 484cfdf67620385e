"""Text from other programs: byte order marks, Windows line ends, UTF-16, tokens."""

import re

BOM = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8, which some programs write before a text."""
BE_UTF8 = "It is UTF-16; send UTF-8."
"""The hint for text that `is_utf16` finds."""
NO_UTF8 = "It is not UTF-8."
_QUOTES = r"""Quotes differ between shells: in cmd.exe write "{\"name\":\"value\"}"."""
_LOST_QUOTES = re.compile(rb"""\s*(?:'|\{\s*[A-Za-z_]\w*\s*:[^"]*\Z)""")
"""Text as cmd.exe passes it, with single quotes, or as PowerShell 5 does, without double ones."""

_TOKEN = re.compile(r"eyJ[\w-]*\.[\w-]*\.[\w-]*|b9y_(?:code_)?(?:\d+|open)(?:~\w+)?_[\w-]*")

_LONGEST_CHARACTER = 4
_NO_ASCII, _FIRST_BYTE = 0x80, 0xC0
"""In UTF-8 a byte of a longer character has at least the one, and its first byte the other."""
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


def has_utf16_bom(data: bytes) -> bool:
    """Return whether a text begins with the byte order mark of UTF-16 or UTF-32."""
    return data.startswith(UTF16_BOMS)


def is_utf16(json: bytes) -> bool:
    """Return whether JSON, which begins with ASCII characters, is in UTF-16 or UTF-32."""
    return has_utf16_bom(json) or b"\0" in json[:2]


def hint_at_json(data: bytes, ex: Exception) -> str:
    """Return the hint of an error in JSON: its position, or that the text is not in UTF-8."""
    if is_utf16(data):
        return BE_UTF8
    where = NO_UTF8 if isinstance(ex, UnicodeDecodeError) else f"{ex}".rstrip(".") + "."
    return f"{where} {_QUOTES}" if _LOST_QUOTES.match(data.removeprefix(BOM)) else where


def lines_of(text: bytes) -> list[bytes]:
    r"""Split a text into its lines.

    A line ends with `\n` or `\r\n`; the last line may end without. A byte order mark at the
    start is skipped.
    """
    lines = text.removeprefix(BOM).split(b"\n")
    rest = lines.pop()
    lines = [line[:-1] if line.endswith(b"\r") else line for line in lines]
    return [*lines, rest] if rest else lines


def start_of_text(data: bytes, most: int, *, is_cut: bool = False) -> bytes:
    """Return up to `most` bytes; if something is cut off, without a part of a UTF-8 character.

    `is_cut` says that `data` is a beginning itself.
    """
    if len(data) <= most and not is_cut:
        return data
    data = data[:most]
    for length in range(1, min(_LONGEST_CHARACTER, len(data) + 1)):
        byte = data[-length]
        if byte >= _FIRST_BYTE:
            return data[:-length] if length < _length_of(byte) else data
        if byte < _NO_ASCII:
            return data
    return data


def _length_of(first: int) -> int:
    """Return the number of bytes of the UTF-8 character with this first byte."""
    return 2 + (first >= 0xE0) + (first >= 0xF0)


def without_tokens(text: str) -> str:
    """Return a text with `[token]` in place of each token and one-time code.

    Can be quadratic in the length: cut an untrusted text before.
    """
    if "b9y_" not in text and "eyJ" not in text:
        return text
    return _TOKEN.sub("[token]", text)
