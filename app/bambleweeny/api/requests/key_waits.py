"""`?wait=` on a key: the answer comes when the key is another one than the client knows."""

import falcon

from bambleweeny.api.requests.conditions import read_tags
from bambleweeny.api.requests.waiting import begin_wait, is_there, read_wait
from bambleweeny.core.keys.conditions import is_among
from bambleweeny.core.services import Services


def wait_for_news(
    req: falcon.Request, resp: falcon.Response, services: Services, name: str
) -> None:
    """Wait as `?wait=` says until the key is none that If-None-Match names.

    Without that header what is waited for is that the key is there.
    """
    if not read_wait(req) or req.method == "HEAD":
        return
    known = read_tags(req, "If-None-Match", weak=True)

    def is_news(value: bytes | None) -> bool:
        return not is_among(value, known) if known else value is not None

    seconds = begin_wait(req, resp)
    services.key_waits.until(req.context.caller, name, is_news, seconds, is_there(req))
