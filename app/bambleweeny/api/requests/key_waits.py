"""Long polls on a key: `?wait=` answers when the client's copy of the value is out of date."""

import falcon

from bambleweeny.api.requests.conditions import read_tags
from bambleweeny.api.requests.waiting import begin_wait, is_connected, read_wait
from bambleweeny.core.keys.conditions import is_among
from bambleweeny.core.services import Services


def wait_for_change(
    req: falcon.Request, resp: falcon.Response, services: Services, name: str
) -> None:
    """Wait until the value matches no tag of If-None-Match, or without it, until the key exists.

    Returns after `?wait=` at the latest, and immediately without `?wait=` or for HEAD.
    """
    if not read_wait(req) or req.method == "HEAD":
        return
    known = read_tags(req, "If-None-Match", weak=True)

    def is_changed(value: bytes | None) -> bool:
        return not is_among(value, known) if known else value is not None

    seconds = begin_wait(req, resp)
    services.key_waits.until(req.context.caller, name, is_changed, seconds, is_connected(req))
