"""The signals that stop the program."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


def stop_signals() -> set[signal.Signals]:
    """Return SIGINT and SIGTERM, and SIGHUP and SIGQUIT unless they are ignored.

    A terminal sends SIGHUP when it closes, and SIGQUIT for its quit key. `nohup` ignores
    SIGHUP.
    """
    may_be_ignored = (signal.SIGHUP, signal.SIGQUIT)
    heeded = {one for one in may_be_ignored if signal.getsignal(one) is not signal.SIG_IGN}
    return heeded | {signal.SIGINT, signal.SIGTERM}


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt on each of these signals, so that cleanup code runs."""
    before = {
        number: signal.signal(number, signal.default_int_handler) for number in stop_signals()
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
