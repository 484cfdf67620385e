"""Input of passwords and other secrets: from an argument, a line of stdin, or prompts."""

from pathlib import Path
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


def current_password(word: str | None, stdin: BinaryIO | None) -> str:
    """Return a password to log in: `word`, a line of stdin for -, or the answer of a prompt."""
    if word == STANDARD and stdin is not None:
        return line_of(stdin, "current password")
    if word in (None, STANDARD):
        return ask_password("Current password: ", "--current", "current password")
    return word or ""


def line_of(stdin: BinaryIO, what: str = "password") -> str:
    """Read a password from one line; WrongUse if it is empty or not UTF-8."""
    return _text_of(stdin.readline(), what, "on standard input")


def secret_of(word: str, stdin: BinaryIO | None) -> str:
    """Return a secret: `word`, or what is in @FILE, or a line of stdin for -; @@x is @x."""
    if word == STANDARD:
        if stdin is None:
            return ask_password("Secret: ", "it as @FILE", "secret")
        return line_of(stdin, "secret")
    if word.startswith("@") and not word.startswith("@@"):
        path = Path(word[1:]).expanduser()
        return _text_of(path.read_bytes(), "secret", f"in {path}")
    return word[1:] if word.startswith("@@") else word


def given_secret(before: str, word: str, stdin: BinaryIO | None) -> str:
    """Return the secret after `before:`, as `secret_of` does; WrongUse if there is no text."""
    if not word:
        raise WrongUse(f"The secret after '{before}:' is empty.")
    return secret_of(word, stdin)


def _text_of(given: bytes, what: str, place: str) -> str:
    try:
        text = given.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as ex:
        raise WrongUse(f"The {what} is not text in UTF-8.") from ex
    if not text:
        raise WrongUse(f"There is no {what} {place}.")
    return text
