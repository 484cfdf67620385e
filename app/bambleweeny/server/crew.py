"""The threads of a server: one leads, and another takes over where a request takes long.

The leader waits for what the connections bring and runs each request itself, since most
take less time than handing them to another thread would. While it runs one it lays the
lead down, and whoever sees that it takes too long gives the lead to the next thread.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from bambleweeny.server.turns import Turns

_log = logging.getLogger(__name__)

_TICK_SECONDS = 0.004
_QUIET_TICKS = 10


class Crew:
    """Takes Waitress's tasks, and answers so many requests at a time.

    A request keeps the others waiting for two ticks of `watch` at most, and not at all
    once it has called `step_aside`. Where requests are not short, as with an engine that
    is far away, the lead is given away before each.
    """

    def __init__(self, turns: Turns, *, short_requests: bool) -> None:
        self._turns = turns
        self._short_requests = short_requests
        self._waiting: deque[Any] = deque()
        self._standby: deque[threading.Lock] = deque()
        self._running: dict[int, Any] = {}
        self._lead = threading.Lock()
        self._leader = 0
        # The numbers of the last request that a leader began, and of the last it ended.
        self._begun = self._ended = 0
        self._quiet = 0
        self._dozes = False
        self._woken = threading.Event()
        self._stopped = False

    def start(self, threads: int, wake: Callable[[], None]) -> None:
        """Start the threads: one more than may run requests, since one always leads.

        `wake` ends the turn of the leader that waits for something to happen.
        """
        self._wake = wake
        for number in range(threads + 1):
            called = threading.Lock()
            called.acquire()
            self._standby.append(called)
            name = f"crew-{number}"
            threading.Thread(target=self._work, args=[called], name=name, daemon=True).start()
        self._lead.acquire()
        self._call_next()

    def add_task(self, channel: Any) -> None:
        """Take a connection whose next request is to be run."""
        self._waiting.append(channel)

    def pull(self) -> None:
        """Have the leader look at the connection whose request this thread runs."""
        if self._stopped or self._leader == threading.get_ident():
            return  # a leader looks at it itself, before its next turn
        channel = self._running.get(threading.get_ident())
        if channel is not None:
            self._note(channel)
        self._wake()

    def step_aside(self) -> None:
        """Let another thread lead, where the request that this one runs may take long."""
        if self._leader == threading.get_ident() and self._lead.acquire(blocking=False):
            self._call_next()

    def watch(self, seconds: float) -> None:
        """Give the lead away where a request keeps its leader; for so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._quiet == _QUIET_TICKS:
                self._doze(left)
                self._quiet -= 1
            seen = self._begun
            time.sleep(_TICK_SECONDS)
            if self._begun != seen:
                self._quiet = 0
            elif self._ended == seen:
                self._quiet += 1
            elif self._lead.acquire(blocking=False):
                self._call_next()

    def shutdown(self, timeout: float) -> None:
        """End the threads, waiting so long for those that run something."""
        self._stopped = True
        self._wake()
        end = time.monotonic() + timeout
        self._lead.acquire(timeout=timeout)
        while self._running and time.monotonic() < end:
            time.sleep(0.01)
        while self._standby:
            self._standby.pop().release()

    def _doze(self, seconds: float) -> None:
        self._dozes = True
        if self._ended == self._begun:
            self._woken.wait(seconds)
        self._dozes = False
        self._woken.clear()

    def _call_next(self) -> None:
        """Give the lead, which the caller has taken, to the thread that stood by last."""
        self._ended = self._begun
        if not self._stopped:
            self._standby.pop().release()

    def _work(self, called: threading.Lock) -> None:
        while called.acquire() and not self._stopped:
            self._take_turns()
            if self._stopped:
                return
            self._standby.append(called)
            # NOTE: the leader runs nothing while nobody stands by.
            self._wake()

    def _take_turns(self) -> None:
        """Lead until another thread does."""
        self._leader = threading.get_ident()
        for channel in [*self._running.values(), *self._waiting]:
            self._note(channel)
        while not self._stopped:
            self._turns.turn(0 if self._waiting and self._standby else None)
            for _ in range(len(self._waiting)):
                if self._standby and not self._run(self._waiting.popleft()):
                    return
        self._lead.release()

    def _run(self, channel: Any) -> bool:
        """Run a request of a connection; tell whether this thread still leads."""
        me = threading.get_ident()
        self._running[me] = channel
        self._begun += 1
        self._lead.release()
        if self._dozes:
            self._woken.set()
        if not self._short_requests:
            self.step_aside()
        try:
            channel.service()
        except BaseException:
            _log.exception("a request ended its thread's work")
        del self._running[me]
        if self._leader != me or not self._lead.acquire(blocking=False):
            self._note(channel)
            return False
        self._ended = self._begun
        self._turns.look_at(channel._fileno)
        return True

    def _note(self, channel: Any) -> None:
        self._turns.note(channel._fileno)
