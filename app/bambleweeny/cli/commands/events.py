"""`events`: changes of keys and lists."""

from itertools import islice

from bambleweeny.cli.arguments.inputs import USERID, positive
from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, argument


def _events(context: Context) -> None:
    args = context.args
    events = context.client.events(keys=args.keys, lists=args.lists, userid=args.userid)
    for kind, name in islice(events, args.max):
        context.out.line(f"{kind} {name}", event=kind, name=name)
        context.out.flush()


VERBS = {
    "events": Verb(
        _events,
        """bambleweeny events --keys 'app:*' --max 1
        bambleweeny events --lists jobs --json --max 1""",
        (
            argument("--keys", metavar="NAMES", help="names of keys, such as 'foo,app:*'"),
            argument("--lists", metavar="NAMES", help="names of lists, such as 'jobs,mail:*'"),
            argument("--max", metavar="N", type=positive, help="exit after N events"),
            USERID,
        ),
        note="""The events are key.set, key.del and list.push. Without --keys and --lists all
events are printed. Events during a broken connection are lost.""",
    )
}
