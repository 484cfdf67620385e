"""The files of the package that are not Python: contract, guide, console, clients and scripts."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from zipfile import Path as PathInArchive

ARCHIVE = "resources.zip"
"""One file instead of hundreds, which an executable would have to unpack at each start."""


@cache
def resources() -> Traversable:
    """Return the folder of the package, or in an executable the archive of its files."""
    folder = files("bambleweeny")
    archive = folder / ARCHIVE
    return PathInArchive(str(archive)) if archive.is_file() else folder
