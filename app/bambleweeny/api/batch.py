"""Batches over HTTP: arrays of the verbs in, an array of what became of each out."""

from typing import Any

import falcon
import msgspec

from bambleweeny.api.body import answer_json, read_json, read_raw
from bambleweeny.api.errors import error_fields
from bambleweeny.api.parameters import read_flag
from bambleweeny.api.policy import authenticated, unhurried
from bambleweeny.core.operations import Operation, Outcome
from bambleweeny.core.services import Services
from bambleweeny.core.values import value_of
from bambleweeny.errors import BambleweenyError, InvalidRequest

_RULE = (
    "Write [verb, name, ...]; the verbs are set, get, del, incr, push, pop and publish. "
    "/docs/api has an example."
)

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_decode = msgspec.json.Decoder(list[Operation]).decode


class Batch:
    """/batch"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._batch = services.batch

    @falcon.before(authenticated)
    @falcon.before(unhurried)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Do the operations, or with `?atomic=1` all or none of them."""
        run = self._batch.run_atomic if read_flag(req, "atomic") else self._batch.run
        outcomes = run(req.context.caller, _read_operations(req))
        answer_json(resp, [_told(outcome) for outcome in outcomes])


def _read_operations(req: falcon.Request) -> list[Operation]:
    """Read the body; InvalidRequest says which operation is wrong, and how."""
    body = read_raw(req)
    try:
        return _decode(body)
    except _UNREADABLE:
        # NOTE: msgspec does not always tell the place of what is wrong.
        parts = read_json(req, list[msgspec.Raw], body)
        return [_read_operation(index, part) for index, part in enumerate(parts)]


def _read_operation(index: int, part: msgspec.Raw) -> Operation:
    try:
        operation: Operation = msgspec.json.decode(part, type=Operation)
    except _UNREADABLE as ex:
        reason = str(ex).partition(" - at ")[0]
        error = InvalidRequest(f"Operation {index}: {reason}.", hint=_RULE)
        error.index = index
        raise error from ex
    return operation


def _told(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, bytes):
        return {"ok": value_of(outcome)}
    if isinstance(outcome, BambleweenyError):
        return {"error": error_fields(outcome)}
    return {"ok": outcome}
