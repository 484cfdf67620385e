"""`listen`: the command, its options, and what they choose."""

import threading
from argparse import Namespace
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.workers import (
    DEFAULT_LEASE,
    IDLE,
    LEASE,
    MAX,
    end_by_signals,
    some_seconds,
)
from bambleweeny.cli.commands.listen.curl import LOGIN
from bambleweeny.cli.commands.listen.forwarding import Forwarding
from bambleweeny.cli.commands.listen.found import Found, dead_items, one_item, ready_items
from bambleweeny.cli.commands.listen.listener import Listener
from bambleweeny.cli.commands.listen.lists import Place, place_of
from bambleweeny.cli.commands.listen.redelivery import print_curl, redeliver
from bambleweeny.cli.commands.listen.signing import NAMES, signer_of
from bambleweeny.cli.commands.listen.targets import parse_target
from bambleweeny.cli.commands.workers.list_worker import until_answered
from bambleweeny.cli.context import Context
from bambleweeny.cli.escapes import to_people
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import Verb, argument

if TYPE_CHECKING:
    from bambleweeny.client import Client


def _listen(context: Context) -> int:
    args = context.args
    _check(args)
    forwarding = Forwarding(
        parse_target(args.to),
        args.timeout,
        signer_of(args.resign, args.scheme, context.stdin),
        args.raw,
    )
    if args.item is not None or args.dead or args.print:
        return _send_again(context, forwarding)
    return _keep_listening(context, forwarding)


def _keep_listening(context: Context, forwarding: Forwarding) -> int:
    args, client = context.args, context.client
    ending = threading.Event()
    end_by_signals(ending.set)
    place = until_answered(lambda: place_of(client, args.name), ending)
    if place is None:
        return 0
    to_people(f"Listening to {place}, sending to {forwarding.target.shown}")
    if not place.is_there:
        to_people(f"There is no bin and no list '{place.list}' yet; waiting for the first item.")
    listener = Listener(
        client,
        place.list,
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


def _send_again(context: Context, forwarding: Forwarding) -> int:
    args, client, out = context.args, context.client, context.out
    place = place_of(client, args.name)
    found = _found(client, place, args)
    first = next(found, None)
    if first is None:
        what = "dead items" if args.dead else "ready items"
        is_there = f"The list '{place.list}' has no {what}."
        to_people(is_there if place.is_there else f"There is no bin and no list '{place.list}'.")
        return 0
    items = chain([first], found)
    if args.print:
        if forwarding.target.login:
            out.warn(f"The commands need {LOGIN}=user:password in the shell.")
        return print_curl(forwarding, items, args.max, out)
    ending = threading.Event()
    end_by_signals(ending.set)
    return redeliver(
        client,
        forwarding,
        items,
        args.max,
        out,
        is_removing=args.dead,
        is_ending=ending.is_set,
    )


def _found(client: "Client", place: Place, args: Namespace) -> Iterator[Found]:
    if args.item is not None:
        return one_item(client, place.list, args.item, is_dead=args.dead)
    return dead_items(client, place.list) if args.dead else ready_items(client, place.list)


def _check(args: Namespace) -> None:
    """Raise WrongUse for options of which one would be ignored."""
    ways = {"--item": args.item is not None, "--dead": args.dead, "--print": args.print}
    used = [flag for flag, value in ways.items() if value]
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
                help="the id, name, path or URL of a bin, or the name of a list; a bin is "
                "tried first",
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
                "--item",
                metavar="ID",
                help="send this item once more, and leave it in the list; with --dead a dead "
                "item, which is deleted if it is delivered",
            ),
            argument(
                "--dead",
                action="store_true",
                help="send each dead item once, and delete those that are delivered",
            ),
            argument(
                "--resign",
                metavar="[SCHEME:]SECRET",
                help="sign each request anew with this secret; @FILE reads it from a file, - a "
                "line of standard input",
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
--in-order is given. The line of a failure ends with the item's id, for --item.
'bin tail LIST --state dead' shows the dead ones with their ids.

--resign leaves requests as they are that the bin could not verify, or that
have no signature of a known scheme, unless a scheme is given: in --scheme, or
before the secret as in github:@FILE. Their lines have 'not signed' and why.

If this program is killed, its item becomes ready again when the lease expires;
with --in-order the next start waits for that. So an item may be sent twice,
with the same B9Y-Item.
To run for days, give --user and --password, or their variables: then an
expired token is renewed. SIGINT and SIGTERM let the delivery finish.
Exit 0; 1 if the last delivery failed, or one of --item and --dead.""",
    )
}
