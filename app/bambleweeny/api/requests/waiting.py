"""What a call that can wait is told: for how long, and for whom."""

from collections.abc import Callable

import falcon

from bambleweeny.api.requests.parameters import read_duration
from bambleweeny.api.requests.scheduling import unhurried
from bambleweeny.errors import InvalidRequest

_LONGEST_WAIT = 30


def begin_wait(req: falcon.Request, resp: falcon.Response) -> int:
    """Return the seconds of `?wait=`, at most 30, and let others go on; 0 without it.

    HEAD does not wait.
    """
    if not req.query_string or not req.has_param("wait"):
        return 0
    seconds = read_wait(req)
    if req.method == "HEAD":
        return 0
    unhurried(req, resp)
    return seconds


def read_wait(req: falcon.Request) -> int:
    """Return the seconds of `?wait=`, 0 without it; InvalidRequest over 30."""
    seconds = read_duration(req, "wait") or 0
    if seconds > _LONGEST_WAIT:
        raise InvalidRequest(f"The longest wait is {_LONGEST_WAIT}s.")
    return seconds


def is_there(req: falcon.Request) -> Callable[[], bool]:
    """Tell whether the client is still connected, whenever that is called."""
    is_gone: Callable[[], bool] = req.env.get("waitress.client_disconnected", bool)
    return lambda: not is_gone()
