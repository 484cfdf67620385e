"""`items` and `stats`: the items of a list, without a pop or lease."""

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from bambleweeny.cli.arguments.inputs import LIST, USERID, in_state, positive, wait_for
from bambleweeny.cli.context import Context
from bambleweeny.cli.output import as_moment, as_text
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Verb, argument, noun

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bambleweeny.client import Item, ItemPlace

_COLUMNS = ("id", "state", "attempt", "enqueued", "reason", "value")
_ITEMS = argument("ids", nargs="+", metavar="ITEM", help="the items' ids")


def _row(item: "Item") -> tuple[Any, ...]:
    return (
        item.id,
        item.state,
        item.attempt,
        as_moment(item.enqueued),
        item.reason or "",
        as_text(item.value),
    )


def _list(context: Context) -> None:
    args = context.args
    items = context.client.lists.items(
        args.name,
        args.state,
        order="newest" if args.newest else None,
        limit=args.limit,
        after=args.after,
        wait=args.wait,
        preview=args.preview,
        userid=args.userid,
    )
    with waiting(f"Waiting for {args.name}"):
        first = list(islice(items, 1))
    shown = chain(first, items)
    if args.preview is None:
        context.out.rows(_COLUMNS, map(_row, shown))
    else:
        context.out.rows((*_COLUMNS, "size"), ((*_row(item), item.size) for item in shown))


def _get(context: Context) -> None:
    args = context.args
    item = context.client.lists.item(args.name, args.id, userid=args.userid)
    context.out.value(item.value, id=item.id, state=item.state, attempt=item.attempt)


def _delete(context: Context) -> None:
    args = context.args
    for item_id in args.ids:
        context.client.lists.delete_item(args.name, item_id, userid=args.userid)
    context.out.done()


def _deliver(context: Context) -> None:
    args = context.args
    _show_places(
        context,
        [context.client.lists.deliver(args.name, one, userid=args.userid) for one in args.ids],
    )


def _bury(context: Context) -> None:
    args, lists = context.args, context.client.lists
    _show_places(
        context, [lists.bury(args.name, one, args.reason, userid=args.userid) for one in args.ids]
    )


def _show_places(context: Context, places: "Iterable[ItemPlace]") -> None:
    context.out.rows(("list", "id", "state"), places)


def _move(context: Context) -> None:
    args = context.args
    moved = context.client.lists.move(args.name, args.to, args.state, args.max, userid=args.userid)
    context.out.line(moved, items=moved)


def _purge(context: Context) -> None:
    args = context.args
    purged = context.client.lists.purge(args.name, args.state, userid=args.userid)
    context.out.line(purged, items=purged)


def _stats(context: Context) -> None:
    stats = context.client.lists.stats(context.args.name, userid=context.args.userid)
    if context.out.as_json:
        context.out.record(stats)
    else:
        context.out.rows(("what", "value"), [row for row in stats.items() if row[1] is not None])


VERBS = {
    "items": noun(
        list=Verb(
            _list,
            """bambleweeny items list jobs
            bambleweeny items list jobs --state dead --json
            bambleweeny items list jobs --newest --limit 5""",
            (
                LIST,
                in_state("ready", "only items in this state; the default is ready"),
                argument("--newest", action="store_true", help="the newest item first"),
                argument("--limit", metavar="N", type=positive, help="the maximum number"),
                argument("--after", metavar="ITEM", help="begin after the item with this id"),
                wait_for("an item"),
                argument(
                    "--preview",
                    metavar="N",
                    type=positive,
                    help="only the first N bytes of each value, 1024 at most, and its size",
                ),
                USERID,
            ),
            "list the items of a list that are in one state",
        ),
        get=Verb(
            _get,
            "bambleweeny items get jobs $(bambleweeny items list jobs | sed 's/\\t.*//;q')",
            (LIST, argument("id", metavar="ITEM", help="the item's id"), USERID),
            "print an item",
            shell_examples="items get jobs 1795387415584138",
        ),
        deliver=Verb(
            _deliver,
            "bambleweeny items deliver jobs $(bambleweeny items list jobs | cut -f 1)",
            (LIST, _ITEMS, USERID),
            "make delayed or dead items ready, and print their places",
            shell_examples="items deliver jobs 1795387415584138",
        ),
        bury=Verb(
            _bury,
            "bambleweeny items bury todo $(bambleweeny items list todo | cut -f 1)",
            (
                LIST,
                _ITEMS,
                argument("--reason", metavar="TEXT", help="why the items are dead"),
                USERID,
            ),
            "make ready or delayed items dead, and print their places",
            shell_examples="items bury jobs 1795387415584138",
        ),
        **{
            "del": Verb(
                _delete,
                "bambleweeny items del jobs $(bambleweeny items list jobs | sed 's/\\t.*//;q')",
                (LIST, _ITEMS, USERID),
                "delete single items",
                shell_examples="items del jobs 1795387415584138",
            )
        },
        move=Verb(
            _move,
            """bambleweeny items move jobs jobs
            bambleweeny items move jobs todo --state ready --max 10""",
            (
                argument("name", metavar="FROM", help="the list whose items are moved"),
                argument("to", metavar="TO", help="the list to whose end the items are moved"),
                argument(
                    "--state", choices=("ready", "dead"), default="dead", help="the default is dead"
                ),
                argument(
                    "--max", metavar="N", type=positive, default=10_000, help="the maximum number"
                ),
                USERID,
            ),
            "redrive dead items or move ready ones, and print their number",
        ),
        purge=Verb(
            _purge,
            """bambleweeny items purge jobs
            bambleweeny items purge jobs --state dead""",
            (LIST, in_state(None, "only items in this state"), USERID),
            "delete items, and print their number",
        ),
    ),
    "stats": Verb(_stats, "bambleweeny stats jobs", (LIST, USERID)),
}
