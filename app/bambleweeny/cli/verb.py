"""What a verb of the command line is."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

AddOptions = Callable[[ArgumentParser], None]


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
    shell_examples: str = ""
    """The examples in our own shell, where those of the command line need another one."""
    takes_command: bool = False
    """What stands behind `--` is the command of another program."""


def noun(**verbs: Verb) -> Verb:
    """Make a verb of its sub-verbs; the first one is the default."""
    first = next(iter(verbs.values()))
    return Verb(
        first.run, first.examples, first.arguments, verbs=verbs, shell_examples=first.shell_examples
    )


def examples_of(verb: Verb) -> list[str]:
    """Return the examples of a verb and of its sub-verbs, each once."""
    return lines_of(one.examples for one in (verb, *verb.verbs.values()))


def lines_of(texts: Iterable[str]) -> list[str]:
    """Return the lines of examples, each once."""
    lines = (line.strip() for text in texts for line in text.strip().splitlines())
    return list(dict.fromkeys(lines))
