"""Is the engine of a data directory running, and where does it answer?"""

from pathlib import Path
from urllib.parse import quote

from bambleweeny.system.data_directory import forget_url, is_in_use, note_url, noted_url

_ENGINE = "engine.url"


def note_engine_url(data_dir: Path, url: str) -> None:
    """Leave word in the data directory of where its engine answers."""
    note_url(data_dir, _ENGINE, url)


def forget_engine_url(data_dir: Path) -> None:
    """Take the word back."""
    forget_url(data_dir, _ENGINE)


def running_engine_url(data_dir: Path) -> str | None:
    """Tell where the engine answers that uses a data directory; None where none does.

    Without a word of it that is its usual place. Raises OSError where the directory
    cannot be read.
    """
    if not is_in_use(data_dir):
        return None
    usual = f"unix://{quote(str(data_dir / 'run' / 'engine.sock'))}"
    return noted_url(data_dir, _ENGINE) or usual
