"""The one table of options: it makes the flags, the variables, --help and the README check."""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bambleweeny.names import parse_duration, parse_size
from bambleweeny.options import (
    Address,
    Option,
    at_least,
    choice,
    list_of,
    option,
    parse_address,
    parse_directory,
    parse_password,
    parse_prefix,
    parse_redis_url,
    whole_number,
)

PREFIX = "BAMBLEWEENY_"
_LOCALHOST = "http://localhost:*,https://localhost:*,http://127.0.0.1:*,http://[::1]:*"


class ConfigError(Exception):
    """An option has a value that cannot be used; the sentence names its source."""


def _default_data_dir() -> str:
    home = os.environ.get("XDG_DATA_HOME", "")
    return f"{home if Path(home).is_absolute() else '~/.local/share'}/bambleweeny"


def _default_workers() -> str:
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # NOTE: only Linux knows which cores a process may use.
        cores = os.cpu_count() or 1
    return str(min(cores, 4))


@dataclass(frozen=True, repr=False)
class Config:
    """Every setting of a server, checked. Sizes are bytes, durations seconds."""

    listen: Address = option(
        parse_address, "127.0.0.1:8080", "HOST:PORT", "where HTTP is answered; port 0: a free one"
    )
    data_dir: Path = option(
        parse_directory,
        _default_data_dir,
        "DIR",
        "where data and the first admin password are kept",
        default_text="bambleweeny in $XDG_DATA_HOME or ~/.local/share",
        serve_only=True,
    )
    redis_url: str | None = option(
        parse_redis_url,
        None,
        "URL",
        "use this Redis instead of the embedded one",
        secret=True,
        serve_only=True,
    )
    replicas: int = option(
        whole_number(0, 10),
        "0",
        "N",
        "answer a write when so many replicas of that Redis have it",
        serve_only=True,
    )
    wait_for_engine: int = option(
        parse_duration,
        "0s",
        "DURATION",
        "how long to wait at start for that Redis to be there",
        serve_only=True,
    )
    key_prefix: str = option(
        parse_prefix,
        "b9y",
        "TEXT",
        "first part of every key; instances with other prefixes share a Redis",
        serve_only=True,
    )
    admin_password: str | None = option(
        parse_password,
        None,
        "TEXT",
        "the admin's password, set at every start; without it the first start makes one",
        secret=True,
        sandbox="changeme",
    )
    token_expiry: int = option(
        at_least(1, parse_duration),
        "3000",
        "DURATION",
        "how long a token is good",
        legacy="token_expiry",
    )
    max_body: int = option(at_least(1, parse_size), "1mb", "SIZE", "the largest body of a request")
    max_memory: int = option(
        at_least(8 << 20, parse_size), "256mb", "SIZE", "memory of the embedded engine"
    )
    fsync: str = option(
        choice("always", "everysec", "no"),
        "everysec",
        "WHEN",
        "when the embedded engine's data go to disk: always, everysec or no",
    )
    max_list_items: int = option(
        whole_number(1, 10**12), "1000000", "N", "the most items that a list can hold"
    )
    max_list_bytes: int = option(
        at_least(1, parse_size), "64mb", "SIZE", "the most bytes that a list's items can have"
    )
    max_topic_messages: int = option(
        whole_number(1, 1_000_000), "1000", "N", "the most messages that a topic keeps"
    )
    max_topic_bytes: int = option(
        at_least(1, parse_size), "16mb", "SIZE", "the most bytes that a topic keeps"
    )
    topic_age: int = option(
        at_least(1, parse_duration), "12h", "DURATION", "how long a topic keeps a message"
    )
    threads: int = option(whole_number(1, 1000), "16", "N", "threads of each worker")
    max_waits: int = option(
        whole_number(0, 1000),
        "64",
        "N",
        "further threads of each worker; so many requests may wait (?wait=) or stream",
    )
    workers: int = option(
        whole_number(1, 64),
        _default_workers,
        "N",
        "worker processes",
        default_text="one a core, at most 4",
    )
    log_format: str = option(choice("text", "json"), "text", "FORMAT", "text or json")
    log_level: str = option(
        choice("debug", "info", "warning", "error"),
        "info",
        "LEVEL",
        "debug, info, warning or error; info has a line for each request",
    )
    cors_origins: tuple[str, ...] = option(
        list_of(
            r"\*|https?://(\*|[A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:(\*|[0-9]+))?",
            "an origin; write http://localhost:*, https://app.example.org or *",
        ),
        "",
        "LIST",
        "web pages that may call the API, as http://localhost:* or https://app.example.org",
        sandbox=_LOCALHOST,
    )
    allowed_hosts: tuple[str, ...] = option(
        list_of(
            r"\*|[A-Za-z0-9.-]+|\[[0-9a-f:]+\]", "a host name; write b9y.example.org, or * for any"
        ),
        "",
        "LIST",
        "host names answered besides loopback ones when listening on loopback",
    )

    @property
    def answered_hosts(self) -> tuple[str, ...] | None:
        """The Host names that are answered besides loopback ones; None: all."""
        if not self.listen.is_loopback or "*" in self.allowed_hosts:
            return None
        return self.allowed_hosts

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


def variable_of(column: Field[Any]) -> str:
    """Give a field's variable: `max_body` is `BAMBLEWEENY_MAX_BODY`."""
    return PREFIX + column.name.upper()


def load_config(
    flags: Mapping[str, str | None], env: Mapping[str, str], *, sandbox: bool = False
) -> Config:
    """Make the Config of flags, variables and defaults, in this order.

    Raises ConfigError with one sentence that names the source of a bad value.
    """
    values: dict[str, Any] = {}
    for column in fields(Config):
        source, text = _find(column, flags, env, sandbox)
        values[column.name] = None if text is None else parsed(column, source, text)
    return Config(**values)


def data_dir_of(env: Mapping[str, str]) -> Path:
    """Give the data directory of a server that is started without a flag for it."""
    [column] = (column for column in fields(Config) if column.name == "data_dir")
    directory: Path = parsed(column, *(given(column, {}, env) or ("default", _default_data_dir())))
    return directory


def given(
    column: Field[Any], flags: Mapping[str, str | None], env: Mapping[str, str]
) -> tuple[str, str] | None:
    """Give where the text of an option stands, and the text; a flag goes before its variable."""
    flag = flags.get(column.name)
    if flag is not None:
        return flag_of(column), flag
    variable = variable_of(column)
    return (variable, env[variable]) if env.get(variable) else None


def parsed(column: Field[Any], source: str, text: str) -> Any:
    """Give the value that a text means; ConfigError names the source of a bad one."""
    try:
        return option_of(column).parse(text)
    except ValueError as ex:
        raise ConfigError(f"{source}: {ex}.") from ex


def _find(
    column: Field[Any], flags: Mapping[str, str | None], env: Mapping[str, str], sandbox: bool
) -> tuple[str, str | None]:
    option = option_of(column)
    if sandbox and option.serve_only:
        return "default", option.default() if callable(option.default) else option.default
    if found := given(column, flags, env):
        return found
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
