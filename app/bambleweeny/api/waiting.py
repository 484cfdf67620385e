"""How long a request may wait, and whether its client still does."""

from collections.abc import Callable

import falcon

from bambleweeny.errors import InvalidRequest
from bambleweeny.names import parse_duration

_LONGEST_WAIT = 30


def read_wait(req: falcon.Request) -> int:
    """Give the seconds of `?wait=`; InvalidRequest where it is no duration or too long."""
    try:
        seconds = parse_duration(req.get_param("wait") or "")
    except ValueError as ex:
        raise InvalidRequest(f"The wait is invalid: {ex}.") from ex
    if seconds > _LONGEST_WAIT:
        raise InvalidRequest(f"The longest wait is {_LONGEST_WAIT}s.")
    return seconds


def is_there(req: falcon.Request) -> Callable[[], bool]:
    """Tell whether the client is still connected, whenever that is called."""
    is_gone: Callable[[], bool] = req.env.get("waitress.client_disconnected", bool)
    return lambda: not is_gone()
