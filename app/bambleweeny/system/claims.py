"""Claims: files and directories that a process owns by holding a lock on them.

The kernel releases the lock when the process ends, even after SIGKILL. An unlocked path is
therefore left over from a dead process, and the next process deletes it.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bambleweeny.system.portable import try_lock, user_id

_RELEASE_TIMEOUT_SECONDS = 1.0


@dataclass
class Claim:
    """A file or directory that this process has created and locked."""

    path: Path
    _fd: int

    def remove(self) -> None:
        """Delete the file or directory and release its lock."""
        _remove(self.path)
        self.forget()

    def forget(self) -> None:
        """Close the descriptor and delete nothing, as a forked child does.

        The lock stays with the parent.
        """
        os.close(self._fd)


def claim_directory(prefix: str) -> Claim:
    """Create and lock a private directory for temporary files. Raises OSError."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix))
        if claim := _claimed(path, os.open(path, os.O_RDONLY | os.O_DIRECTORY)):
            return claim


def claim_file(path: Path, text: str) -> Claim:
    """Create and lock a private file, replacing any other. Raises OSError."""
    while True:
        path.unlink(missing_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if claim := _claimed(path, fd):
            os.write(fd, text.encode())
            return claim


def is_claimed(path: Path) -> bool:
    """Return whether a running process of this user holds the lock on a path."""
    with _opened(path) as fd:
        return fd is not None and not try_lock(fd, shared=True)


def remove_dead(
    directory: Path, pattern: str, is_in_use: Callable[[Path], bool] = lambda _: False
) -> None:
    """Delete what dead processes of this user left in a directory.

    An unlocked path that `is_in_use`, such as that of a process that is about to end, gets
    a second to be released; after that it is left alone. Errors are ignored.
    """
    deadline = time.monotonic() + _RELEASE_TIMEOUT_SECONDS
    for path in directory.glob(pattern):
        with _opened(path) as fd, suppress(OSError):
            if fd is None or not try_lock(fd, shared=False):
                continue
            while is_in_use(path) and time.monotonic() < deadline:
                time.sleep(0.02)
            if not is_in_use(path):
                _remove(path)


def _claimed(path: Path, fd: int) -> Claim | None:
    """Lock a new path; None if another process has deleted it as a dead one's."""
    if try_lock(fd, shared=False) and _is_in_place(path, fd):
        return Claim(path, fd)
    os.close(fd)
    return None


def _is_in_place(path: Path, fd: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(path.lstat(), os.fstat(fd))
    return False


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Open a path of this user; None if it is missing, a link or another user's."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        yield None
        return
    try:
        yield fd if os.fstat(fd).st_uid == user_id() else None
    finally:
        os.close(fd)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
