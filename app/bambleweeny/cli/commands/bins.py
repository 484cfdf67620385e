"""`bin`: public URLs that add to a list or a topic, and the requests that they got."""

from collections.abc import Iterator
from contextlib import contextmanager

from bambleweeny.cli.arguments.bin_options import BIN_OPTIONS, SECRETS_NOTE, document_of
from bambleweeny.cli.arguments.documents import bin_of, given_document
from bambleweeny.cli.arguments.inputs import USERID, VALUE, in_state, positive
from bambleweeny.cli.commands.listen.tail import tail
from bambleweeny.cli.context import Context
from bambleweeny.cli.output import as_moment
from bambleweeny.cli.verb import Verb, argument, noun
from bambleweeny.errors import BinNameTaken, InvalidRequest, NotFound

_BIN = argument("id", metavar="BIN", help="an id, a name, @USER/NAME, a path or a URL")
_MOST_NAMED = 3


def _list(context: Context) -> None:
    bins = context.client.bins.list(userid=context.args.userid)
    # NOTE: scripts read the columns of a plain bin by their place.
    rows = (
        (
            bin.list, context.target.shown(bin.url), bin.name, bin.topic, bin.keep,
            None if bin.ends_at is None else as_moment(bin.ends_at),
        )
        for bin in bins
    )  # fmt: skip
    context.out.rows(("list", "url", "name", "topic", "keep", "ends_at"), rows)


def _add(context: Context) -> None:
    args = context.args
    document = document_of(args, context.stdin)
    try:
        made = context.client.bins.create(args.list, document, userid=args.userid)
    except BinNameTaken as ex:
        ex.hint = f"'bin show {args.name}' shows it, and 'bin set' replaces its document."
        raise
    url = context.target.shown(made.url)
    context.out.line(url, list=made.list, name=made.name, url=url)


def _set(context: Context) -> None:
    args = context.args
    document = given_document(args.value, context.stdin)
    id = bin_of(args.id) if args.id else None
    bin = context.client.bins.set(document, id, userid=args.userid)
    url = context.target.shown(bin.url)
    context.out.line(url, name=bin.name, url=url)


def _show(context: Context) -> None:
    args = context.args
    with _naming_bins_of(context, args.id):
        context.out.document(context.client.bins.get(bin_of(args.id), userid=args.userid))


def _refused(context: Context) -> None:
    args = context.args
    with _naming_bins_of(context, args.id):
        found = context.client.bins.refused(bin_of(args.id), userid=args.userid)
    for one in reversed(found):
        fields = one._asdict() | {"time": as_moment(one.time)}
        text = (
            f"{fields['time']} {one.method} {one.path or '/'} {one.ip} {one.status} {one.code} "
            f"{one.reason or one.info}"
        )
        context.out.line(text, **fields)


def _delete(context: Context) -> None:
    for word in context.args.ids:
        with _naming_bins_of(context, word):
            context.client.bins.delete(bin_of(word), userid=context.args.userid)
    context.out.done()


@contextmanager
def _naming_bins_of(context: Context, word: str) -> Iterator[None]:
    """If there is no such bin, but a list or topic of that name, name the bins that fill it."""
    try:
        yield
    except (NotFound, InvalidRequest) as ex:
        bins = context.client.bins.list(userid=context.args.userid)
        names = [bin.name or bin.id for bin in bins if word in (bin.list, bin.topic)]
        if names:
            listed = " and ".join(f"'{name}'" for name in names[:_MOST_NAMED])
            ex.hint = f"'{word}' is filled by the bin {listed}; give its name or id."
        raise


VERBS = {
    "bin": noun(
        list=Verb(_list, "bambleweeny bin", (USERID,), "list your bins"),
        add=Verb(
            _add,
            """bambleweeny bin add hooks
            bambleweeny bin add hooks --name pay --keep-request --verify stripe:@secret
            bambleweeny bin add hooks --challenge slack --rate 60/m --ends 7d""",
            (
                argument("list", metavar="LIST", help="the list that is opened"),
                *BIN_OPTIONS,
                USERID,
            ),
            "open a list to the public and print the URL to post to",
            note=SECRETS_NOTE,
        ),
        set=Verb(
            _set,
            """bambleweeny bin set @gh.json
            bambleweeny bin set @gh.json --id gh""",
            (
                VALUE,
                argument("--id", metavar="BIN", help="replace the document of this bin"),
                USERID,
            ),
            "create a bin with a document, or replace it",
            shell_examples="""bin set '{"list": "hooks", "name": "gh", "keep": "request"}'""",
        ),
        show=Verb(
            _show,
            "bambleweeny bin show gh",
            (_BIN, USERID),
            "print the document of a bin, without its secrets",
        ),
        refused=Verb(
            _refused,
            "bambleweeny bin refused gh",
            (_BIN, USERID),
            "print the requests that a bin refused last, and why",
        ),
        tail=Verb(
            tail,
            """bambleweeny bin tail hooks
            bambleweeny bin tail hooks -n 1 --body
            bambleweeny bin tail hooks --state dead""",
            (
                argument(
                    "id",
                    metavar="BIN",
                    help="the id, name, path or URL of a bin, or the name of a list; a bin is "
                    "tried first",
                ),
                argument(
                    "-n",
                    "--lines",
                    metavar="N",
                    type=positive,
                    default=5,
                    help="the maximum number; the default is 5",
                ),
                in_state(
                    "ready",
                    "only requests in this state; the default is ready. With dead, also those in "
                    "the dead-letter list of the policy",
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
                (
                    argument("ids", nargs="+", metavar="BIN", help="ids, names, paths or URLs"),
                    USERID,
                ),
                "delete bins; their lists stay",
                shell_examples="bin del 3f8ab8ba-715d-47b9-b645-798caded306b",
            )
        },
    )
}
