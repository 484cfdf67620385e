"""Parsers of arguments: values (as text, from a file or stdin), durations, numbers."""

import os
from argparse import ArgumentTypeError
from pathlib import Path
from typing import BinaryIO

from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.verb import Argument, argument
from bambleweeny.names import parse_duration

STANDARD = "-"
"""The name of standard input or output."""
VALUE = argument(
    "value",
    nargs="?",
    metavar="VALUE",
    help="the value; @FILE reads a file, @@x is the text @x, - or nothing standard input",
)


def _user_id(text: str) -> int:
    """Parse the id of a user, for argparse."""
    if not (text.isascii() and text.isdecimal()):
        raise ArgumentTypeError(f"'{text}' is not the id of a user; 'users' lists names and ids")
    return int(text)


USERID = argument("--userid", metavar="ID", type=_user_id, help="as the admin, act for this user")

LIST = argument("name", metavar="LIST", help="the list's name")
_STATES = ("ready", "leased", "delayed", "dead")


def given_value(word: str | None, stdin: BinaryIO | None) -> bytes:
    """Return the value that an argument names; WrongUse if there is no standard input."""
    if word is None or word == STANDARD:
        if stdin is None:
            raise WrongUse("There is no value; write it after the name.")
        return stdin.read()
    if word.startswith("@@"):
        return os.fsencode(word[1:])
    if word.startswith("@"):
        return Path(word[1:]).expanduser().read_bytes()
    # NOTE: this restores the original bytes of an argument that is not valid text.
    return os.fsencode(word)


def duration(text: str) -> int:
    """Parse a duration as seconds, for argparse."""
    try:
        return parse_duration(text)
    except ValueError as ex:
        raise ArgumentTypeError(str(ex)) from ex


def wait_for(what: str) -> Argument:
    """Return the option --wait, with what the server waits for in its help."""
    text = f"how long to wait for {what}, at most 30 seconds"
    return argument("--wait", metavar="DURATION", type=duration, help=text)


def in_state(default: str | None, help: str) -> Argument:
    """Return the option --state, for the items of one state."""
    return argument("--state", choices=_STATES, default=default, help=help)


def positive(text: str) -> int:
    """Parse a positive integer, for argparse."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def integer(text: str) -> int:
    """Parse an integer, for argparse."""
    try:
        return int(text)
    except ValueError as ex:
        raise ArgumentTypeError(f"'{text}' is not an integer") from ex


def whole(text: str) -> int:
    """Parse a whole number, for argparse."""
    if not (text.isascii() and text.isdecimal()):
        raise ArgumentTypeError(f"'{text}' is not a number from 0 on")
    return int(text)
