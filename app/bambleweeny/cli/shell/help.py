"""`help` in the shell."""

from bambleweeny.cli.commands import COMMANDS, SHARED, verb_of
from bambleweeny.cli.connection import add_json_option
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.shell.original import ENDS, HELP, modern
from bambleweeny.cli.verb import examples_of, parser_of

_TOO = """as in the original b9y-cli:
  create_user NAME PASSWORD     users add
  route KEY TYPE, bin LIST      route add, bin add
  keys REGEX                    keys --match

A value with spaces or line ends stands in quotes; @FILE reads a file.
help COMMAND says more; exit, q or Ctrl-D leaves."""
_OF_THE_SHELL = {
    "exit": "Leave the shell, as q, quit, EOF and Ctrl-D do.",
    "help": "List the commands, or say more of one: help set",
}


def overview() -> str:
    """List the commands, each with an example."""
    lines = []
    for group in SHARED:
        lines.append(f"{group}:")
        for name, command in COMMANDS.items():
            if command.group == group:
                lines.append(f"  {name:<10}{command.help}")
                lines.append(f"            {_examples(name)[0]}")
        lines.append("")
    return "\n".join([*lines, _TOO])


def help_of(name: str) -> str:
    """Say what a command takes; WrongUse where there is none of that name."""
    if name in (*ENDS, *HELP):
        return _OF_THE_SHELL["exit" if name in ENDS else "help"]
    known = modern([name])[0]
    if known not in COMMANDS or COMMANDS[known].group not in SHARED:
        raise WrongUse(f"There is no command '{name}'.", hint="'help' lists the commands.")
    return parser_of(
        known, verb_of(known), COMMANDS[known].help, add_options=add_json_option, program=""
    ).format_help()


def _examples(name: str) -> list[str]:
    """Give the examples that need nothing but the shell."""
    lines = (line.removeprefix("bambleweeny ") for line in examples_of(verb_of(name)))
    return [line for line in lines if "|" not in line and ">" not in line] or [name]
