"""Which core of the machine a worker runs on."""

import os
from contextlib import suppress


def keep_to_core(number: int, workers: int) -> None:
    """Keep this process on one core where there are as many workers as cores.

    One thread of a Python process runs at a time. Where they are spread over cores,
    handing over from one to the next takes the system a third of the CPU time or more.
    With fewer workers than cores the system chooses: another program may need that core.
    """
    cores = sorted(os.sched_getaffinity(0))
    if 1 < len(cores) <= workers:
        with suppress(OSError):  # not every sandbox allows it
            os.sched_setaffinity(0, {cores[number % len(cores)]})
