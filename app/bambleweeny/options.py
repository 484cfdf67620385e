"""The type of an option, the parsers of its text, and where its text comes from."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from bambleweeny.names import (
    LONGEST_PASSWORD,
    is_dots,
    is_name,
    is_part_of_name,
    is_public_id,
    is_username,
    parse_rate,
)
from bambleweeny.system.portable import usable_cores

PREFIX = "BAMBLEWEENY_"
Network = IPv4Network | IPv6Network
_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9_.~-]+)+").fullmatch
_LONGEST_BASE_PATH = 200
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class ConfigError(Exception):
    """An option has an invalid value; the message names its source."""


class Address(NamedTuple):
    """An address to listen on. With port 0 the system chooses a free port."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def url(self) -> str:
        """The URL by which this machine reaches a server that listens on the address."""
        return f"http://{self._replace(host=_WILDCARDS.get(self.host, self.host))}"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_address(text: str) -> Address:
    """Parse HOST:PORT."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit():
        raise ValueError(f"'{text}' is not HOST:PORT; write 127.0.0.1:8080 or 0.0.0.0:8080")
    if int(port) > 65535:
        raise ValueError(f"{port} is not a port; the largest is 65535")
    return Address(host.strip("[]") or "0.0.0.0", int(port))


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from `least` to `most`."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"'{text}' is not a whole number from {least} to {most}")
        return int(text)

    return parse


def within(least: str, most: str, parse: Callable[[str], int]) -> Callable[[str], int]:
    """Return a parser that refuses values below `least` or above `most`."""

    def checked(text: str) -> int:
        value = parse(text)
        if not parse(least) <= value <= parse(most):
            raise ValueError(f"'{text}' is not within {least} and {most}")
        return value

    return checked


def choice(*allowed: str) -> Callable[[str], str]:
    """Return a parser that accepts only these words."""

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"'{text}' is not one of {', '.join(allowed)}")
        return text

    return parse


def parse_prefix(text: str) -> str:
    """Parse a prefix of key names."""
    if not is_part_of_name(text) or len(text) > 64:
        raise ValueError(f"'{text}' is not a prefix; use 1 to 64 of A-Z a-z 0-9 _ : . -")
    return text


def parse_base_path(text: str) -> str:
    """Parse a base path, and return it without a slash at its end; "" is none."""
    if not text:
        return ""
    path = text.removesuffix("/")
    segments = path.split("/")[1:]
    is_valid = _BASE_PATH(path) and not any(map(is_dots, segments))
    if not is_valid or len(path) > _LONGEST_BASE_PATH:
        raise ValueError(
            f"'{text}' is not a base path; write /b9y or /tools/b9y, "
            f"of A-Z a-z 0-9 _ . ~ -, at most {_LONGEST_BASE_PATH} characters"
        )
    return path


def parse_front(text: str) -> str:
    """Parse the id of a route, or @USER/NAME."""
    user, slash, name = text.removeprefix("@").partition("/")
    is_named = text.startswith("@") and slash and is_username(user) and is_name(name)
    if not (is_named or is_public_id(text)):
        raise ValueError(f"'{text}' is not a route; write its id, or @USER/NAME")
    return text


def parse_password(text: str) -> str:
    """Parse a password."""
    if not 1 <= len(text) <= LONGEST_PASSWORD:
        raise ValueError(f"a password has 1 to {LONGEST_PASSWORD} characters")
    return text


def parse_default_rate(text: str) -> str:
    """Check a rate, and return it; "" and 0 are none."""
    if text in ("", "0"):
        return ""
    rate = parse_rate(text)
    return f"{rate.requests}/{text[-1]}"


def parse_redis_url(text: str) -> str:
    """Check that an engine's URL has a scheme, and return it."""
    # NOTE: the store parses the URL; this check only refuses a file name or a host name.
    if "://" not in text:
        raise ValueError("it is not a URL, as redis://host:6379/0")
    return text


