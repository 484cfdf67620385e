"""What a verb of the command line is, and the parser that it makes."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bambleweeny.cli.connection import add_connection_options

AddOptions = Callable[[ArgumentParser], None]
PROGRAM = "bambleweeny "


class Argument(NamedTuple):
    """One argument, as argparse takes it. The metavar also says how it is completed."""

    names: tuple[str, ...]
    more: dict[str, Any]


def argument(*names: str, **more: Any) -> Argument:
    """Describe an argument or an option."""
    return Argument(names, more)


@dataclass(frozen=True)
class Verb:
    """What a verb does, takes and says of itself.

    `run` is given a Context and gives the exit status; None is 0. A verb with `verbs` is a
    noun: the first of them is meant where none is named.
    """

    run: Callable[[Any], int | None]
    examples: str
    arguments: tuple[Argument, ...] = ()
    help: str = ""
    verbs: Mapping[str, "Verb"] = field(default_factory=dict)
    add_options: AddOptions | None = None
    """Adds other options than those of who asks a server."""
    note: str = ""
    """What --help says before the examples."""
    takes_command: bool = False
    """What stands behind `--` is the command of another program."""


def noun(**verbs: Verb) -> Verb:
    """Make a verb of its sub-verbs; the first one is the default."""
    first = next(iter(verbs.values()))
    return Verb(first.run, first.examples, first.arguments, verbs=verbs)


def choose(
    name: str,
    verb: Verb,
    text: str,
    words: Sequence[str],
    *,
    add_options: AddOptions = add_connection_options,
    program: str = PROGRAM,
) -> tuple[Verb, Namespace]:
    """Find the sub-verb that words name, and parse the rest; SystemExit where that fails."""
    rest = list(words)
    chosen = verb
    if rest and rest[0] in verb.verbs:
        chosen = verb.verbs[rest[0]]
        name, text = f"{name} {rest.pop(0)}", chosen.help
    command: list[str] = []
    if chosen.takes_command and "--" in rest:
        at = rest.index("--")
        rest, command = rest[:at], rest[at + 1 :]
    # NOTE: so that a value may stand behind an option as well as before it.
    parser = parser_of(name, chosen, text, add_options=add_options, program=program)
    args = parser.parse_intermixed_args(rest)
    args.command = command
    return chosen, args


def parser_of(
    name: str,
    verb: Verb,
    text: str,
    *,
    add_options: AddOptions = add_connection_options,
    program: str = PROGRAM,
) -> ArgumentParser:
    """Make the parser of a verb, whose --help ends with its examples."""
    parser = ArgumentParser(
        prog=program + name,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=_epilog(name, verb),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for names, more in verb.arguments:
        parser.add_argument(*names, **more)
    (verb.add_options or add_options)(parser)
    if verb.takes_command:
        usage = parser.format_usage().removeprefix("usage: ").rstrip()
        parser.usage = f"{usage} -- COMMAND ...".replace("%", "%%")
    return parser


def _epilog(name: str, verb: Verb) -> str:
    lines = [verb.note, ""] if verb.note else []
    if verb.verbs:
        lines += ["verbs (the first is meant where none is named):"]
        lines += [f"  {name} {sub:<10} {child.help}" for sub, child in verb.verbs.items()]
        lines += [""]
    return "\n".join([*lines, "examples:", *(f"  {line}" for line in examples_of(verb))])


def examples_of(verb: Verb) -> list[str]:
    """Give the examples of a verb and of its sub-verbs, each once."""
    texts = [verb.examples, *(child.examples for child in verb.verbs.values())]
    lines = (line.strip() for text in texts for line in text.strip().splitlines())
    return list(dict.fromkeys(lines))
