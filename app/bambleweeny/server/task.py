"""What a thread does with one request: it answers it in one write where it can."""

import time
from functools import lru_cache
from typing import Any

from waitress.proxy_headers import PROXY_HEADERS
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import build_http_date

from bambleweeny.api.access_log import AccessLog
from bambleweeny.api.errors import error_body
from bambleweeny.errors import (
    BambleweenyError,
    BodyTooLarge,
    HeadersTooLarge,
    InternalError,
    InvalidRequest,
    UnknownCoding,
)

_BY_STATUS: dict[int, type[BambleweenyError]] = {
    400: InvalidRequest,
    413: BodyTooLarge,
    431: HeadersTooLarge,
    501: UnknownCoding,
}
_SHORT = 64 << 10


class Task(WSGITask):  # type: ignore[misc]
    """Keeps a connection where it can be kept, and ends it where the server ends.

    Waitress closes it after an answer without a body, as a 204 of an empty list,
    for want of a length, which such an answer must not have.
    """

    wrote_header: bool

    def start(self) -> None:
        self.start_time = time.time()
        if self.channel.server.is_ending:
            super().set_close_on_finish()

    def execute(self) -> None:
        """Run the application and write what it answers, in chunks where it does."""
        chunks = self.channel.server.application(self.get_environment(), self._begin)
        try:
            for chunk in chunks:
                if chunk:
                    self.write(chunk)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        owed = None if self.request.command == "HEAD" else self.content_length
        if owed not in (None, self.content_bytes_written):
            self.set_close_on_finish()

    def get_environment(self) -> dict[str, Any]:
        """Give the WSGI environment: what is the same for all, and what is of this request.

        What a proxy says of the client is left out, since anybody can say it.
        """
        request, (host, port, *_) = self.request, self.channel.addr
        path = request.path
        environ: dict[str, Any] = self.channel.server.environ.copy()
        environ |= {
            "REMOTE_ADDR": host,
            "REMOTE_HOST": host,
            "REMOTE_PORT": str(port),
            "REQUEST_METHOD": request.command,
            "SERVER_PROTOCOL": f"HTTP/{self.version}",
            # NOTE: a path may begin with several slashes; none of them names a host.
            "PATH_INFO": "/" + path.lstrip("/") if path.startswith("/") else path,
            "REQUEST_URI": request.request_uri,
            "QUERY_STRING": request.query,
            "wsgi.input": request.get_body_stream(),
            "waitress.client_disconnected": self.channel.check_client_disconnected,
            "bambleweeny.begin_stream": self.channel.begin_stream,
        }
        for name, value in request.headers.items():
            environ[_variable(name)] = value
        environ.pop("", None)
        return environ

    def _begin(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        """Take status and headers, as WSGI's start_response."""
        self.status, self.complete = status, True
        self.response_headers += headers
        for name, value in headers:
            if "\n" in value or "\r" in value:
                raise ValueError(f"the header {name} has a line end")
            if name.lower() == "content-length":
                self.content_length = int(value)

    def write(self, data: bytes) -> None:
        """Send head and body together where the body is whole, and not long to copy."""
        is_whole = self.content_length == len(data) and len(data) < _SHORT and self.has_body
        if self.wrote_header or not is_whole:
            super().write(data)
            return
        self.wrote_header = True
        self.content_bytes_written = len(data)
        self.channel.write_soon(self.build_response_header() + data)

    def build_response_header(self) -> bytes:
        """Give the head of an answer; a plain one is not looked at header by header."""
        if not self._is_plain():
            return bytes(super().build_response_header())
        lines = [f"{_spelt(name)}: {value}\r\n" for name, value in self.response_headers]
        date = f"Date: {_date(int(self.start_time))}\r\n"
        return f"HTTP/1.1 {self.status}\r\n{date}{''.join(lines)}\r\n".encode("latin-1")

    def set_close_on_finish(self) -> None:
        asked = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked or self.version != "1.1":
            super().set_close_on_finish()

    def _is_plain(self) -> bool:
        """Tell whether the answer has its length, and the connection goes on."""
        return bool(
            self.content_length is not None
            and self.version == "1.1"
            and self.has_body
            and not self.close_on_finish
            and not self.request.connection_close
        )


class RefusalTask(ErrorTask):  # type: ignore[misc]
    """Answers and logs what Waitress refuses as the application does with its errors."""

    def execute(self) -> None:
        refused = self.request.error
        kind = _BY_STATUS.get(refused.code, InternalError)
        error = kind(f"{kind.info[:-1]}: {refused.body}." if kind is InvalidRequest else None)
        body = error_body(error)
        self.status = f"{error.status} {refused.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        request_id = self._note(error)
        self.response_headers.append(("X-Request-ID", request_id))
        self.set_close_on_finish()
        self.channel.lingers = True
        self.content_length = len(body)
        self.write(body)

    def _note(self, error: BambleweenyError) -> str:
        """Log the request, as far as it could be read, and give its id."""
        # NOTE: where the answer of the application broke, this is another request's error.
        request = self.channel.requests[0]
        # NOTE: Waitress puts `GET /` in the place of headers that it does not read to their end.
        is_read = not isinstance(error, HeadersTooLarge)
        log: AccessLog = self.channel.server.access_log
        return log.note_refusal(
            getattr(request, "command", "") if is_read else "",
            getattr(request, "path", "") if is_read else "",
            request.headers.get("X_REQUEST_ID", ""),
            error,
            time.time() - self.start_time,
            address=self.channel.addr[0],
        )


@lru_cache(maxsize=256)
def _variable(name: str) -> str:
    """Name the variable of the environment for a header; nothing where there is none."""
    if name in PROXY_HEADERS:
        return ""
    return name if name in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{name}"


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return str(build_http_date(second))


@lru_cache(maxsize=256)
def _spelt(name: str) -> str:
    """Write a header's name as most do: `Content-Type`."""
    return "-".join(word.capitalize() for word in name.split("-"))
