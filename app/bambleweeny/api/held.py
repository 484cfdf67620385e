"""How a key is answered: its tag, its time, its type, and the bytes that were asked for."""

import re
from functools import lru_cache

import falcon

from bambleweeny.api.body import answer_raw
from bambleweeny.api.key_options import read_tags
from bambleweeny.core.held import Held
from bambleweeny.core.terms import is_among
from bambleweeny.core.values import etag_of
from bambleweeny.errors import RangeNotSatisfiable

_SHORT = 512
"""In bytes. Values that are not longer are offered in no parts, and their tags remembered."""

_known_tag = lru_cache(maxsize=1024)(etag_of)

_RANGE = re.compile(
    r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))", re.IGNORECASE
).fullmatch


def answer_held(
    req: falcon.Request, resp: falcon.Response, held: Held, part: bytes | None = None
) -> None:
    """Answer a key, or a part of its JSON: 200, 304 where it is known, 206 for a Range.

    The tag is that of the whole key.
    """
    value, env = held.value, req.env
    tag = _known_tag(value) if len(value) <= _SHORT else etag_of(value)
    resp.set_header("ETag", tag)
    if held.ends:
        resp.set_header("B9Y-TTL", str(held.seconds_left()))
    if "HTTP_IF_NONE_MATCH" in env and is_among(value, read_tags(req, "If-None-Match", weak=True)):
        resp.status = 304
        return
    if part is not None:
        answer_typed(resp, Held(part, content_type="application/json"))
    elif held.content_type:
        answer_typed(resp, held)
    else:
        answer_raw(resp, value)
    if len(value) > _SHORT:
        resp.set_header("Accept-Ranges", "bytes")
    if "HTTP_RANGE" in env and req.method == "GET":
        _answer_range(req, resp, tag)


def answer_typed(resp: falcon.Response, held: Held) -> None:
    """Answer a value under the type that it was given."""
    if not held.content_type:
        answer_raw(resp, held.value)
        return
    resp.content_type = held.content_type
    resp.data = held.value


def _answer_range(req: falcon.Request, resp: falcon.Response, tag: str) -> None:
    """Answer a single range of what the answer has; where none is asked it stays whole."""
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
