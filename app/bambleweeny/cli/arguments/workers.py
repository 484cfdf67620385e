"""Options and signals of the commands that work on a list until they are stopped."""

import signal
from argparse import ArgumentTypeError
from collections.abc import Callable

from bambleweeny.cli.arguments.inputs import duration, positive
from bambleweeny.cli.verb import argument
from bambleweeny.system.signals import stop_signals


def end_by_signals(end: Callable[[], None]) -> None:
    """Call `end` for SIGINT, SIGTERM and the other signals that stop a program."""
    for number in stop_signals():
        signal.signal(number, lambda *_: end())


def some_seconds(text: str) -> int:
    """Parse a duration of at least one second, for argparse."""
    seconds = duration(text)
    if seconds < 1:
        raise ArgumentTypeError("the shortest time is one second")
    return seconds


DEFAULT_LEASE = 60
"""In seconds."""

MAX = argument("--max", metavar="N", type=positive, help="exit after N items")
IDLE = argument(
    "--idle", metavar="DURATION", type=duration, help="exit after this time without an item"
)
LEASE = argument(
    "--lease",
    metavar="DURATION",
    type=some_seconds,
    help="lease length: after this time an item of a killed worker is ready again; "
    "the default is 60 seconds",
)
