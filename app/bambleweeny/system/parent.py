"""A child process that does not outlive its parent. Linux only."""

import ctypes
import signal

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent ends, also by SIGKILL.

    The parent must be single-threaded, or its main thread must have created this process.
    """
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
