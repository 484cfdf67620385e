"""A disk reserve for the embedded engine, so that a full disk never makes a write fail.

If the engine cannot write its append-only file, it has answered writes that the file lacks,
and it refuses deletions too. So part of the disk is a reserve. While less than the reserve is
free, the engine refuses writes that need memory, as it does when its memory is full; reads,
pops and deletions continue and use the reserve. Half of the reserve is blocks that already
belong to the file, after its end; no other program can take them. If writes are faster than
the watch, a spare file is deleted, so that the engine can write what it still has in memory.

Deletions also make the file longer. Only a rewrite makes it shorter, and needs room itself; so
the watch, which knows the room, starts the rewrite.
"""

import ctypes
import logging
import os
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bambleweeny.errors import StoreUnavailable
from bambleweeny.store.client.link import Command, Link
from bambleweeny.store.client.url import parse_engine_url
from bambleweeny.store.engine.embedded import EmbeddedEngine

_log = logging.getLogger(__name__)

_MAX_RESERVE = 64 << 20
_DISK_PER_RESERVE = 4
_FAR = 2 << 30
_SPARE_NAME = "spare"
_TURN_SECONDS = 0.1
_FAR_TURN_SECONDS = 0.25
_SHORT_TURN_SECONDS = 0.01
_REWRITE_FULL_FROM = 1 << 20
_REWRITE_SECONDS = 1.0
_KEEP_SIZE = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


class _Room(NamedTuple):
    """Sizes of the disk and the file, in bytes."""

    inode: int
    size: int
    ahead: int
    free: int
    reserve: int

    @property
    def left(self) -> int:
        return self.ahead + self.free


class DiskReserve:
    """The watch over an engine's disk. One process runs it, a few times a second.

    It opens a connection to the engine for each question and closes it again, so that a forked
    process never shares one.
    """

    def __init__(self, engine: EmbeddedEngine, *, max_memory: int) -> None:
        self._engine = engine
        self._max_memory = max_memory
        self._spare = engine.data_dir / _SPARE_NAME
        self._is_full = False
        self._engine_state: tuple[int | None, bool] = (None, False)
        self._rewrite_due = 0.0
        self._file = (0, 0)

    def keep(self) -> float:
        """Check the disk once and act; return the seconds until the next check.

        Costs a few system calls while there is room.
        """
        try:
            room = _measure(self._engine.append_only_file)
        except OSError:
            return _TURN_SECONDS  # the engine has not created the file yet
        self._update_state(room)
        self._check_spare(room)
        if self._engine.pid and self._engine_state != (self._engine.pid, self._is_full):
            self._set_max_memory()
        self._rewrite_if_useful(room)
        if self._is_full:
            return _TURN_SECONDS
        if room.left < 8 * room.reserve:
            return _SHORT_TURN_SECONDS
        # NOTE: a client cannot write a gigabyte in so short a time.
        return _FAR_TURN_SECONDS if room.left > _FAR else _TURN_SECONDS

    def _update_state(self, room: _Room) -> None:
        if room.ahead < room.reserve // 4 and room.free >= room.reserve // 2:
            _preallocate(self._engine.append_only_file, room.size, room.reserve // 2)
        was_full = self._is_full
        # NOTE: the limit to leave this state is higher, so that the state does not flap.
        self._is_full = room.left < (room.reserve * 5 // 4 if was_full else room.reserve)
        if self._is_full and not was_full:
            _log.error(
                "the disk is full, %d bytes are left in %s: writes are refused until %d are free",
                room.left, self._engine.data_dir, room.reserve * 5 // 4,
            )  # fmt: skip
        elif was_full and not self._is_full:
            _log.warning("the disk has room again: writes are accepted")

    def _check_spare(self, room: _Room) -> None:
        """Delete the spare file when room is short; create it again only when there is plenty."""
        if room.left < room.reserve // 8:
            self._delete_spare()
        elif not self._is_full and room.free > 2 * room.reserve and not self._spare.exists():
            try:
                with open(self._spare, "wb") as file:
                    os.posix_fallocate(file.fileno(), 0, room.reserve // 2)
            except OSError:
                self._spare.unlink(missing_ok=True)

    def _delete_spare(self) -> None:
        if self._spare.exists():
            self._spare.unlink(missing_ok=True)
            _log.warning("%s is deleted to make room", self._spare)

    def _set_max_memory(self) -> None:
        most = 1 if self._is_full else self._max_memory
        if self._ask(("CONFIG", "SET", "maxmemory", most)) == b"OK":
            self._engine_state = (self._engine.pid, self._is_full)

    def _rewrite_if_useful(self, room: _Room) -> None:
        """Start a rewrite if it should halve the file and both files fit on the disk."""
        size_when_new = self._size_when_new(room)
        now = time.monotonic()
        least = _REWRITE_FULL_FROM if self._is_full else room.reserve
        if now < self._rewrite_due or room.size < max(least, 2 * size_when_new):
            return
        self._rewrite_due = now + _REWRITE_SECONDS
        said = self._ask(("INFO", "memory"))
        if not isinstance(said, bytes):
            return
        used = int(said.partition(b"used_memory_dataset:")[2].split()[0])
        if 2 * used > room.size:
            return
        if used < room.free - (0 if self._is_full else room.reserve):
            self._ask(("BGREWRITEAOF",))
        elif self._is_full and used < room.free + room.reserve // 2:
            self._delete_spare()  # the next check sees the room that this frees

    def _size_when_new(self, room: _Room) -> int:
        """Return the size of the file after the last rewrite, or 0 if none was seen."""
        if room.inode != self._file[0]:
            self._file = (room.inode, room.size if self._file[0] else 0)
        return self._file[1]

    def _ask(self, command: Command) -> object:
        address = parse_engine_url(self._engine.url).addresses[0]
        link = Link(replace(address, connect_timeout=1.0, timeout=1.0))
        with closing(link):
            try:
                [reply] = link.ask([command])
            except StoreUnavailable:
                return None
            return reply


def _measure(file: Path) -> _Room:
    state, disk = file.stat(), os.statvfs(file)
    return _Room(
        inode=state.st_ino,
        size=state.st_size,
        ahead=max(0, state.st_blocks * 512 - state.st_size),
        free=disk.f_bavail * disk.f_frsize,
        reserve=min(_MAX_RESERVE, disk.f_blocks * disk.f_frsize // _DISK_PER_RESERVE),
    )


def _preallocate(file: Path, offset: int, length: int) -> None:
    """Allocate blocks after the end of a file; its size stays. Some file systems cannot do that."""
    # NOTE: os.posix_fallocate would change the size, and the engine would read the zeros.
    with open(file, "rb+") as opened:
        done = _LIBC.fallocate(
            opened.fileno(), _KEEP_SIZE, ctypes.c_int64(offset), ctypes.c_int64(length)
        )
    if done != 0:
        _log.debug("cannot reserve disk blocks: %s", os.strerror(ctypes.get_errno()))
