"""How evenly a server turns to its connections: many of them, each asking again once answered."""

import selectors
import time
from contextlib import ExitStack

from performance.programs import CannotMeasure
from performance.wire import Wire


def requests_of_each(url: str, request: bytes, *, connections: int, seconds: float) -> list[int]:
    """Give how many requests each connection got answered."""
    answered = [0] * connections
    with ExitStack() as held, selectors.DefaultSelector() as ready:
        for number in range(connections):
            wire = held.enter_context(Wire(url))
            ready.register(wire, selectors.EVENT_READ, (number, wire))
            wire.send(request)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for key, _ in ready.select(0.1):
                number, wire = key.data
                if wire.receive() != 200:
                    raise CannotMeasure("a request was not answered 200")
                answered[number] += 1
                wire.send(request)
    return answered
