"""`shell`: type commands at a prompt, or read them from a pipe."""

import sys
from typing import TextIO

from bambleweeny.cli.commands.shell.session import Session
from bambleweeny.cli.commands.shell.words import is_unfinished
from bambleweeny.cli.context import Context
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import Verb, argument


def _shell(context: Context) -> int:
    if sys.stdin.isatty() and sys.stdout.isatty():
        # NOTE: imported here, because a pipe needs no prompt.
        from bambleweeny.cli.commands.shell.terminal import talk  # noqa: PLC0415

        return talk(context)
    return _read(context, sys.stdin)


def _read(context: Context, lines: TextIO) -> int:
    """Run commands from a pipe; return 1 if one failed, else 0."""
    session = Session(context)
    status = 0
    open_text = ""
    for number, line in enumerate(lines):
        # NOTE: some programs write a byte order mark at the beginning of a text.
        open_text += line if number else line.removeprefix("\ufeff")
        if is_unfinished(open_text):
            continue
        command, open_text = open_text, ""
        ended = session.run(command)
        sys.stdout.flush()
        status = max(status, min(ended, 1))
        if session.is_over or (ended and not context.args.keep_going):
            return status
    if open_text:
        raise WrongUse("The last command has a quote that is not closed.")
    return status


VERBS = {
    "shell": Verb(
        _shell,
        """bambleweeny shell
        bambleweeny shell --profile work
        printf 'set foo bar\\nget foo\\n' | bambleweeny shell""",
        (
            argument(
                "-k",
                "--keep-going",
                action="store_true",
                help="in a pipe: continue after a failed command",
            ),
        ),
        note="""In a pipe the shell reads one command per line, and exits with 1 at the first
failure. At a terminal, 'help' lists the commands. The commands of the original
b9y-cli work too.""",
    )
}
