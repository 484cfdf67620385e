"""The loop of `sub`: lease an item, run the command, acknowledge or return the item."""

import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

from bambleweeny.cli.escapes import to_people
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.errors import BambleweenyError, LeaseNotFound, NoAnswer, StoreUnavailable

if TYPE_CHECKING:
    from bambleweeny.client import Client, LeasedItem

_WAIT_SECONDS = 2
"""The long poll for one lease. A signal takes effect after it, so that no item is lost."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_FIRST_DELAY = 5
_LONGEST_DELAY = 600
"""In seconds. The delay of an item after each failure is 5, 10, 20 and so on."""
_PASSING = (NoAnswer, StoreUnavailable)
"""Errors that are retried."""


class Worker:
    """Runs a command for each item of a list, until `end` is called."""

    def __init__(
        self,
        client: "Client",
        list: str,
        command: list[str],
        *,
        lease_seconds: int,
        is_dropping: bool,
    ) -> None:
        self._lists = client.lists
        self._list = list
        self._command = command
        self._lease_seconds = lease_seconds
        self._is_dropping = is_dropping
        self._ending = threading.Event()
        self._pause = 0.0

    def end(self) -> None:
        """End after the current command; safe to call from a signal handler."""
        self._ending.set()

    def work(self, most: int | None, *, idle_seconds: int | None) -> int:
        """Handle items: `most` at most, until `idle_seconds` pass without one, or `end`.

        Returns 1 if the command failed for the last item, else 0.
        """
        done, status = 0, 0
        last = time.monotonic()
        while not self._ending.is_set() and done != most:
            item = self._take()
            if item is not None:
                status = self._handle(item)
                done += 1
                last = time.monotonic()
                if status and done != most:
                    self._rest()
            elif idle_seconds is not None and time.monotonic() - last >= idle_seconds:
                break
        return status

    def _take(self) -> "LeasedItem | None":
        try:
            items = self._lists.lease(self._list, for_=self._lease_seconds, wait=_WAIT_SECONDS)
        except _PASSING as ex:
            self._report(f"{ex} ({ex.code}); trying again")
            self._rest()
            return None
        return items[0] if items else None

    def _handle(self, item: "LeasedItem") -> int:
        """Run the command for an item, acknowledge or retry it; return 1 for a failure, else 0."""
        try:
            ended = self._run(item)
        except OSError as ex:
            self._change("retry", item.lease)
            reason = f"Cannot run {self._command[0]}: {ex.strerror}."
            raise CommandFailed(f"{reason} The item is back in '{self._list}'.") from ex
        if not ended:
            self._pause = 0.0
            self._change("ack", item.lease)
            return 0
        how = f"by signal {-ended}" if ended < 0 else f"with status {ended}"
        if self._is_dropping:
            self._change("ack", item.lease)
            self._report(f"The command ended {how}; its item is deleted.")
        else:
            delay = min(_FIRST_DELAY << min(item.attempt - 1, 10), _LONGEST_DELAY)
            self._change("retry", item.lease, delay)
            self._report(f"The command ended {how}; its item is retried in {delay} s.")
        return 1

    def _run(self, item: "LeasedItem") -> int:
        """Run the command and extend the lease meanwhile; return the exit status."""
        # NOTE: a separate process group, so that only this process gets Ctrl-C from a terminal.
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            env={
                **os.environ,
                "BAMBLEWEENY_LIST": self._list,
                "BAMBLEWEENY_ATTEMPT": str(item.attempt),
            },
            process_group=0,
        )
        given: bytes | None = item.value
        while True:
            try:
                process.communicate(given, timeout=self._lease_seconds / 3)
            except subprocess.TimeoutExpired:
                given = None
                self._extend(item)
            else:
                return process.returncode

    def _extend(self, item: "LeasedItem") -> None:
        try:
            self._lists.extend(self._list, item.lease, self._lease_seconds)
        except BambleweenyError as ex:
            self._report(f"{ex} ({ex.code}); another worker may get the item")

    def _change(self, verb: str, lease: str, delay: int = 0) -> None:
        """Acknowledge or retry a lease. Errors are retried until the lease expires.

        If the server stays unavailable, the item becomes ready when its lease expires.
        """
        deadline = time.monotonic() + self._lease_seconds
        is_first = True
        change: dict[str, Any] = {verb: [{"lease": lease, "delay": delay} if delay else lease]}
        while True:
            try:
                outcomes = self._lists.change(self._list, **change)
            except _PASSING as ex:
                if self._ending.is_set() or time.monotonic() > deadline:
                    self._report(
                        f"{ex} ({ex.code}); the item becomes ready again when its lease expires"
                    )
                    return
                self._report(f"{ex} ({ex.code}); trying again")
                is_first = False
                self._rest()
                continue
            [outcome] = [one for errors in outcomes.values() for one in errors]
            # NOTE: after a lost answer, our own first request may have ended the lease.
            if isinstance(outcome, LeaseNotFound) and is_first:
                self._report(f"{outcome} ({outcome.code}); the item may be handled twice")
            return

    def _rest(self) -> None:
        self._pause = min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self._ending.wait(self._pause)

    @staticmethod
    def _report(sentence: str) -> None:
        to_people(f"bambleweeny: {sentence}")
