"""The loop of `sub` and `listen`: lease an item, handle it, acknowledge or return it."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

from bambleweeny.cli.escapes import to_people
from bambleweeny.errors import BambleweenyError, LeaseNotFound

if TYPE_CHECKING:
    from bambleweeny.client import Client, LeasedItem

_T = TypeVar("_T")

_WAIT_SECONDS = 2
"""The long poll for one lease. A signal takes effect after it, so that no item is lost."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_FIRST_DELAY = 5
_LONGEST_DELAY = 600
"""In seconds. The delay of an item after each failure is 5, 10, 20 and so on."""
_MOST_HANDLED = 1000
_LOOK_SECONDS = 0.2


class Worker(ABC):
    """Handles the items of a list one after the other, until `end` is called.

    A failed item is retried after a delay, and later items continue meanwhile. With
    `is_in_order` it keeps its place: the worker waits instead, and no item overtakes it.
    """

    def __init__(
        self, client: "Client", list: str, *, lease_seconds: int, is_in_order: bool = False
    ) -> None:
        self._lists = client.lists
        self._list = list
        self._lease_seconds = lease_seconds
        self._is_in_order = is_in_order
        self._is_sure = not is_in_order
        """Whether no item is leased by a worker that was killed, or by a lost answer."""
        self._handled: dict[str, None] = {}
        """The items that were handled, but whose acknowledgement failed."""
        self._ending = threading.Event()
        self._pause = 0.0
        self._hold: float | None = None
        """How long later items wait after this failure; None is the usual pause."""

    @abstractmethod
    def handle(self, item: "LeasedItem") -> bool:
        """Handle an item, and acknowledge, retry or bury it; return whether it succeeded."""

    def end(self) -> None:
        """End after the current item; safe to call from a signal handler."""
        self._ending.set()

    def work(self, most: int | None, *, idle_seconds: int | None) -> int:
        """Handle items: `most` at most, until `idle_seconds` pass without one, or `end`.

        Returns 1 if the last item failed, else 0.
        """
        done, status = 0, 0
        last = time.monotonic()
        while not self._ending.is_set() and done != most:
            quiet = time.monotonic() - last
            left = _WAIT_SECONDS if idle_seconds is None else ceil(idle_seconds - quiet)
            item = self._take(max(0, min(left, _WAIT_SECONDS)))
            if item is not None:
                self._hold = None
                status = 0 if self.handle(item) else 1
                done += 1
                last = time.monotonic()
                if status and done != most:
                    self._rest_after_failure()
            elif idle_seconds is not None and time.monotonic() - last >= idle_seconds:
                break
        return status

    def acknowledge(self, item: "LeasedItem") -> None:
        """Remove an item after it was handled."""
        self._pause = 0.0
        self._change("ack", item)

    def drop(self, item: "LeasedItem") -> bool:
        """Remove an item that failed; return whether the server did so."""
        return self._change("ack", item)

    def retry(self, item: "LeasedItem") -> int | None:
        """Return a failed item to the list, which makes it dead after its last attempt.

        Returns the seconds until its next attempt, or None if the server did not take it back.
        """
        delay = min(_FIRST_DELAY << min(item.attempt - 1, 10), _LONGEST_DELAY)
        if self._is_in_order:
            self._hold = delay
            is_done = self._change("retry", item)
        else:
            is_done = self._change("retry", item, delay=delay)
        return delay if is_done else None

    def continue_at_once(self) -> None:
        """Make no pause after this failure."""
        self._hold = 0.0

    def put_back(self, item: "LeasedItem") -> bool:
        """Return an item to the front of the list, without a delay; return whether that was done.

        After its last attempt it is dead, as after `retry`.
        """
        return self._change("retry", item)

    def bury(self, item: "LeasedItem", reason: str) -> None:
        """Make an item dead; no pause follows."""
        self.continue_at_once()
        self._change("bury", item, reason=reason)

    @contextmanager
    def extending(self, item: "LeasedItem") -> Iterator[None]:
        """Extend the lease of an item while the block runs."""
        over = threading.Event()

        def extend() -> None:
            while not over.wait(self._lease_seconds / 3):
                self._extend(item)

        thread = threading.Thread(target=extend, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _take(self, wait: int) -> "LeasedItem | None":
        try:
            if not self._is_sure and not self._look():
                return None
            items = self._lists.lease(self._list, for_=self._lease_seconds, wait=wait)
        except BambleweenyError as ex:
            _raise_unless_passing(ex)
            self._is_sure = not self._is_in_order
            _report_retry(ex)
            self._rest()
            return None
        if items and items[0].id in self._handled:
            self._change("ack", items[0])
            return None
        return items[0] if items else None

    def _look(self) -> bool:
        """Return whether no item is leased, else wait a moment."""
        self._is_sure = not self._lists.stats(self._list)["leased"]
        if not self._is_sure:
            self._ending.wait(_LOOK_SECONDS)
        return self._is_sure

    def _extend(self, item: "LeasedItem") -> None:
        try:
            self._lists.extend(self._list, item.lease, self._lease_seconds)
        except BambleweenyError as ex:
            self._report(f"{ex} ({ex.code}); another worker may get the item")

    def _change(self, verb: str, item: "LeasedItem", **options: Any) -> bool:
        """Acknowledge, retry or bury an item; return whether the server did so, else report it.

        Errors are retried until the lease expires.

        If the server stays unavailable, the item becomes ready when its lease expires. If it
        was handled, this worker then acknowledges it, and does not handle it again.
        """
        deadline = time.monotonic() + self._lease_seconds
        is_first = True
        change: dict[str, Any] = {
            verb: [{"lease": item.lease, **options} if options else item.lease]
        }
        while True:
            try:
                outcomes = self._lists.change(self._list, **change)
            except BambleweenyError as ex:
                _raise_unless_passing(ex)
                if self._ending.is_set() or time.monotonic() > deadline:
                    self._remember(verb, item)
                    self._report(
                        f"{ex} ({ex.code}); the item becomes ready again when its lease expires"
                    )
                    return False
                _report_retry(ex)
                is_first = False
                self._rest()
                continue
            [outcome] = [one for errors in outcomes.values() for one in errors]
            self._handled.pop(item.id, None)
            # NOTE: after a lost answer, our own first request may have ended the lease.
            if isinstance(outcome, LeaseNotFound):
                self._remember(verb, item)
                if is_first:
                    self._report(f"{outcome} ({outcome.code}); the item may be handled twice")
                    return False
            return True

    def _remember(self, verb: str, item: "LeasedItem") -> None:
        if self._is_in_order:
            self._is_sure = False
        if verb == "ack":
            self._handled[item.id] = None
            while len(self._handled) > _MOST_HANDLED:
                del self._handled[next(iter(self._handled))]

    def _rest_after_failure(self) -> None:
        if self._hold is None:
            self._rest()
        else:
            self._ending.wait(self._hold)

    def _rest(self) -> None:
        self._pause = _next_pause(self._pause)
        self._ending.wait(self._pause)

    @staticmethod
    def _report(sentence: str) -> None:
        to_people(f"bambleweeny: {sentence}")


def until_answered(ask: Callable[[], _T], ending: threading.Event) -> _T | None:
    """Return what `ask` returns, None once `ending` is set. Errors of an outage are retried."""
    pause = 0.0
    while not ending.is_set():
        try:
            return ask()
        except BambleweenyError as ex:
            _raise_unless_passing(ex)
            _report_retry(ex)
        pause = _next_pause(pause)
        ending.wait(pause)
    return None


def _next_pause(seconds: float) -> float:
    return min(max(seconds * 2, _FIRST_PAUSE), _LONGEST_PAUSE)


def _report_retry(error: BambleweenyError) -> None:
    to_people(f"bambleweeny: {error} ({error.code}); trying again")


def _raise_unless_passing(error: BambleweenyError) -> None:
    from bambleweeny.client.transport.failures import is_passing  # noqa: PLC0415  `help` needs none

    if not is_passing(error):
        raise error
