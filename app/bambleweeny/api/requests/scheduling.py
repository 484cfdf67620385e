"""How a request shares its worker with the others: it yields, runs alone, or waits for room."""

from typing import Any

import falcon

_LARGE_ANSWER = 256 << 10
_ROOM_OF_VALUES = 4 << 20


def unhurried(
    req: falcon.Request,
    resp: falcon.Response,
    resource: Any = None,
    params: dict[str, Any] | None = None,
) -> None:
    """Let other requests be answered meanwhile: this one may take long.

    Without this it would keep them for some milliseconds, until the server sees it.
    """
    step_aside(req)


def step_aside(req: falcon.Request) -> None:
    """Let another thread answer the other requests from here on."""
    req.env.get("bambleweeny.step_aside", bool)()


def run_alone(req: falcon.Request, size: int) -> None:
    """Go on while no other request of this worker runs that answers as much as `size` bytes.

    The request may be run again from its beginning for that, so that it must have changed
    nothing yet; reads of one answer share this, since they would keep all others waiting.
    """
    connection = req.env.get("bambleweeny.connection")
    if connection is not None and size > _LARGE_ANSWER:
        connection.run_alone(size)


def one_at_a_time(
    req: falcon.Request, resp: falcon.Response, resource: Any, params: dict[str, Any]
) -> None:
    """Run this request while no other one of its kind runs in this worker: it takes long."""
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.run_alone(0)


def hold_room(req: falcon.Request) -> None:
    """Go on once there is room for what a stream of values may hold while its client reads.

    The request may be run again from its beginning for that, as with `run_alone`.
    """
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.hold_room(_ROOM_OF_VALUES)


def begin_stream(req: falcon.Request) -> None:
    """Note that the answer has no end."""
    connection = req.env.get("bambleweeny.connection")
    if connection is not None:
        connection.begin_stream()
