"""The state of a data directory: whether it is in use, and the URLs of its processes."""

import logging
import stat
from contextlib import suppress
from pathlib import Path

from bambleweeny.system.portable import try_lock, user_id

_log = logging.getLogger(__name__)

SERVER = "server.url"
"""The name of the file with the server's URL; for the engine see store/engine/running.py."""


def is_in_use(data_dir: Path) -> bool:
    """Return whether a server or an engine holds the lock of a data directory.

    Raises OSError if the lock file cannot be opened.
    """
    try:
        file = open(data_dir / "lock", "rb")
    except FileNotFoundError:
        return False
    with file:
        # NOTE: a shared lock, so that two concurrent checks do not report each other.
        return not try_lock(file.fileno(), shared=True)


def make_data_dir(data_dir: Path) -> None:
    """Create a data directory if it is missing. Raises OSError, which names the obstacle."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as ex:
        raise FileExistsError(ex.errno, _obstacle(Path(ex.filename)), ex.filename) from ex


def _obstacle(path: Path) -> str:
    if path.is_symlink() and not path.exists():
        return f"{path} is a symbolic link to {path.readlink()}, which does not exist"
    return f"{path} is not a directory"


def warn_if_exposed(data_dir: Path) -> None:
    """Log a warning if another user can change or read a data directory.

    A set-group-ID directory is shared with its group on purpose, as a volume of Kubernetes
    is.
    """
    state = data_dir.stat()
    mode = stat.S_IMODE(state.st_mode)
    if mode & stat.S_IWOTH or (mode & stat.S_IWGRP and not mode & stat.S_ISGID):
        _log.warning(
            "others can change what is in %s (mode %04o); run: chmod 700 '%s'",
            *(data_dir, mode, data_dir),
        )
    elif user_id() not in (0, state.st_uid) and state.st_uid != 0:
        _log.warning("another user (id %d) owns %s and can read it all", state.st_uid, data_dir)


def note_url(data_dir: Path, file: str, url: str) -> None:
    """Write the URL of a process to a file in a data directory.

    Errors are ignored: if the disk is full, there is no file.
    """
    path = _url_file(data_dir, file)
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(url + "\n")
        path.chmod(0o600)


def forget_url(data_dir: Path, file: str) -> None:
    """Delete the file with the URL."""
    _url_file(data_dir, file).unlink(missing_ok=True)


def noted_url(data_dir: Path, file: str) -> str | None:
    """Return the URL from the file, or None if there is no file.

    A killed process leaves its file behind: check `is_in_use` as well.
    """
    with suppress(FileNotFoundError):
        return _url_file(data_dir, file).read_text().strip() or None
    return None


def _url_file(data_dir: Path, file: str) -> Path:
    return data_dir / "run" / file
