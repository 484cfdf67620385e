"""The exit status of a command: 0 success, 1 failure, 2 usage error."""

import os
import sys
from collections.abc import Callable

from bambleweeny.cli.escapes import to_people
from bambleweeny.errors import BambleweenyError
from bambleweeny.options import ConfigError

_HINTS = {
    "unauthorized": "Log in with 'bambleweeny login URL', or give --token, or --user and "
    "--password.",
    "wrong_login": "If the password has changed, log in again with 'bambleweeny login URL'.",
}
"""Advice for users of the command line. The server's hints are for users of HTTP."""


class CommandFailed(Exception):
    """A command failed; the message says why."""

    def __init__(self, info: str, *, hint: str | None = None) -> None:
        super().__init__(info)
        self.hint = hint


class WrongUse(CommandFailed):
    """A command was called with wrong arguments."""


CLOSED_PIPE = 141
"""The status after the reader of our output has exited: that of a tool that SIGPIPE ends."""

Advise = Callable[[BambleweenyError], str | None]
"""Returns advice about an error; None if there is nothing better than its hint."""


def flushed(run: Callable[[], int]) -> int:
    """Run a command, write all that it has printed, and return its exit status."""

    def work() -> int:
        try:
            return run()
        finally:
            sys.stdout.flush()

    return status_of(work)


def status_of(
    run: Callable[[], int | None],
    *,
    prefix: str = "bambleweeny: ",
    advise: Advise = lambda _: None,
) -> int:
    """Run a command and return its exit status. A failure is printed to stderr."""
    try:
        return run() or 0
    except BambleweenyError as ex:
        to_people(f"{prefix}{ex} ({ex.code})", advise(ex) or _HINTS.get(ex.code, ex.hint))
    except CommandFailed as ex:
        to_people(f"{prefix}{ex}", ex.hint)
        return 2 if isinstance(ex, WrongUse) else 1
    except ConfigError as ex:
        to_people(f"{prefix}{ex}")
        return 2
    except BrokenPipeError:
        # NOTE: the reader of our output has exited; without this, Python prints an error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except OSError as ex:
        to_people(f"{prefix}Cannot use {ex.filename or 'a file'}: {ex.strerror or ex}.")
    except KeyboardInterrupt:
        to_people(f"{prefix}Interrupted.")
    return 1
