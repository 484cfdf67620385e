"""`?wait=` on a key: the answer comes when the key is another one than the client knows."""

import falcon

from bambleweeny.api.policy import unhurried
from bambleweeny.api.waiting import is_there, read_wait
from bambleweeny.core.services import Services
from bambleweeny.core.values import etag_of


def is_known_after_wait(
    req: falcon.Request, resp: falcon.Response, services: Services, name: str
) -> bool:
    """Wait as `?wait=` says, and answer 304 where no change came; else the key is to be read.

    Without If-None-Match what is waited for is that the key is there.
    """
    if not req.has_param("wait") or req.method != "GET":
        return False
    unhurried(req, resp)
    caller, tags = req.context.caller, req.get_header("If-None-Match")
    services.key_waits.until(
        caller, name, lambda value: _is_news(value, tags), read_wait(req), is_there(req)
    )
    if tags is None:
        return False
    value = services.keys.get(caller, name)
    if _is_news(value, tags):
        return False
    resp.status = 304
    resp.set_header("ETag", etag_of(value))
    return True


def _is_news(value: bytes | None, tags: str | None) -> bool:
    if value is None:
        return tags is not None
    return tags is None or (tags.strip() != "*" and etag_of(value) not in tags)
