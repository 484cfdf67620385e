"""Round trips that requests share: what those of one thread ask goes out in one write.

Each runs until it asks the engine something, and then the next one does; so an engine
that answers sixteen of them is woken, and syncs its file, once and not sixteen times.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from greenlet import getcurrent, greenlet

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Command

Asked = Sequence[Command]


class Sharing(greenlet):
    """Runs one job after the other; each beside others of its thread, and waits while they do."""

    def __init__(self) -> None:
        super().__init__(self._work)
        self.asked: Asked = ()
        self.replies: list[Any] = []
        self.is_busy = False
        self._home = getcurrent()

    def begin(self, job: Callable[[], None]) -> None:
        """Run a job until it has ended or asks something."""
        self._job, self.is_busy = job, True
        self.switch()

    def ask(self, commands: Asked) -> list[Any]:
        """Wait for the replies; StoreUnavailable where they do not come."""
        self.asked = commands
        self._home.switch()
        # NOTE: what is given to a switch is kept until the one that switched goes on.
        replies, self.replies = self.replies, []
        return replies

    def _work(self) -> None:
        while True:
            self._job()
            self.is_busy = False
            self._home.switch()


class _Idle(threading.local):
    """Those of the calling thread that run nothing; making one costs more than a request."""

    def __init__(self) -> None:
        self.ones: list[Sharing] = []


_idle = _Idle()


def current() -> Sharing | None:
    """Give what the caller runs in, if it shares its round trips."""
    running = getcurrent()
    return running if isinstance(running, Sharing) else None


def let_others_end() -> None:
    """Go on only when nothing runs beside the caller any more; at once where nothing does."""
    if running := current():
        running.ask(())


def run_side_by_side(
    jobs: Iterable[Callable[[], None]], ask: Callable[[list[Asked]], list[list[Any]]]
) -> None:
    """Run jobs in this thread until all that begin have ended; they raise nothing.

    The next begins when the one before has ended or asks the engine something, and none
    after one that lets the others end. `ask` gives the replies to what several have asked,
    or raises StoreUnavailable to all of them.
    """
    idle = _idle.ones
    running: list[Sharing] = []
    for job in jobs:
        one = idle.pop() if idle else Sharing()
        one.begin(job)
        (running if one.is_busy else idle).append(one)
        if one.is_busy and not one.asked:
            break
    while running:
        if askers := [one for one in running if one.asked]:
            _answer(askers, ask)
        else:
            running[0].switch()  # it let the others end
        idle += [one for one in running if not one.is_busy]
        running = [one for one in running if one.is_busy]


def _answer(askers: list[Sharing], ask: Callable[[list[Asked]], list[list[Any]]]) -> None:
    try:
        replies = ask([one.asked for one in askers])
    except StoreUnavailable:
        for one in askers:
            one.throw(StoreUnavailable())
        return
    for one in reversed(askers):
        one.replies = replies.pop()
    for one in askers:
        one.switch()
