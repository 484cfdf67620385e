"""`export` and `import`."""

from bambleweeny.cli.arguments.files import source, target
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
    with source(args.file) as lines, waiting("Importing"):
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


VERBS = {
    "export": Verb(
        _export,
        """bambleweeny export mine.ndjson
        bambleweeny export - | gzip > mine.gz""",
        (argument("file", metavar="FILE", help="the file to write; - is standard output"), USERID),
    ),
    "import": Verb(
        _import,
        """bambleweeny import mine.ndjson
        bambleweeny import mine.ndjson --mode skip
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
            USERID,
        ),
    ),
}
