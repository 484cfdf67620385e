"""Requests that end before they are complete: refused, or run without their body."""

from http import HTTPStatus
from typing import Any

from bambleweeny.errors import BambleweenyError, Unauthorized


class Refused:
    """Stands as the error of a request, in the place of Waitress's own, for one of ours."""

    def __init__(self, error: BambleweenyError) -> None:
        self.error = error
        self.code, self.body = error.status, error.info
        self.reason = HTTPStatus(error.status).phrase


class _Withheld:
    """Stands in the place of a body for which nobody waits."""

    def getfile(self) -> "_Withheld":
        return self

    def getbuf(self) -> "_Withheld":
        return self

    def read(self, *_: int) -> bytes:
        """Refuse: who is not logged in has no body that is read."""
        raise Unauthorized()

    def close(self) -> None:
        """Do nothing, as there is nothing to free."""


def withhold_body(request: Any) -> None:
    """Complete a request without its body; the connection ends with its answer."""
    request.completed = True
    request.body_rcv = _Withheld()
    request.connection_close = True
    request.headers["CONNECTION"] = "close"


def refuse(request: Any, error: BambleweenyError) -> None:
    """Complete a request with an error as its answer, and free what has come of it."""
    request.completed = True
    request.error = Refused(error)
    if not request.headers_finished:
        request.version = "1.1"
    request.header_plus, request.body_rcv = b"", None
    request.header_bytes_received = request.body_bytes_received = 0
