"""Opens a URL in the user's browser."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress

_SECONDS = 2.0
"""How long to wait for the program that opens it, which may be the browser itself."""


def open_url(url: str) -> bool:
    """Open a URL in a browser with a window; return False if there is none."""
    if sys.platform == "win32":
        os.startfile(url)
        return True
    command = _opener()
    return command is not None and _has_opened([command, url])


def _opener() -> str | None:
    if chosen := os.environ.get("BROWSER"):
        return shutil.which(chosen)
    if sys.platform == "darwin":
        return shutil.which("open")
    has_windows = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return shutil.which("xdg-open") if has_windows else None


def _has_opened(command: list[str]) -> bool:
    quiet = subprocess.DEVNULL
    try:
        # NOTE: in a session of its own, so that Ctrl-C does not close the browser.
        process = subprocess.Popen(
            command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )
    except OSError:
        return False
    with suppress(subprocess.TimeoutExpired):
        return process.wait(_SECONDS) == 0
    return True
