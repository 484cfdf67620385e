"""HTTP calls: connections, timeouts, tokens and retries."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from json import dumps
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from bambleweeny.client.transport.failures import no_answer, refusal
from bambleweeny.client.transport.login import (
    Login,
    hinting_at_login,
    is_named,
    refused_token,
)
from bambleweeny.client.values import Value
from bambleweeny.errors import InvalidName, InvalidRequest, Unauthorized
from bambleweeny.names import NAME_RULE, is_name, is_public_owner, parse_server_url

_CONNECTIONS = 100
"""The size of the connection pool. More simultaneous calls open connections of their own."""

LINES = "application/x-ndjson"
"""The content type of newline-delimited JSON."""

_CHUNK = 1 << 16
_QUIET_SECONDS = 40.0
"""The read timeout of a stream; the server sends an empty line every 15 seconds."""

_IS_HEADER = re.compile(r"[\t\x20-\x7e\x80-\xff]*").fullmatch

_T = TypeVar("_T")

_NOT_MODIFIED = 304
NO_HEADERS: Mapping[str, str | None] = {}
Query = Mapping[str, str | int | None]


class Answer(NamedTuple):
    """An answer of the server."""

    status: int
    headers: Mapping[str, str]
    value: Value

    def json(self) -> Any:
        """Return the body decoded as JSON."""
        return self.value.json()


class _Request(NamedTuple):
    method: str
    target: str
    body: bytes | None
    headers: Mapping[str, str | None]
    seconds: float
    is_safe: bool


class Connection:
    """A connection pool to one server, shared by threads."""

    def __init__(self, url: str, login: Login, timeout: float) -> None:
        self.url = parse_server_url(url)
        self.login = login
        self._timeout = timeout
        self._pool = urllib3.connection_from_url(self.url, maxsize=_CONNECTIONS)

    def close(self) -> None:
        """Close every connection. A later call raises RuntimeError."""
        self._pool.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: bytes | None = None,
        json: object = None,
        headers: Mapping[str, str | None] = NO_HEADERS,
        is_public: bool = False,
        is_safe: bool | None = None,
        wait: int = 0,
    ) -> Answer:
        """Send a request and return the answer; an error is a class of `bambleweeny.errors`.

        `path` starts with a slash; `path_of` makes one for a name. `json` is sent in place of
        `body`. A query parameter or header that is None is left out. `wait` is the number of
        seconds that the server may block; it is added to the timeout. `is_public` sends no
        token. `is_safe` retries the request once if the connection breaks; the default is
        True for a GET.
        """
        request = _Request(
            method,
            _target(urlsplit(self.url).path, path, query),
            body if json is None else dumps(json).encode(),
            headers if json is None else {"Content-Type": "application/json", **headers},
            self._timeout + wait,
            method == "GET" if is_safe is None else is_safe,
        )
        return self._sent(request) if is_public else self._authorized(request, self._sent)

    def stream(self, path: str, query: Query) -> Iterator[str]:
        """Yield the lines of a streamed answer as they arrive, without empty lines.

        Raises the errors of `call`. Nothing is retried.
        """
        target = _target(urlsplit(self.url).path, path, query)
        seconds = max(self._timeout, _QUIET_SECONDS)
        request = _Request("GET", target, None, {"Accept": LINES}, seconds, is_safe=False)
        try:
            answer = self._authorized(request, partial(self._begin, is_whole=False))
            try:
                yield from _lines(answer)
            finally:
                answer.close()
                # NOTE: the connection is closed; the pool opens it again at its next use.
                answer.release_conn()
        except HTTPError as ex:
            raise no_answer(self.url, ex, request.seconds, is_safe=True) from ex

    def log_in(self, username: str, password: str) -> tuple[str, float]:
        """Return a token and its lifetime in seconds; WrongLogin if the login is wrong."""
        login = {"username": username, "password": password}
        answer = self.call("POST", "/auth/token", json=login, is_public=True, is_safe=True).json()
        return answer["access_token"], answer["expires_in"]

    def _authorized(self, request: _Request, send: Callable[[_Request, str | None], _T]) -> _T:
        if not self.login.is_given:
            # NOTE: send it anyway: if there is no server, NoAnswer is the more useful error.
            with hinting_at_login():
                return send(request, None)
        token = self.login.token(self.log_in)
        try:
            return send(request, token)
        except Unauthorized as ex:
            if is_named(token):
                raise refused_token(ex) from None
            # NOTE: the server did not run a request that it refused, so even a write can be resent.
            if not self.login.is_renewable(token):
                raise
        return send(request, self.login.token(self.log_in))

    def _sent(self, request: _Request, token: str | None = None) -> Answer:
        try:
            try:
                return self._exchange(request, token)
            except ProtocolError:
                if not request.is_safe:
                    raise
                return self._exchange(request, token)
        except HTTPError as ex:
            raise no_answer(self.url, ex, request.seconds, is_safe=request.is_safe) from ex

    def _exchange(self, request: _Request, token: str | None) -> Answer:
        answer = self._begin(request, token)
        left = answer.headers.get("B9Y-TTL")
        value = Value(
            answer.data,
            answer.headers.get("Content-Type", ""),
            etag=answer.headers.get("ETag"),
            ttl=None if left is None else int(left),
        )
        return Answer(answer.status, answer.headers, value)

    def _begin(
        self, request: _Request, token: str | None, *, is_whole: bool = True
    ) -> urllib3.BaseHTTPResponse:
        """Send a request and return the answer; `is_whole` reads its body first."""
        given = {"User-Agent": "bambleweeny", **request.headers}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        headers = {name: text for name, text in given.items() if text is not None}
        _check_headers(headers)
        answer = self._pool.urlopen(
            request.method,
            request.target,
            body=request.body,
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=is_whole,
            timeout=urllib3.Timeout(connect=self._timeout, read=request.seconds),
        )
        if answer.status >= 300 and answer.status != _NOT_MODIFIED:
            raise refusal(self.url, answer.status, answer.headers, answer.data)
        return answer


def without_none(**fields: Any) -> dict[str, Any]:
    """Return the fields of a JSON body that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def path_of(noun: str, name: str | int) -> str:
    """Return the path of a name or an id; InvalidName if it is invalid.

    NOTE: with an empty name it would be the path of the collection.
    """
    if not is_name(str(name)):
        raise InvalidName(f"'{name}' is not a name or an id.", hint=NAME_RULE)
    return f"/{noun}/{name}"


def public_path_of(noun: str, id: str) -> str:
    """Return the path of a route or a bin, by its id or `@USER/NAME`; else InvalidName."""
    user, _, name = id[1:].partition("/")
    if id.startswith("@") and is_public_owner(user) and is_name(name):
        return f"/{noun}/{id}"
    return path_of(noun, id)


def _check_headers(headers: Mapping[str, str]) -> None:
    """Raise InvalidRequest if a header cannot be sent, for example with a line end in a token."""
    for name, text in headers.items():
        if not _IS_HEADER(text):
            what = "token" if name == "Authorization" else f"header '{name}'"
            raise InvalidRequest(f"The {what} has line ends, controls or characters past U+00FF.")


def _target(base: str, path: str, query: Query | None) -> str:
    given = {key: value for key, value in (query or {}).items() if value is not None}
    return f"{base}{path}?{urlencode(given)}" if given else base + path


def _lines(answer: urllib3.BaseHTTPResponse) -> Iterator[str]:
    """Yield the lines of a body as they arrive, without empty ones."""
    rest = b""
    for chunk in answer.stream(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode() for line in lines if line)
