"""The directories for files of the command line's user."""

import os
from pathlib import Path

from bambleweeny.system.portable import user_id


def home_of(variable: str, usual: str) -> Path:
    """Return our directory in that of an XDG variable, or in its default in the home."""
    root = Path(os.environ.get(variable, ""))
    if not root.is_absolute():
        try:
            root = Path.home() / usual
        except RuntimeError:
            # NOTE: in a container, a user may have no home, and therefore no files in it.
            root = Path("/") / usual
    return root / "bambleweeny"


def registry() -> Path:
    """Return the directory in which the servers of this user register."""
    root = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if root.is_absolute() and root.is_dir() and root.stat().st_uid == user_id():
        return root / "bambleweeny"
    return home_of("XDG_STATE_HOME", ".local/state") / "run"
