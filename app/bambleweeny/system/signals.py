"""The signals that stop the program."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


def ending_signals() -> set[signal.Signals]:
    """Return SIGINT and SIGTERM, and SIGHUP and SIGQUIT unless they are ignored.

    A terminal sends SIGHUP when it closes, and SIGQUIT for its quit key. `nohup` ignores
    SIGHUP.
    """
    # NOTE: Windows has neither of them.
    may_be_ignored = (getattr(signal, name, None) for name in ("SIGHUP", "SIGQUIT"))
    ends = {one for one in may_be_ignored if one and signal.getsignal(one) is not signal.SIG_IGN}
    return ends | {signal.SIGINT, signal.SIGTERM}


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt on each of these signals, so that cleanup code runs."""
    before = {
        number: signal.signal(number, signal.default_int_handler) for number in ending_signals()
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
