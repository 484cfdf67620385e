"""The threads of a server: one leads, and another takes over where a request takes long.

The leader waits for what the connections bring and runs the requests itself, since most
take less time than handing them to another thread would; those that came together run
side by side. While it runs them it lays the lead down, and whoever sees that they take too
long gives the lead to the next thread.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from bambleweeny.server.http.event_loop import Turns
from bambleweeny.store.client.pipelining import let_others_end

SideBySide = Callable[[Iterable[Callable[[], None]]], None]
"""Runs jobs in the calling thread until all have ended; begins each where the last waits."""

_log = logging.getLogger(__name__)

_TICK_SECONDS = 0.004
_QUIET_TICKS = 10


class Crew:
    """Takes Waitress's tasks, and answers so many requests at a time.

    A request keeps the others waiting for two ticks of `watch` at most, and not at all
    once it has called `step_aside`; only those that run beside it wait until it asks the
    engine or ends. Where requests are not short, as with an engine that
    is far away, another thread leads before the engine is asked.
    """

    def __init__(
        self, turns: Turns, *, side_by_side: SideBySide, most_together: int, short_requests: bool
    ) -> None:
        self._turns = turns
        self._side_by_side = side_by_side
        self._most_together = most_together
        self._short_requests = short_requests
        self._waiting: deque[Any] = deque()
        self._standby: deque[threading.Lock] = deque()
        self._running: dict[int, list[Any]] = {}
        self._lead = threading.Lock()
        self._leader = 0
        # How often leaders began or ended a request, and how often when one last had done all.
        self._steps = self._rested = 0
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
        """Have the leader look at the connections whose requests this thread runs."""
        me = threading.get_ident()
        if self._stopped or self._leader == me:
            return  # a leader looks at them itself, before its next turn
        self._note(self._running.get(me, ()))
        self._wake()

    def step_aside(self) -> None:
        """Let another thread lead, where the request that this one runs may take long.

        Those that it runs beside it end before this returns.
        """
        self._lay_down()
        let_others_end()

    def watch(self, seconds: float, each_tick: Callable[[], object] = lambda: None) -> None:
        """Give the lead away where a request keeps its leader; for so many seconds.

        `each_tick` is called every 4 ms while there are requests, and once after the last;
        and for as long as it returns something true.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._quiet == _QUIET_TICKS:
                self._doze(left)
                self._quiet -= 1
            seen = self._steps
            time.sleep(_TICK_SECONDS)
            if each_tick() or self._steps != seen:
                self._quiet = 0
            elif self._rested == seen:
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

    def _lay_down(self) -> None:
        if self._leader == threading.get_ident() and self._lead.acquire(blocking=False):
            self._call_next()

    def _doze(self, seconds: float) -> None:
        self._dozes = True
        if self._rested == self._steps:
            self._woken.wait(seconds)
        self._dozes = False
        self._woken.clear()

    def _call_next(self) -> None:
        """Give the lead, which the caller has taken, to the thread that stood by last."""
        self._rested = self._steps
        self._leader = 0
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
        for channels in [*self._running.values(), [*self._waiting]]:
            self._note(channels)
        while not self._stopped:
            self._turns.turn(0 if self._waiting and self._standby else None)
            if self._waiting and self._standby and not self._run():
                return
        self._lead.release()

    def _run(self) -> bool:
        """Run requests side by side; tell whether this thread still leads."""
        me = threading.get_ident()
        channels = self._running[me] = []
        self._lead.release()
        if self._dozes:
            self._woken.set()
        try:
            self._way_to_run()(self._jobs(channels))
        except BaseException:
            _log.exception("a request ended its thread's work")
        del self._running[me]
        if self._leader != me or not self._lead.acquire(blocking=False):
            self._note(channels)
            return False
        self._rested = self._steps
        for channel in channels:
            self._turns.look_at(channel._fileno)
        return True

    def _way_to_run(self) -> SideBySide:
        """Choose how to run what is waiting: a short request on its own has nothing to share."""
        is_alone = self._short_requests and len(self._waiting) == 1
        return one_by_one if is_alone else self._side_by_side

    def _jobs(self, channels: list[Any]) -> Iterator[Callable[[], None]]:
        """Give the requests that are waiting, while this thread leads; note whose they are."""
        me = threading.get_ident()
        while len(channels) < self._most_together and self._leader == me:
            try:
                channel = self._waiting.popleft()
            except IndexError:  # another thread, which was given the lead, may take one
                break
            channels.append(channel)
            self._steps += 1
            yield partial(self._serve, channel)
        if not self._short_requests:
            self._lay_down()

    def _serve(self, channel: Any) -> None:
        try:
            channel.service()
        except BaseException:
            _log.exception("a request ended its thread's work")
        if self._leader == threading.get_ident():
            self._steps += 1

    def _note(self, channels: Iterable[Any]) -> None:
        for channel in channels:
            self._turns.note(channel._fileno)


def one_by_one(jobs: Iterable[Callable[[], None]]) -> None:
    """Run each job when the one before has ended."""
    for job in jobs:
        job()
