"""Long polls: how long a call waits, and whether its client is still connected."""

from collections.abc import Callable

import falcon

from bambleweeny.api.requests.parameters import read_duration
from bambleweeny.api.requests.scheduling import may_block
from bambleweeny.errors import InvalidRequest

_MAX_WAIT = 30


def begin_wait(req: falcon.Request, resp: falcon.Response) -> int:
    """Return the seconds of `?wait=`, and let other requests run meanwhile.

    Returns 0 without `?wait=` and for HEAD. Raises InvalidRequest over 30 seconds.
    """
    if not req.query_string or not req.has_param("wait"):
        return 0
    seconds = read_wait(req)
    if req.method == "HEAD":
        return 0
    may_block(req, resp)
    return seconds


def read_wait(req: falcon.Request) -> int:
    """Return the seconds of `?wait=`, 0 without it; InvalidRequest over 30."""
    seconds = read_duration(req, "wait") or 0
    if seconds > _MAX_WAIT:
        raise InvalidRequest(f"The longest wait is {_MAX_WAIT}s.")
    return seconds


def is_connected(req: falcon.Request) -> Callable[[], bool]:
    """Return a function that returns whether the client is still connected."""
    is_disconnected: Callable[[], bool] = req.env.get("waitress.client_disconnected", bool)
    return lambda: not is_disconnected()
