"""`push`, `pop` and `lists`."""

from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.cli.given import VALUE, duration, given_value
from bambleweeny.cli.keys import LISTING, USERID, entries_of, show_count, show_listing
from bambleweeny.cli.lines import push_lines
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Verb, argument, noun

LIST = argument("name", metavar="LIST", help="the list's name")


def _push(context: Context) -> None:
    args = context.args
    value = given_value(args.value, context.stdin)
    if args.lines:
        push_lines(context.client, args.name, value, args.userid)
    else:
        with waiting(f"Adding to {args.name}"):
            context.client.lists.push(args.name, value, userid=args.userid)
    context.out.done()


def _pop(context: Context) -> None:
    args = context.args
    with waiting(f"Waiting for {args.name}"):
        item = context.client.lists.pop(args.name, args.wait, userid=args.userid)
    if item is None:
        raise CommandFailed(f"The list '{args.name}' is empty.")
    context.out.value(item, list=args.name)


def _list(context: Context) -> None:
    lists = context.client.lists
    if context.args.count:
        show_count(context, lists)
    else:
        show_listing(context, "list", entries_of(context, lists))


def _delete(context: Context) -> None:
    for name in context.args.names:
        context.client.lists.delete(name, userid=context.args.userid)
    context.out.done()


VERBS = {
    "push": Verb(
        _push,
        """bambleweeny push jobs 'resize cat.png'
        bambleweeny push photos @dot.png
        printf 'sweep\\nwash\\n' | bambleweeny push todo --lines""",
        (
            LIST,
            VALUE,
            argument("--lines", action="store_true", help="each line of the value is an item"),
            USERID,
        ),
    ),
    "pop": Verb(
        _pop,
        """bambleweeny pop jobs
        bambleweeny pop photos --wait 20s > photo.png""",
        (
            LIST,
            argument(
                "--wait",
                metavar="DURATION",
                type=duration,
                help="so long wait for an item, at most 30 seconds",
            ),
            USERID,
        ),
    ),
    "lists": noun(
        list=Verb(
            _list,
            """bambleweeny lists
            bambleweeny lists --prefix work: --long""",
            (*LISTING, USERID),
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
