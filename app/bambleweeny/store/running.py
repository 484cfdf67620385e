"""Is the engine of a data directory running, and where does it answer?"""

import fcntl
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote


def note_engine_url(data_dir: Path, url: str) -> None:
    """Leave word in the data directory of where its engine answers.

    A full disk may have no room for that; the engine's usual place is known without.
    """
    file = _file(data_dir)
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_text(url + "\n")


def forget_engine_url(data_dir: Path) -> None:
    """Take the word back."""
    _file(data_dir).unlink(missing_ok=True)


def running_engine_url(data_dir: Path) -> str | None:
    """Tell where the engine answers that uses a data directory; None where none does.

    Raises OSError where the directory cannot be read.
    """
    try:
        lock = open(data_dir / "lock", "rb")
    except FileNotFoundError:
        return None
    with lock:
        try:
            # NOTE: shared, so that two that look at the same time do not see each other.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            with suppress(FileNotFoundError):
                if url := _file(data_dir).read_text().strip():
                    return url
            return f"unix://{quote(str(data_dir / 'run' / 'engine.sock'))}"
    return None


def _file(data_dir: Path) -> Path:
    return data_dir / "run" / "engine.url"
