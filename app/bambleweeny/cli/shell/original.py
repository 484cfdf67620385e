"""The commands of the original's b9y-cli, as commands of ours."""

from bambleweeny.cli.commands import verb_of

ENDS = ("exit", "quit", "q", "EOF")
HELP = ("help", "?")
NAMES = ("create_user",)
"""Commands that only the original has."""


def modern(words: list[str]) -> list[str]:
    """Give the words of a command as we have it; those that are ours stay."""
    name, *rest = words
    if name == "create_user":
        return ["users", "add", *rest]
    if not rest or rest[0].startswith("-"):
        return words
    if name == "keys":
        return ["keys", "--match", *rest]
    if name in ("route", "bin") and rest[0] not in verb_of(name).verbs:
        return [name, "add", *rest]
    return words
