"""One call over HTTP: connections, time-outs, tokens, and what is tried again."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from json import dumps
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError

from bambleweeny.client.transport.failures import no_answer, refusal
from bambleweeny.client.transport.login import Login, hinting_at_login
from bambleweeny.client.values import Value
from bambleweeny.errors import InvalidName, InvalidRequest, Unauthorized
from bambleweeny.names import NAME_RULE, is_name, parse_server_url

_CONNECTIONS = 100
"""So many are kept open; where more threads call at once, each further one is opened anew."""

LINES = "application/x-ndjson"
"""The content type of lines of JSON."""

_CHUNK = 1 << 16
_QUIET_SECONDS = 40.0
"""A stream says every 15 seconds that it is there."""

_IS_HEADER = re.compile(r"[\t\x20-\x7e\x80-\xff]*").fullmatch

_T = TypeVar("_T")

_NOT_MODIFIED = 304
NO_HEADERS: Mapping[str, str | None] = {}
Query = Mapping[str, str | int | None]


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    value: Value

    def json(self) -> Any:
        """Give the body as JSON."""
        return self.value.json()


class _Request(NamedTuple):
    method: str
    target: str
    body: bytes | None
    headers: Mapping[str, str | None]
    seconds: float
    is_safe: bool


class Connection:
    """The way to one server, for any number of threads."""

    def __init__(self, url: str, login: Login, timeout: float) -> None:
        self.url = parse_server_url(url)
        self.login = login
        self._timeout = timeout
        self._pool = urllib3.connection_from_url(self.url, maxsize=_CONNECTIONS)

    def close(self) -> None:
        """Close every connection; a call after that is a RuntimeError."""
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
        """Do one call; a failure raises a class of `bambleweeny.errors`.

        `path` is that of a noun or of `path_of`, `json` is sent instead of a body, what is
        None in a query and in headers is left out, and `wait` are seconds that the server
        may take longer. What is safe, as a GET is unless said otherwise, is tried once more
        where the connection broke.
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
        """Give the lines of JSON of an answer as they come, without empty ones, until it ends.

        What breaks raises as in `call`; nothing is tried again.
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
                # NOTE: closed as it is: the next use opens it again.
                answer.release_conn()
        except HTTPError as ex:
            raise no_answer(self.url, ex, request.seconds, is_safe=True) from ex

    def log_in(self, username: str, password: str) -> tuple[str, float]:
        """Give a token and how many seconds it is good; WrongLogin where it is wrong."""
        login = {"username": username, "password": password}
        answer = self.call("POST", "/auth/token", json=login, is_public=True, is_safe=True).json()
        return answer["access_token"], answer["expires_in"]

    def _authorized(self, request: _Request, send: Callable[[_Request, str | None], _T]) -> _T:
        if not self.login.is_given:
            # NOTE: the server refuses it; where there is none, that is what is wrong.
            with hinting_at_login():
                return send(request, None)
        token = self.login.token(self.log_in)
        try:
            return send(request, token)
        except Unauthorized:
            # NOTE: a refused write has not happened, so that it can be sent again.
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
        """Send a request, and give the answer with its body or, unless that is whole, before it."""
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


def path_of(noun: str, name: str | int) -> str:
    """Give the path of a name or an id; InvalidName where it cannot be one.

    NOTE: an empty name would make it the path of all of them.
    """
    if not is_name(str(name)):
        raise InvalidName(f"'{name}' is no name or id.", hint=NAME_RULE)
    return f"/{noun}/{name}"


def _check_headers(headers: Mapping[str, str]) -> None:
    """Raise InvalidRequest if a header cannot be sent, as with a line end in a token or a tag."""
    for name, text in headers.items():
        if not _IS_HEADER(text):
            what = "token" if name == "Authorization" else f"header '{name}'"
            raise InvalidRequest(f"The {what} has line ends, controls or characters past U+00FF.")


def _target(base: str, path: str, query: Query | None) -> str:
    given = {key: value for key, value in (query or {}).items() if value is not None}
    return f"{base}{path}?{urlencode(given)}" if given else base + path


def _lines(answer: urllib3.BaseHTTPResponse) -> Iterator[str]:
    """Give the lines of a body as they come, without those that are empty."""
    rest = b""
    for chunk in answer.stream(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode() for line in lines if line)
