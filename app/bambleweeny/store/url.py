"""Where an engine is and how to log in there, read from a URL."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class EngineUrl:
    """An engine's place. `path` is a unix socket's; with it host and port are idle."""

    host: str = "127.0.0.1"
    port: int = 6379
    path: str | None = None
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    database: int = 0

    def __str__(self) -> str:
        if self.path:
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'rediss' if self.tls else 'redis'}://{host}:{self.port}/{self.database}"


def parse_engine_url(text: str) -> EngineUrl:
    """Read a redis://, rediss:// or unix:// URL; else ValueError.

    The database is the path of the first two, `?db=` for a unix socket.
    """
    parts = urlsplit(text)
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    if parts.scheme == "unix":
        number = parse_qs(parts.query).get("db", ["0"])[0]
        return EngineUrl(
            path=unquote(parts.path),
            database=_database(number),
            username=username,
            password=password,
        )
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError("it is not a redis://, rediss:// or unix:// URL")
    return EngineUrl(
        host=parts.hostname,
        port=parts.port or 6379,
        tls=parts.scheme == "rediss",
        database=_database(parts.path.strip("/") or "0"),
        username=username,
        password=password,
    )


def _database(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"its database '{text}' is not a number")
    return int(text)
