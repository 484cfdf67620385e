"""`publish`, `topics` and `follow`."""

from argparse import Namespace
from itertools import islice
from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.content_types import TYPE, doubt_about
from bambleweeny.cli.arguments.inputs import (
    USERID,
    VALUE,
    given_value,
    positive,
    wait_for,
    whole,
)
from bambleweeny.cli.arguments.listings import SELECTION, show_selection
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Argument, Verb, argument, noun

if TYPE_CHECKING:
    from bambleweeny.client import Message

_TOPIC = argument("name", metavar="TOPIC", help="the topic's name")
_LAST = argument("--last", metavar="N", type=whole, help="begin with the newest N messages")


def _since(default: str) -> Argument:
    """Return the option --since, with its default in the help."""
    moments = "begin there: 'all', an id, a time such as 2026-11-22T17:00:00Z, or 10m ago"
    return argument("--since", metavar="MOMENT", help=f"{moments}; {default}")


def _publish(context: Context) -> None:
    args = context.args
    value = given_value(args.value, context.stdin)
    with waiting(f"Publishing to {args.name}"):
        published = context.client.topics.publish(
            args.name, value, type=args.type, userid=args.userid
        )
    context.out.warn(doubt_about(value, args.type))
    context.out.line(published, topic=args.name, id=published)


def _read(context: Context) -> None:
    args = context.args
    _refuse_beside_last(args, "since", "limit")
    since = args.since or (None if args.wait or args.last is not None else "all")
    with waiting(f"Waiting for {args.name}"):
        messages = context.client.topics.read(
            args.name, since, args.wait, last=args.last, limit=args.limit, userid=args.userid
        )
    for message in messages:
        _show(context, message)


def _follow(context: Context) -> None:
    args = context.args
    _refuse_beside_last(args, "since")
    messages = context.client.topics.subscribe(
        args.name, args.since, last=args.last, userid=args.userid
    )
    for message in islice(messages, args.max):
        _show(context, message)


def _refuse_beside_last(args: Namespace, *names: str) -> None:
    for name in names:
        if args.last is not None and getattr(args, name) is not None:
            raise WrongUse(f"Give --last or --{name}, not both.")


def _show(context: Context, message: "Message") -> None:
    """Print a message, and flush because the next one may take long."""
    context.out.message(message.value, id=message.id, time=message.time, type=message.type)
    context.out.flush()


def _list(context: Context) -> None:
    show_selection(context, "topic", context.client.topics)


def _delete(context: Context) -> None:
    for name in context.args.names:
        context.client.topics.delete(name, userid=context.args.userid)
    context.out.done()


VERBS = {
    "publish": Verb(
        _publish,
        """bambleweeny publish news 'the build is green'
        echo '{"disk": "full"}' | bambleweeny publish alerts --type application/json""",
        (
            _TOPIC,
            VALUE,
            TYPE,
            USERID,
        ),
    ),
    "topics": noun(
        list=Verb(
            _list,
            """bambleweeny topics
            bambleweeny topics --prefix build: --long""",
            (*SELECTION, USERID),
            "list the topics",
        ),
        read=Verb(
            _read,
            """bambleweeny topics read news
            bambleweeny topics read news --since 10m --json
            bambleweeny topics read news --last 5""",
            (
                _TOPIC,
                _since("the default is all, or with --wait the messages from now on"),
                _LAST,
                wait_for("a message"),
                argument(
                    "--limit",
                    metavar="N",
                    type=positive,
                    help="the maximum number; the default is 100",
                ),
                USERID,
            ),
            "print messages; the topic keeps them",
        ),
        **{
            "del": Verb(
                _delete,
                "bambleweeny topics del news",
                (argument("names", nargs="+", metavar="TOPIC", help="the topics' names"), USERID),
                "delete topics with all their messages",
            )
        },
    ),
    "follow": Verb(
        _follow,
        """bambleweeny follow news --since all --max 1
        bambleweeny follow alerts --json --last 1 --max 1""",
        (
            _TOPIC,
            _since("the default is now"),
            _LAST,
            argument("--max", metavar="N", type=positive, help="exit after N messages"),
            USERID,
        ),
        note="""Each message begins on a new line. After a broken connection the command
continues after the last message as soon as the server answers again.""",
    ),
}
