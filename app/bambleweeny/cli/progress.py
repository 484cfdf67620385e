"""Progress bars at a terminal."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_STEPS = 200
SHOWN_AFTER_SECONDS = 1.0
"""Shorter work shows no bar."""


@contextmanager
def progress_bar(
    text: str, total: int, *, is_bytes: bool = False, after: float = 0.0
) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr; yields a function to call with each amount of progress.

    The bar appears after `after` seconds, and only at a terminal.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    due = time.monotonic() + after
    bar: Progress | None = None
    done = shown = 0

    def advance(amount: int) -> None:
        nonlocal done, shown, bar
        done += amount
        if bar is None and time.monotonic() >= due:
            bar = _measured(is_bytes)
            bar.start()
            bar.add_task(text, total=total)
        if bar and done - shown > total // _STEPS:
            shown = done
            bar.update(bar.task_ids[0], completed=done)

    try:
        advance(0)
        yield advance
        if bar:
            bar.update(bar.task_ids[0], completed=done)
    finally:
        if bar:
            bar.stop()


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show a spinner on stderr at a terminal, after one second."""
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    watch = threading.Thread(target=_spin, args=(text, over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _spin(text: str, over: threading.Event) -> None:
    if over.wait(SHOWN_AFTER_SECONDS):
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        bar.add_task(text, total=None)
        over.wait()


def _measured(is_bytes: bool) -> "Progress":
    # NOTE: imported here, because the import takes longer than a small backup.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    amount = DownloadColumn() if is_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
