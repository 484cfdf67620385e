"""Batches over HTTP: an array of operations in, an array of their outcomes out."""

import re
from contextlib import suppress
from typing import Any

import falcon
import msgspec

from bambleweeny.api.answers.body import answer_json, answer_rows
from bambleweeny.api.middleware.errors import error_fields
from bambleweeny.api.requests.authentication import authenticated
from bambleweeny.api.requests.body import parse_json, read_raw
from bambleweeny.api.requests.concurrency import may_block, run_alone
from bambleweeny.api.requests.parameters import read_flag
from bambleweeny.api.requests.scopes import needs_some
from bambleweeny.api.requests.strictness import takes
from bambleweeny.core.batch.batch import is_reading
from bambleweeny.core.batch.operation_scopes import SCOPES_OF_OPERATIONS, check_operations
from bambleweeny.core.batch.operations import Operation, Outcome, has_objects
from bambleweeny.core.json_members import refuse_doubled
from bambleweeny.core.services import Services
from bambleweeny.core.texts import BOM, NO_UTF8
from bambleweeny.core.values import FEW_BYTES, MOST_BYTES_AT_ONCE, value_of
from bambleweeny.errors import BambleweenyError, InvalidRequest, TooMuchAtOnce

_RULE = (
    "Write [verb, name, ...]; the verbs are set, get, del, incr, push, pop and publish. "
    "/docs/api has an example."
)

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_decode = msgspec.json.Decoder(list[Operation]).decode
_may_have_objects = re.compile(rb",\s*\{").search
_split = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Batch:
    """/batch"""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._batch = services.batch

    @falcon.before(
        authenticated, takes("atomic", body=True), needed=needs_some(*SCOPES_OF_OPERATIONS)
    )
    @falcon.before(may_block)
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Run the operations one by one, or all or none with `?atomic=1`."""
        operations = _read_operations(req)
        check_operations(req.context.caller, operations)
        outcomes = self._run(req, operations, is_atomic=read_flag(req, "atomic"))
        if sum(len(one) for one in outcomes if type(one) is bytes) <= FEW_BYTES:
            answer_json(resp, [_outcome_fields(outcome) for outcome in outcomes])
            return
        outcomes.reverse()
        # NOTE: `pop` frees each outcome once it is encoded.
        rows = (_outcome_fields(outcomes.pop()) for _ in range(len(outcomes)))
        answer_rows(resp, b"[", rows, b"]")

    def _run(
        self, req: falcon.Request, operations: list[Operation], *, is_atomic: bool
    ) -> list[Outcome]:
        caller = req.context.caller
        if is_reading(operations):
            with suppress(TooMuchAtOnce):
                return self._batch.read_few(caller, operations)
            run_alone(req, MOST_BYTES_AT_ONCE)
        run = self._batch.run_atomic if is_atomic else self._batch.run
        return run(caller, operations)


def _read_operations(req: falcon.Request) -> list[Operation]:
    """Return the operations in the body; InvalidRequest names the index of an invalid one."""
    body = read_raw(req).removeprefix(BOM)
    try:
        operations = _decode(body)
    except _UNREADABLE:
        # NOTE: msgspec's errors do not always name the index of the invalid operation.
        parts = parse_json(body, list[msgspec.Raw])
        operations = [_read_operation(index, part) for index, part in enumerate(parts)]
    if _may_have_objects(body):
        _refuse_doubled(operations, body)
    return operations


def _refuse_doubled(operations: list[Operation], body: bytes) -> None:
    """Raise InvalidRequest if an object in an operation has a member twice.

    Costs some microseconds for each operation with options or Base64.
    """
    with_objects = [index for index, one in enumerate(operations) if has_objects(one)]
    if with_objects:
        parts = _split(body)
        for index in with_objects:
            try:
                refuse_doubled(bytes(parts[index]))
            except InvalidRequest as ex:
                raise _operation_error(index, ex.info) from ex


def _read_operation(index: int, part: msgspec.Raw) -> Operation:
    try:
        operation: Operation = msgspec.json.decode(part, type=Operation)
    except _UNREADABLE as ex:
        reason = NO_UTF8 if isinstance(ex, UnicodeDecodeError) else f"{ex}".partition(" - at ")[0]
        raise _operation_error(index, f"{reason.removesuffix('.')}.") from ex
    return operation


def _operation_error(index: int, sentence: str) -> InvalidRequest:
    error = InvalidRequest(f"Operation {index}: {sentence}", hint=_RULE)
    error.index = index
    return error


def _outcome_fields(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, bytes):
        return {"ok": value_of(outcome)}
    if isinstance(outcome, BambleweenyError):
        return {"error": error_fields(outcome)}
    return {"ok": outcome}
