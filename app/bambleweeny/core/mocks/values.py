"""The values of placeholders, their filters, and how they are written into an answer."""

import html
import re
from collections.abc import Callable, Sequence
from typing import Literal
from urllib.parse import quote

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.calls import UNREADABLE
from bambleweeny.core.mocks.refusals import Refused
from bambleweeny.names import is_utf8

Found = str | int | bytes | Raw | None
"""A text of the request, a number, a key's value, a part of a JSON body, or nothing."""

Context = Literal["json", "string", "data", "html", "script", "css", "url", "text"]
"""Where a placeholder stands: as a JSON value or in a string of one (both in the tree of a
`json` answer), or in a text of a type; `data` is a text that is JSON."""

Filter = Callable[[Found], Found]
Writer = Callable[[Found], bytes]


class Safe(str):
    """A text that is escaped for where it is inserted, or is to stay as it is."""

    __slots__ = ()


_INTEGER = re.compile(r"(-?[0-9]{1,18})(?:\.0*)?", re.ASCII).fullmatch
_NOT_IN_CSS = re.compile(r"[^A-Za-z0-9_-]").sub
_IN_PAGE = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&'\u2028\u2029"})
_SCRIPT = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&'`$\u2028\u2029"})

_encode = msgspec.json.encode
_decode = msgspec.json.decode


def text_of(value: Found) -> str:
    """Return a value as text: a JSON string as it reads, other JSON as it is written."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    data = bytes(value)
    if isinstance(value, Raw) and data.startswith(b'"'):
        try:
            return str(_decode(data))
        except UNREADABLE:
            return ""
    return data.decode("utf-8", "replace")


def context_of(content_type: str) -> Context:
    """Return how placeholders in a text of this content type are escaped."""
    kind = content_type.partition(";")[0].strip().lower()
    subtype = kind.partition("/")[2]
    if subtype.endswith("json") or subtype in ("x-ndjson", "jsonlines"):
        return "data"
    if subtype.endswith("xml") or subtype in ("html", "xhtml"):
        return "html"
    if subtype.endswith(("javascript", "ecmascript")):
        return "script"
    if kind == "text/css":
        return "css"
    return "url" if subtype == "x-www-form-urlencoded" else "text"


def filter_of(text: str, context: Context, before: Sequence[str] = ()) -> Filter:
    """Return the filter that a text after `|` names; raises Refused if none has this name.

    A default has the type that a filter `before` it gives.
    """
    name, _, argument = text.strip().partition(":")
    if name == "default":
        default: Found = argument
        for known in before:
            if known.strip() in ("int", "json"):
                changed = filter_of(known, context)(default)
                default = default if changed is None else changed
        return lambda value: default if value is None else value
    found = _FILTERS.get(name)
    if name == "html":
        found = _html if context == "html" else _html_text
    elif name == "json":
        found = _JSON_FILTERS.get(context, _json_text)
    if found is None or argument:
        known_names = " ".join([*_FILTERS, "html", "json", "default:x"])
        raise Refused("invalid_template", f"'{text[:64]}' is no filter: {known_names}")
    return found


def to_int(value: Found) -> int | None:
    """Return a whole number, or None if a value is none."""
    match = _INTEGER(text_of(value))
    return int(match[1]) if match else None


def json_of(value: Found) -> bytes:
    """Write a value as JSON: a key's value is text; nothing is null."""
    if isinstance(value, Raw):
        return bytes(value)
    if value is None:
        return b"null"
    if isinstance(value, int):
        return str(value).encode()
    return _encode(_encodable(text_of(value)))


def _as_json(value: Found) -> Found:
    if value is None:
        return None
    if isinstance(value, Raw) and bytes(memoryview(value)[:1]) != b'"':
        return value
    text = value if isinstance(value, bytes) else text_of(value).encode("utf-8", "surrogatepass")
    return parsed(text) or Raw(json_of(value))


def parsed(value: bytes) -> Raw | None:
    """Return bytes as JSON, or None if they are none."""
    if not is_utf8(value):
        return None
    try:
        return msgspec.json.decode(value, type=Raw)
    except UNREADABLE:
        return None


def _json_text(value: Found) -> Found:
    return None if value is None else json_of(_as_json(value)).decode().translate(_IN_PAGE)


def _changed(change: Callable[[str], str]) -> Filter:
    return lambda value: None if value is None else change(text_of(value))


def _safe(change: Filter) -> Filter:
    """Make a filter whose text is not escaped any more where it is inserted."""
    return lambda value: None if (text := change(value)) is None else Safe(text_of(text))


_html_text = _changed(html.escape)
_html = _safe(_html_text)
_JSON_FILTERS: dict[Context, Filter] = {
    "json": _as_json,
    "string": _as_json,
    **dict.fromkeys(("data", "script", "html"), _safe(_json_text)),
}
_FILTERS: dict[str, Filter] = {
    "int": to_int,
    "url": _changed(lambda text: Safe(quote(text, safe="", errors="replace"))),
    "upper": _changed(str.upper),
    "lower": _changed(str.lower),
    "text": _changed(Safe),
}


def _encodable(text: str) -> str:
    # NOTE: msgspec encodes no subclass of str.
    return str(text) if text.isascii() else text.encode("utf-8", "replace").decode()


def _in_string(value: Found) -> bytes:
    return _encode(_encodable(text_of(value)))[1:-1]


def _escaped(escape: Callable[[str], str]) -> Writer:
    def write(value: Found) -> bytes:
        text = text_of(value)
        if not isinstance(value, Safe):
            text = escape(text)
        return text.encode("utf-8", "replace")

    return write


def _in_data(text: str) -> str:
    return _encode(_encodable(text)).decode()[1:-1]


def _in_script(text: str) -> str:
    return _in_data(text).translate(_SCRIPT)


def _in_css(text: str) -> str:
    return _NOT_IN_CSS(lambda match: f"\\{ord(match[0]):06x}", text)


def _in_text(value: Found) -> bytes:
    return value if isinstance(value, bytes) else text_of(value).encode("utf-8", "replace")


WRITERS: dict[Context, Writer] = {
    "json": json_of,
    "string": _in_string,
    "data": _escaped(_in_data),
    "html": _escaped(html.escape),
    "script": _escaped(_in_script),
    "css": _escaped(_in_css),
    "url": _escaped(lambda text: quote(text, safe="", errors="replace")),
    "text": _in_text,
}
