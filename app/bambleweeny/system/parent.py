"""A process that does not outlive its parent or its starter. Linux only."""

import ctypes
import os
import signal
import sys
from threading import Thread

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent() -> None:
    """Have the kernel send SIGTERM to this process when its parent ends, also by SIGKILL.

    The parent must be single-threaded, or its main thread must have created this process.
    """
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end_with_input() -> None:
    """Send SIGTERM to this process at the end of its standard input.

    That of a pipe ends when no process has its other end, also after SIGKILL.
    """
    Thread(target=_wait_for_end, name="input", daemon=True).start()


def _wait_for_end() -> None:
    try:
        while os.read(sys.stdin.fileno(), 1 << 12):
            pass
    except (OSError, ValueError, AttributeError):
        pass  # it was closed before the start
    os.kill(os.getpid(), signal.SIGTERM)
