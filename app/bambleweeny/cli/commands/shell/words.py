"""The words of a line that is typed into the shell."""

import shlex

from bambleweeny.cli.failures import WrongUse


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
        raise WrongUse("A quote is not closed, or nothing stands behind the last \\.") from ex


def is_unfinished(text: str) -> bool:
    """Return whether the next line continues a command, after an open quote or a backslash."""
    try:
        split(text)
    except WrongUse:
        return True
    return False
