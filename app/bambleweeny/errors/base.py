"""The base class of all errors."""

from collections.abc import Mapping
from typing import Any


class BambleweenyError(Exception):
    """The base of all errors that Bambleweeny raises on purpose.

    `retry_after` is in seconds; None sends no Retry-After.
    """

    code = "error"
    status = 500
    info = "Something went wrong."
    hint: str | None = None
    retry_after: int | None = None
    index: int | None = None
    """The index of the failed operation in a batch, or of the bad line in an import, from 0."""
    details: Mapping[str, Any] | None = None
    """Further fields of the answer."""

    def __init__(self, info: str | None = None, *, hint: str | None = None) -> None:
        if info is not None:
            self.info = info
        if hint is not None:
            self.hint = hint
        super().__init__(self.info)
