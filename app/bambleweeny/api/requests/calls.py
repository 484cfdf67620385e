"""Requests to routes and bins as calls, which rules match and journals record."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import falcon

from bambleweeny.api.requests.base_path import AT_ROOT
from bambleweeny.api.requests.body import read_raw
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.redaction import redacted_body, redacted_header, redacted_url

_OTHERS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def read_call(
    req: falcon.Request,
    segments: int,
    is_token: Callable[[str], bool],
    body: bytes | None = None,
) -> tuple[Call, str]:
    """Return the call of a request to a route or bin, and its URL as the client sees it.

    `body` is the body, if it was read before.

    The URL is "" for the front, which is at the root. The route or bin is named by the first
    `segments` segments of the path, of which a slash is the beginning. The path of the call is
    what follows, as it was sent. Tokens of this server are replaced, so that no rule and no
    journal sees them.
    """
    env = req.env
    raw, _, query = env["REQUEST_URI"].partition("?")
    if raw[:1] != "/":
        # NOTE: a client of a proxy sends the whole URL (RFC 9112, section 3.2.2).
        raw = "/" + raw.partition("://")[2].partition("/")[2]
    place = 0
    for _ in range(segments + 1):
        place = raw.find("/", place) + 1 or len(raw) + 1
    here, below = raw[: place - 1], raw[place - 1 :]
    path, query = redacted_url(below, query, is_token)
    call = Call(
        req.method, path, query, RequestHeaders(env, is_token),
        redacted_body(read_raw(req) if body is None else body, is_token),
        time=time.time(), ip=env.get("REMOTE_ADDR") or "",
    )  # fmt: skip
    # NOTE: links, Location and the path of cookies are those that the client sees.
    return call, "" if AT_ROOT in env else req.root_path + here


class RequestHeaders(Mapping[str, str]):
    """The headers of a request by their lower-case names, without tokens of this server.

    Most rules read none, so that none is copied before it is read.
    """

    __slots__ = ("_all", "_env", "_is_token")

    def __init__(self, env: Mapping[str, Any], is_token: Callable[[str], bool]) -> None:
        self._env = env
        self._is_token = is_token
        self._all: dict[str, str] | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """Return the header of a name, or the default."""
        # NOTE: a variable has no dashes, so that a name with `_` would find another header.
        variable = _OTHERS.get(name) or "HTTP_" + name.upper().replace("-", "_")
        value = None if "_" in name else self._env.get(variable)
        if value is None or (not value and name in _OTHERS):
            return default
        return redacted_header(name, value, self._is_token)

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return str(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def _whole(self) -> dict[str, str]:
        if self._all is None:
            names = [
                name[5:].replace("_", "-").lower() for name in self._env if name[:5] == "HTTP_"
            ]
            names += [name for name, variable in _OTHERS.items() if self._env.get(variable)]
            self._all = {name: self[name] for name in names}
        return self._all
