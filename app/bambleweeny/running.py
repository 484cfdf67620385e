"""What runs on a data directory: whether anything does, and the URLs at which it answers."""

from contextlib import suppress
from pathlib import Path

SERVER = "server.url"
"""The file with the URL of the server; the engine's is in store/running.py."""


def is_in_use(data_dir: Path) -> bool:
    """Tell whether a server or an engine holds a data directory.

    On Windows, which has no server, nothing does. Raises OSError where the directory cannot
    be read.
    """
    try:
        import fcntl  # noqa: PLC0415
    except ModuleNotFoundError:
        return False
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