def list_of(pattern: str, what: str) -> Callable[[str], tuple[str, ...]]:
    """Return a parser of words that are separated by commas and match a pattern.

    `what` completes the error "'word' is not".
    """

    def parse(text: str) -> tuple[str, ...]:
        words = tuple(word.strip() for word in text.split(",") if word.strip())
        for word in words:
            if not re.fullmatch(pattern, word):
                raise ValueError(f"'{word}' is not {what}")
        return words

    return parse


def parse_networks(text: str) -> tuple[Network, ...]:
    """Parse addresses and networks that are separated by commas."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        try:
            ip_network(word)
        except ValueError as ex:
            raise ValueError(
                f"'{word}' is not an address or a network; write 127.0.0.1 or 10.0.0.0/8"
            ) from ex
    return tuple(map(ip_network, words))


def parse_directory(text: str) -> Path:
    """Return a path made absolute; ~ is the home directory."""
    if not text:
        raise ValueError("it is empty; write a directory")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as ex:
        raise ValueError(f"'{text}': there is no such home directory; write a directory") from ex


@dataclass(frozen=True)
class Option:
    """The properties of an option, except its name and its type.

    `parse` raises ValueError. `legacy` is the variable of the original program. `sandbox`
    is the default of a sandbox, and `serve_only` means that a sandbox ignores the option.
    """

    parse: Callable[[str], Any]
    default: str | Callable[[], str] | None
    help: str
    metavar: str
    secret: bool = False
    legacy: str | None = None
    sandbox: str | None = None
    default_text: str | None = None
    serve_only: bool = False

    @property
    def shown_default(self) -> str:
        """The default as --help shows it."""
        if self.default_text is not None:
            return self.default_text
        return self.default if isinstance(self.default, str) and self.default else "none"


def option(parse: Callable[[str], Any], default: Any, metavar: str, text: str, **more: Any) -> Any:
    """Return a field of the table."""
    return field(metadata={"option": Option(parse, default, text, metavar, **more)})


def option_of(field: Field[Any]) -> Option:
    """Return the Option of a field of Config."""
    option: Option = field.metadata["option"]
    return option


def flag_of(field: Field[Any]) -> str:
    """Return the flag of a field: `max_body` is `--max-body`."""
    return "--" + field.name.replace("_", "-")


def variable_of(field: Field[Any]) -> str:
    """Return the environment variable of a field: `max_body` is `BAMBLEWEENY_MAX_BODY`."""
    return PREFIX + field.name.upper()


def given(
    field: Field[Any], flags: Mapping[str, str | None], env: Mapping[str, str]
) -> tuple[str, str] | None:
    """Return the source and the text of an option, or None; a flag precedes its variable."""
    flag = flags.get(field.name)
    if flag is not None:
        return flag_of(field), flag
    variable = variable_of(field)
    return (variable, env[variable]) if env.get(variable) else None


def parsed(field: Field[Any], source: str, text: str) -> Any:
    """Return the parsed value of an option's text. Raises ConfigError, which names `source`."""
    try:
        return option_of(field).parse(text)
    except ValueError as ex:
        raise ConfigError(f"{source}: {ex}.") from ex


def default_data_dir() -> str:
    """Return the data directory of the user, as the XDG directories say."""
    home = os.environ.get("XDG_DATA_HOME", "")
    return f"{home if Path(home).is_absolute() else '~/.local/share'}/bambleweeny"


def default_workers() -> str:
    """Return the default number of workers."""
    return str(min(usable_cores(), 4))


def legacy_redis_url(env: Mapping[str, str]) -> str:
    """Return the engine's URL by the variables of the original program; else ConfigError."""
    password = env.get("redis_password")
    login = f":{quote(password, safe='')}@" if password else ""
    port = env.get("redis_port") or "6379"
    if not port.isascii() or not port.isdigit():
        raise ConfigError(f"redis_port: '{port}' is not a port.")
    return f"redis://{login}{env['redis_host']}:{port}/0"
