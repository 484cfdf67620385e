"""The data model of a verb of the command line."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

AddOptions = Callable[[ArgumentParser], None]


class Argument(NamedTuple):
    """The parameters of `add_argument`. The metavar also selects the completion."""

    names: tuple[str, ...]
    more: dict[str, Any]


def argument(*names: str, **more: Any) -> Argument:
    """Return an argument or an option, with the parameters of `add_argument`."""
    return Argument(names, more)


@dataclass(frozen=True)
class Verb:
    """A verb: its function, its arguments and its help.

    `run` takes a Context and returns the exit status; None is 0. A verb with `verbs` is a
    noun; the first of them is the default.
    """

    run: Callable[[Any], int | None]
    examples: str
    arguments: tuple[Argument, ...] = ()
    help: str = ""
    verbs: Mapping[str, "Verb"] = field(default_factory=dict)
    add_options: AddOptions | None = None
    """Adds options in place of the connection options."""
    note: str = ""
    """A text in --help before the examples."""
    shell_examples: str = ""
    """Examples for `bambleweeny shell`, if those of the command line need a Unix shell."""
    takes_command: bool = False
    """The words after `--` are the command of another program."""


def noun(**verbs: Verb) -> Verb:
    """Return a verb with these sub-verbs; the first one is the default."""
    first = next(iter(verbs.values()))
    return Verb(
        first.run, first.examples, first.arguments, verbs=verbs, shell_examples=first.shell_examples
    )


def examples_of(verb: Verb) -> list[str]:
    """Return the examples of a verb and its sub-verbs, without duplicates."""
    return lines_of(one.examples for one in (verb, *verb.verbs.values()))


def lines_of(texts: Iterable[str]) -> list[str]:
    """Return the lines of examples, without duplicates."""
    lines = (line.strip() for text in texts for line in text.strip().splitlines())
    return list(dict.fromkeys(lines))
