"""The URL to which `listen` forwards."""

import re
from base64 import b64encode
from typing import NamedTuple
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from bambleweeny.cli.failures import WrongUse
from bambleweeny.names import is_dots

_IS_VISIBLE = re.compile(r"[\x21-\x7e]+").fullmatch
_PORTS = {"http": 80, "https": 443}
_IN_A_PATH = "%!$&'()*+,;=:@/~-._[]|^`{}\"<>\\"
_IN_A_QUERY = _IN_A_PATH + "?"


class Target(NamedTuple):
    """A URL in its parts. `login` is the value of the header Authorization, or empty."""

    scheme: str
    host: str
    port: int
    path: str
    query: str
    login: str

    @property
    def place(self) -> str:
        """Scheme, host and port, without the login."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def shown(self) -> str:
        """The URL for messages: without the login, and without the text of the query."""
        return f"{self.place}{self.path}{'?...' if self.query else ''}"

    def below(self, path: str, query: str) -> str:
        """Return the path and query of a request; `path` is empty or is below the URL's path.

        ValueError if the path could lead to another one, by a dot segment.
        """
        if any(is_dots(part) for part in re.split(r"[/\\]", unquote(path))):
            raise ValueError("its path has a dot segment")
        below = quote(_bytes_of(path), safe=_IN_A_PATH)
        if below and not below.startswith("/"):
            below = f"/{below}"
        whole = self.path.rstrip("/") + below if below else self.path
        both = "&".join(filter(None, (self.query, quote(_bytes_of(query), safe=_IN_A_QUERY))))
        return (whole or "/") + (f"?{both}" if both else "")


def parse_target(text: str) -> Target:
    """Parse the URL of --to; WrongUse if nothing can be sent there.

    No message shows the URL, since it may contain a password.
    """
    if not _IS_VISIBLE(text):
        raise WrongUse("The URL of --to has characters that must be percent-encoded.")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
        # NOTE: as the resolver does; it refuses empty and long labels.
        (host or "").encode("idna")
    except ValueError as ex:
        raise WrongUse("The URL of --to has an invalid host or port.") from ex
    if parts.scheme not in _PORTS or not host or port == 0:
        raise WrongUse("The URL of --to is not like http://localhost:3000/hook.")
    if "#" in text:
        raise WrongUse("The URL of --to has a fragment (#), which cannot be sent.")
    return Target(
        parts.scheme,
        host,
        port or _PORTS[parts.scheme],
        parts.path,
        parts.query,
        _login_of(parts.username, parts.password),
    )


def _login_of(user: str | None, password: str | None) -> str:
    if user is None and password is None:
        return ""
    both = unquote_to_bytes(user or "") + b":" + unquote_to_bytes(password or "")
    return f"Basic {b64encode(both).decode()}"


def _bytes_of(text: str) -> bytes:
    """Return a part of a URL as it was sent: each character was one byte."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
