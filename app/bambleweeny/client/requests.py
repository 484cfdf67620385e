"""Requests that a bin kept: parsed from the items of its list, with forms and multipart bodies."""

import re
from datetime import datetime
from email.message import Message
from email.parser import HeaderParser
from email.utils import collapse_rfc2231_value
from json import dumps, loads
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from bambleweeny.client.values import Value, unpacked

MOST_PARTS = 1000
MOST_FIELDS = 1000
_MOST_PART_HEADERS = 8 << 10
"""In bytes, the bound of the headers of one part."""
_MOST_PARAMETERS = 50
"""In the headers of one part."""
_LONGEST_BOUNDARY = 200
_IS_METHOD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}").fullmatch
_FORM = "application/x-www-form-urlencoded"


class Part(NamedTuple):
    """A part of a multipart body. `filename` is None unless the part is a file."""

    name: str
    filename: str | None
    type: str
    body: bytes


class BinRequest(NamedTuple):
    """A request to a bin, as the item of the bin's list has it.

    `path` is the path below the bin, "" for the bin's own, and `query` the query, both as they
    were sent. The names of `headers` are in lower case. `verified` is None if the bin checks no
    signatures. `cut` is the length of a body of which only the beginning was kept, else None.
    `is_kept` is False for an item that is only a body: then `method` is POST, `time` is None,
    and there are no headers. `raw` is the item.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Value
    time: datetime | None
    ip: str
    verified: bool | None
    cut: int | None
    is_kept: bool
    raw: bytes

    @classmethod
    def from_item(cls, item: bytes, *, is_kept: bool | None = None) -> "BinRequest":
        """Parse an item of a bin's list. An item that is not a kept request is only a body.

        With `is_kept=False` each item is only a body, as of a bin that keeps only bodies: there a
        sender can write a body that looks like a kept request.
        """
        fields = None if is_kept is False else _fields_of(item)
        if fields is None:
            return cls("POST", "", "", {}, Value(item), None, "", None, None, False, item)
        try:
            body = unpacked(fields.get("body", ""))
            time = datetime.fromisoformat(fields["time"])
        except ValueError:
            return cls.from_item(item, is_kept=False)
        return cls(
            fields["method"],
            fields["path"],
            fields.get("query", ""),
            fields.get("headers", {}),
            Value(body, fields.get("headers", {}).get("content-type", "")),
            time,
            fields.get("ip", ""),
            fields.get("verified"),
            fields.get("cut"),
            True,
            item,
        )

    @property
    def type(self) -> str:
        """The content type; empty if there is none."""
        return self.headers.get("content-type", "")

    def json(self) -> Any:
        """Return the body decoded as JSON; ValueError if it is not JSON."""
        return self.body.json()

    def form(self) -> dict[str, list[str]]:
        """Return the fields of an HTML form, files excluded, each with all its values.

        The body is read as multipart, or as a urlencoded form. ValueError if it is neither, or
        has more than 1,000 fields.
        """
        if _media_type(self.type) != _FORM:
            found: dict[str, list[str]] = {}
            for part in self.parts():
                if part.filename is None:
                    found.setdefault(part.name, []).append(part.body.decode("utf-8", "replace"))
            return found
        text = self.body.decode("utf-8", "replace")
        return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)

    def parts(self) -> list[Part]:
        """Return the parts of a multipart body, byte for byte.

        ValueError if the body is not multipart, or has more than 1,000 parts. The last part may
        be incomplete if the body was cut. O(body).
        """
        head = _headers_of(f"Content-Type: {self.type}".encode("latin-1", "replace"))
        boundary = _parameter(head, "content-type", "boundary")
        if head.get_content_maintype() != "multipart" or boundary is None:
            raise ValueError("The body is not multipart.")
        text = boundary.rstrip()
        if not 1 <= len(text) <= _LONGEST_BOUNDARY:
            raise ValueError("The boundary of the body is invalid.")
        return _parts_of(self.body, text.encode("utf-8"))


def _fields_of(item: bytes) -> dict[str, Any] | None:
    """Return the fields of a kept request, or None if the item is none."""
    if not item.startswith(b"{"):
        return None
    try:
        fields = loads(item)
        # NOTE: JSON can escape characters that no text in UTF-8 has, and that no kept request has.
        dumps(fields, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) and _is_request(fields) else None


def _is_request(fields: dict[str, Any]) -> bool:
    headers, body, cut = fields.get("headers", {}), fields.get("body", ""), fields.get("cut")
    return (
        all(isinstance(fields.get(name), str) for name in ("time", "method", "path"))
        and all(isinstance(fields.get(name, ""), str) for name in ("query", "ip"))
        and _IS_METHOD(fields["method"]) is not None
        and isinstance(headers, dict)
        and all(isinstance(text, str) for text in headers.values())
        and isinstance(fields.get("verified", False), bool)
        and (cut is None or (isinstance(cut, int) and not isinstance(cut, bool)))
        and (
            isinstance(body, str)
            or (isinstance(body, dict) and isinstance(body.get("base64"), str))
        )
    )


def _parts_of(body: bytes, boundary: bytes) -> list[Part]:
    # NOTE: the end of the line before a delimiter is part of it (RFC 2046, 5.1.1).
    delimiter = re.compile(rb"\r\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r\n|\Z)")
    text = b"\r\n" + body
    parts: list[Part] = []
    start: int | None = None
    for found in delimiter.finditer(text):
        if start is not None:
            parts.append(_part_of(text[start : found.start()]))
        start = None if found[1] else found.end() + 2
        if start is None:
            return parts
        if len(parts) == MOST_PARTS:
            raise ValueError(f"The body has more than {MOST_PARTS:,} parts.")
    if start is not None:
        parts.append(_part_of(text[start:]))
    return parts


def _part_of(text: bytes) -> Part:
    if text.startswith(b"\r\n"):
        head, body = b"", text[2:]
    else:
        end = text.find(b"\r\n\r\n", 0, _MOST_PART_HEADERS)
        head, body = (text[:end], text[end + 4 :]) if end >= 0 else (b"", text)
    headers = _headers_of(head)
    return Part(
        _parameter(headers, "content-disposition", "name") or "",
        _parameter(headers, "content-disposition", "filename"),
        headers.get_content_type(),
        body,
    )


def _headers_of(text: bytes) -> Message:
    # NOTE: the parser's time grows with the square of the parameters.
    is_usual = text.count(b";") <= _MOST_PARAMETERS
    return HeaderParser().parsestr(text.decode("utf-8", "replace") if is_usual else "")


def _parameter(headers: Message, header: str, name: str) -> str | None:
    """Return a parameter of a header, or None if it is missing or invalid."""
    try:
        found = headers.get_param(name, None, header)
        text = None if found is None else collapse_rfc2231_value(found)
    except (TypeError, ValueError, LookupError, AttributeError):
        return None
    # NOTE: some charsets decode to characters that UTF-8 does not have.
    return text and text.encode("utf-8", "replace").decode()


def _media_type(text: str) -> str:
    return text.partition(";")[0].strip().lower()
