"""The command line: thin commands over the configuration, the server and the client."""

import sys
from collections.abc import Sequence
from dataclasses import fields

from bambleweeny.cli.command_table import ASKS_NOBODY, COMMANDS, verb_of
from bambleweeny.cli.connection.connection_options import Connection
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import status_of
from bambleweeny.cli.output import Output
from bambleweeny.cli.parsing import END, choose, split_options
from bambleweeny.config import flag_of

_VALUED = {flag_of(column) for column in fields(Connection)}
OPTIONS_OF_ALL = {*_VALUED, "--json", "-h", "--help", "--version"}
"""The options that may stand before any command."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0: it went well, 1: it failed, 2: it was asked wrongly."""
    options, rest = options_before(list(sys.argv[1:] if argv is None else argv))
    if not rest or rest[0] not in COMMANDS or "--version" in options:
        from bambleweeny.cli.commands.help import end_without_command  # noqa: PLC0415  most name one

        end_without_command(options, rest)
    name = rest.pop(0)
    if name in ASKS_NOBODY:
        # NOTE: they may stand there by an alias, and mean nothing here.
        options = [option for option in options if option in ("-h", "--help")]
    verb, args = choose(name, verb_of(name), COMMANDS[name].help, [*options, *rest])
    out = Output(sys.stdout, as_json=getattr(args, "json", False))
    with Context(args, out, sys.stdin.buffer) as context:
        return status_of(lambda: verb.run(context), advise=context.advice)


def options_before(words: list[str]) -> tuple[list[str], list[str]]:
    """Split off the options that stand before a command, with their values."""
    options, rest = split_options(words, _VALUED)
    if not {option.partition("=")[0] for option in options} <= OPTIONS_OF_ALL:
        # NOTE: only their own commands know which of the others take a value.
        from bambleweeny.cli.commands.help import known_options  # noqa: PLC0415

        options, rest = split_options(words, known_options()[1])
    return options, rest[1:] if rest[:1] == [END] else rest
