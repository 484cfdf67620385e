"""`get`, `set`, `patch`, `expire`, `del`, `keys` and `incr`."""

from itertools import islice

from bambleweeny.cli.arguments.content_types import doubt_about
from bambleweeny.cli.arguments.inputs import USERID, VALUE, duration, given_value, wait_for
from bambleweeny.cli.arguments.key_options import (
    CONDITION,
    COUNTING,
    WRITING,
    about,
    condition_of,
    counting_of,
    until,
    writing_of,
)
from bambleweeny.cli.arguments.listings import SELECTION, matcher, show_selection
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.output import counted
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Verb, argument

_KEY = argument("name", metavar="KEY", help="the key's name")


def _get(context: Context) -> None:
    args, keys = context.args, context.client.keys
    with waiting(f"Reading {args.name}"):
        value = keys.wait(args.name, seconds=args.wait, userid=args.userid) if args.wait else None
        if value is None or args.touch or args.path is not None:
            value = keys.get(args.name, touch=args.touch, path=args.path, userid=args.userid)
    if args.meta:
        context.out.as_json = True
        context.out.value(value, key=args.name, **about(value))
    else:
        context.out.value(value, key=args.name)


def _set(context: Context) -> None:
    args = context.args
    value = given_value(args.value, context.stdin)
    how = writing_of(args)
    with waiting(f"Writing {args.name}"):
        context.client.keys.set(args.name, value, userid=args.userid, **how)
    context.out.warn(doubt_about(value, args.type))
    context.out.done()


def _patch(context: Context) -> None:
    args = context.args
    from bambleweeny.cli.arguments.documents import given_json  # noqa: PLC0415  rarely needed

    changes = given_json(args.value, context.stdin)
    with waiting(f"Changing {args.name}"):
        context.client.keys.patch(
            args.name, changes, ttl=args.ttl, userid=args.userid, **condition_of(args)
        )
    context.out.done()


def _expire(context: Context) -> None:
    args = context.args
    context.client.keys.expire(args.name, args.ttl, userid=args.userid, **condition_of(args))
    context.out.done()


def _delete(context: Context) -> None:
    args = context.args
    if args.prefix is not None:
        _delete_all(context)
    elif args.names:
        for name in args.names:
            context.client.keys.delete(name, userid=args.userid, **condition_of(args))
        context.out.done()
    else:
        raise WrongUse("Which keys? Name them, or give --prefix.")


def _delete_all(context: Context) -> None:
    args = context.args
    if args.names or not args.confirm:
        raise WrongUse("--prefix needs --confirm, and cannot be combined with names of keys.")
    with waiting(f"Deleting {args.prefix}..."):
        deleted = context.client.keys.delete_all(args.prefix, userid=args.userid)
    context.out.say(f"Deleted {counted(deleted, 'key')}.", deleted=deleted)


def _incr(context: Context) -> None:
    args = context.args
    number = context.client.keys.incr(args.name, args.by, userid=args.userid, **counting_of(args))
    context.out.line(number, key=args.name, value=number)


def _list(context: Context) -> None:
    args = context.args
    if [args.count, args.long, args.meta, bool(args.delimiter)].count(True) > 1:
        raise WrongUse("Give one of --count, --long, --meta and --delimiter.")
    if args.delimiter:
        _list_groups(context)
    elif args.meta:
        _list_meta(context)
    else:
        show_selection(context, "key", context.client.keys)


def _list_groups(context: Context) -> None:
    args, matches = context.args, matcher(context.args)
    names, groups = context.client.keys.groups(
        args.delimiter, prefix=args.prefix, after=args.after, userid=args.userid
    )
    found = sorted(filter(matches, [*names, *groups]))
    context.out.names(islice(found, args.limit), "key")


def _list_meta(context: Context) -> None:
    args, matches = context.args, matcher(context.args)
    found = context.client.keys.list_meta(prefix=args.prefix, after=args.after, userid=args.userid)
    rows = (row for row in found if matches(row.name))
    context.out.rows(("key", "size", "ttl", "type", "etag"), islice(rows, args.limit))


VERBS = {
    "get": Verb(
        _get,
        """bambleweeny get foo
        bambleweeny get foo > foo.txt
        bambleweeny get foo --wait 20s
        bambleweeny get foo --json
        bambleweeny get foo --meta
        bambleweeny get foo --touch 10m""",
        (
            _KEY,
            wait_for("a key that does not exist"),
            argument(
                "--path", metavar="PATH", help="only this part of a JSON value, such as a.b.0"
            ),
            argument("--touch", metavar="DURATION", type=duration, help="new TTL, from now"),
            argument("--meta", action="store_true", help="JSON with ETag, TTL and content type"),
            USERID,
        ),
    ),
    "set": Verb(
        _set,
        """bambleweeny set foo bar
        bambleweeny set hosts @/etc/hosts
        tar c . | bambleweeny set backup
        bambleweeny set session 'anna' --ttl 20m
        bambleweeny set lock "$(hostname) $$" --if-none-match '*' --ttl 30s""",
        (_KEY, VALUE, *WRITING, USERID),
    ),
    "patch": Verb(
        _patch,
        """bambleweeny patch settings '{"color": "blue", "size": null}'""",
        (
            _KEY,
            VALUE,
            argument("--ttl", metavar="DURATION", type=until, help="new TTL, or none"),
            *CONDITION,
            USERID,
        ),
        note="The value is a merge patch (RFC 7396): its fields replace those of the key's,\n"
        "and null removes one. A missing key is an empty object.",
    ),
    "expire": Verb(
        _expire,
        """bambleweeny expire foo 1h
        bambleweeny expire foo none""",
        (
            _KEY,
            argument(
                "ttl", metavar="DURATION", type=until, help="the new TTL, such as 1h, or none"
            ),
            *CONDITION,
            USERID,
        ),
    ),
    "del": Verb(
        _delete,
        """bambleweeny del foo
        bambleweeny del --prefix tmp: --confirm""",
        (
            argument("names", nargs="*", metavar="KEY", help="the keys' names"),
            argument("--prefix", metavar="TEXT", help="delete all keys with this prefix, in steps"),
            argument("--confirm", action="store_true", help="confirm --prefix"),
            *CONDITION,
            USERID,
        ),
    ),
    "keys": Verb(
        _list,
        """bambleweeny keys
        bambleweeny keys --prefix web: --long
        bambleweeny keys --prefix web: --limit 10 --meta
        bambleweeny keys --delimiter :
        bambleweeny keys --match '^f' --json""",
        (
            *SELECTION,
            argument(
                "--delimiter",
                metavar="TEXT",
                help="group names by their common part up to this text",
            ),
            argument(
                "--meta", action="store_true", help="also print size, TTL, content type and ETag"
            ),
            USERID,
        ),
    ),
    "incr": Verb(
        _incr,
        """bambleweeny incr visitors
        bambleweeny incr requests:anna --max 60 --ttl 1m""",
        (_KEY, *COUNTING, USERID),
    ),
}
