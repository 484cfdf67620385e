"""New passwords: from an argument, a line of standard input, or asked for twice."""

from typing import BinaryIO

from bambleweeny.cli.arguments.inputs import STANDARD
from bambleweeny.cli.connection.target import ask_password
from bambleweeny.cli.failures import WrongUse


def new_password(word: str | None, stdin: BinaryIO | None) -> str:
    """Give the password that was meant; WrongUse where none was given."""
    if word not in (None, STANDARD):
        return word or ""
    if word == STANDARD and stdin is not None:
        return line_of(stdin)
    password = ask_password("New password: ", "it behind the name, or - to read it")
    if ask_password("The same again: ") != password:
        raise WrongUse("The two are not the same.")
    return password


def line_of(stdin: BinaryIO) -> str:
    """Give the password in a line; WrongUse where there is none, or it is no text."""
    try:
        password = stdin.readline().decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as ex:
        raise WrongUse("The password is not text in UTF-8.") from ex
    if not password:
        raise WrongUse("There is no password on standard input.")
    return password
