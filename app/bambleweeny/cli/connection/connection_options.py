"""The table of connection options: source of flags, variables, --help and the test of the guide."""

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from bambleweeny.names import is_name, is_username, parse_server_url
from bambleweeny.options import (
    ConfigError,
    flag_of,
    given,
    option,
    option_of,
    parse_password,
    parsed,
    variable_of,
)

_TOKEN_VARIABLE = "BAMBLEWEENY_TOKEN"


def _parse_user(text: str) -> str:
    if not is_username(text):
        raise ValueError(f"'{text}' is not a user name")
    return text


def _parse_token(text: str) -> str:
    if not text.isascii() or not text.isprintable() or not text or " " in text:
        raise ValueError("that is not a token")
    return text


def _parse_profile(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"'{text}' is not a name; use A-Z a-z 0-9 _ : . -, not . or ..")
    return text


@dataclass(frozen=True, repr=False)
class Connection:
    """The connection options that were given; None means not given."""

    url: str | None = option(parse_server_url, None, "URL", "the server")
    user: str | None = option(_parse_user, None, "NAME", "the user name")
    password: str | None = option(parse_password, None, "TEXT", "the user's password", secret=True)
    token: str | None = option(
        _parse_token, None, "TOKEN", "a token, instead of user and password", secret=True
    )
    profile: str | None = option(_parse_profile, None, "PROFILE", "a login that 'login' has stored")


def load_connection(flags: Mapping[str, Any], env: Mapping[str, str]) -> Connection:
    """Return the connection options from flags, then variables; ConfigError for a bad one.

    With the flag --profile, variables are ignored, so that they cannot change the profile; with
    --user or --password, BAMBLEWEENY_TOKEN is.
    """
    if flags.get("profile"):
        if flags.get("url"):
            raise ConfigError("--url and --profile both name a server; give one of them.")
        env = {}
    if flags.get("user") or flags.get("password"):
        env = {name: value for name, value in env.items() if name != _TOKEN_VARIABLE}
    values: dict[str, Any] = {}
    for column in fields(Connection):
        found = given(column, flags, env)
        values[column.name] = parsed(column, *found) if found else None
    return Connection(**values)


def add_connection_options(parser: ArgumentParser) -> None:
    """Add the flags of the table, and --json."""
    add_json_option(parser)
    group = parser.add_argument_group("the server and the login")
    for column in fields(Connection):
        known = option_of(column)
        group.add_argument(
            flag_of(column), metavar=known.metavar, help=f"{known.help} [{variable_of(column)}]"
        )


def add_json_option(parser: ArgumentParser) -> None:
    """Add --json only. The commands of a shell use the shell's connection."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
