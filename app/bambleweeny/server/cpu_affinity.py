"""The CPU affinity of the workers."""

import os
from contextlib import suppress


def keep_to_core(number: int, workers: int) -> None:
    """Pin this process to one core if there are at least as many workers as cores.

    Only one thread of a Python process runs at a time. If its threads are spread over
    cores, the handovers between them cost a third of the CPU time or more. With fewer
    workers than cores the system chooses, since another program may need a core.
    """
    cores = sorted(os.sched_getaffinity(0))
    if 1 < len(cores) <= workers:
        with suppress(OSError):  # some sandboxes forbid it
            os.sched_setaffinity(0, {cores[number % len(cores)]})
