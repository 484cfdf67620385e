"""Where the command line keeps files of its user."""

import os
from pathlib import Path


def home_of(variable: str, usual: str) -> Path:
    """Give our directory under what an XDG variable names, or under its usual place at home."""
    root = Path(os.environ.get(variable, ""))
    if not root.is_absolute():
        try:
            root = Path.home() / usual
        except RuntimeError:
            # NOTE: in a container a user may have no home; then there is nothing in it either.
            root = Path("/") / usual
    return root / "bambleweeny"


def registry() -> Path:
    """Return the directory in which the servers of this user leave their notes."""
    root = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if root.is_absolute() and root.is_dir() and root.stat().st_uid == os.geteuid():
        return root / "bambleweeny"
    return home_of("XDG_STATE_HOME", ".local/state") / "run"
