"""Requests that run without their body: nobody reads it, since the caller is not logged in."""

from typing import Any

from bambleweeny.errors import Unauthorized


class _Withheld:
    """Stands in the place of a body that is not received."""

    def getfile(self) -> "_Withheld":
        return self

    def getbuf(self) -> "_Withheld":
        return self

    def read(self, *_: int) -> bytes:
        """Refuse: only calls that need a token have such a body, and there is none."""
        raise Unauthorized()

    def close(self) -> None:
        """Do nothing, as there is nothing to free."""


def withhold_body(request: Any) -> None:
    """Complete a request without its body; the connection ends with its answer."""
    request.completed = request.connection_close = True
    request.expect_continue = False
    request.body_rcv = _Withheld()
