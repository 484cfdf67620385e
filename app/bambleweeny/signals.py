"""The signals that end the program."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


def ending_signals() -> set[signal.Signals]:
    """Return SIGINT, SIGTERM and, unless it is ignored as under nohup, SIGHUP.

    A closed terminal sends SIGHUP to what runs in it.
    """
    ends = {signal.SIGINT, signal.SIGTERM}
    return ends if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else ends | {signal.SIGHUP}


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
