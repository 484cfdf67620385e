"""Answers with a key: its ETag, TTL, content type, and the bytes or a range of them."""

import falcon

from bambleweeny.api.answers.body import answer_raw
from bambleweeny.api.answers.entity_tags import SHORT, answer_part, has_tag, tag_of
from bambleweeny.api.requests.key_options import read_tags
from bambleweeny.core.key_entry import KeyEntry
from bambleweeny.errors import PreconditionFailed


def answer_key(
    req: falcon.Request, resp: falcon.Response, entry: KeyEntry, part: bytes | None = None
) -> None:
    """Answer a key, or `part` of its JSON value: 200, 304 for If-None-Match, 206 for Range.

    The ETag is always that of the whole value. Raises PreconditionFailed unless If-Match has it.
    """
    value, env = entry.value, req.env
    tag = tag_of(value)
    if "HTTP_IF_MATCH" in env and not has_tag(tag, read_tags(req, "If-Match")):
        raise PreconditionFailed()
    resp.set_header("ETag", tag)
    if entry.expires:
        resp.set_header("B9Y-TTL", str(entry.seconds_left()))
    if "HTTP_IF_NONE_MATCH" in env and has_tag(tag, read_tags(req, "If-None-Match", weak=True)):
        resp.status = 304
        return
    if part is not None:
        answer_typed(resp, KeyEntry(part, content_type="application/json"))
    elif entry.content_type:
        answer_typed(resp, entry)
    else:
        answer_raw(resp, value)
    if len(value) > SHORT or "HTTP_RANGE" in env:
        answer_part(req, resp, tag, len(value))


def answer_typed(resp: falcon.Response, entry: KeyEntry) -> None:
    """Answer a value with its own content type, or as text/plain without one."""
    if not entry.content_type:
        answer_raw(resp, entry.value)
        return
    resp.content_type = entry.content_type
    resp.data = entry.value
