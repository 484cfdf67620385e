"""`help`, `version`, and the answer to a call without a command."""

import sys
from typing import NoReturn

from bambleweeny.cli.command_table import COMMANDS, verb_of
from bambleweeny.cli.context import Context
from bambleweeny.cli.escapes import to_people
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.parsing import parser_of
from bambleweeny.cli.suggestions import all_of, did_you_mean
from bambleweeny.cli.verb import Verb, argument
from bambleweeny.cli.version import version_line

USAGE = "usage: bambleweeny COMMAND [OPTIONS]"
WHERE = "'bambleweeny help' lists the commands."
_EXAMPLES = ("sandbox", "serve", "set foo bar", "get foo", "set --help", "help users add")
FIRST_STEPS = f"""{USAGE}

An HTTP key-value store and message broker in one program. The first steps:

  bambleweeny sandbox           run a server that keeps nothing, in one terminal
  bambleweeny set foo bar       write a key, in another terminal
  bambleweeny get foo           read it

{WHERE}
'bambleweeny help COMMAND' describes a command.
"""


def overview() -> str:
    """Return a list of the commands, with examples."""
    lines = [
        f"{USAGE}\n",
        "An HTTP key-value store and message broker in one program.\n",
        "  -h, --help   show this help, or that of a command",
        "  --version    print the version\n",
    ]
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        lines.append(f"{group}:")
        lines += [f"  {n:<12}{c.help}" for n, c in COMMANDS.items() if c.group == group]
        lines.append("")
    lines += ["examples:", *(f"  bambleweeny {words}" for words in _EXAMPLES)]
    return "\n".join(lines)


def known_options() -> tuple[set[str], set[str]]:
    """Return the options of all commands, and the subset that takes a value."""
    parsers = [
        parser_of(name, verb, command.help)
        for name, command in COMMANDS.items()
        for verb in (verb_of(name), *verb_of(name).verbs.values())
    ]
    options = {"-h", "--version"}.union(*(parser.options() for parser in parsers))
    return options, set().union(*(parser.valued_options() for parser in parsers))


def end_without_command(options: list[str], rest: list[str]) -> NoReturn:
    """Exit from a call without a command, or with an unknown one."""
    if "--version" in options:
        print(version_line())
        raise SystemExit(0)
    if not rest and {"-h", "--help"} & {*options}:
        print(overview())
        raise SystemExit(0)
    if not options and not rest:
        sys.stderr.write(FIRST_STEPS)
        raise SystemExit(2)
    known = known_options()[0]
    flags = [flag for flag in (o.partition("=")[0] for o in options) if flag.startswith("-")]
    unknown = next((flag for flag in flags if flag not in known), None)
    if unknown:
        sentence = f"There is no option '{unknown}'.{did_you_mean(unknown, known)}"
    elif rest:
        sentence = f"There is no command '{rest[0]}'.{did_you_mean(rest[0], COMMANDS)}"
    else:
        sentence = "There is no command after the options."
    to_people(USAGE, f"bambleweeny: {sentence}", WHERE)
    raise SystemExit(2)


def _help(context: Context) -> None:
    context.out.line(_text_of(context.args.words))


def _text_of(words: list[str]) -> str:
    if not words:
        return overview()
    name, *verb_names = words
    if name not in COMMANDS:
        raise WrongUse(f"There is no command '{name}'.{did_you_mean(name, COMMANDS)}", hint=WHERE)
    verb, text = verb_of(name), COMMANDS[name].help
    for verb_name in verb_names:
        if verb_name not in verb.verbs:
            advice = did_you_mean(verb_name, verb.verbs, f"{name} ")
            more = advice or (all_of(verb.verbs) if verb.verbs else "")
            raise WrongUse(f"'{name}' has no verb '{verb_name}'.{more}")
        name, verb = f"{name} {verb_name}", verb.verbs[verb_name]
        text = verb.help
    return parser_of(name, verb, text).format_help().rstrip("\n")


def _version(context: Context) -> None:
    context.out.line(version_line())


def _no_options(_: object) -> None:
    """Add no options, because the command uses no server."""


VERBS = {
    "help": Verb(
        _help,
        """bambleweeny help
        bambleweeny help set
        bambleweeny help users add""",
        (argument("words", nargs="*", metavar="COMMAND", help="the command, and its verb"),),
        add_options=_no_options,
    ),
    "version": Verb(_version, "bambleweeny version", add_options=_no_options),
}
