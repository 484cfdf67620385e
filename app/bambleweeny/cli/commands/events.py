"""`events`: changes of the user's data, and calls of its routes and bins."""

from itertools import islice
from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.inputs import USERID, positive
from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, argument

if TYPE_CHECKING:
    from bambleweeny.client.events import EventNames


def _events(context: Context) -> None:
    args = context.args
    names: EventNames = {
        "keys": args.keys, "lists": args.lists, "topics": args.topics, "routes": args.routes,
        "bins": args.bins,
    }  # fmt: skip
    events = context.client.events(kinds=args.kinds, userid=args.userid, **names)
    for kind, name in islice(events, args.max):
        context.out.line(f"{kind} {name}", event=kind, name=name)
        context.out.flush()


VERBS = {
    "events": Verb(
        _events,
        """bambleweeny events --keys 'app:*' --max 1
        bambleweeny events --lists jobs --json --max 1
        bambleweeny events --kinds list.pop,list.dead --max 1""",
        (
            argument("--keys", metavar="NAMES", help="names of keys, such as 'foo,app:*'"),
            argument("--lists", metavar="NAMES", help="names of lists, such as 'jobs,mail:*'"),
            argument("--topics", metavar="NAMES", help="names of topics"),
            argument("--routes", metavar="IDS", help="public ids of routes, or '*'"),
            argument("--bins", metavar="IDS", help="public ids of bins, or '*'"),
            argument("--kinds", metavar="KINDS", help="such as 'list.pop,list.dead', or '*'"),
            argument("--max", metavar="N", type=positive, help="exit after N events"),
            USERID,
        ),
        note="""The events are key.set, key.del and list.push, unless --kinds asks for others:
key.expire, key.change, list.pop, list.lease, list.ack, list.dead, list.change,
topic.publish, route.call, bin.call and bin.refuse. Without names, events of all
names are printed. Events during a broken connection are lost.""",
    )
}
