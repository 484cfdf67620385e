"""The server of a mock: a sandbox in a child process."""

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bambleweeny.cli.commands.server.unknown_variables import warnings_of
from bambleweeny.cli.connection.user_directories import registry
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.config import Config
from bambleweeny.errors import BambleweenyError
from bambleweeny.server.serve import serve
from bambleweeny.system.parent import end_with_parent
from bambleweeny.system.signals import stop_signals


class NotStarted(Exception):
    """The server could not start; it has printed why."""


class Stopped(Exception):
    """A signal has stopped the server."""


class ServerProcess:
    """A sandbox in a child process, which ends with this process."""

    def __init__(self, config: Config) -> None:
        self.url = ""
        self.is_stopping = False
        """Whether a signal has stopped it."""
        self._pid, self._announced = _fork(config)

    def wait_until_ready(self) -> None:
        """Wait until it accepts connections; then `url` is known. NotStarted if it ends first."""
        with open(self._announced) as pipe:
            self.url = pipe.readline().strip()
        if not self.url:
            raise NotStarted

    def check(self) -> None:
        """Raise Stopped after a signal, and CommandFailed if the server has ended without one."""
        if self.is_stopping:
            raise Stopped
        # NOTE: its pid stays taken until `stop`, so that a signal handler signals nobody else.
        if os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            raise CommandFailed("The server has stopped.")

    def stop_on_signals(self) -> None:
        """Stop the server on a signal to stop; what waits for its answer gets one, or an error.

        The handler raises nothing: an exception at any place could leave a lock of the client
        locked, or be dropped in a finalizer.
        """
        for number in stop_signals():
            signal.signal(number, self._note_signal)

    def stop(self) -> None:
        """Stop the server and wait for its end; no signal interrupts this process any more."""
        # NOTE: a second Ctrl-C must not leave the server behind.
        signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals())
        os.kill(self._pid, signal.SIGTERM)
        os.waitpid(self._pid, 0)

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True
        os.kill(self._pid, signal.SIGTERM)


@contextmanager
def running_sandbox(config: Config) -> Iterator[ServerProcess]:
    """Start a sandbox, and stop it at the end. This process must not have threads yet.

    Raises Stopped after a signal to stop, whatever has failed since.
    """
    signals = stop_signals()
    # NOTE: the child has them blocked, and waits for them.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    server = ServerProcess(config)
    try:
        server.stop_on_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        server.wait_until_ready()
        yield server
    except (BambleweenyError, CommandFailed, NotStarted) as ex:
        if server.is_stopping:
            raise Stopped from ex
        raise
    finally:
        server.stop()


def _fork(config: Config) -> tuple[int, int]:
    """Fork a server; return its pid, and a pipe from which its URL can be read."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    status = 1
    try:
        os.close(reading)
        end_with_parent()
        if os.getppid() == parent:
            status = _serve(config, writing)
    except Exception:
        traceback.print_exc()
    finally:
        # NOTE: only the parent may run the cleanup code of the stack that was forked.
        os._exit(status)


def _serve(config: Config, writing: int) -> int:
    def announce(url: str) -> None:
        # NOTE: closed before the workers are forked, so that they do not keep it open.
        with open(writing, "w") as pipe:
            pipe.write(f"{url}\n")

    warnings = warnings_of(os.environ)
    return serve(config, sandbox=True, registry=registry(), warnings=warnings, on_ready=announce)
