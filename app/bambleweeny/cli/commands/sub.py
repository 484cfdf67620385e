"""`sub`: run a command for each item of a list."""

import signal
from argparse import ArgumentTypeError

from bambleweeny.cli.arguments.inputs import LIST, duration, positive
from bambleweeny.cli.commands.sub_worker import Worker
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import Verb, argument
from bambleweeny.system.signals import stop_signals


def _sub(context: Context) -> int:
    args = context.args
    if not args.command:
        raise WrongUse("Write the command after --, as in 'bambleweeny sub jobs -- wc -c'.")
    most = 1 if args.once else args.max
    worker = Worker(
        context.client,
        args.name,
        args.command,
        lease_seconds=args.lease,
        is_dropping=args.drop,
    )
    for number in stop_signals():
        signal.signal(number, lambda *_: worker.end())
    return worker.work(most, idle_seconds=args.idle)


def _lease(text: str) -> int:
    seconds = duration(text)
    if seconds < 1:
        raise ArgumentTypeError("the shortest lease is one second")
    return seconds


_OPTIONS = (
    LIST,
    argument("--once", action="store_true", help="exit after one item"),
    argument("--max", metavar="N", type=positive, help="exit after N items"),
    argument(
        "--idle", metavar="DURATION", type=duration, help="exit after this time without an item"
    ),
    argument(
        "--lease",
        metavar="DURATION",
        type=_lease,
        default=60,
        help="lease length: after this time an item of a killed worker is ready again; "
        "the default is 60 seconds",
    ),
    argument("--drop", action="store_true", help="delete an item whose command fails"),
)


VERBS = {
    "sub": Verb(
        _sub,
        """bambleweeny sub jobs -- sh -c 'cat >> done.txt'
        bambleweeny sub hooks --max 100 -- wc -c
        bambleweeny sub mail --idle 5m --drop -- tee -a sent.txt""",
        _OPTIONS,
        note="""The command gets the item on its standard input, the list's name in
BAMBLEWEENY_LIST, and the number of the attempt in BAMBLEWEENY_ATTEMPT. The
lease is extended while the command runs. If the command succeeds, the item is
acknowledged. If it fails, the item is retried after 5 s, 10 s, up to 10 min,
unless --drop is given, and this program pauses for 1 s, 2 s, up to 30 s.
SIGINT, SIGTERM, SIGHUP and SIGQUIT let the command finish, and then end this
program.
If this program is killed, the item becomes ready again when its lease expires.
Exit 0; 1 if the last command failed.""",
        takes_command=True,
    )
}
