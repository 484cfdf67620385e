"""Early refusals: answers to requests that the server refuses before the application runs."""

import time
from collections.abc import Mapping
from typing import NamedTuple

import falcon

from bambleweeny.api.answers.public_headers import public_headers
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.api.middleware.errors import error_body, error_headers
from bambleweeny.api.middleware.gate import NOSNIFF, Gate
from bambleweeny.api.requests.base_path import BasePath
from bambleweeny.api.requests.public_paths import is_public
from bambleweeny.errors import BambleweenyError, HeadersTooLarge


class Refused(NamedTuple):
    """A request as far as the server has read it.

    Header names are in upper case, with `_` in place of `-`.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    since: float
    """The time at which the request began, as of `time.time`."""
    address: str
    """The address of the client."""


class Answer(NamedTuple):
    """An answer without its Content-Length."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Refusals:
    """The answers to refused requests, which it also logs and counts."""

    def __init__(
        self, access_log: AccessLog, gate: Gate, base_path: BasePath | None = None
    ) -> None:
        self._access_log = access_log
        self._gate = gate
        self._base_path = base_path

    def answer(self, error: BambleweenyError, refused: Refused) -> Answer:
        """Return the answer for an error, and log and count the request."""
        method, path, given, since, address = refused
        preflight = given.get("ACCESS_CONTROL_REQUEST_METHOD") if method == "OPTIONS" else None
        # NOTE: of an incomplete head, method and path are not logged.
        is_read = not isinstance(error, HeadersTooLarge)
        request_id = self._access_log.note_refusal(
            *((method, path) if is_read else ("", "")),
            given.get("X_REQUEST_ID", ""),
            error,
            time.time() - since,
            address=address,
        )
        headers = {**error_headers(error), NOSNIFF[0]: NOSNIFF[1], "X-Request-ID": request_id}
        cors_headers = self._gate.headers_for(given.get("ORIGIN"), preflight)
        if self._is_public(path):
            headers |= public_headers(bool(preflight))
        elif preflight and cors_headers:
            # NOTE: as in the gate: after a failed preflight, a browser would hide the error.
            return Answer(falcon.code_to_http_status(204), [*(headers | cors_headers).items()], b"")
        else:
            headers |= cors_headers
        headers["Content-Type"] = "application/json"
        return Answer(
            falcon.code_to_http_status(error.status), [*headers.items()], error_body(error)
        )

    def _is_public(self, path: str) -> bool:
        return is_public((self._base_path.inner_path(path) if self._base_path else path) or "")
