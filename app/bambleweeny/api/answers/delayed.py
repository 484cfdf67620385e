"""Answers that are sent later, or with a fault. No thread waits for them."""

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
