"""The commands of the original b9y-cli, translated to the current ones."""

from bambleweeny.cli.command_table import verb_of
from bambleweeny.cli.parsing import END

ENDS = ("exit", "quit", "q", "EOF")
HELP = ("help", "?")
VERSION = "version"
NAMES = ("create_user",)
"""Commands that only the original b9y-cli has."""


def modern(words: list[str]) -> list[str]:
    """Return the words of a command in the current form; current commands stay unchanged."""
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
