"""Input of new passwords: from an argument, a line of stdin, or two prompts."""

from typing import BinaryIO

from bambleweeny.cli.arguments.inputs import STANDARD
from bambleweeny.cli.connection.target import ask_password
from bambleweeny.cli.failures import WrongUse


def new_password(word: str | None, stdin: BinaryIO | None) -> str:
    """Return the new password; WrongUse if it is missing, or if the two prompts differ."""
    if word not in (None, STANDARD):
        return word or ""
    if word == STANDARD and stdin is not None:
        return line_of(stdin)
    password = ask_password("New password: ", "it after the name, or - to read it")
    if ask_password("Repeat the password: ") != password:
        raise WrongUse("The two passwords differ.")
    return password


def line_of(stdin: BinaryIO) -> str:
    """Read a password from one line; WrongUse if it is empty or not UTF-8."""
    try:
        password = stdin.readline().decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as ex:
        raise WrongUse("The password is not text in UTF-8.") from ex
    if not password:
        raise WrongUse("There is no password on standard input.")
    return password
