"""The start of the built program: what unpacking borrowed is given back.

The launcher (`launcher.c`) has unpacked this program below the temporary directory and holds a
lock on the place, which every process of it inherits; in an image nothing is unpacked.
"""

import fcntl
import os
import shutil
import sys
import tempfile
from pathlib import Path

_LOCK = "_BAMBLEWEENY_UNPACKED"


def _tidy_environment() -> int | None:
    """Hide what is the loader's alone from our children; answer the lock."""
    search_path = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    for name in ("LD_LIBRARY_PATH", "LD_ORIGIN_PATH"):
        os.environ.pop(name, None)
    if search_path is not None:
        os.environ["LD_LIBRARY_PATH"] = search_path
    for name in [name for name in os.environ if name.startswith("_PYI_")]:
        del os.environ[name]
    lock = os.environ.pop(_LOCK, None)
    return int(lock) if lock else None


def _leave(place: Path, lock: int) -> None:
    """Remove what was unpacked, unless another process runs from it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    shutil.rmtree(place, ignore_errors=True)


def _run() -> int:
    lock, place, pid = _tidy_environment(), Path(sys.executable).parent, os.getpid()
    if lock is not None:
        # NOTE: temporary files of a killed program go with it at the next start.
        tempfile.tempdir = str(place)
    try:
        from bambleweeny.cli import main  # noqa: PLC0415  its children must see the tidied environment

        return main()
    finally:
        if lock is not None and os.getpid() == pid:
            _leave(place, lock)


raise SystemExit(_run())
