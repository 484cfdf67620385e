"""Long work in small steps, with others between them."""

import time
from collections.abc import Callable

_MOST_PAUSE_SECONDS = 0.1


def repeat(step: Callable[[], bool]) -> None:
    """Repeat a step while it says that there is more, each followed by a pause as long."""
    while True:
        begun = time.perf_counter()
        if not step():
            return
        time.sleep(min(time.perf_counter() - begun, _MOST_PAUSE_SECONDS))
