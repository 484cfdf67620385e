"""Text as other programs write it: byte order marks, line ends of Windows, UTF-16."""

BOM = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8, which some programs write before a text."""
BE_UTF8 = "It is UTF-16; send UTF-8."
"""What to do about `is_utf16`."""
NO_UTF8 = "It is not UTF-8."

UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


def has_utf16_bom(data: bytes) -> bool:
    """Tell whether a text begins with the byte order mark of UTF-16 or UTF-32."""
    return data.startswith(UTF16_BOMS)


def is_utf16(json: bytes) -> bool:
    """Tell whether JSON, which begins with ASCII characters, is in UTF-16 or UTF-32."""
    return has_utf16_bom(json) or b"\0" in json[:2]


def lines_of(text: bytes) -> list[bytes]:
    r"""Split a text into its lines.

    A line ends with `\n` or `\r\n`, the last one also without; a byte order mark in front is
    skipped.
    """
    lines = text.removeprefix(BOM).split(b"\n")
    rest = lines.pop()
    lines = [line[:-1] if line.endswith(b"\r") else line for line in lines]
    return [*lines, rest] if rest else lines
