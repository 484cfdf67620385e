"""The leader-follower pool of threads: one leads, and another takes over from a long request.

The leader waits for events and also runs the requests, since most take less time than a
handover to another thread. Requests that arrive together are pipelined. While it runs them,
the leader releases the lead: if they take too long, `watch` promotes another thread.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Protocol

from bambleweeny.server.http.event_loop import EventLoop

Job = Callable[[], None]

_log = logging.getLogger(__name__)

_TICK_SECONDS = 0.004
_QUIET_TICKS = 10


class Scheduler(Protocol):
    """Runs the requests that a leader has received together, at most `most_together`."""

    most_together: int

    def run(self, jobs: Iterable[Job]) -> None:
        """Run jobs in the calling thread until all that began have ended."""

    def let_others_end(self) -> None:
        """Return once no other job of the calling thread runs; none begins after this."""

    def is_awaited(self) -> bool:
        """Return whether another job of the calling thread waits in `let_others_end`."""


class OneByOne:
    """A scheduler that begins a request when the one before it has ended."""

    most_together = 1

    def run(self, jobs: Iterable[Job]) -> None:
        """Run each job after the one before it has ended."""
        for job in jobs:
            job()

    def let_others_end(self) -> None:
        """Return: no other job runs."""

    def is_awaited(self) -> bool:
        """Return False: no other job runs."""
        return False


def _start_thread(work: Callable[[], bool], name: str) -> None:
    def run() -> None:
        while work():
            pass

    threading.Thread(target=run, name=name, daemon=True).start()


class LeaderFollower:
    """A dispatcher for Waitress that answers a bounded number of requests at a time.

    A request delays others for two ticks of `watch` at most, and not at all once it has
    called `yield_leadership`; only requests that are pipelined with it wait until it calls
    the engine or ends. Without `short_requests`, as with a remote engine, another thread
    leads before the engine is called.
    """

    def __init__(
        self, event_loop: EventLoop, scheduler: Scheduler, *, short_requests: bool
    ) -> None:
        self._event_loop = event_loop
        self._scheduler = scheduler
        self._one_by_one = OneByOne()
        self._short_requests = short_requests
        self._waiting: deque[Any] = deque()
        self._followers: deque[threading.Lock] = deque()
        self._running: dict[int, list[Any]] = {}
        self._lead = threading.Lock()
        self._leader = 0
        # `_progress` counts the requests that leaders began or ended; `_progress_at_rest` is its
        # value when no request was left to run.
        self._progress = self._progress_at_rest = 0
        self._quiet_ticks = 0
        self._is_asleep = False
        self._woken = threading.Event()
        self._stopped = False

    def start(
        self,
        threads: int,
        wake: Callable[[], None],
        start_thread: Callable[[Callable[[], bool], str], None] = _start_thread,
    ) -> None:
        """Start `threads` + 1 threads, since one always leads.

        `wake` interrupts the leader while it waits for events. `start_thread` starts a named
        thread that calls a function until it returns false; each call waits for a promotion,
        and leads until another thread does.
        """
        self._wake = wake
        for number in range(threads + 1):
            promoted = threading.Lock()
            promoted.acquire()
            self._followers.append(promoted)
            start_thread(partial(self._lead_once, promoted), f"http-{number}")
        self._lead.acquire()
        self._promote_next()

    def add_task(self, channel: Any) -> None:
        """Queue a connection whose next request is to run."""
        self._waiting.append(channel)

    def note_answer(self) -> None:
        """Count a request that the event loop itself has answered, so that `watch` wakes."""
        self._progress += 1
        if not self._waiting:
            self._progress_at_rest = self._progress
        if self._is_asleep:
            self._woken.set()

    def pull(self) -> None:
        """Make the leader update the connections whose requests this thread runs."""
        me = threading.get_ident()
        if self._stopped or self._leader == me:
            return  # a leader updates them itself, before its next turn
        self._note(self._running.get(me, ()))
        self._wake()

    def yield_leadership(self) -> None:
        """Let another thread lead, since the request of this one may take long.

        Requests that are pipelined with it end before this returns.
        """
        self._hand_over()
        self._scheduler.let_others_end()

    def is_awaited(self) -> bool:
        """Return whether a request that may block waits until those pipelined with it end."""
        return self._scheduler.is_awaited()

    def watch(self, seconds: float, each_tick: Callable[[], object] = lambda: None) -> None:
        """Replace a leader whose request takes long; return after `seconds`.

        `each_tick` is called every 4 ms while there are requests, once after the last, and
        as long as it returns something true.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._quiet_ticks == _QUIET_TICKS:
                self._sleep(left)
                self._quiet_ticks -= 1
            seen = self._progress
            time.sleep(_TICK_SECONDS)
            if each_tick() or self._progress != seen:
                self._quiet_ticks = 0
            elif self._progress_at_rest == seen:
                self._quiet_ticks += 1
            elif self._lead.acquire(blocking=False):
                self._promote_next()

    def shutdown(self, timeout: float) -> None:
        """Stop the threads; wait at most `timeout` seconds for running requests."""
        self._stopped = True
        self._wake()
        end = time.monotonic() + timeout
        self._lead.acquire(timeout=timeout)
        while self._running and time.monotonic() < end:
            time.sleep(0.01)
        while self._followers:
            self._followers.pop().release()

    def _hand_over(self) -> None:
        if self._leader == threading.get_ident() and self._lead.acquire(blocking=False):
            self._promote_next()

    def _sleep(self, seconds: float) -> None:
        self._is_asleep = True
        if self._progress_at_rest == self._progress:
            self._woken.wait(seconds)
        self._is_asleep = False
        self._woken.clear()

    def _promote_next(self) -> None:
        """Pass the lead, which the caller holds, to the thread that became a follower last."""
        self._progress_at_rest = self._progress
        self._leader = 0
        if not self._stopped:
            self._followers.pop().release()

    def _lead_once(self, promoted: threading.Lock) -> bool:
        """Wait for a promotion, then lead until another thread does; return false at the end."""
        promoted.acquire()
        if not self._stopped:
            self._run_event_loop()
        if self._stopped:
            return False
        self._followers.append(promoted)
        # NOTE: the leader runs no request while there is no follower.
        self._wake()
        return True

    def _run_event_loop(self) -> None:
        """Run the event loop until another thread leads."""
        self._leader = threading.get_ident()
        for channels in [*self._running.values(), [*self._waiting]]:
            self._note(channels)
        while not self._stopped:
            self._event_loop.turn(0 if self._waiting and self._followers else None)
            if self._waiting and self._followers and not self._run():
                return
        self._lead.release()

    def _run(self) -> bool:
        """Run the waiting requests; return whether this thread still leads."""
        me = threading.get_ident()
        channels = self._running[me] = []
        self._lead.release()
        if self._is_asleep:
            self._woken.set()
        try:
            self._scheduler_of_turn().run(self._jobs(channels))
        except BaseException:
            _log.exception("a request ended its thread's work")
        del self._running[me]
        if self._leader != me or not self._lead.acquire(blocking=False):
            self._note(channels)
            return False
        self._progress_at_rest = self._progress
        for channel in channels:
            self._event_loop.update(channel._fileno)
        return True

    def _scheduler_of_turn(self) -> Scheduler:
        """Return how to run the waiting requests: a short one alone needs no pipelining."""
        is_alone = self._short_requests and len(self._waiting) == 1
        return self._one_by_one if is_alone else self._scheduler

    def _jobs(self, channels: list[Any]) -> Iterator[Job]:
        """Yield the waiting requests while this thread leads; collect their connections."""
        me = threading.get_ident()
        while len(channels) < self._scheduler.most_together and self._leader == me:
            try:
                channel = self._waiting.popleft()
            except IndexError:  # a new leader may have taken it
                break
            channels.append(channel)
            self._progress += 1
            yield partial(self._serve, channel)
        if not self._short_requests:
            self._hand_over()

    def _serve(self, channel: Any) -> None:
        try:
            channel.service()
        except BaseException:
            _log.exception("a request ended its thread's work")
        if self._leader == threading.get_ident():
            self._progress += 1

    def _note(self, channels: Iterable[Any]) -> None:
        for channel in channels:
            self._event_loop.note(channel._fileno)
