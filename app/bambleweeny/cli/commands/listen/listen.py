"""`listen`: the command, its options, and what they choose."""

import threading
from argparse import Namespace

from bambleweeny.cli.arguments.workers import (
    DEFAULT_LEASE,
    IDLE,
    LEASE,
    MAX,
    end_by_signals,
    some_seconds,
)
from bambleweeny.cli.commands.list_worker import until_answered
from bambleweeny.cli.commands.listen.curl import LOGIN
from bambleweeny.cli.commands.listen.forwarding import Forwarding
from bambleweeny.cli.commands.listen.listener import Listener
from bambleweeny.cli.commands.listen.lists import list_of
from bambleweeny.cli.commands.listen.redelivery import (
    dead_items,
    one_item,
    print_curl,
    ready_items,
    redeliver,
)
from bambleweeny.cli.commands.listen.signing import NAMES, signer_of
from bambleweeny.cli.commands.listen.targets import parse_target
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import Verb, argument


def _listen(context: Context) -> int:
    args = context.args
    _check(args)
    forwarding = Forwarding(
        parse_target(args.to), args.timeout, signer_of(args.resign, args.scheme), args.raw
    )
    client = context.client
    ending = threading.Event()
    if not (args.item or args.dead or args.print):
        end_by_signals(ending.set)
        found = until_answered(lambda: list_of(client, args.name), ending)
        if found is None:
            return 0
        listener = Listener(
            client,
            found,
            forwarding,
            context.out,
            lease_seconds=args.lease or DEFAULT_LEASE,
            is_in_order=args.in_order,
        )
        end_by_signals(listener.end)
        # NOTE: a signal may have come before this.
        if ending.is_set():
            listener.end()
        return listener.work(args.max, idle_seconds=args.idle)
    name = list_of(client, args.name)
    if args.item:
        items = one_item(client, name, args.item)
    else:
        items = dead_items(client, name) if args.dead else ready_items(client, name)
    if args.print:
        if forwarding.target.login:
            context.out.warn(f"The commands need {LOGIN}=user:password in the shell.")
        return print_curl(forwarding, items, args.max, context.out)
    end_by_signals(ending.set)
    return redeliver(
        client,
        forwarding,
        items,
        args.max,
        context.out,
        is_removing=args.dead,
        is_ending=ending.is_set,
    )


def _check(args: Namespace) -> None:
    """Raise WrongUse for options of which one would be ignored."""
    ways = {"--item": args.item, "--dead": args.dead, "--print": args.print}
    used = [flag for flag, value in ways.items() if value]
    if args.item and args.dead:
        raise WrongUse("Give --item or --dead, not both.")
    leasing = {"--in-order": args.in_order, "--idle": args.idle, "--lease": args.lease}
    for flag, value in leasing.items():
        if used and value not in (None, False):
            raise WrongUse(f"{flag} has no effect with {used[0]}, which leases no item.")


VERBS = {
    "listen": Verb(
        _listen,
        """bambleweeny listen hooks --to http://localhost:3000/hook
        bambleweeny listen hooks --to http://localhost:3000 --in-order --idle 5m
        bambleweeny listen hooks --to http://localhost:3000/hook --dead
        bambleweeny listen hooks --to http://localhost:3000/hook --print curl | sh""",
        (
            argument(
                "name",
                metavar="LIST",
                help="the name of a list, or the id, name, path or URL of a bin",
            ),
            argument(
                "--to",
                metavar="URL",
                required=True,
                help="the URL to send to; the path below the bin and the query are added to it",
            ),
            argument(
                "--timeout",
                metavar="DURATION",
                type=some_seconds,
                default=30,
                help="how long one delivery may take; the default is 30 seconds",
            ),
            argument(
                "--in-order",
                action="store_true",
                help="retry a failed item before all later ones, which wait for it",
            ),
            MAX,
            IDLE,
            LEASE,
            argument(
                "--item", metavar="ID", help="send this item once more, and leave it in the list"
            ),
            argument(
                "--dead",
                action="store_true",
                help="send each dead item once, and delete those that are delivered",
            ),
            argument(
                "--resign",
                metavar="SECRET",
                help="sign each request anew with this secret; @FILE reads it from a file",
            ),
            argument(
                "--scheme",
                metavar="NAME",
                help=f"how to sign: {', '.join(NAMES)}, or hmac:HEADER[:ALGORITHM[:ENCODING"
                "[:PREFIX]]]; the default is the scheme of the request's signature",
            ),
            argument(
                "--print",
                choices=("curl",),
                help="print a curl command for each ready item; send and remove nothing",
            ),
            argument(
                "--raw",
                action="store_true",
                help="send each item as a body, even if it looks like a kept request",
            ),
        ),
        note="""Each item is sent as it arrived: method, path, query, headers and the bytes of
the body. An item that is only a body is sent by POST. Not sent are Host,
headers of the connection, and B9Y- headers; B9Y-Item and B9Y-Attempt are
added. An item that cannot be sent, as with /../ in its path, is dead at once.

An answer 2xx acknowledges the item. Any other answer, a redirect too, or none
within --timeout, is a failure: the item is retried after 5 s, 10 s, up to
10 min, until the list's policy makes it dead. After an answer 5xx or 429, or
none, this program pauses for 1 s, 2 s, up to 30 s. Items are sent one at a
time, in their order. Later items do not wait for a failed one, unless
--in-order is given.

--resign leaves requests as they are that the bin could not verify, or that
have no signature of a known scheme, unless --scheme is given.

If this program is killed, its item becomes ready again when the lease expires;
with --in-order the next start waits for that. So an item may be sent twice,
with the same B9Y-Item.
To run for days, give --user and --password, or their variables: then an
expired token is renewed. SIGINT and SIGTERM let the delivery finish.
Exit 0; 1 if the last delivery failed, or one of --item and --dead.""",
    )
}
