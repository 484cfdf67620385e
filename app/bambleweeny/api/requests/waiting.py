"""Long polls: how long a call waits, for what, and whether its client is still connected."""

from collections.abc import Callable

import falcon

from bambleweeny.api.requests.concurrency import may_block
from bambleweeny.api.requests.key_options import read_tags
from bambleweeny.api.requests.parameters import read_duration
from bambleweeny.core.keys.conditions import is_among
from bambleweeny.core.services import Services
from bambleweeny.errors import InvalidRequest

_MAX_WAIT = 30


def begin_wait(req: falcon.Request, resp: falcon.Response) -> int:
    """Return the seconds of `?wait=`, and let other requests run meanwhile.

    Returns 0 without `?wait=` and for HEAD. Raises InvalidRequest over 30 seconds.
    """
    if not req.query_string or not req.has_param("wait"):
        return 0
    seconds = _read_wait(req)
    if req.method == "HEAD":
        return 0
    may_block(req, resp)
    return seconds


def is_connected(req: falcon.Request) -> Callable[[], bool]:
    """Return a function that returns whether the client is still connected."""
    is_disconnected: Callable[[], bool] = req.env.get("waitress.client_disconnected", bool)
    return lambda: not is_disconnected()


def wait_for_change(
    req: falcon.Request, resp: falcon.Response, services: Services, name: str
) -> None:
    """Wait until a key's value matches no tag of If-None-Match, or without it until it exists.

    Returns after `?wait=` at the latest, and immediately without `?wait=` or for HEAD.
    """
    if not _read_wait(req) or req.method == "HEAD":
        return
    known = read_tags(req, "If-None-Match", weak=True)

    def is_changed(value: bytes | None) -> bool:
        return not is_among(value, known) if known else value is not None

    seconds = begin_wait(req, resp)
    services.key_waits.until(req.context.caller, name, is_changed, seconds, is_connected(req))


def _read_wait(req: falcon.Request) -> int:
    """Return the seconds of `?wait=`, 0 without it; InvalidRequest over 30."""
    seconds = read_duration(req, "wait") or 0
    if seconds > _MAX_WAIT:
        raise InvalidRequest(f"The longest wait is {_MAX_WAIT}s.")
    return seconds
