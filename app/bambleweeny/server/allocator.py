"""How the C library gives memory back, so that a process keeps little that nobody uses."""

import ctypes
import time
from pathlib import Path
from resource import getpagesize

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGE = 4 << 20
_KEPT = 8 << 20
_SPARED = 2 << 20
_TIDY_SECONDS = 2.0
_THOROUGH_SECONDS = 5.0
_STATM = Path("/proc/self/statm")


def bound_allocator() -> None:
    """Give large blocks back at once and share one heap, here and in forked processes.

    glibc gives them back only until the first one is freed: from then on it takes blocks
    of that size, such as the 19 MB of a password's hash, from heaps, of which many threads
    have one each, and a heap shrinks at its end alone. So 50 logins left 320 MB behind.
    A lower bound than 4 MB would have the system clear new pages for every body, and
    halve how many of 200 KB and more are answered.
    """
    for name, value in (
        (_M_MMAP_THRESHOLD, _LARGE),
        (_M_TRIM_THRESHOLD, _KEPT),
        (_M_ARENA_MAX, 1),
    ):
        _call("mallopt", name, value)


class Heap:
    """The memory of this process; what is free in the midst of it goes back now and then."""

    def __init__(self) -> None:
        self._floor = self._least = _resident_bytes()
        self._due = self._thorough_due = 0.0

    def tidy(self) -> None:
        """Give free pages back where the process has grown by 8 MB since the last time.

        It looks every 2 seconds at most, and then takes some milliseconds. Every 5 seconds
        it does the same for a process that is 2 MB above the least that it ever was: what
        was in use at the last time may be free by now.
        """
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _TIDY_SECONDS
        resident = _resident_bytes()
        self._floor = min(self._floor, resident)
        # NOTE: a hash that was at work during the last time may have ended.
        self._least = min(self._least, resident)
        is_thorough = now > self._thorough_due and resident > self._floor + _SPARED
        if resident > self._least + _KEPT or is_thorough:
            _call("malloc_trim", 0)
            self._least = _resident_bytes()
            self._thorough_due = now + _THOROUGH_SECONDS


def _call(name: str, *arguments: int) -> None:
    # NOTE: other C libraries may lack these; musl gives memory back by itself.
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*arguments)


def _resident_bytes() -> int:
    """Give what this process holds, or 0 where no /proc tells."""
    try:
        return int(_STATM.read_text().split()[1]) * getpagesize()
    except OSError:
        return 0
