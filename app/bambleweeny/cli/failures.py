"""How a command ends: 0 it went well, 1 it failed, 2 it was asked wrongly."""

import os
import sys
from collections.abc import Callable

from bambleweeny.cli.escapes import to_people
from bambleweeny.config import ConfigError
from bambleweeny.errors import BambleweenyError

_HINTS = {
    "unauthorized": "Log in with 'bambleweeny login URL', or give --token, or --user and "
    "--password.",
    "wrong_login": "Where the password was changed, log in again with 'bambleweeny login URL'.",
}
"""Advice for who types commands, where the server's is for who writes requests."""


class CommandFailed(Exception):
    """A command cannot do what it was asked; the sentence says why."""

    def __init__(self, info: str, *, hint: str | None = None) -> None:
        super().__init__(info)
        self.hint = hint


class WrongUse(CommandFailed):
    """A command was asked wrongly."""


Advise = Callable[[BambleweenyError], str | None]
"""Returns what to do about an error; None where there is nothing better than its hint."""


def status_of(
    run: Callable[[], int | None],
    *,
    prefix: str = "bambleweeny: ",
    advise: Advise = lambda _: None,
) -> int:
    """Run a command and give its exit status; what failed is a sentence on stderr."""
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
        # NOTE: who read our output has left; without this the end of Python would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as ex:
        to_people(f"{prefix}Cannot use {ex.filename or 'a file'}: {ex.strerror or ex}.")
    except KeyboardInterrupt:
        to_people(f"{prefix}Broken off.")
    return 1
