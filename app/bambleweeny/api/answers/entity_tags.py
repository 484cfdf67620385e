"""Bytes that are answered under a tag: 304 to a client that has them, 206 for a range of them."""

import re
import threading
from functools import lru_cache

import falcon

from bambleweeny.core.values import etag_of
from bambleweeny.errors import RangeNotSatisfiable

SHORT = 512
"""In bytes. Values that are not longer are offered in no parts, and their tags remembered."""

_MOST_BYTES = 2 << 20
_OVERHEAD = 500
"""In bytes, of an entry beside its value."""

_known_tag = lru_cache(maxsize=1024)(etag_of)

_RANGE = re.compile(
    r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))", re.IGNORECASE
).fullmatch


def tag_of(value: bytes) -> str:
    """Return the ETag of a value."""
    return _known_tag(value) if len(value) <= SHORT else etag_of(value)


class LatestTags:
    """The tags of what was answered last at each public id, so that most need no digest.

    It holds the bytes too, 2 MB at most, since comparing them takes a tenth of the time. Any
    number of threads can share it.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._latest: dict[str, tuple[bytes, str]] = {}
        self._lock = threading.Lock()

    def tag_of(self, public_id: str, value: bytes) -> str:
        """Return the ETag of a value that is answered at a public id."""
        latest = self._latest.get(public_id)
        if latest is not None and latest[0] == value:
            return latest[1]
        tag = etag_of(value)
        with self._lock:
            self._bytes += len(value) + _OVERHEAD
            if self._bytes > self._most_bytes:
                self._latest, self._bytes = {}, len(value) + _OVERHEAD
            if self._bytes <= self._most_bytes:
                self._latest[public_id] = value, tag
        return tag


def has_tag(tag: str, tags: str) -> bool:
    """Tell whether a tag is among those that a condition names, as `parse_tags` returns them."""
    return tags == "*" or tag[1:-1] in tags


def answer_part(req: falcon.Request, resp: falcon.Response, tag: str, size: int) -> None:
    """Answer the range of the body that a GET asks for; else it stays whole.

    `size` is the length of the value that the tag is of.
    """
    if size > SHORT:
        resp.set_header("Accept-Ranges", "bytes")
    if "HTTP_RANGE" in req.env and req.method == "GET":
        _answer_range(req, resp, tag)


def _answer_range(req: falcon.Request, resp: falcon.Response, tag: str) -> None:
    wanted = _RANGE(req.env["HTTP_RANGE"].strip())
    if wanted is None or req.get_header("If-Range", default=tag) != tag:
        return
    first, last, suffix = wanted.groups()
    if last and int(first) > int(last):
        return
    whole = resp.data or b""
    begin = max(0, len(whole) - int(suffix)) if suffix else int(first)
    end = min(len(whole), int(last) + 1) if last else len(whole)
    if begin >= end:
        resp.set_header("Content-Range", f"bytes */{len(whole)}")
        raise RangeNotSatisfiable()
    resp.status = 206
    resp.set_header("Content-Range", f"bytes {begin}-{end - 1}/{len(whole)}")
    resp.data = whole[begin:end]
