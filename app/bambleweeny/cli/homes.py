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
