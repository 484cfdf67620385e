"""`lease` and `ack`: leases of items, and their acknowledgement."""

from bambleweeny.cli.arguments.inputs import LIST, USERID, duration, positive, wait_for
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import CommandFailed, WrongUse
from bambleweeny.cli.output import as_moment, as_text
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Verb, argument

_COLUMNS = ("lease", "attempt", "enqueued", "value")


def _lease(context: Context) -> None:
    args = context.args
    with waiting(f"Waiting for {args.name}"):
        items = context.client.lists.lease(
            args.name, args.max, for_=args.for_, wait=args.wait, userid=args.userid
        )
    if not items:
        raise CommandFailed(f"The list '{args.name}' has no item to lease.")
    context.out.rows(
        _COLUMNS,
        [
            (item.lease, item.attempt, as_moment(item.enqueued), as_text(item.value))
            for item in items
        ],
    )


def _ack(context: Context) -> None:
    args = context.args
    given = [args.retry is not None, args.extend is not None, args.bury is not None]
    if sum(given) > 1:
        raise WrongUse("Give one of --retry, --extend and --bury.")
    leases = args.leases
    changes = {
        "ack": leases if not any(given) else [],
        "retry": [{"lease": one, "delay": args.retry} for one in leases if given[0]],
        "extend": [{"lease": one, "for": args.extend} for one in leases if given[1]],
        "bury": [{"lease": one, "reason": args.bury} for one in leases if given[2]],
    }
    outcomes = context.client.lists.change(args.name, userid=args.userid, **changes)
    failed = [error for errors in outcomes.values() for error in errors if error]
    if failed:
        raise failed[0]
    context.out.done()


VERBS = {
    "lease": Verb(
        _lease,
        """bambleweeny lease jobs
        bambleweeny lease todo --max 10 --for 5m --wait 20s --json""",
        (
            LIST,
            argument(
                "--max", metavar="N", type=positive, default=1, help="the maximum number of items"
            ),
            argument(
                "--for",
                dest="for_",
                metavar="DURATION",
                type=duration,
                help="the lease length; the default is that of the list's policy, else 30s",
            ),
            wait_for("an item"),
            USERID,
        ),
        note="""`ack` takes the printed leases. An item that is not acknowledged becomes ready
again when its lease expires.""",
    ),
    "ack": Verb(
        _ack,
        """printf 'cat.png\\ndog.png\\nfly.png\\n' | bambleweeny push jobs --lines
        L=$(bambleweeny lease jobs | cut -f 1); bambleweeny ack jobs $L
        L=$(bambleweeny lease jobs | cut -f 1); bambleweeny ack jobs $L --retry 10s
        L=$(bambleweeny lease jobs | cut -f 1); bambleweeny ack jobs $L --bury broken""",
        (
            LIST,
            argument("leases", nargs="+", metavar="LEASE", help="the leases"),
            argument(
                "--retry",
                metavar="DURATION",
                type=duration,
                help="return the items after this delay",
            ),
            argument(
                "--extend",
                metavar="DURATION",
                type=duration,
                help="the new lease length, from now",
            ),
            argument("--bury", metavar="REASON", help="make the items dead, for this reason"),
            USERID,
        ),
        shell_examples="ack jobs 1795387415584138.1",
    ),
}
