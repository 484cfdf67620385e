"""The table of options. Flags, variables, --help and the check of the guide are derived from it."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any

from bambleweeny.names import LONGEST_PASSWORD, parse_duration, parse_size
from bambleweeny.options import (
    Address,
    ConfigError,
    Network,
    choice,
    default_data_dir,
    default_workers,
    given,
    legacy_redis_url,
    list_of,
    option,
    option_of,
    parse_address,
    parse_base_path,
    parse_default_rate,
    parse_directory,
    parse_front,
    parse_networks,
    parse_password,
    parse_prefix,
    parse_redis_url,
    parsed,
    whole_number,
    within,
)

_LONGEST_WAIT = "1d"
_LONGEST_TIME = "3660d"
_LARGEST_VALUE = "512mb"
"""The limit of Redis for one string."""
_LARGEST_SIZE = "1024gb"
_DEFAULT = "default"
"""The source of a value that nobody has given."""
_LOCALHOST = "http://localhost:*,https://localhost:*,http://127.0.0.1:*,http://[::1]:*"


@dataclass(frozen=True, repr=False)
class Config:
    """All settings of a server, validated. Sizes are in bytes, durations in seconds."""

    listen: Address = option(
        parse_address, "127.0.0.1:8080", "HOST:PORT", "the address for HTTP; port 0: a free port"
    )
    data_dir: Path = option(
        parse_directory,
        default_data_dir,
        "DIR",
        "the directory of the data and of the first admin password",
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
        "answer a write once N replicas of that Redis have it",
        serve_only=True,
    )
    wait_for_engine: int = option(
        within("0s", _LONGEST_WAIT, parse_duration),
        "0s",
        "DURATION",
        f"how long to wait at start for that Redis, at most {_LONGEST_WAIT}",
        serve_only=True,
    )
    key_prefix: str = option(
        parse_prefix,
        "b9y",
        "TEXT",
        "prefix of every key; instances with different prefixes can share a Redis",
        serve_only=True,
    )
    admin_password: str | None = option(
        parse_password,
        None,
        "TEXT",
        "the admin's password, set at every start",
        secret=True,
        sandbox="changeme",
        default_text="the first start creates one",
    )
    min_password: int = option(
        whole_number(1, LONGEST_PASSWORD), "6", "N", "the fewest characters of a new password"
    )
    default_max_bytes: int = option(
        within("0", _LARGEST_SIZE, parse_size),
        "0",
        "SIZE",
        "the limit of a new user's data in bytes; 0: none",
        default_text="none",
    )
    default_rate: str = option(
        parse_default_rate, "", "RATE", "the limit of a new user's requests, as 100/s; 0: none"
    )
    token_expiry: int = option(
        within("1s", _LONGEST_TIME, parse_duration),
        "3000",
        "DURATION",
        f"how long a session is valid, at most {_LONGEST_TIME}",
        legacy="token_expiry",
    )
    max_body: int = option(
        within("1b", _LARGEST_VALUE, parse_size),
        "1mb",
        "SIZE",
        f"the largest body of a request, at most {_LARGEST_VALUE}",
    )
    max_memory: int = option(
        within("8mb", _LARGEST_SIZE, parse_size),
        "256mb",
        "SIZE",
        f"memory of the embedded engine, 8mb to {_LARGEST_SIZE}",
    )
    fsync: str = option(
        choice("always", "everysec", "no"),
        "everysec",
        "WHEN",
        "when the data of the embedded engine are synced to disk: always, everysec or no",
    )
    max_list_items: int = option(
        whole_number(1, 10**12), "1000000", "N", "the maximum number of items in a list"
    )
    max_list_bytes: int = option(
        within("1b", _LARGEST_SIZE, parse_size),
        "64mb",
        "SIZE",
        f"the maximum size of a list's items, at most {_LARGEST_SIZE}",
    )
    max_topic_messages: int = option(
        whole_number(1, 1_000_000), "1000", "N", "the maximum number of messages that a topic keeps"
    )
    max_topic_bytes: int = option(
        within("1b", _LARGEST_SIZE, parse_size),
        "16mb",
        "SIZE",
        f"the maximum size of the messages that a topic keeps, at most {_LARGEST_SIZE}",
    )
    topic_age: int = option(
        within("1s", _LONGEST_TIME, parse_duration),
        "12h",
        "DURATION",
        f"how long a topic keeps a message, at most {_LONGEST_TIME}",
    )
    max_sandboxes: int = option(whole_number(0, 1000), "50", "N", "the most sandboxes of a user")
    open_sandboxes: int = option(
        whole_number(0, 1000), "0", "N", "sandboxes that strangers may have"
    )
    threads: int = option(whole_number(1, 1000), "16", "N", "threads of each worker")
    max_waits: int = option(
        whole_number(0, 1000),
        "64",
        "N",
        "wait slots of each worker: additional threads for requests that wait (?wait=) or stream",
    )
    workers: int = option(
        whole_number(1, 64),
        default_workers,
        "N",
        "worker processes",
        default_text="one per core, at most 4",
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
        "origins of web pages that may call the API, such as http://localhost:*",
        sandbox=_LOCALHOST,
    )
    allowed_hosts: tuple[str, ...] = option(
        list_of(
            r"\*|[A-Za-z0-9.-]+|\[[0-9a-f:]+\]", "a host name; write b9y.example.org, or * for any"
        ),
        "",
        "LIST",
        "host names that are served besides loopback names; without a list, all names if others can connect",
    )
    trusted_proxies: tuple[Network, ...] = option(
        parse_networks,
        "",
        "LIST",
        "addresses or networks of proxies whose X-Forwarded-For names the client",
    )
    base_path: str = option(
        parse_base_path,
        "",
        "PATH",
        "the path below which the whole API is, such as /b9y",
    )
    console: str = option(
        choice("on", "off"),
        "on",
        "WHETHER",
        "whether the server has the console, a page for browsers: on or off",
    )
    front: str | None = option(
        parse_front,
        None,
        "ROUTE",
        "the route that answers all paths outside of --base-path: its id or @USER/NAME",
    )

    @property
    def url(self) -> str:
        """The URL by which this machine reaches the server, if the port is not 0."""
        return f"{self.listen.url}{self.base_path}"

    @property
    def answered_hosts(self) -> tuple[str, ...] | None:
        """The host names that are accepted in addition to loopback names; None: any.

        If `allowed_hosts` is empty, a server on a loopback address accepts no others, and
        any other server accepts all.
        """
        if "*" in self.allowed_hosts or not (self.allowed_hosts or self.listen.is_loopback):
            return None
        return self.allowed_hosts

    def __repr__(self) -> str:
        shown = (
            f"{f.name}={'***' if option_of(f).secret and value else value!r}"
            for f in fields(self)
            for value in (getattr(self, f.name),)
        )
        return f"Config({', '.join(shown)})"


def load_config(
    flags: Mapping[str, str | None],
    env: Mapping[str, str],
    *,
    sandbox: bool = False,
    defaults: Mapping[str, str] | None = None,
) -> Config:
    """Build the Config from flags, then variables, then `defaults`, then those of the table.

    With `sandbox`, options that only `serve` has keep their defaults. Raises ConfigError,
    whose message names the source of the invalid value.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for field in fields(Config):
        sources[field.name], text = _find(field, flags, env, sandbox)
        if sources[field.name] == _DEFAULT:
            text = (defaults or {}).get(field.name, text)
        values[field.name] = None if text is None else parsed(field, sources[field.name], text)
    if values["front"] and not values["base_path"]:
        raise ConfigError(
            f"{sources['front']}: it needs --base-path, below which the API is, such as /b9y."
        )
    return Config(**values)


def data_dir_of(env: Mapping[str, str]) -> Path:
    """Return the data directory of a server that is started without `--data-dir`."""
    [field] = (field for field in fields(Config) if field.name == "data_dir")
    directory: Path = parsed(field, *(given(field, {}, env) or (_DEFAULT, default_data_dir())))
    return directory


def _find(
    field: Field[Any], flags: Mapping[str, str | None], env: Mapping[str, str], sandbox: bool
) -> tuple[str, str | None]:
    option = option_of(field)
    if sandbox and option.serve_only:
        return _DEFAULT, option.default() if callable(option.default) else option.default
    if found := given(field, flags, env):
        return found
    if option.legacy and env.get(option.legacy):
        return option.legacy, env[option.legacy]
    if field.name == "redis_url" and env.get("redis_host"):
        return "redis_host and redis_port", legacy_redis_url(env)
    if sandbox and option.sandbox is not None:
        return _DEFAULT, option.sandbox
    return _DEFAULT, option.default() if callable(option.default) else option.default
