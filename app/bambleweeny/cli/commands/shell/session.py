"""The commands of a shell, which share one client."""

import sys

from bambleweeny.cli.command_table import verb_of
from bambleweeny.cli.commands.shell.help import OWN, help_of, no_such_command, overview
from bambleweeny.cli.commands.shell.original import ENDS, HELP, NAMES, VERSION, modern
from bambleweeny.cli.commands.shell.output import ShellOutput
from bambleweeny.cli.commands.shell.words import split
from bambleweeny.cli.connection.connection_options import add_json_option
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import status_of
from bambleweeny.cli.parsing import choose
from bambleweeny.cli.version import version_line

PROGRAMS = ("bambleweeny", "b9y")


class Session:
    """Runs one command after the other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.is_over = False
        """It was told to end."""

    def run(self, text: str) -> int:
        """Run a command and give its exit status; what failed is a sentence on stderr."""
        return status_of(lambda: self._run(split(text)), prefix="", advise=self._context.advice)

    def _run(self, words: list[str]) -> int | None:
        if not words:
            return None
        if words[0] in ENDS:
            self.is_over = True
            return None
        if words[0] in PROGRAMS and words[1:]:
            # NOTE: so that what is copied from elsewhere works here, too.
            words = words[1:]
        if words[0] in HELP:
            print(help_of(words[1:]) if words[1:] else overview())
            return None
        if words[0] == VERSION:
            print(version_line())
            return None
        name, *rest = modern(words)
        if name not in OWN:
            raise no_such_command(name)
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
    return sorted([*OWN, *NAMES, "help", "version", "exit"])
