"""The command line: thin commands over the configuration, the server and the client."""

import argparse
import sys
from collections.abc import Sequence

from bambleweeny.cli.commands import COMMANDS, verb_of
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import status_of
from bambleweeny.cli.output import Output
from bambleweeny.cli.verb import choose


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0: it went well, 1: it failed, 2: it was asked wrongly."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in COMMANDS:
        _overview().parse_args(words)
        raise AssertionError("the overview ends the program")  # pragma: no cover
    name = words.pop(0)
    verb, args = choose(name, verb_of(name), COMMANDS[name].help, words)
    out = Output(sys.stdout, as_json=getattr(args, "json", False))
    with Context(args, out, sys.stdin.buffer) as context:
        return status_of(lambda: verb.run(context))


def _overview() -> argparse.ArgumentParser:
    """Make the parser that knows no command, and so shows them all."""
    from bambleweeny.cli.version import ShowVersion  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="bambleweeny",
        usage="bambleweeny [-h] [--version] COMMAND ...",
        description="An HTTP key-value store and message broker in one program.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=ShowVersion)
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help=argparse.SUPPRESS)
    return parser


def _epilog() -> str:
    lines = []
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        lines.append(f"{group}:")
        lines += [f"  {n:<16}{c.help}" for n, c in COMMANDS.items() if c.group == group]
        lines.append("")
    examples = ["serve", "sandbox", "set foo bar", "get foo", "set --help"]
    return "\n".join([*lines, "examples:", *(f"  bambleweeny {words}" for words in examples)])
