"""`sandboxes`: throw-away parts of a server for tests, each with a token, a seed and snapshots."""

from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.files import naming, source
from bambleweeny.cli.arguments.inputs import USERID, duration
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import CommandFailed, WrongUse
from bambleweeny.cli.output import as_moment
from bambleweeny.cli.verb import Verb, argument, noun

if TYPE_CHECKING:
    from bambleweeny.client import Client, Sandbox

_COLUMNS = ("id", "name", "made", "ends", "names", "bytes", "snapshots")
_ID = argument(
    "id",
    nargs="?",
    default="self",
    metavar="SANDBOX",
    help="the id; by default self, the sandbox of the token",
)
_NAME = argument("name", metavar="NAME", help="the name of the snapshot")


def _list(context: Context) -> None:
    found = context.client.sandboxes.list(userid=context.args.userid)
    if context.out.as_json:
        context.out.record([_record_of(sandbox) for sandbox in found])
        return
    rows = (_record_of(one) | {"snapshots": ",".join(one.snapshots)} for one in found)
    context.out.rows(_COLUMNS, (list(row.values()) for row in rows))


def _add(context: Context) -> None:
    args, sandboxes = context.args, context.client.sandboxes
    more = {"ttl": args.ttl, "name": args.name, "userid": args.userid}
    if args.file and args.copy_of:
        raise WrongUse("Give a file or --from, not both.")
    if args.file:
        with naming(args.file), source(args.file) as lines:
            made = sandboxes.create(lines.read(), **more)
    else:
        made = sandboxes.create(from_=args.copy_of, **more)
    if not context.out.as_json:
        context.out.say(
            f"{_subject(made)} ends {as_moment(made.ends)}. Its token is shown this once."
        )
    context.out.line(made.token, **_record_of(made), token=made.token)


def _show(context: Context) -> None:
    args = context.args
    found = context.client.sandboxes.get(args.id, userid=args.userid)
    context.out.document(_record_of(found))


def _reset(context: Context) -> None:
    args = context.args
    context.client.sandboxes.reset(
        args.id, to=args.to, delete_snapshots=args.delete_snapshots, userid=args.userid
    )
    context.out.done()


def _snapshot(context: Context) -> None:
    args, sandboxes = context.args, context.client.sandboxes
    change = sandboxes.delete_snapshot if args.delete else sandboxes.snapshot
    change(args.name, args.id, userid=args.userid)
    context.out.done()


def _extend(context: Context) -> None:
    args = context.args
    found = context.client.sandboxes.extend(args.ttl, id=args.id, userid=args.userid)
    context.out.say(f"{_subject(found)} ends {as_moment(found.ends)}.", **_record_of(found))


def _delete(context: Context) -> None:
    args, sandboxes = context.args, context.client.sandboxes
    if bool(args.ids) == (args.name is not None):
        raise WrongUse("Give ids of sandboxes, or --name.")
    for id in args.ids or _named(context):
        sandboxes.delete(id, userid=args.userid)
    context.out.done()


def _named(context: Context) -> list[str]:
    name = context.args.name
    found = context.client.sandboxes.list(userid=context.args.userid)
    if ids := [sandbox.id for sandbox in found if sandbox.name == name]:
        return ids
    raise CommandFailed(f"No sandbox has the name '{name}'.")


def _subject(sandbox: "Sandbox[Client]") -> str:
    return f"Sandbox {sandbox.id}{f' ({sandbox.name})' if sandbox.name else ''}"


def _record_of(sandbox: "Sandbox[Client]") -> dict[str, object]:
    return {
        "id": sandbox.id,
        "name": sandbox.name,
        "made": as_moment(sandbox.made),
        "ends": as_moment(sandbox.ends),
        "names": sandbox.names,
        "bytes": sandbox.bytes,
        "snapshots": list(sandbox.snapshots),
    }


VERBS = {
    "sandboxes": noun(
        list=Verb(_list, "bambleweeny sandboxes", (USERID,), "list your sandboxes"),
        add=Verb(
            _add,
            """bambleweeny sandboxes add
            bambleweeny sandboxes add seed.ndjson --name ci --ttl 30m
            bambleweeny sandboxes add --from k3x9q2/paid""",
            (
                argument(
                    "file",
                    nargs="?",
                    metavar="FILE",
                    help="the seed: lines as export writes them; - is standard input",
                ),
                argument("--name", metavar="NAME", help="a name for people"),
                argument(
                    "--ttl",
                    metavar="DURATION",
                    type=duration,
                    help="when it ends, 72h at most; the default is 1h",
                ),
                argument(
                    "--from",
                    dest="copy_of",
                    metavar="SANDBOX[/SNAPSHOT]",
                    help="begin as a copy of another sandbox, or of a snapshot of it",
                ),
                USERID,
            ),
            "make a sandbox and print its token, which is shown once",
            note="""Pass the token to other commands as BAMBLEWEENY_TOKEN or --token: inside, all
commands for data work. In a seed, a key may have a ttl, and an item a delay or
a ttl, that count from now.""",
        ),
        show=Verb(_show, "bambleweeny sandboxes show k3x9q2", (_ID, USERID), "describe a sandbox"),
        reset=Verb(
            _reset,
            """bambleweeny sandboxes reset k3x9q2
            bambleweeny sandboxes reset k3x9q2 --to paid""",
            (
                _ID,
                argument("--to", metavar="NAME", help="a snapshot, in place of the seed"),
                argument(
                    "--delete-snapshots",
                    action="store_true",
                    help="delete all snapshots in the same step",
                ),
                USERID,
            ),
            "replace the data of a sandbox by its seed or by a snapshot",
        ),
        snapshot=Verb(
            _snapshot,
            """bambleweeny sandboxes snapshot k3x9q2 paid
            bambleweeny sandboxes snapshot k3x9q2 paid --delete""",
            (
                _ID,
                _NAME,
                argument("--delete", action="store_true", help="delete the snapshot"),
                USERID,
            ),
            "save the data of a sandbox as a snapshot, or delete one",
        ),
        extend=Verb(
            _extend,
            "bambleweeny sandboxes extend k3x9q2 2h",
            (
                _ID,
                argument("ttl", metavar="DURATION", type=duration, help="from now on, 72h at most"),
                USERID,
            ),
            "let a sandbox end later, or earlier",
        ),
        **{
            "del": Verb(
                _delete,
                """bambleweeny sandboxes del k3x9q2
                bambleweeny sandboxes del --name ci""",
                (
                    argument("ids", nargs="*", metavar="SANDBOX", help="ids, or self"),
                    argument("--name", metavar="NAME", help="all of your sandboxes with this name"),
                    USERID,
                ),
                "delete sandboxes with all their data",
            )
        },
    )
}
