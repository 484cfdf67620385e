"""Claims: files and directories that a process holds a lock on for as long as it lives.

What is not locked was left by a process that was killed, and the next one removes it. The lock
goes away with the process, whatever ends it.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_PATIENCE_SECONDS = 1.0


@dataclass
class Claim:
    """A file or directory that this process has made and holds."""

    path: Path
    _number: int

    def remove(self) -> None:
        """Remove it, and let go of it."""
        _remove(self.path)
        self.forget()

    def forget(self) -> None:
        """Let go of it alone, as in a process that was forked from the one that holds it."""
        os.close(self._number)


def claim_directory(prefix: str) -> Claim:
    """Make a private directory below the temporary one, and hold it. Raises OSError."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix))
        if claim := _claimed(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY)):
            return claim


def claim_file(path: Path, text: str) -> Claim:
    """Make a private file in the place of any other, and hold it. Raises OSError."""
    while True:
        path.unlink(missing_ok=True)
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if claim := _claimed(path, number):
            os.write(number, text.encode())
            return claim


def is_claimed(path: Path) -> bool:
    """Tell whether a process of this user holds a file or directory."""
    with _opened(path) as number:
        return number is not None and not _locked(number, fcntl.LOCK_SH)


def remove_dead(
    place: Path, pattern: str, is_in_use: Callable[[Path], bool] = lambda _: False
) -> None:
    """Remove what killed processes of this user left in a directory, as far as it is found.

    What is held by nobody and still in use, as by a process that is about to end, is waited
    for up to a second, and then left.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    for path in place.glob(pattern):
        with _opened(path) as number, suppress(OSError):
            if number is None or not _locked(number, fcntl.LOCK_EX):
                continue
            while is_in_use(path) and time.monotonic() < deadline:
                time.sleep(0.02)
            if not is_in_use(path):
                _remove(path)


def _claimed(path: Path, number: int) -> Claim | None:
    """Lock what was just made; None where another process took it for a dead one's."""
    if _locked(number, fcntl.LOCK_EX) and _is_in_place(path, number):
        return Claim(path, number)
    os.close(number)
    return None


def _is_in_place(path: Path, number: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(path.lstat(), os.fstat(number))
    return False


def _locked(number: int, how: int) -> bool:
    try:
        fcntl.flock(number, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Open what is this user's own; None where it is gone, a link or another user's."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        yield None
        return
    try:
        yield number if os.fstat(number).st_uid == os.geteuid() else None
    finally:
        os.close(number)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
