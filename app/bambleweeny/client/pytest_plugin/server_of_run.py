"""The server that a run of pytest starts when its first test needs one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

LOGIN = ("admin", "changeme")
_COMMAND = (
    "sandbox", "--listen", "127.0.0.1:0", "--workers", "1", "--max-sandboxes", "1000",
    "--admin-password", LOGIN[1], "--log-level", "warning",
)  # fmt: skip
_INSTEAD = (
    "Name a server with --b9y-url or BAMBLEWEENY_URL, or install the extra 'server' of bambleweeny."
)
_OUT, _LOG, _FAILED, _PID = "out.txt", "log.txt", "failed.txt", "pid.txt"
_PAUSE_SECONDS = 0.02
_MOST_SECONDS = 60.0
_SECONDS_TO_STOP = 20.0


class NotStarted(Exception):
    """The server could not be started; the message is for people."""


class ServerOfRun:
    """A server that the processes of a run share: who makes the directory `place` starts it.

    The process that has `stops_it` stops the server and deletes the directory.
    """

    def __init__(self, place: Path, *, stops_it: bool) -> None:
        self.place = place
        self.started_url = ""
        self._stops_it = stops_it
        self._process: subprocess.Popen[bytes] | None = None

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
        """Stop the server if there is one, and delete its directory."""
        if not self._stops_it or not self.place.is_dir():
            return
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_SECONDS_TO_STOP)
        else:
            # NOTE: the process that started it has ended, so that nothing waits for the server.
            with suppress(OSError, ValueError):
                os.kill(int((self.place / _PID).read_text()), signal.SIGTERM)
        shutil.rmtree(self.place, ignore_errors=True)

    def _start(self) -> None:
        with (self.place / _OUT).open("wb") as out, (self.place / _LOG).open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bambleweeny", *_COMMAND],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                # NOTE: Ctrl-C at a terminal ends the tests first, and those end the server.
                start_new_session=True,
            )
        (self.place / _PID).write_text(str(self._process.pid))

    def _wait(self) -> str:
        """Wait until the server prints its last line, and return its URL."""
        deadline = time.monotonic() + _MOST_SECONDS
        while time.monotonic() < deadline:
            has_ended = self._process is not None and self._process.poll() is not None
            if has_ended:
                (self.place / _FAILED).touch()
            lines = _lines_of(self.place / _OUT)
            if "Login" in lines:
                return lines["URL"]
            if has_ended or (self.place / _FAILED).exists():
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
