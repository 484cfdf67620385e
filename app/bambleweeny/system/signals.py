"""The signals that stop the program."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])

_UNINTERRUPTED: set[CodeType] = set()
_AGAIN_SECONDS = 0.001


def stop_signals() -> set[signal.Signals]:
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
    before = {number: signal.signal(number, _interrupt) for number in stop_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def uninterrupted(function: _Function) -> _Function:
    """Decorate a function in which a signal raises no KeyboardInterrupt, but just after it.

    It may call C functions only, and costs nothing more.
    """
    _UNINTERRUPTED.add(function.__code__)
    return function


def _interrupt(number: int, frame: FrameType | None) -> None:
    if frame is None or frame.f_code not in _UNINTERRUPTED:
        raise KeyboardInterrupt
    from threading import Timer  # noqa: PLC0415  rarely needed

    # NOTE: another thread sends it, since a call here could run this handler again at once.
    Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), number)).start()
