"""Tasks: how a thread answers one request, in one write if possible."""

import logging
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from waitress.channel import ClientDisconnected
from waitress.proxy_headers import PROXY_HEADERS
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import build_http_date

from bambleweeny.api.middleware.early_refusals import Refused
from bambleweeny.errors import BambleweenyError, InternalError, TlsNotServed
from bambleweeny.server.http.delays.faults import KeptAnswer
from bambleweeny.server.http.exclusive import Postponed

_log = logging.getLogger(__name__)

_SHORT = 64 << 10
_BODILESS = frozenset({"204", "304"})


class _Answer:
    """Builds the head of an answer: the framing of its body, and `Connection`."""

    channel: Any
    request: Any
    response_headers: list[tuple[str, str]]
    status: str
    version: str
    start_time: float
    content_length: int | None
    chunked_response: bool
    close_on_finish: bool
    wrote_header: bool

    @property
    def has_body(self) -> bool:
        """Whether a body may follow the head (RFC 9112, section 6.3)."""
        return self.request.command != "HEAD" and self.status[:3] not in _BODILESS

    def build_response_header(self) -> bytes:
        """Return the head; headers of framing and connection are added only if needed."""
        if self._needs_framing():
            self._add_framing()
        lines = self.header_lines()
        date = f"Date: {date_text(int(self.start_time))}\r\n"
        return f"HTTP/{self.version} {self.status}\r\n{date}{''.join(lines)}\r\n".encode("latin-1")

    def header_lines(self) -> list[str]:
        """Return the headers except Date, each as a line with its end."""
        return [f"{_spelt(name)}: {value}\r\n" for name, value in self.response_headers]

    def set_close_on_finish(self) -> None:
        """Close the connection after the answer; the head says so unless it is written."""
        self.close_on_finish = True

    def _needs_framing(self) -> bool:
        return (
            self.content_length is None
            or self.close_on_finish
            or self.request.connection_close
            or self.version != "1.1"
        )

    def _add_framing(self) -> None:
        if self.content_length is None and self.has_body:
            # NOTE: if the answer breaks off, the client notices it by the missing last chunk.
            self.close_on_finish = True
            if self.version == "1.1":
                self.chunked_response = True
                self.response_headers.append(("Transfer-Encoding", "chunked"))
        if self.request.connection_close:
            self.close_on_finish = True
        if self.close_on_finish:
            self.response_headers.append(("Connection", "close"))
        elif self.version == "1.0":
            self.response_headers.append(("Connection", "Keep-Alive"))


