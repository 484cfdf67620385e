"""Requests whose body is not read, since the client is not authenticated."""

from typing import Any

from bambleweeny.errors import Unauthorized


class _Withheld:
    """Replaces a body that is not received."""

    def getfile(self) -> "_Withheld":
        return self

    def getbuf(self) -> "_Withheld":
        return self

    def read(self, *_: int) -> bytes:
        """Raise Unauthorized: only calls that need a token, and have none, read this body."""
        raise Unauthorized()

    def close(self) -> None:
        """Do nothing: there is nothing to free."""


def withhold_body(request: Any) -> None:
    """Complete a request without its body; the connection closes after its answer."""
    request.completed = request.connection_close = True
    request.expect_continue = False
    request.body_rcv = _Withheld()
