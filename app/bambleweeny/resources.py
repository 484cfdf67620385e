"""The files of the package that are not Python: contract, guide, console, clients and scripts."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from zipfile import Path as PathInArchive
from zipfile import ZipFile

ARCHIVE = "resources.zip"
"""One file instead of hundreds, which an executable would have to unpack at each start."""


@cache
def resources() -> Traversable:
    """Return the folder of the package, or in an executable the archive of its files."""
    folder = files("bambleweeny")
    archive = folder / ARCHIVE
    return opened(archive.read_bytes()) if archive.is_file() else folder


def opened(archive: bytes) -> Traversable:
    """Return the folder that is in a ZIP archive."""
    # NOTE: not an open file: after a fork all workers would move the same position in it.
    return PathInArchive(ZipFile(BytesIO(archive)))
