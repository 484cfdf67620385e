"""The one table of options: it makes the flags, the variables, --help and the README check."""

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from bambleweeny.names import is_name, parse_duration, parse_size

PREFIX = "BAMBLEWEENY_"
_LOCALHOST = "http://localhost:*,https://localhost:*,http://127.0.0.1:*,http://[::1]:*"


class ConfigError(Exception):
    """An option has a value that cannot be used; the sentence names its source."""


class Address(NamedTuple):
    """Where to listen. Port 0 lets the system choose one."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach the address."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def _address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"'{text}' is not HOST:PORT; write 127.0.0.1:8080 or 0.0.0.0:8080")
    return Address(host.strip("[]") or "0.0.0.0", int(port))


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"'{text}' is not a whole number from {least} to {most}")
        return int(text)

    return parse


def _at_least(least: int, parse: Callable[[str], int]) -> Callable[[str], int]:
    def checked(text: str) -> int:
        value = parse(text)
        if value < least:
            raise ValueError(f"'{text}' is too small; the least is {least}")
        return value

    return checked


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"'{text}' is not one of {', '.join(allowed)}")
        return text

    return parse


def _prefix(text: str) -> str:
    if not is_name(text) or len(text) > 64:
        raise ValueError(f"'{text}' is not a prefix; use 1 to 64 of A-Z a-z 0-9 _ : . -")
    return text


def _password(text: str) -> str:
    if not 1 <= len(text) <= 1024:
        raise ValueError("a password has 1 to 1024 characters")
    return text


def _redis_url(text: str) -> str:
    # NOTE: the store reads the URL; here it is only kept from being a file name or a host.
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("it is not a redis://, rediss:// or unix:// URL")
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _default_data_dir() -> str:
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return f"{home}/bambleweeny"


def _default_workers() -> str:
    return str(min(len(os.sched_getaffinity(0)), 4))


@dataclass(frozen=True)
class Option:
    """What the table knows of one option besides its name and its type."""

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
        """The default as --help has it."""
        if self.default_text is not None:
            return self.default_text
        return self.default if isinstance(self.default, str) and self.default else "none"


def _option(parse: Callable[[str], Any], default: Any, metavar: str, text: str, **more: Any) -> Any:
    return field(metadata={"option": Option(parse, default, text, metavar, **more)})


@dataclass(frozen=True, repr=False)
class Config:
    """Every setting of a server, checked. Sizes are bytes, durations seconds."""

    listen: Address = _option(
        _address, "127.0.0.1:8080", "HOST:PORT", "where to answer HTTP; port 0: a free one"
    )
    data_dir: Path = _option(
        lambda text: Path(text).expanduser().absolute(),
        _default_data_dir,
        "DIR",
        "where data and the first admin password are kept",
        default_text="~/.local/share/bambleweeny",
        serve_only=True,
    )
    redis_url: str | None = _option(
        _redis_url,
        None,
        "URL",
        "use this Redis instead of the embedded one",
        secret=True,
        serve_only=True,
    )
    key_prefix: str = _option(
        _prefix,
        "b9y",
        "TEXT",
        "first part of every key; instances with other prefixes share a Redis",
    )
    admin_password: str | None = _option(
        _password,
        None,
        "TEXT",
        "set the admin's password at start; without it the first start makes one",
        secret=True,
        sandbox="changeme",
    )
    token_expiry: int = _option(
        _at_least(1, parse_duration),
        "3000",
        "DURATION",
        "how long a token is good",
        legacy="token_expiry",
    )
    max_body: int = _option(
        _at_least(1, parse_size), "1mb", "SIZE", "the largest body of a request"
    )
    max_memory: int = _option(
        _at_least(8 << 20, parse_size), "256mb", "SIZE", "memory of the embedded engine"
    )
    max_list_items: int = _option(
        _whole(1, 10**12), "1000000", "N", "the most items that a list can hold"
    )
    max_list_bytes: int = _option(
        _at_least(1, parse_size), "64mb", "SIZE", "the most bytes that a list's items can have"
    )
    threads: int = _option(_whole(1, 1000), "16", "N", "requests that a worker works on at a time")
    max_waits: int = _option(
        _whole(0, 1000), "64", "N", "requests that may wait in a worker (?wait=), beside those"
    )
    workers: int = _option(
        _whole(1, 64),
        _default_workers,
        "N",
        "worker processes",
        default_text="one a core, at most 4",
    )
    log_format: str = _option(_choice("text", "json"), "text", "FORMAT", "text or json")
    log_level: str = _option(
        _choice("debug", "info", "warning", "error"),
        "info",
        "LEVEL",
        "debug, info, warning or error; info has a line for each request",
    )
    cors_origins: tuple[str, ...] = _option(
        _words,
        "",
        "LIST",
        "web pages that may call the API, as http://localhost:* or https://app.example.org",
        sandbox=_LOCALHOST,
    )
    allowed_hosts: tuple[str, ...] = _option(
        _words,
        "",
        "LIST",
        "host names answered besides loopback ones when listening on loopback",
    )

    def __repr__(self) -> str:
        shown = (
            f"{f.name}={'***' if option_of(f).secret and value else value!r}"
            for f in fields(self)
            for value in (getattr(self, f.name),)
        )
        return f"Config({', '.join(shown)})"


def option_of(column: Field[Any]) -> Option:
    """Give the option that stands behind a field of Config."""
    option: Option = column.metadata["option"]
    return option


def flag_of(column: Field[Any]) -> str:
    """Give a field's flag: `max_body` is `--max-body`."""
    return "--" + column.name.replace("_", "-")


def load_config(
    flags: Mapping[str, str | None], env: Mapping[str, str], *, sandbox: bool = False
) -> Config:
    """Make the Config of flags, variables and defaults, in this order.

    Raises ConfigError with one sentence that names the source of a bad value.
    """
    values: dict[str, Any] = {}
    for column in fields(Config):
        source, text = _find(column, flags, env, sandbox)
        try:
            values[column.name] = None if text is None else option_of(column).parse(text)
        except ValueError as ex:
            raise ConfigError(f"{source}: {ex}.") from ex
    return Config(**values)


def _find(
    column: Field[Any], flags: Mapping[str, str | None], env: Mapping[str, str], sandbox: bool
) -> tuple[str, str | None]:
    option = option_of(column)
    if sandbox and option.serve_only:
        return "default", option.default() if callable(option.default) else option.default
    flag = flags.get(column.name)
    if flag is not None:
        return flag_of(column), flag
    variable = PREFIX + column.name.upper()
    if env.get(variable):
        return variable, env[variable]
    if option.legacy and env.get(option.legacy):
        return option.legacy, env[option.legacy]
    if column.name == "redis_url" and env.get("redis_host"):
        return "redis_host and redis_port", _legacy_redis_url(env)
    if sandbox and option.sandbox is not None:
        return "default", option.sandbox
    return "default", option.default() if callable(option.default) else option.default


def _legacy_redis_url(env: Mapping[str, str]) -> str:
    password = env.get("redis_password")
    login = f":{quote(password, safe='')}@" if password else ""
    port = env.get("redis_port") or "6379"
    if not port.isascii() or not port.isdigit():
        raise ConfigError(f"redis_port: '{port}' is not a port.")
    return f"redis://{login}{env['redis_host']}:{port}/0"
