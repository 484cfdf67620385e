"""The commands of the original's b9y-cli, as commands of ours."""

from bambleweeny.cli.command_table import verb_of
from bambleweeny.cli.parsing import END

ENDS = ("exit", "quit", "q", "EOF")
HELP = ("help", "?")
VERSION = "version"
NAMES = ("create_user",)
"""Commands that only the original has."""


def modern(words: list[str]) -> list[str]:
    """Give the words of a command as we have it; those that are ours stay."""
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
