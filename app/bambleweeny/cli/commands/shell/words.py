"""The words of a line that is typed into the shell, also in the form of the original b9y-cli."""

import shlex

from bambleweeny.cli.command_table import verb_of
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.parsing import END

ENDS = ("exit", "quit", "q", "EOF")
HELP = ("help", "?")
VERSION = "version"
NAMES = ("create_user",)
"""Commands that only the original b9y-cli has."""


def split(text: str) -> list[str]:
    """Split a command into words, with the quotes and escapes of a POSIX shell.

    A line that begins with # is a comment and has no words. WrongUse if a quote is not closed,
    or if the line ends with a backslash.
    """
    if text.lstrip().startswith("#"):
        return []
    try:
        return shlex.split(text)
    except ValueError as ex:
        raise WrongUse("A quote is not closed, or the command ends with \\.") from ex


def is_unfinished(text: str) -> bool:
    """Return whether the next line continues a command, after an open quote or a backslash."""
    try:
        split(text)
    except WrongUse:
        return True
    return False


def modern(words: list[str]) -> list[str]:
    """Translate a command of the original b9y-cli; current commands stay unchanged."""
    name, *rest = words
    if name == "create_user":
        return ["users", "add", *rest]
    is_end, given = rest[:1] == [END], rest[1:] if rest[:1] == [END] else rest
    if not given or (given[0].startswith("-") and not is_end):
        return words
    if name == "keys":
        return ["keys", f"--match={given[0]}", *given[1:]]
    if name in ("route", "bin") and (is_end or given[0] not in verb_of(name).verbs):
        return [name, "add", *rest]
    return words
