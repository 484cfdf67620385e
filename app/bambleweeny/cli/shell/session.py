"""The commands of a shell, which share one client."""

import sys

from bambleweeny.cli.commands import COMMANDS, SHARED, verb_of
from bambleweeny.cli.connection import add_json_option
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse, status_of
from bambleweeny.cli.shell.help import help_of, overview
from bambleweeny.cli.shell.original import ENDS, HELP, NAMES, modern
from bambleweeny.cli.shell.output import ShellOutput
from bambleweeny.cli.shell.words import split
from bambleweeny.cli.verb import choose

OWN = {name: command for name, command in COMMANDS.items() if command.group in SHARED}
"""The commands that the shell has in common with the command line."""


class Session:
    """Runs one command after the other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.is_over = False
        """It was told to end."""

    def run(self, text: str) -> int:
        """Run a command and give its exit status; what failed is a sentence on stderr."""
        return status_of(lambda: self._run(split(text)), prefix="")

    def _run(self, words: list[str]) -> int | None:
        if not words:
            return None
        if words[0] in ENDS:
            self.is_over = True
            return None
        if words[0] in HELP:
            print(help_of(words[1]) if words[1:] else overview())
            return None
        name, *rest = modern(words)
        if name not in OWN:
            raise WrongUse(f"There is no command '{name}'.", hint="'help' lists the commands.")
        try:
            verb, args = choose(
                name, verb_of(name), OWN[name].help, rest, add_options=add_json_option, program=""
            )
        except SystemExit as ex:
            return int(ex.code or 0)
        out = ShellOutput(sys.stdout, as_json=args.json)
        return verb.run(self._context.for_verb(args, out))


def command_names() -> list[str]:
    """Give every word that a command can begin with."""
    return sorted([*OWN, *NAMES, "help", "exit"])
