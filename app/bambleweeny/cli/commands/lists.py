"""`push`, `pop` and `lists`."""

from itertools import islice

from bambleweeny.cli.arguments.inputs import (
    LIST,
    USERID,
    VALUE,
    duration,
    given_value,
    positive,
    wait_for,
)
from bambleweeny.cli.arguments.item_lines import push_lines
from bambleweeny.cli.arguments.listings import SELECTION, matcher, show_selection
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import CommandFailed, WrongUse
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Verb, argument, noun

_COUNTS = ("ready", "leased", "delayed", "dead", "bytes", "in", "out", "paused")


def _push(context: Context) -> None:
    args = context.args
    value = given_value(args.value, context.stdin)
    options = {"delay": args.delay, "ttl": args.ttl, "front": args.front, "userid": args.userid}
    if args.lines:
        if args.key:
            raise WrongUse("--key is for one item and cannot be combined with --lines.")
        push_lines(context.client, args.name, value, options)
    else:
        with waiting(f"Adding to {args.name}"):
            context.client.lists.push(args.name, value, key=args.key, **options)
    context.out.done()


def _pop(context: Context) -> None:
    args = context.args
    if args.max is not None:
        _pop_many(context)
        return
    with waiting(f"Waiting for {args.name}"):
        item = context.client.lists.pop(args.name, args.wait, userid=args.userid)
    if item is None:
        raise CommandFailed(f"The list '{args.name}' is empty.")
    context.out.value(item, list=args.name)


def _pop_many(context: Context) -> None:
    args = context.args
    with waiting(f"Waiting for {args.name}"):
        items = context.client.lists.pop_many(args.name, args.max, args.wait, userid=args.userid)
    context.out.values(items, "value")


def _list(context: Context) -> None:
    if context.args.stats:
        _show_stats(context)
        return
    show_selection(context, "list", context.client.lists)


def _show_stats(context: Context) -> None:
    args = context.args
    if args.count or args.long:
        raise WrongUse("--stats cannot be combined with --count or --long.")
    matches = matcher(args)
    limit = None if args.match else args.limit
    found = context.client.lists.list_stats(
        prefix=args.prefix, after=args.after, limit=limit, userid=args.userid
    )
    wanted = ((name, *map(stats.get, _COUNTS)) for name, stats in found if matches(name))
    context.out.rows(("list", *_COUNTS), islice(wanted, args.limit))


def _delete(context: Context) -> None:
    for name in context.args.names:
        context.client.lists.delete(name, userid=context.args.userid)
    context.out.done()


VERBS = {
    "push": Verb(
        _push,
        """bambleweeny push jobs 'resize cat.png'
        bambleweeny push files @/etc/hosts
        printf 'sweep\\nwash\\n' | bambleweeny push todo --lines
        bambleweeny push jobs 'try later' --delay 5m --key order-7""",
        (
            LIST,
            VALUE,
            argument("--lines", action="store_true", help="each line of the value is an item"),
            argument(
                "--delay",
                metavar="DURATION",
                type=duration,
                help="the item is ready after this time",
            ),
            argument(
                "--ttl",
                metavar="DURATION",
                type=duration,
                help="the TTL of the item",
            ),
            argument("--front", action="store_true", help="add the item at the front of the list"),
            argument(
                "--key", metavar="TEXT", help="Idempotency-Key; the same key adds nothing for 24 h"
            ),
            USERID,
        ),
    ),
    "pop": Verb(
        _pop,
        """bambleweeny pop jobs
        bambleweeny pop files --wait 20s > hosts.txt
        bambleweeny pop todo --max 50""",
        (
            LIST,
            wait_for("an item"),
            argument(
                "--max", metavar="N", type=positive, help="pop up to N items, and print lines"
            ),
            USERID,
        ),
    ),
    "lists": noun(
        list=Verb(
            _list,
            """bambleweeny lists
            bambleweeny lists --prefix work: --long
            bambleweeny lists --stats""",
            (
                *SELECTION,
                argument(
                    "--stats",
                    action="store_true",
                    help="also print the number of items in each state, and other counts",
                ),
                USERID,
            ),
            "list the lists",
        ),
        **{
            "del": Verb(
                _delete,
                "bambleweeny lists del todo",
                (argument("names", nargs="+", metavar="LIST", help="the lists' names"), USERID),
                "delete lists with all their items",
            )
        },
    ),
}
