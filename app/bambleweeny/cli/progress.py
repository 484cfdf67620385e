"""Progress bars, for people who watch."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STEPS = 200


@contextmanager
def progress_bar(
    text: str, total: int, *, is_bytes: bool = False
) -> Iterator[Callable[[int], None]]:
    """Give a function that is told what was done; the bar is on stderr, on a terminal alone."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    # NOTE: imported here, since it takes longer than a backup of a small place.
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
    done = shown = 0
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(text, total=total)

        def advance(amount: int) -> None:
            nonlocal done, shown
            done += amount
            if done - shown > total // _STEPS:
                shown = done
                progress.update(task, completed=done)

        yield advance
        progress.update(task, completed=done)
