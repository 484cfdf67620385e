"""The signals that end the program."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


def ending_signals() -> set[signal.Signals]:
    """Return SIGINT, SIGTERM and, unless they are ignored as under nohup, SIGHUP and SIGQUIT.

    A closed terminal sends SIGHUP to what runs in it, its quit key SIGQUIT.
    """
    may_be_ignored = (signal.SIGHUP, signal.SIGQUIT)
    ends = {one for one in may_be_ignored if signal.getsignal(one) is not signal.SIG_IGN}
    return ends | {signal.SIGINT, signal.SIGTERM}


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let each of these signals raise KeyboardInterrupt, so that what is half done is removed."""
    before = {
        number: signal.signal(number, signal.default_int_handler) for number in ending_signals()
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
