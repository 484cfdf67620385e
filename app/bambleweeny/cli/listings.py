"""Listings of names: which are wanted, and how they are printed."""

import re
from argparse import Namespace
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.given import positive
from bambleweeny.cli.verb import argument

if TYPE_CHECKING:
    from bambleweeny.client import Entry
    from bambleweeny.client.keys import Keys
    from bambleweeny.client.lists import Lists

WHICH_NAMES = (
    argument("--prefix", metavar="TEXT", default="", help="only names that begin with this"),
    argument("--match", metavar="REGEX", help="only names in which this is found"),
    argument("--long", action="store_true", help="say whose they are too"),
)
SELECTION = (
    *WHICH_NAMES,
    argument("--after", metavar="TEXT", default="", help="only names behind this one"),
    argument("--limit", metavar="N", type=positive, help="so many at most"),
    argument("--count", action="store_true", help="print only how many begin with --prefix"),
)


def matcher(args: Namespace) -> Callable[[str], object]:
    """Give what tells whether a name is one of those for `--match`."""
    try:
        return re.compile(args.match or "").search
    except re.error as ex:
        raise WrongUse(f"--match: '{args.match}' is no regular expression: {ex}.") from ex


def show_selection(context: Context, column: str, of: "Keys | Lists") -> None:
    """Print the names of keys or lists, or how many there are."""
    args = context.args
    if args.count:
        _show_count(context, of)
        return
    is_wanted = matcher(args)
    # NOTE: the server knows no pattern, and what does not match counts for nothing.
    limit = None if args.match else args.limit
    entries = of.list(prefix=args.prefix, after=args.after, limit=limit, userid=args.userid)
    show_entries(context, column, islice((e for e in entries if is_wanted(e.name)), args.limit))


def show_entries(context: Context, column: str, entries: "Iterable[Entry]") -> None:
    """Print names, with `--long` whose they are too."""
    if context.args.long:
        context.out.rows((column, "owner"), entries)
    else:
        context.out.names((entry.name for entry in entries), column)


def _show_count(context: Context, of: "Keys | Lists") -> None:
    args = context.args
    if args.match or args.long or args.after or args.limit:
        raise WrongUse("--count goes with --prefix alone.")
    count = of.count(prefix=args.prefix, userid=args.userid)
    context.out.line(count, count=count)
