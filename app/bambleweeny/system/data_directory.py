"""What runs on a data directory: whether anything does, and the URLs at which it answers."""

import fcntl
import logging
import os
import stat
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)

SERVER = "server.url"
"""The file with the URL of the server; the engine's is in store/engine/running.py."""


def is_in_use(data_dir: Path) -> bool:
    """Tell whether a server or an engine holds a data directory.

    Raises OSError where the directory cannot be read.
    """
    try:
        lock = open(data_dir / "lock", "rb")
    except FileNotFoundError:
        return False
    with lock:
        try:
            # NOTE: shared, so that two that look at the same time do not see each other.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def make_data_dir(data_dir: Path) -> None:
    """Make a data directory where there is none; OSError says what is there in its place."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as ex:
        raise FileExistsError(ex.errno, _what_is(Path(ex.filename)), ex.filename) from ex


def _what_is(path: Path) -> str:
    if path.is_symlink() and not path.exists():
        return f"{path} is a symbolic link to {path.readlink()}, which is not there"
    return f"{path} is not a directory"


def warn_if_exposed(data_dir: Path) -> None:
    """Log a warning where other users could replace what is in a data directory.

    A directory that is set-group-ID is shared on purpose, as a volume of Kubernetes is.
    """
    state = data_dir.stat()
    mode = stat.S_IMODE(state.st_mode)
    if mode & stat.S_IWOTH or (mode & stat.S_IWGRP and not mode & stat.S_ISGID):
        _log.warning(
            "others can change what is in %s (mode %04o); run: chmod 700 '%s'",
            *(data_dir, mode, data_dir),
        )
    elif os.geteuid() not in (0, state.st_uid) and state.st_uid != 0:
        _log.warning("another user (id %d) owns %s and can read it all", state.st_uid, data_dir)


def note_url(data_dir: Path, file: str, url: str) -> None:
    """Leave word in a data directory of where something answers.

    A full disk may have no room for that; then there is no word.
    """
    noted = _noted(data_dir, file)
    with suppress(OSError):
        noted.parent.mkdir(mode=0o700, exist_ok=True)
        noted.write_text(url + "\n")
        noted.chmod(0o600)


def forget_url(data_dir: Path, file: str) -> None:
    """Take the word back."""
    _noted(data_dir, file).unlink(missing_ok=True)


def noted_url(data_dir: Path, file: str) -> str | None:
    """Give the word that was left; None where there is none.

    What was killed leaves it behind: ask `is_in_use` as well.
    """
    with suppress(FileNotFoundError):
        return _noted(data_dir, file).read_text().strip() or None
    return None


def _noted(data_dir: Path, file: str) -> Path:
    return data_dir / "run" / file
