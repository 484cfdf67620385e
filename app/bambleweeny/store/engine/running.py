"""The URL of the engine that uses a data directory, stored in that directory."""

from pathlib import Path
from urllib.parse import quote

from bambleweeny.system.data_directory import forget_url, is_in_use, note_url, noted_url

_ENGINE = "engine.url"


def note_engine_url(data_dir: Path, url: str) -> None:
    """Store the engine's URL in its data directory."""
    note_url(data_dir, _ENGINE, url)


def forget_engine_url(data_dir: Path) -> None:
    """Remove the stored URL."""
    forget_url(data_dir, _ENGINE)


def running_engine_url(data_dir: Path) -> str | None:
    """Return the URL of the engine that uses a data directory, or None if none does.

    Without a stored URL this is the usual path. Raises OSError if the directory cannot be read.
    """
    if not is_in_use(data_dir):
        return None
    usual = f"unix://{quote(str(data_dir / 'run' / 'engine.sock'))}"
    return noted_url(data_dir, _ENGINE) or usual
