"""`bin`: public URLs that add to a list, and the requests that they got."""

from bambleweeny.cli.arguments.documents import id_of
from bambleweeny.cli.arguments.inputs import USERID, positive
from bambleweeny.cli.commands.listen.tail import tail
from bambleweeny.cli.context import Context
from bambleweeny.cli.verb import Verb, argument, noun


def _list(context: Context) -> None:
    bins = context.client.bins.list(userid=context.args.userid)
    context.out.rows(("list", "url"), ((bin.list, bin.url) for bin in bins))


def _add(context: Context) -> None:
    made = context.client.bins.create(context.args.name, userid=context.args.userid)
    context.out.line(made.url, list=made.list, url=made.url)


def _delete(context: Context) -> None:
    for word in context.args.ids:
        context.client.bins.delete(id_of(word), userid=context.args.userid)
    context.out.done()


VERBS = {
    "bin": noun(
        list=Verb(_list, "bambleweeny bin", (USERID,), "list your bins"),
        add=Verb(
            _add,
            "bambleweeny bin add hooks",
            (argument("name", metavar="LIST", help="the list that is opened"), USERID),
            "open a list to the public and print the URL to post to",
        ),
        tail=Verb(
            tail,
            """bambleweeny bin tail hooks
            bambleweeny bin tail hooks -n 1 --body""",
            (
                argument(
                    "id",
                    metavar="BIN",
                    help="the id, path or URL of a bin, or the name of its list",
                ),
                argument(
                    "-n",
                    "--lines",
                    metavar="N",
                    type=positive,
                    default=5,
                    help="the maximum number; the default is 5",
                ),
                argument(
                    "--follow", action="store_true", help="also print requests as they arrive"
                ),
                argument("--body", action="store_true", help="print the bodies, too"),
            ),
            "print the newest requests, the newest last; they stay in the list",
        ),
        **{
            "del": Verb(
                _delete,
                "bambleweeny bin del $(bambleweeny bin add hooks)",
                (argument("ids", nargs="+", metavar="BIN", help="ids, paths or URLs"), USERID),
                "delete bins; their lists stay",
                shell_examples="bin del 3f8ab8ba-715d-47b9-b645-798caded306b",
            )
        },
    )
}
