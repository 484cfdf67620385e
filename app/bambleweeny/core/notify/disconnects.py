"""Checks of waiting clients: a client that has disconnected no longer waits."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bambleweeny.store.client.pubsub import Waiter

_LOOK_SECONDS = 0.5


class Disconnects:
    """One thread that checks the connections of all waiting clients; it runs while any wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[Waiter, Callable[[], bool]] = {}
        self._runs = False

    @contextmanager
    def over(self, waiter: Waiter, is_connected: Callable[[], bool]) -> Iterator[None]:
        """Wake a waiter within half a second after `is_connected` becomes false."""
        with self._lock:
            self._watched[waiter] = is_connected
            if not self._runs:
                threading.Thread(target=self._run, daemon=True).start()
                self._runs = True
        try:
            yield
        finally:
            with self._lock:
                del self._watched[waiter]

    def _run(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            with self._lock:
                watched = list(self._watched.items())
                if not watched:
                    self._runs = False
                    return
            for waiter, is_connected in watched:
                if not is_connected():
                    waiter.wake()