class Task(_Answer, WSGITask):  # type: ignore[misc]
    """Runs the application for a request, and writes a short answer in one step."""

    def start(self) -> None:
        self.start_time = time.time()
        if self.channel.server.is_ending:
            self.set_close_on_finish()

    def execute(self) -> None:
        """Run the application and write its answer, chunk by chunk."""
        chunks = self.channel.server.application(self.get_environment(), self._begin)
        if self.channel.plan is not None:
            self._follow(self.channel.plan, chunks)
            return
        try:
            for chunk in chunks:
                if chunk:
                    self.write(chunk)
                # NOTE: the next chunk may take long, so do not keep this one in memory.
                del chunk
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        if self.content_length not in (None, self.content_bytes_written) and self.has_body:
            self.set_close_on_finish()

    def get_environment(self) -> dict[str, Any]:
        """Return the WSGI environment (PEP 3333) of the request.

        Headers in which a proxy describes the client are dropped, since any client can send
        them. The address is the client's behind `--trusted-proxies`.
        """
        request, (host, port, *_) = self.request, self.channel.addr
        proxies = self.channel.server.proxies
        if proxies:
            host = proxies.client_of(host, request.headers)
        environ: dict[str, Any] = self.channel.server.environ.copy()
        environ |= {
            "REMOTE_ADDR": host,
            "REMOTE_HOST": host,
            "REMOTE_PORT": str(port),
            "REQUEST_METHOD": request.command,
            "SERVER_PROTOCOL": f"HTTP/{self.version}",
            "PATH_INFO": request.path,
            "REQUEST_URI": request.request_uri,
            "QUERY_STRING": request.query,
            "wsgi.input": request.get_body_stream(),
            "waitress.client_disconnected": self.channel.check_client_disconnected,
            "bambleweeny.connection": self.channel,
            "bambleweeny.yield_leadership": self.channel.yield_leadership,
            "bambleweeny.request": request,
        }
        for name, value in request.headers.items():
            environ[_variable(name)] = value
        environ.pop("", None)
        return environ

    def _follow(self, plan: Any, chunks: Iterable[bytes]) -> None:
        """Send the finished answer as it is planned: later, with a fault, or both."""
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        plan.answer = KeptAnswer(self.status, self.response_headers, self.content_length, body)
        if plan.due:
            raise Postponed(plan.begin)
        plan.send(self)

    def _begin(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        """Take the status and the headers, as WSGI's start_response."""
        self.status, self.complete = status, True
        self.response_headers += headers
        for name, value in headers:
            if "\n" in value or "\r" in value:
                raise ValueError(f"the header {name} has a line end")
            if name.lower() == "content-length":
                self.content_length = int(value)

    def write(self, data: bytes) -> None:
        """Send head and body together if the body is complete and under 64 KiB."""
        is_whole = self.content_length == len(data) and len(data) < _SHORT and self.has_body
        if self.wrote_header or not is_whole:
            super().write(data)
            return
        # NOTE: if a defect makes the head fail, an error can still be answered.
        answer = self.build_response_header() + data
        self.wrote_header = True
        self.content_bytes_written = len(data)
        self.channel.write_soon(answer)
        draft = self.channel.draft
        if draft and draft.whole is self.request.whole and not self._needs_framing():
            cache = self.channel.server.answer_cache
            cache.keep(draft, self.request, self.status, self.header_lines(), data)


class PlannedTask(Task):
    """Sends the planned answer of a request for which the application has run."""

    def execute(self) -> None:
        """Write the answer; the connection's next request is an ordinary one."""
        del self.channel.task_class
        plan = self.channel.plan
        if plan is None:
            raise ClientDisconnected
        plan.send(self)


class RefusalTask(_Answer, ErrorTask):  # type: ignore[misc]
    """Answers a request that was refused before the application, and closes the connection."""

    def execute(self) -> None:
        """Write the application's answer to the error."""
        request, error = self.channel.requests[0], self.request.error
        if not isinstance(error, BambleweenyError):
            # NOTE: the application failed; Waitress has replaced the request by an empty one.
            self.request, error = request, InternalError()
            if self.channel.plan is not None:
                self.channel.plan.discard()
        if isinstance(error, TlsNotServed):
            _log.warning("%s began TLS, but this port serves plain HTTP", self.channel.addr[0])
        address, proxies = self.channel.addr[0], self.channel.server.proxies
        if proxies:
            address = proxies.client_of(address, request.headers)
        refused = Refused(request.command, request.path, request.headers, self.start_time, address)
        answer = self.channel.server.refusals.answer(error, refused)
        self.status, self.content_length = answer.status, len(answer.body)
        self.response_headers += answer.headers
        if answer.body:
            self.response_headers.append(("Content-Length", str(self.content_length)))
        self.set_close_on_finish()
        self.channel.lingers = True
        self.write(answer.body if self.has_body else b"")


@lru_cache(maxsize=256)
def _variable(name: str) -> str:
    """Return the variable of the environment for a header; '' if the header is dropped."""
    if name in PROXY_HEADERS:
        return ""
    return name if name in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{name}"


@lru_cache(maxsize=2)
def date_text(second: int) -> str:
    return str(build_http_date(second))


@lru_cache(maxsize=256)
def _spelt(name: str) -> str:
    """Return a header's name in its usual spelling: `Content-Type`."""
    return "-".join(word.capitalize() for word in name.split("-"))
