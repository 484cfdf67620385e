"""Pipelining: requests of one thread share their round trips to the engine.

Each request runs until it asks the engine something; then the next one runs. All their
commands go out in one write, so that the engine wakes and syncs its file once for sixteen
requests.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from greenlet import getcurrent, greenlet

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Command

Asked = Sequence[Command]


class PipelineWorker(greenlet):
    """A greenlet that runs jobs one after the other, and waits for shared replies."""

    def __init__(self) -> None:
        super().__init__(self._work)
        self.asked: Asked = ()
        self.replies: list[Any] = []
        self.is_busy = False
        self._home = getcurrent()

    def begin(self, job: Callable[[], None]) -> None:
        """Run a job until it has ended or asks the engine something."""
        self._job, self.is_busy = job, True
        self.switch()

    def ask(self, commands: Asked) -> list[Any]:
        """Wait for the replies and return them; raise StoreUnavailable if none arrive."""
        self.asked = commands
        self._home.switch()
        # NOTE: an argument of `switch` would stay referenced until its caller continues.
        replies, self.replies = self.replies, []
        return replies

    def _work(self) -> None:
        while True:
            self._job()
            self.is_busy = False
            self._home.switch()


class _OfThread(threading.local):
    """Idle greenlets of the calling thread, and the first one that lets the others end.

    Making a new greenlet costs more than a request.
    """

    def __init__(self) -> None:
        self.idle: list[PipelineWorker] = []
        self.patient: PipelineWorker | None = None


_of_thread = _OfThread()


def current() -> PipelineWorker | None:
    """Return the greenlet of the caller if it shares its round trips, else None."""
    running = getcurrent()
    return running if isinstance(running, PipelineWorker) else None


class Pipelining:
    """Runs requests of one thread together, so that they share their round trips.

    `ask` sends commands in one write and returns their replies. `most_together` is the number
    of requests that should share a round trip at most.
    """

    def __init__(self, ask: Callable[[Asked], list[Any]], most_together: int) -> None:
        self.most_together = most_together
        self._ask = ask

    def run(self, jobs: Iterable[Callable[[], None]]) -> None:
        """Run jobs in this thread until all that began have ended; jobs must not raise.

        The next job begins when the one before has ended or asks the engine something; none
        begins after a job that calls `let_others_end`. If a shared round trip fails, all jobs
        that share it get StoreUnavailable.

        A job must hold no lock while it asks the engine: the next job of the thread might wait
        for that lock, and the thread would never continue.
        """
        idle = _of_thread.idle
        running: list[PipelineWorker] = []
        for job in jobs:
            one = idle.pop() if idle else PipelineWorker()
            one.begin(job)
            (running if one.is_busy else idle).append(one)
            if one.is_busy and not one.asked:
                break
        while running:
            if askers := [one for one in running if one.asked]:
                self._answer(askers)
            else:
                # They let the others end. The first may block for long, so it continues last.
                others = [one for one in running if one is not _of_thread.patient]
                (others or running)[0].switch()
            # NOTE: a loop, since each comprehension costs the call of a function.
            begun, running = running, []
            for one in begun:
                (running if one.is_busy else idle).append(one)

    def let_others_end(self) -> None:
        """Wait until no other job runs in this thread; return immediately if none does.

        If another job of the thread waits for that already, it continues after this one.
        """
        running = current()
        if running is None:
            return
        is_first = _of_thread.patient is None
        if is_first:
            _of_thread.patient = running
        try:
            running.ask(())
        finally:
            if is_first:
                _of_thread.patient = None

    def is_awaited(self) -> bool:
        """Return whether another job of this thread already waits until the others have ended."""
        return _of_thread.patient not in (None, current())

    def _answer(self, askers: list[PipelineWorker]) -> None:
        try:
            replies = iter(self._ask([command for one in askers for command in one.asked]))
        except StoreUnavailable:
            for one in askers:
                one.throw(StoreUnavailable())
            return
        for one in askers:
            one.replies = list(islice(replies, len(one.asked)))
        del replies  # or all of them would stay in memory until the last job continues
        for one in askers:
            one.switch()
