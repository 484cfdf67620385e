"""How a request shares its worker: it may block, run alone, or wait for memory."""

from typing import Any

import falcon

_LARGE_ANSWER = 256 << 10
_VALUES_BUFFER = 4 << 20


def may_block(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any = None,
    params: dict[str, Any] | None = None,
) -> None:
    """Let another thread lead the event loop, since this request may block.

    Without this call, other requests wait some milliseconds, until the server notices.
    """
    yield_leadership(req)


def yield_leadership(req: falcon.Request) -> None:
    """Let another thread lead the event loop from now on.

    The server may postpone the request and run it again from the beginning, so call this before
    the request changes anything. Raises KeyError without our server: a blocking request would
    delay all others unnoticed.
    """
    req.env["bambleweeny.yield_leadership"]()


def run_alone(req: falcon.Request, size: int) -> None:
    """Wait until no other request that runs alone is active, if `size` is above 256 kB.

    `size` is the length of the answer in bytes; it also counts against the worker's memory
    budget. The server may postpone the request and run it again from the beginning, so call
    this before the request changes anything.
    """
    connection = req.env.get("bambleweeny.connection")
    if connection is not None and size > _LARGE_ANSWER:
        connection.run_alone(size)


def one_at_a_time(
    req: falcon.Request, resp: falcon.Response, resource: Any, params: dict[str, Any]
) -> None:
    """Run this long request while no other request of this worker runs alone."""
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.run_alone(0)


def hold_room(req: falcon.Request) -> None:
    """Wait until the memory budget has room for the buffer of a stream of values.

    The server may run the request again from the beginning, as with `run_alone`.
    """
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.hold_room(_VALUES_BUFFER)


def begin_stream(req: falcon.Request) -> None:
    """Mark the answer as an endless stream."""
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.begin_stream()
