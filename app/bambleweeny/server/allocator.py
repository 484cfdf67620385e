"""The C library's allocator: freed memory is returned to the system."""

import ctypes
import time
from pathlib import Path
from resource import getpagesize

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGE = 4 << 20
_KEPT = 8 << 20
_SLACK = 2 << 20
_TRIM_SECONDS = 2.0
_THOROUGH_SECONDS = 5.0
_STATM = Path("/proc/self/statm")


def bound_allocator() -> None:
    """Return large blocks when they are freed, and use one heap, here and in forked processes.

    By default, glibc returns a large block only until the first one is freed. Later blocks
    of that size, such as the 19 MB of a password hash, come from heaps; each thread may
    have a heap, and a heap shrinks only at its end. In this way 50 logins left 320 MB
    behind. With a threshold below 4 MB, the kernel would have to clear new pages for every
    body, which halves the rate of answers of 200 KB and more.
    """
    for name, value in (
        (_M_MMAP_THRESHOLD, _LARGE),
        (_M_TRIM_THRESHOLD, _KEPT),
        (_M_ARENA_MAX, 1),
    ):
        _call("mallopt", name, value)


class Heap:
    """The memory of this process; `trim` returns its free pages to the system."""

    def __init__(self) -> None:
        self._minimum = self._baseline = _resident_bytes()
        self._due = self._thorough_due = 0.0

    def trim(self) -> None:
        """Return free pages to the system if the process has grown by 8 MB since the last time.

        Checks at most every 2 seconds; trimming takes some milliseconds. At most every 5
        seconds it also trims a process that is 2 MB above its minimum so far: memory that
        was in use at the last time may be free by now.
        """
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _TRIM_SECONDS
        resident = _resident_bytes()
        self._minimum = min(self._minimum, resident)
        # NOTE: a password hash that ran during the last trim may have ended.
        self._baseline = min(self._baseline, resident)
        is_thorough = now > self._thorough_due and resident > self._minimum + _SLACK
        if resident > self._baseline + _KEPT or is_thorough:
            _call("malloc_trim", 0)
            self._baseline = _resident_bytes()
            self._thorough_due = now + _THOROUGH_SECONDS


def _call(name: str, *arguments: int) -> None:
    # NOTE: other C libraries may lack these functions; musl does not need them.
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*arguments)


def _resident_bytes() -> int:
    """Return the resident memory of this process in bytes, or 0 without /proc."""
    try:
        return int(_STATM.read_text().split()[1]) * getpagesize()
    except OSError:
        return 0
