"""Lines that are typed into the shell, as words."""

import shlex

from bambleweeny.cli.failures import WrongUse


def split(text: str) -> list[str]:
    """Give the words of a command; quotes hold together what has spaces or line ends.

    A line that begins with # is a remark. WrongUse where a quote is not closed.
    """
    if text.lstrip().startswith("#"):
        return []
    try:
        return shlex.split(text)
    except ValueError as ex:
        raise WrongUse("A quote is not closed, or nothing stands behind the last \\.") from ex


def is_unfinished(text: str) -> bool:
    """Tell whether a command goes on in the next line: a quote is open, or a backslash ends it."""
    try:
        split(text)
    except WrongUse:
        return True
    return False
