"""Answers that are sent later, or with a fault. No thread waits for them."""

from collections.abc import Callable
from typing import Any, Literal

import falcon

Fault = Literal["reset", "empty", "cut"]


def answer_later(req: falcon.Request, resp: falcon.Response, seconds: float) -> None:
    """Send the answer after up to 30 seconds; later requests of the connection wait for it.

    Call this when the answer is complete and in memory, as its bytes are counted, and before
    anything changes if the caller must know about a refusal. Raises TooManyDelayed if the
    worker has no place left, and KeyError without our server.
    """
    body = resp.render_body() if req.method != "HEAD" else None
    _plan(req).delay(seconds, len(body or b""))


def reserve_delay(req: falcon.Request) -> Callable[[float, int | None], None]:
    """Return a function that takes a place for an answer before it is made.

    Its arguments are as many seconds as the answer may wait, and its size, if it is known; it
    raises TooManyDelayed and KeyError as `answer_later`, which then keeps the place.
    """
    return lambda seconds, size: _plan(req).delay(seconds, size)


def release_delay(req: falcon.Request) -> None:
    """Free a reserved place, as the answer is sent now."""
    plan = req.env.pop("bambleweeny.plan", None)
    if plan is not None:
        plan.discard()


def answer_fault(req: falcon.Request, resp: falcon.Response, kind: Fault) -> None:
    """Send the answer with a fault, after the delay of `answer_later` if there is one.

    'reset' resets the connection, 'empty' closes it without a byte, and 'cut' closes it after
    the head and about half of the body. Raises KeyError without our server.
    """
    _plan(req).fail(kind)


def _plan(req: falcon.Request) -> Any:
    """Return the plan of the answer; with one, the access log waits until it is sent."""
    plan = req.env["bambleweeny.plan"] = req.env["bambleweeny.connection"].plan_answer()
    return plan
