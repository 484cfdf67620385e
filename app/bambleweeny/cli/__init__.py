"""The command line: thin commands on top of the configuration, server and client."""

import sys
from collections.abc import Sequence
from dataclasses import fields

from bambleweeny.cli.command_table import COMMANDS, OFFLINE, verb_of
from bambleweeny.cli.connection.connection_options import Connection
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import flushed, status_of
from bambleweeny.cli.output import Output
from bambleweeny.cli.parsing import END, choose, split_options
from bambleweeny.options import flag_of

_VALUED = {flag_of(column) for column in fields(Connection)}
OPTIONS_OF_ALL = {*_VALUED, "--json", "-h", "--help", "--version"}
"""The options that are allowed before any command."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 success, 1 failure, 2 usage error."""
    return flushed(lambda: _status_of(list(sys.argv[1:] if argv is None else argv)))


def _status_of(argv: list[str]) -> int:
    options, rest = options_before(argv)
    if not rest or rest[0] not in COMMANDS or "--version" in options:
        from bambleweeny.cli.commands.help import end_without_command  # noqa: PLC0415  rarely needed

        end_without_command(options, rest)
    name = rest.pop(0)
    if name in OFFLINE:
        # NOTE: a shell alias may add connection options, which these commands do not take.
        options = [option for option in options if option in ("-h", "--help")]
    verb, args = choose(name, verb_of(name), COMMANDS[name].help, [*options, *rest])
    out = Output(sys.stdout, as_json=getattr(args, "json", False))
    with Context(args, out, sys.stdin.buffer) as context:
        return status_of(lambda: verb.run(context), advise=context.advice)


def options_before(words: list[str]) -> tuple[list[str], list[str]]:
    """Split words into the options before the command, with their values, and the rest."""
    options, rest = split_options(words, _VALUED)
    if not {option.partition("=")[0] for option in options} <= OPTIONS_OF_ALL:
        # NOTE: only the commands know which of their options take a value.
        from bambleweeny.cli.commands.help import known_options  # noqa: PLC0415

        options, rest = split_options(words, known_options()[1])
    return options, rest[1:] if rest[:1] == [END] else rest
