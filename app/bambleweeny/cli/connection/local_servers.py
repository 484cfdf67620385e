"""The servers of this user on this machine, and the admin's password for them."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bambleweeny.cli.connection.user_directories import registry
from bambleweeny.config import data_dir_of
from bambleweeny.system.data_directory import SERVER, is_in_use, noted_url
from bambleweeny.system.server_registry import running_servers

SANDBOX = "sandbox"
_PASSWORD_FILE = "admin-password"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class LocalServer(NamedTuple):
    """A running server: its command, URL and data directory; for a sandbox, its password."""

    command: str
    url: str
    data_dir: Path
    sandbox_password: str | None = None

    @property
    def password_file(self) -> Path:
        """The file with the password that the first start of the server generated."""
        return self.data_dir / _PASSWORD_FILE

    def admin_password(self) -> str | None:
        """Return the admin's password, or None if it is not stored."""
        if self.sandbox_password:
            return self.sandbox_password
        with suppress(OSError):
            return self.password_file.read_text().strip() or None
        return None

    def __str__(self) -> str:
        return f"{self.url} ({self.command}, data in {self.data_dir})"


def local_servers() -> list[LocalServer]:
    """Return the running servers of this user; the one on the data directory is first.

    Raises OSError if the data directory cannot be read.
    """
    here = data_dir_of(os.environ)
    noted = [
        LocalServer(one.command, one.url, Path(one.data_dir), one.admin_password)
        for one in running_servers(registry())
    ]
    found = [server for server in noted if server.data_dir == here]
    if not found and is_in_use(here) and (url := noted_url(here, SERVER)):
        found = [LocalServer("serve", url, here)]
    return [*found, *(server for server in noted if server.data_dir != here)]


def local_server_at(url: str) -> LocalServer | None:
    """Return the server of this user at a URL, or None."""
    with suppress(OSError):
        return next((one for one in local_servers() if _is_same(one.url, url)), None)
    return None


def _is_same(url: str, other: str) -> bool:
    """Return whether two URLs name the same server; all loopback names are equal."""
    if url == other:
        return True
    one, two = urlsplit(url), urlsplit(other)
    with suppress(ValueError):
        return (
            (one.scheme, one.port or 80, one.path) == (two.scheme, two.port or 80, two.path)
            and one.hostname in _LOOPBACK
            and two.hostname in _LOOPBACK
        )
    return False
