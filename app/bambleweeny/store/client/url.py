"""The URL of an engine: its address, login and timeouts.

    redis://[[user]:password@]host[:port][/database]
    rediss://...                          the same over TLS
    unix://[[user]:password@]/path[?db=N]
    redis+sentinel://host[:port],host[:port]/master[/database]
    redis+cluster://host[:port],host[:port]

`valkey` is the same as `redis`; `rediss+sentinel` and `rediss+cluster` use TLS. The parameters
after `?` are connect_timeout and timeout (durations, 2s and 5s by default), ca, cert and key
(files, for TLS), and sentinel_password.
"""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bambleweeny.names import parse_duration

_PORTS = {"single": 6379, "cluster": 6379, "sentinel": 26379}
_FORMS = "redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://"
_FILES = ("ca", "cert", "key")


@dataclass(frozen=True)
class Address:
    """The address of one server and its login. Timeouts are in seconds."""

    host: str = "127.0.0.1"
    port: int = 6379
    path: str | None = None
    tls: bool = False
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    database: int = 0
    connect_timeout: float = 2.0
    timeout: float = 5.0

    def at(self, host: str, port: int) -> "Address":
        """Return the same login at another address."""
        return replace(self, host=host, port=port, path=None)

    def __str__(self) -> str:
        if self.path:
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True)
class EngineUrl:
    """An engine: `kind` is single, sentinel or cluster; `addresses` are asked in order."""

    kind: str
    addresses: tuple[Address, ...]
    master: str = ""
    sentinel_password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        first = self.addresses[0]
        if first.path:
            return str(first)
        scheme = ("rediss" if first.tls else "redis") + f"+{self.kind}" * (self.kind != "single")
        path = {"single": f"/{first.database}", "sentinel": f"/{self.master}", "cluster": ""}
        return f"{scheme}://{','.join(map(str, self.addresses))}{path[self.kind]}"


def parse_engine_url(text: str) -> EngineUrl:
    """Parse a URL; ValueError says what is wrong with it, without its password."""
    scheme, separator, rest = text.replace("valkey", "redis", 1).partition("://")
    protocol, _, kind = scheme.partition("+")
    if not separator or (protocol, kind) == ("unix", "") or protocol not in ("redis", "rediss"):
        if protocol == "unix":
            return _unix(text)
        raise ValueError(f"it is not one of {_FORMS}")
    if kind not in ("", "sentinel", "cluster"):
        raise ValueError(f"it is not one of {_FORMS}")
    address, _, query = rest.partition("?")
    authority, _, path = address.partition("/")
    login, _, hosts = authority.rpartition("@")
    given = dict(parse_qsl(query, keep_blank_values=True))
    sentinel_password = given.pop("sentinel_password", None)
    first = replace(_options(given, _login(login)), tls=protocol == "rediss")
    parts = [part for part in path.split("/") if part]
    url = _assemble(kind or "single", first, hosts, parts)
    return replace(url, sentinel_password=sentinel_password)


def _assemble(kind: str, first: Address, hosts: str, path: list[str]) -> EngineUrl:
    if any("@" in part for part in path):
        # NOTE: an error shows no part of a password.
        raise ValueError("a / in its password has to be written as %2F")
    master = path.pop(0) if kind == "sentinel" and path else ""
    if kind == "sentinel" and not master:
        raise ValueError("it lacks the master's name: redis+sentinel://host,host/name")
    if path:
        first = replace(first, database=_number(path.pop(0), "database"))
    if path or (kind == "cluster" and first.database):
        raise ValueError("its path is too long")
    names = hosts.split(",")
    if kind == "single" and len(names) > 1:
        raise ValueError("it has several hosts; write redis+sentinel:// or redis+cluster://")
    addresses = tuple(first.at(*_host_and_port(name, _PORTS[kind])) for name in names)
    return EngineUrl(kind, addresses, master)


def _unix(text: str) -> EngineUrl:
    parts = urlsplit(text)
    if not parts.path:
        raise ValueError("it lacks the path of the socket")
    login = parts.netloc.rpartition("@")[0]
    address = _options(dict(parse_qsl(parts.query, keep_blank_values=True)), _login(login))
    return EngineUrl("single", (replace(address, path=unquote(parts.path)),))


def _login(text: str) -> Address:
    username, colon, password = text.partition(":")
    return Address(
        username=unquote(username) or None, password=unquote(password) if colon else None
    )


def _options(given: dict[str, str], address: Address) -> Address:
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name in ("connect_timeout", "timeout"):
            changes[name] = float(parse_duration(value))
        elif name in _FILES:
            changes[name] = value
        elif name == "db":
            changes["database"] = _number(value, "database")
        else:
            raise ValueError(f"it has an unknown parameter '{name}'")
    return replace(address, **changes)


def _host_and_port(text: str, default: int) -> tuple[str, int]:
    host, port = text, ""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif ":" in text:
        host, _, port = text.rpartition(":")
    if not host:
        raise ValueError("it lacks a host")
    return host, _number(port, "port") if port else default


def _number(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError(f"its {what} '{text}' is not a valid number")
    return int(text)
