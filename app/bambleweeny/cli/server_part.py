"""The commands that need the server, in an installation that may be the client alone."""

import sys
from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from typing import TypeVar

from bambleweeny.cli.failures import CommandFailed

INSTALL = "pip install '.[server]'"
"""Installs the server's packages, in a clone."""

_Context = TypeVar("_Context")


def has_server() -> bool:
    """Return whether the package with which the server speaks to an engine is installed."""
    return find_spec("hiredis") is not None


def needs_server(run: Callable[[_Context], int]) -> Callable[[_Context], int]:
    """Make a command fail with one sentence where a package of the server is not installed."""

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
