"""`help` in the shell."""

import re

from bambleweeny.cli.command_table import COMMANDS, SHARED, verb_of
from bambleweeny.cli.commands.shell.words import ENDS, HELP, NAMES, VERSION, modern
from bambleweeny.cli.connection.connection_options import add_json_option
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.parsing import PROGRAM, parser_of
from bambleweeny.cli.suggestions import did_you_mean
from bambleweeny.cli.verb import Verb, lines_of

OWN = {name: command for name, command in COMMANDS.items() if command.group in SHARED}
"""The commands that the shell shares with the command line."""
_TOO = """as in the original b9y-cli:
  create_user NAME PASSWORD     users add
  route KEY TYPE, bin LIST      route add, bin add
  keys REGEX                    keys --match

Write a value with spaces or line ends in quotes; @FILE reads a file.
help COMMAND describes a command; exit, q or Ctrl-D leaves the shell."""
_OF_THE_SHELL = {
    **dict.fromkeys(ENDS, "Leave the shell, as exit, q, quit, EOF and Ctrl-D do."),
    **dict.fromkeys(HELP, "List the commands, or describe one: help set"),
    VERSION: "Print the version of this program.",
}
_NEEDS_ANOTHER_SHELL = re.compile(r"[|<>;&$`]")


def overview() -> str:
    """Return a list of the commands, each with an example."""
    lines = []
    for group in SHARED:
        lines.append(f"{group}:")
        for name, command in COMMANDS.items():
            if command.group == group:
                lines.append(f"  {name:<10}{command.help}")
                examples = shell_examples_of(verb_of(name))[:1]
                lines += [f"            {example}" for example in examples]
        lines.append("")
    return "\n".join([*lines, _TOO])


def help_of(words: list[str]) -> str:
    """Return the help of a command; WrongUse if the command does not exist."""
    name = words[0]
    if name in _OF_THE_SHELL:
        return _OF_THE_SHELL[name]
    known, *rest = modern(words)
    if known not in OWN:
        raise no_such_command(name)
    verb, text = verb_of(known), OWN[known].help
    if rest and rest[0] in verb.verbs:
        known, verb = f"{known} {rest[0]}", verb.verbs[rest[0]]
        text = verb.help
    examples = shell_examples_of(verb)
    return parser_of(
        known, verb, text, add_options=add_json_option, program="", examples=examples
    ).format_help()


def no_such_command(name: str) -> WrongUse:
    """Return the error for an unknown command name."""
    if name in COMMANDS:
        return WrongUse(
            f"'{name}' is a command of the command line, not of the shell.",
            hint=f"Leave with exit, and type: bambleweeny {name}",
        )
    known = [*OWN, *NAMES, *_OF_THE_SHELL]
    advice = did_you_mean(name, known)
    return WrongUse(f"There is no command '{name}'.{advice}", hint="'help' lists the commands.")


def shell_examples_of(verb: Verb) -> list[str]:
    """Return the examples that work in the shell, as they are typed there."""
    verbs = (verb, *verb.verbs.values())
    lines = lines_of(one.shell_examples or one.examples for one in verbs)
    return [line.removeprefix(PROGRAM) for line in lines if not _NEEDS_ANOTHER_SHELL.search(line)]
