"""How a key is answered: its tag, its time, its type, and the bytes that were asked for."""

import falcon

from bambleweeny.api.answers.body import answer_raw
from bambleweeny.api.answers.entity_tags import SHORT, answer_part, has_tag, tag_of
from bambleweeny.api.requests.conditions import read_tags
from bambleweeny.core.key_entry import KeyEntry
from bambleweeny.errors import PreconditionFailed


def answer_held(
    req: falcon.Request, resp: falcon.Response, held: KeyEntry, part: bytes | None = None
) -> None:
    """Answer a key, or a part of its JSON: 200, 304 where it is known, 206 for a Range.

    The tag is that of the whole key; PreconditionFailed unless If-Match has it.
    """
    value, env = held.value, req.env
    tag = tag_of(value)
    if "HTTP_IF_MATCH" in env and not has_tag(tag, read_tags(req, "If-Match")):
        raise PreconditionFailed()
    resp.set_header("ETag", tag)
    if held.ends:
        resp.set_header("B9Y-TTL", str(held.seconds_left()))
    if "HTTP_IF_NONE_MATCH" in env and has_tag(tag, read_tags(req, "If-None-Match", weak=True)):
        resp.status = 304
        return
    if part is not None:
        answer_typed(resp, KeyEntry(part, content_type="application/json"))
    elif held.content_type:
        answer_typed(resp, held)
    else:
        answer_raw(resp, value)
    if len(value) > SHORT or "HTTP_RANGE" in env:
        answer_part(req, resp, tag, len(value))


def answer_typed(resp: falcon.Response, held: KeyEntry) -> None:
    """Answer a value under the type that it was given."""
    if not held.content_type:
        answer_raw(resp, held.value)
        return
    resp.content_type = held.content_type
    resp.data = held.value
