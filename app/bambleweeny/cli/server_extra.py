"""Commands that need the extra `server`, which an installation may lack."""

import sys
from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from typing import TypeVar

from bambleweeny.cli.failures import CommandFailed

INSTALL = "pip install '.[server]'"
"""The command that installs the extra, in a clone."""

_Context = TypeVar("_Context")


def has_server() -> bool:
    """Return whether the extra is installed, by one of its packages."""
    return find_spec("hiredis") is not None


def needs_server(run: Callable[[_Context], int]) -> Callable[[_Context], int]:
    """Decorate a command: it fails with one sentence if a package of the extra is missing."""

    @wraps(run)
    def checked(context: _Context) -> int:
        try:
            return run(context)
        except ModuleNotFoundError as ex:
            missing = (ex.name or "").partition(".")[0]
            if missing == __package__.partition(".")[0]:
                raise
            raise CommandFailed(_advice(missing)) from ex

    return checked


def _advice(missing: str) -> str:
    if sys.platform != "linux":
        return "This command needs the server, which runs on Linux: use it there or in a container."
    return (
        f"This command needs the server, which is not installed (no module '{missing}'); "
        f"in a clone: {INSTALL}"
    )
