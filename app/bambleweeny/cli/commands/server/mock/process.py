"""The server of a mock: a sandbox in a child process."""

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from bambleweeny.cli.commands.server.unknown_variables import warnings_of
from bambleweeny.cli.connection.user_directories import registry
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.config import Config
from bambleweeny.server.serve import serve
from bambleweeny.system.parent import end_with_parent
from bambleweeny.system.signals import stop_signals


class NotStarted(Exception):
    """The server could not start; it has printed why."""


class ServerProcess:
    """A sandbox in a child process, which ends with this process."""

    def __init__(self, config: Config) -> None:
        self.url = ""
        self._pid, self._announced = _fork(config)
        self._has_ended = False

    def wait_until_ready(self) -> None:
        """Wait until it accepts connections; then `url` is known. NotStarted if it ends first."""
        with open(self._announced) as pipe:
            self.url = pipe.readline().strip()
        if not self.url:
            self._wait()
            raise NotStarted

    def check(self) -> None:
        """Raise CommandFailed if the server does not run any more."""
        self._has_ended = self._has_ended or os.waitpid(self._pid, os.WNOHANG)[0] != 0
        if self._has_ended:
            raise CommandFailed("The server has stopped.")

    def stop(self) -> None:
        """Stop the server and wait for its end; no signal interrupts this process any more."""
        # NOTE: a second Ctrl-C must not leave the server behind.
        signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals())
        if not self._has_ended:
            os.kill(self._pid, signal.SIGTERM)
            self._wait()

    def _wait(self) -> None:
        os.waitpid(self._pid, 0)
        self._has_ended = True


@contextmanager
def running_sandbox(config: Config) -> Iterator[ServerProcess]:
    """Start a sandbox, and stop it at the end. This process must not have threads yet."""
    server = ServerProcess(config)
    try:
        server.wait_until_ready()
        yield server
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
