"""`get`, `set`, `del`, `keys` and `incr`."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.given import VALUE, given_value
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Verb, argument

if TYPE_CHECKING:
    from bambleweeny.client import Entry

_KEY = argument("name", metavar="KEY", help="the key's name")
LISTING = (
    argument("--prefix", metavar="TEXT", default="", help="only names that begin with this"),
    argument("--match", metavar="REGEX", help="only names in which this is found"),
    argument("--long", action="store_true", help="say whose they are too"),
)
USERID = argument("--userid", metavar="ID", type=int, help="as the admin, act for this user")


def _get(context: Context) -> None:
    name = context.args.name
    with waiting(f"Reading {name}"):
        value = context.client.keys.get(name, userid=context.args.userid)
    context.out.value(value, key=name)


def _set(context: Context) -> None:
    args = context.args
    value = given_value(args.value, context.stdin)
    with waiting(f"Writing {args.name}"):
        context.client.keys.set(args.name, value, userid=args.userid)
    context.out.done()


def _delete(context: Context) -> None:
    for name in context.args.names:
        context.client.keys.delete(name, userid=context.args.userid)
    context.out.done()


def _incr(context: Context) -> None:
    name = context.args.name
    number = context.client.keys.incr(name, userid=context.args.userid)
    context.out.line(number, key=name, value=number)


def _list(context: Context) -> None:
    args = context.args
    show_listing(context, "key", context.client.keys.list(prefix=args.prefix, userid=args.userid))


def show_listing(context: Context, column: str, entries: "Iterable[Entry]") -> None:
    """Print a listing of keys or lists, of which only some may be wanted."""
    try:
        is_wanted = re.compile(context.args.match or "").search
    except re.error as ex:
        raise WrongUse(f"--match: '{context.args.match}' is no regular expression: {ex}.") from ex
    wanted = (entry for entry in entries if is_wanted(entry.name))
    if context.args.long:
        context.out.rows((column, "owner"), wanted)
    else:
        context.out.names((entry.name for entry in wanted), column)


VERBS = {
    "get": Verb(
        _get,
        """bambleweeny get foo
        bambleweeny get dot.png > dot.png
        bambleweeny get foo --json""",
        (_KEY, USERID),
    ),
    "set": Verb(
        _set,
        """bambleweeny set foo bar
        bambleweeny set dot.png @dot.png
        tar c . | bambleweeny set backup""",
        (_KEY, VALUE, USERID),
    ),
    "del": Verb(
        _delete,
        "bambleweeny del foo",
        (argument("names", nargs="+", metavar="KEY", help="the keys' names"), USERID),
    ),
    "keys": Verb(
        _list,
        """bambleweeny keys
        bambleweeny keys --prefix web: --long
        bambleweeny keys --match '^f' --json""",
        (*LISTING, USERID),
    ),
    "incr": Verb(_incr, "bambleweeny incr visitors", (_KEY, USERID)),
}
