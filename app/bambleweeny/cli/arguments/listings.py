"""Listings of names: their selection and output."""

import re
from argparse import Namespace
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.inputs import positive
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import argument

if TYPE_CHECKING:
    from bambleweeny.client.listings import Listed

SELECTION = (
    argument("--prefix", metavar="TEXT", default="", help="only names that begin with this"),
    argument("--match", metavar="REGEX", help="only names that match this regular expression"),
    argument("--long", action="store_true", help="also print the owners"),
    argument("--after", metavar="TEXT", default="", help="only names that sort after this one"),
    argument("--limit", metavar="N", type=positive, help="the maximum number"),
    argument(
        "--count",
        action="store_true",
        help="print only the number of names that begin with --prefix",
    ),
)


def matcher(args: Namespace) -> Callable[[str], object]:
    """Return a function that matches a name with `--match`; WrongUse if it is no regex."""
    try:
        return re.compile(args.match or "").search
    except re.error as ex:
        raise WrongUse(f"--match: '{args.match}' is no regular expression: {ex}.") from ex


def show_selection(context: Context, column: str, of: "Listed") -> None:
    """Print the names of keys, lists or topics, or their number."""
    args = context.args
    if args.count:
        _show_count(context, of)
        return
    matches = matcher(args)
    # NOTE: the server cannot match a regex, so --limit must count after the match.
    limit = None if args.match else args.limit
    entries = of.list(prefix=args.prefix, after=args.after, limit=limit, userid=args.userid)
    wanted = islice((entry for entry in entries if matches(entry.name)), args.limit)
    if args.long:
        context.out.rows((column, "owner"), wanted)
    else:
        context.out.names((entry.name for entry in wanted), column)


def _show_count(context: Context, of: "Listed") -> None:
    args = context.args
    if args.match or args.long or args.after or args.limit:
        raise WrongUse("--count can be combined with --prefix alone.")
    count = of.count(prefix=args.prefix, userid=args.userid)
    context.out.line(count, count=count)
