"""Answers to what is refused before the application sees it, with the same headers as others."""

import time
from collections.abc import Mapping
from typing import NamedTuple

import falcon

from bambleweeny.api.answers.public_headers import is_public, public_headers
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.api.middleware.errors import error_body, error_headers
from bambleweeny.api.middleware.gate import NOSNIFF, Gate
from bambleweeny.errors import BambleweenyError, HeadersTooLarge


class Refused(NamedTuple):
    """A request as far as it was read; names of headers in upper case, with `_` for `-`."""

    method: str
    path: str
    headers: Mapping[str, str]
    since: float
    """When it began, by `time.time`."""
    address: str
    """The client's."""


class Answer(NamedTuple):
    """An answer, ready for the wire but for its length."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Refusals:
    """Answers, logs and counts refused requests as the application does with its errors."""

    def __init__(self, access_log: AccessLog, gate: Gate) -> None:
        self._access_log = access_log
        self._gate = gate

    def answer(self, error: BambleweenyError, refused: Refused) -> Answer:
        """Return the answer to a request that is refused with an error."""
        method, path, given, since, address = refused
        asked = given.get("ACCESS_CONTROL_REQUEST_METHOD") if method == "OPTIONS" else None
        # NOTE: a head that is not read to its end is logged without what it begins with.
        is_read = not isinstance(error, HeadersTooLarge)
        request_id = self._access_log.note_refusal(
            *((method, path) if is_read else ("", "")),
            given.get("X_REQUEST_ID", ""),
            error,
            time.time() - since,
            address=address,
        )
        headers = {**error_headers(error), NOSNIFF[0]: NOSNIFF[1], "X-Request-ID": request_id}
        friendly = self._gate.headers_for(given.get("ORIGIN"), asked)
        if is_public(path):
            headers |= public_headers(bool(asked))
        elif asked and friendly:
            # NOTE: as in the gate: the page is to see why its request itself is refused.
            return Answer(falcon.code_to_http_status(204), [*(headers | friendly).items()], b"")
        else:
            headers |= friendly
        headers["Content-Type"] = "application/json"
        return Answer(
            falcon.code_to_http_status(error.status), [*headers.items()], error_body(error)
        )
