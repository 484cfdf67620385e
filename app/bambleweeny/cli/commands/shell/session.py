"""The session of a shell. Its commands share one client."""

import sys

from bambleweeny.cli.command_table import verb_of
from bambleweeny.cli.commands.shell.help import OWN, help_of, no_such_command, overview
from bambleweeny.cli.commands.shell.output import ShellOutput
from bambleweeny.cli.commands.shell.words import ENDS, HELP, NAMES, VERSION, modern, split
from bambleweeny.cli.connection.connection_options import add_json_option
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import status_of
from bambleweeny.cli.parsing import choose
from bambleweeny.cli.version import version_line

PROGRAMS = ("bambleweeny", "b9y")


class Session:
    """Runs the commands of a shell, one after the other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.is_over = False
        """True after a command such as `exit`."""

    def run(self, text: str) -> int:
        """Run a command and return its exit status. A failure is printed to stderr."""
        return status_of(lambda: self._run(split(text)), prefix="", advise=self._context.advice)

    def _run(self, words: list[str]) -> int | None:
        if not words:
            return None
        if words[0] in ENDS:
            self.is_over = True
            return None
        if words[0] in PROGRAMS and words[1:]:
            # NOTE: drop the program's name, so that commands can be pasted from examples.
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
    """Return all names of commands, sorted."""
    return sorted([*OWN, *NAMES, "help", "version", "exit"])
