"""One request as rules, templates, journals and bins see it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import Raw

from bambleweeny.core.mocks.limits import BODY_BYTES, COMPARISONS, FIELDS, TEXT_CHARACTERS
from bambleweeny.core.mocks.refusals import refusal
from bambleweeny.names import is_utf8

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a parser of JSON raises."""

_raw = msgspec.json.Decoder(Raw).decode
_object = msgspec.json.Decoder(dict[str, Raw]).decode
_array = msgspec.json.Decoder(list[Raw]).decode

Values = Mapping[str, list[str]]


class Call:
    """A request. `path` and `query` are as they were sent; header names are lower-case.

    What is parsed is parsed once, when a rule first asks for it.
    """

    __slots__ = (
        "_cookies", "_form", "_json", "_query", "_segments", "_text", "body", "comparisons",
         "headers", "ip", "method", "path", "query", "time",
    )  # fmt: skip

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        time: float = 0.0,
        ip: str = "",
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers: Mapping[str, str] = {} if headers is None else headers
        self.body = body
        self.time = time
        self.ip = ip
        self._segments: list[str] | None = None
        self._query: Values | None = None
        self._cookies: Mapping[str, str] | None = None
        self._form: Values | None = None
        self._json: JsonParts | None = None
        self._text: str | bool | None = False
        self.comparisons = 0

    def spend(self, comparisons: int) -> None:
        """Count what conditions compare; past the bound it is `too_many_comparisons`."""
        self.comparisons += comparisons
        if self.comparisons > COMPARISONS:
            raise refusal("too_many_comparisons")

    @property
    def url(self) -> str:
        """The path and the query, as they were sent."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def segments(self) -> list[str]:
        """The path's segments, each decoded separately; a trailing slash adds none."""
        if self._segments is None:
            self._segments = segments_of(self.path)
        return self._segments

    @property
    def query_values(self) -> Values:
        """The query's values by name; empty past 1,000 fields."""
        if self._query is None:
            self._query = values_of(self.query)
        return self._query

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies by name; of two with one name the first counts."""
        if self._cookies is None:
            self._cookies = _cookies_of(self.headers.get("cookie", ""))
        return self._cookies

    @property
    def form(self) -> Values:
        """The fields of an urlencoded body; empty if it is another, or over 256 kB."""
        if self._form is None:
            kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
            is_form = kind == "application/x-www-form-urlencoded" and len(self.body) <= BODY_BYTES
            self._form = values_of(self.body.decode("utf-8", "replace")) if is_form else {}
        return self._form

    @property
    def text(self) -> str | None:
        """The body's text, of a long one more than the 8 kB that are compared; else None."""
        if isinstance(self._text, bool):
            # NOTE: a character has up to 4 bytes; one more character shows that it is longer.
            start = self.body[: 4 * TEXT_CHARACTERS + 4]
            is_text = self.body and is_utf8(self.body)
            self._text = start.decode("utf-8", "ignore") if is_text else None
        return self._text

    @property
    def json(self) -> "JsonParts":
        """The body's JSON, whatever its content type says."""
        if self._json is None:
            self._json = JsonParts(self.body)
        return self._json


class JsonParts:
    """The parts of a JSON text; each container in it is parsed at most once.

    Nothing is found in a text that is not JSON, is nested too deep or is over 256 kB.
    """

    __slots__ = ("_containers", "_text", "_whole", "known")

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._whole: Raw | bool | None = False
        self._containers: dict[str | None, Any] = {}
        self.known: dict[str, Any] = {}
        """What conditions have made of parts, by path."""

    @property
    def whole(self) -> Raw | None:
        """All of it, or None."""
        if isinstance(self._whole, bool):
            self._whole = _read(self._text)
        return self._whole

    def part(self, path: str) -> Raw | None:
        """Return the part at a path as in `?path=`, or None. The path has up to 100 steps."""
        parent, dot, step = path.rpartition(".")
        container = self._container(parent if dot else None)
        if isinstance(container, dict):
            return container.get(step)
        if container and step.isascii() and step.isdigit() and str(int(step[:9])) == step:
            return next(iter(container[int(step) :]), None)
        return None

    def _container(self, path: str | None) -> Any:
        if path not in self._containers:
            part = self.whole if path is None else self.part(path)
            self._containers[path] = None if part is None else _open(part)
        return self._containers[path]


def segments_of(path: str) -> list[str]:
    """Split a raw path, and decode each segment separately."""
    parts = path.split("/")
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    if parts and parts[0] == "":
        del parts[0]
    if "%" in path:
        return [unquote(part) if "%" in part else part for part in parts]
    return parts


def values_of(text: str) -> Values:
    """Parse a query or an urlencoded form; it is empty past 1,000 fields."""
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        return {}
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _cookies_of(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in text.split(";", FIELDS)[:FIELDS]:
        name, is_pair, value = pair.partition("=")
        if is_pair:
            found.setdefault(name.strip(), value.strip().strip('"'))
    return found


def _read(text: bytes) -> Raw | None:
    if len(text) > BODY_BYTES or not is_utf8(text):
        return None
    try:
        return _raw(text)
    except UNREADABLE:
        return None


def _open(part: Raw) -> dict[str, Raw] | list[Raw] | None:
    first = bytes(memoryview(part)[:1])
    try:
        if first == b"{":
            return _object(part)
        return _array(part) if first == b"[" else None
    except UNREADABLE:
        return None
