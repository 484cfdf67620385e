"""Input and output files of a command, or standard input and output."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bambleweeny.cli.arguments.inputs import STANDARD
from bambleweeny.errors import BambleweenyError


@contextmanager
def target(name: str) -> Iterator[IO[bytes]]:
    """Open a file for writing, or stdout. A regular file is created atomically at the end."""
    path = Path(name)
    if name == STANDARD:
        with open(sys.stdout.fileno(), "wb", closefd=False) as out:
            yield out
    elif path.exists() and not path.is_file():
        with open(path, "wb") as out:
            yield out
    else:
        with _whole_file(path.resolve()) as out:
            yield out


@contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    # NOTE: mkstemp makes it readable by its owner only; a backup contains password hashes.
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    unfinished = Path(name)
    try:
        with open(number, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Put the name of a file before the error of one of its lines."""
    try:
        yield
    except BambleweenyError as ex:
        if ex.index is not None and name != STANDARD:
            ex.args = (f"{name}: {ex}",)
        raise


@contextmanager
def source(name: str) -> Iterator[IO[bytes]]:
    """Open a file or stdin for reading. It is seekable, so that it can be read twice."""
    with open(
        sys.stdin.fileno() if name == STANDARD else name, "rb", closefd=name != STANDARD
    ) as given:
        if given.seekable():
            yield given
            return
        with tempfile.TemporaryFile() as spooled:
            shutil.copyfileobj(given, spooled, 1 << 20)
            spooled.seek(0)
            yield spooled
