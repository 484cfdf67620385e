"""The loop of `sub`: take an item, run the command, put back what failed."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from typing import TYPE_CHECKING

from bambleweeny.cli.failures import CommandFailed
from bambleweeny.errors import BambleweenyError, NoAnswer, StoreFull, StoreUnavailable

if TYPE_CHECKING:
    from bambleweeny.client import Client

_WAIT_SECONDS = 2
"""Of one pop. So long a signal may have to wait, for what is taken must not be cut off."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_PASSING = (NoAnswer, StoreUnavailable)
"""Failures that another try may not meet."""


class Worker:
    """Who runs a command for each item until told to end."""

    def __init__(
        self, client: "Client", list: str, command: list[str], *, is_dropping: bool
    ) -> None:
        self._client = client
        self._list = list
        self._command = command
        self._is_dropping = is_dropping
        self._ending = threading.Event()
        self._pause = 0.0

    def end(self) -> None:
        """Leave once the command that runs has finished; safe in a signal's handler."""
        self._ending.set()

    def work(self, most: int | None, *, idle_seconds: int | None) -> int:
        """Handle items until so many are done, none has come for so long, or told to end.

        Gives 1 where the command of the last one failed, else 0.
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

    def _take(self) -> bytes | None:
        try:
            return self._client.pop(self._list, _WAIT_SECONDS)
        except _PASSING as ex:
            self._tell(f"{ex} ({ex.code}); trying again")
            self._rest()
            return None

    def _handle(self, item: bytes) -> int:
        """Run the command for an item; give 1 where it failed, else 0."""
        try:
            # NOTE: a group of its own, so that Ctrl-C at a terminal reaches us alone.
            ended = subprocess.run(
                self._command,
                input=item,
                env={**os.environ, "BAMBLEWEENY_LIST": self._list},
                check=False,
                process_group=0,
            ).returncode
        except OSError as ex:
            self._put_back(item)
            reason = f"Cannot run {self._command[0]}: {ex.strerror}."
            raise CommandFailed(f"{reason} The item is back in '{self._list}'.") from ex
        if not ended:
            self._pause = 0.0
            return 0
        how = f"by signal {-ended}" if ended < 0 else f"with status {ended}"
        if self._is_dropping:
            self._tell(f"The command ended {how}; its item is dropped.")
        else:
            self._put_back(item)
            self._tell(f"The command ended {how}; its item is back at the end of '{self._list}'.")
        return 1

    def _put_back(self, item: bytes) -> None:
        """Add an item at the end again, however long that takes; told to end, keep it in a file.

        Where an answer did not arrive the item may be there twice, which is better than never.
        """
        while True:
            try:
                self._client.push(self._list, item)
            except (*_PASSING, StoreFull) as ex:
                if self._ending.is_set():
                    raise self._kept(item, ex) from ex
                self._tell(f"{ex} ({ex.code}); trying again to put an item back")
                self._rest()
            except BambleweenyError as ex:
                raise self._kept(item, ex) from ex
            else:
                return

    def _kept(self, item: bytes, ex: BambleweenyError) -> CommandFailed:
        with tempfile.NamedTemporaryFile(
            dir=".", prefix=f"{self._list}.", suffix=".item", delete=False
        ) as file:
            file.write(item)
        return CommandFailed(
            f"{ex} ({ex.code}) An item could not be put back; it is in {file.name}.",
            hint=f"Put it back with 'bambleweeny push {self._list} @{file.name}'.",
        )

    def _rest(self) -> None:
        self._pause = min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self._ending.wait(self._pause)

    @staticmethod
    def _tell(sentence: str) -> None:
        print(f"bambleweeny: {sentence}", file=sys.stderr, flush=True)
