"""The server that a run of pytest starts when its first test needs one."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from bambleweeny.client.pytest_plugin import serving

LOGIN = ("admin", "changeme")
_COMMAND = (
    "sandbox", "--until-eof", "--listen", "127.0.0.1:0", "--workers", "1", "--max-sandboxes",
    "1000", "--admin-password", LOGIN[1], "--log-level", "warning",
)  # fmt: skip
_INSTEAD = (
    "Name a server with --b9y-url or BAMBLEWEENY_URL, or install the extra 'server' of bambleweeny."
)
_OUT, _LOG = "out.txt", "log.txt"
_PAUSE_SECONDS = 0.02
_MOST_SECONDS = 60.0
_SECONDS_TO_STOP = 20.0


class NotStarted(Exception):
    """The server could not be started; the message is for people."""


class ServerOfRun:
    """A server that the processes of a run share: who makes the directory `place` starts it.

    The server stops and deletes the directory when its standard input ends: a pipe whose other
    end one process of the run holds, also if that process is killed. `input` is the path of the
    pipe if another process holds it, the controller of xdist for its workers.
    """

    def __init__(self, place: Path, input: str = "") -> None:
        self.place = place
        self.started_url = ""
        self._input = input
        self._pipe: tuple[int, int] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def shared_input(self) -> str:
        """Return the path of a pipe that this process holds until it stops the server."""
        if self._pipe is None:
            self._pipe = os.pipe()
        return f"/proc/{os.getpid()}/fd/{self._pipe[0]}"

    def url(self) -> str:
        """Return the URL of the server, and start it if no process of the run has done so.

        Raises NotStarted.
        """
        try:
            self.place.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            self._start()
        self.started_url = self._wait()
        return self.started_url

    def stop(self) -> None:
        """Stop the server and delete its directory, if this process holds the pipe."""
        if self._pipe is None:
            return
        for end in self._pipe:
            os.close(end)
        self._pipe = None
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_SECONDS_TO_STOP)
        # NOTE: the process of the server does this, too, unless it could not begin.
        shutil.rmtree(self.place, ignore_errors=True)

    def _start(self) -> None:
        place = self.place
        with (
            self._opened_input() as pipe,
            (place / _OUT).open("wb") as out,
            (place / _LOG).open("wb") as log,
        ):
            self._process = subprocess.Popen(
                [sys.executable, "-P", serving.__file__, str(place), *_COMMAND],
                stdin=pipe,
                stdout=out,
                stderr=log,
                # NOTE: Ctrl-C at a terminal ends the tests first, and those end the server.
                start_new_session=True,
            )

    def _opened_input(self) -> IO[bytes]:
        """Open the end of the pipe from which the server reads."""
        with suppress(OSError):  # the controller has ended
            if self._input:
                return open(self._input, "rb", buffering=0)
        return open(self.shared_input(), "rb", buffering=0)

    def _wait(self) -> str:
        """Wait until the server prints its last line, and return its URL."""
        deadline = time.monotonic() + _MOST_SECONDS
        while time.monotonic() < deadline:
            has_ended = self._process is not None and self._process.poll() is not None
            if has_ended:
                (self.place / serving.FAILED).touch()
            lines = _lines_of(self.place / _OUT)
            if "Login" in lines:
                return lines["URL"]
            if has_ended or (self.place / serving.FAILED).exists():
                break
            time.sleep(_PAUSE_SECONDS)
        raise NotStarted(self._reason())

    def _reason(self) -> str:
        log = ""
        with suppress(OSError):
            log = (self.place / _LOG).read_text("utf-8", "replace").strip()
        return f"The server for b9y_sandbox did not start. {_INSTEAD}\n{log}".rstrip()


def _lines_of(out: Path) -> dict[str, str]:
    """Return the complete lines of the output by their first word."""
    try:
        text = out.read_text("utf-8", "replace")
    except OSError:
        return {}
    whole = text[: text.rfind("\n") + 1].splitlines()
    return {word: rest for word, _, rest in (_words(line) for line in whole)}


def _words(line: str) -> tuple[str, str, str]:
    word, space, rest = line.strip().partition(" ")
    return word, space, rest.strip()
