"""`export` and `import`."""

from bambleweeny.cli.arguments.files import naming, source, target
from bambleweeny.cli.arguments.inputs import STANDARD, USERID
from bambleweeny.cli.context import Context
from bambleweeny.cli.output import counted
from bambleweeny.cli.progress import waiting
from bambleweeny.cli.verb import Verb, argument
from bambleweeny.system.signals import interrupted_by_signals

_MODES = ("merge", "skip", "replace")


def _export(context: Context) -> None:
    args, count = context.args, 0
    # NOTE: signals raise KeyboardInterrupt here, so that no partial file remains.
    with interrupted_by_signals(), target(args.file) as out, waiting("Exporting"):
        for line in context.client.export(userid=args.userid):
            out.write(line)
            count += 1
    if args.file != STANDARD:
        context.out.say(f"Exported {counted(count, 'line')}.", lines=count)


def _import(context: Context) -> None:
    args = context.args
    if args.dry_run:
        with naming(args.file):
            _plan(context)
        return
    with naming(args.file), source(args.file) as lines, waiting("Importing"):
        done = context.client.import_(lines, args.mode, userid=args.userid)
    counts = (
        counted(done.keys, "key"),
        counted(done.items, "item"),
        counted(done.policies, "policy", "policies"),
        counted(done.messages, "message"),
        counted(done.routes, "route"),
        counted(done.bins, "bin"),
    )
    summary = ", ".join(counts)
    context.out.say(f"Imported {summary}; skipped {done.skipped}.", **done._asdict())


def _plan(context: Context) -> None:
    """Print what an import would do; raise its first error."""
    args = context.args
    with source(args.file) as lines, waiting("Checking"):
        plan = context.client.plan_import(lines, args.mode, userid=args.userid)
    counts = {kind: row._asdict() for kind, row in plan.counts.items()}
    if context.out.as_json:
        growth = {"deleted": plan.deleted, "names": plan.names, "bytes": plan.bytes}
        context.out.record({**counts, **growth})
    else:
        rows = [(kind, *row.values()) for kind, row in counts.items() if any(row.values())]
        context.out.rows(("kind", "new", "replaced", "skipped"), rows)
        if plan.deleted:
            deleted = ", ".join(
                counted(count, noun.removesuffix("s")) for noun, count in plan.deleted.items()
            )
            context.out.line(f"Deleted first: {deleted}.")
    context.out.flush()
    if plan.error:
        raise plan.error


VERBS = {
    "export": Verb(
        _export,
        """bambleweeny export mine.ndjson
        bambleweeny export - | gzip > mine.gz""",
        (argument("file", metavar="FILE", help="the file to write; - is standard output"), USERID),
        note=(
            "The file has the secrets of bins; with a token that lacks bins:write it has\n"
            "[secret] in their places. An import of that keeps those of bins that exist."
        ),
    ),
    "import": Verb(
        _import,
        """bambleweeny import mine.ndjson
        bambleweeny import mine.ndjson --mode skip
        bambleweeny import mine.ndjson --dry-run
        zcat mine.gz | bambleweeny import - --mode replace""",
        (
            argument("file", metavar="FILE", help="the file to read; - is standard input"),
            argument(
                "--mode",
                choices=_MODES,
                default=_MODES[0],
                help="merge overwrites keys and policies and adds items and messages, skip keeps "
                "existing keys, lists and topics, replace deletes all your data first",
            ),
            argument(
                "--dry-run",
                action="store_true",
                help="print what would be new, replaced and skipped, and change nothing",
            ),
            USERID,
        ),
    ),
}
