"""The supervisor: it keeps the engine and the workers running until a signal to stop."""

import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bambleweeny.system.signals import stop_signals

_log = logging.getLogger(__name__)

_STOP_SIGNALS = stop_signals()
_POLL_SECONDS = 0.1
_FIRST_DELAY = 0.05
_LONGEST_DELAY = 1.0
_STEADY_SECONDS = 10.0


@dataclass
class Child:
    """A process to keep running.

    `start` returns its pid, or None if it could not be started; `ended` receives the wait
    status. A child that ends soon after its start is restarted with a delay, which doubles
    up to a second.
    """

    name: str
    start: Callable[[], int | None]
    ended: Callable[[int], None] = lambda status: None
    pid: int | None = None
    _started: float = 0.0
    _delay: float = 0.0
    _due: float = 0.0

    def start_if_due(self) -> None:
        """Start the child if it is not running and its delay has passed."""
        now = time.monotonic()
        if self.pid is None and now >= self._due:
            self._started = now
            self.pid = self.start()
            if self.pid is None:
                self._schedule_start()

    @property
    def seconds_left(self) -> float:
        """The seconds until the next start; infinite while the child runs."""
        return float("inf") if self.pid else max(0.0, self._due - time.monotonic())

    def note_end(self, status: int) -> None:
        """Record that the child has ended, and schedule its restart."""
        self.pid = None
        self.ended(status)
        if time.monotonic() - self._started > _STEADY_SECONDS:
            self._delay = 0.0
        self._schedule_start()
        code = os.waitstatus_to_exitcode(status)
        how = f"by signal {-code}" if code < 0 else f"with status {code}"
        _log.error("%s ended %s; starting it again in %.2f s", self.name, how, self._delay)

    def _schedule_start(self) -> None:
        self._delay = min(max(self._delay * 2, _FIRST_DELAY), _LONGEST_DELAY)
        self._due = time.monotonic() + self._delay


def block_signals() -> None:
    """Block the signals that `supervise` waits for, so that they stay pending until then."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS | {signal.SIGCHLD})


def is_ending() -> bool:
    """Return whether a signal to stop is pending."""
    return bool(signal.sigpending() & _STOP_SIGNALS)


def supervise(
    children: Sequence[Child], housekeeping: Callable[[], float] = lambda: _POLL_SECONDS
) -> None:
    """Keep the children running until a signal to stop arrives.

    `housekeeping` is called on every turn, and returns the longest time until the next, in
    seconds.
    """
    while True:
        pause = housekeeping()
        for child in children:
            child.start_if_due()
        pauses = [pause, *(child.seconds_left for child in children)]
        received = signal.sigtimedwait(_STOP_SIGNALS | {signal.SIGCHLD}, min(pauses))
        if received and received.si_signo in _STOP_SIGNALS:
            return
        for pid, status in _ended():
            for child in children:
                if child.pid == pid:
                    child.note_end(status)


def stop_children(children: Sequence[Child], seconds: float) -> None:
    """Send SIGTERM and wait; after `seconds`, send SIGKILL to those that still run."""
    _signal(children, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(child.pid for child in children) and time.monotonic() < deadline:
        signal.sigtimedwait({signal.SIGCHLD}, 0.1)
        ended = dict(_ended())
        for child in children:
            if child.pid in ended:
                child.pid = None
    _signal(children, signal.SIGKILL)


def _signal(children: Sequence[Child], number: int) -> None:
    for child in children:
        if child.pid:
            os.kill(child.pid, number)


def _ended() -> list[tuple[int, int]]:
    """Reap every process that has ended; return their pids and wait statuses.

    As process 1 the supervisor also reaps processes that it did not start.
    """
    ended: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if not pid:
            return ended
        ended.append((pid, status))
