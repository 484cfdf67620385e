"""Batches: many operations in few round trips, in order or all or none."""

from collections.abc import Sequence
from typing import Any

from bambleweeny.core.auth.caller import Caller, check_value
from bambleweeny.core.auth.tenant_session import read_values_as, run_as
from bambleweeny.core.batch.operations import Get, Operation, Outcome, Pop, Publish, Push, Set
from bambleweeny.core.pacing import partly_done
from bambleweeny.core.topics import Bounds
from bambleweeny.core.values import FEW_BYTES, MOST_BYTES_AT_ONCE, bytes_of
from bambleweeny.errors import (
    BambleweenyError,
    BodyTooLarge,
    Busy,
    InvalidName,
    InvalidRequest,
    TooMuchAtOnce,
)
from bambleweeny.names import NAME_RULE, is_name
from bambleweeny.store import Store
from bambleweeny.store.guard import translate_each
from bambleweeny.store.scripts import RUN_BATCH

_MOST_OPERATIONS = 10_000
_MOST_ROUNDS = 50
_STEP = 1000
"""Operations of one atomic step. The engine needs a few ms for them and serves no other client."""


class Batch:
    """Runs the operations of batches, each with the script of its single call.

    So the engine checks the quota, the list's bound and the index for each. All answers of a
    batch may have 16 MB together; beyond that a get or a pop is TooMuchAtOnce, and the pop
    takes nothing.
    """

    def __init__(
        self, store: Store, *, max_items: int, max_bytes: int, topic_bounds: Bounds
    ) -> None:
        self._store = store
        self._bounds = (max_items, max_bytes)
        self._topic_bounds = topic_bounds.packed

    def run(self, caller: Caller, operations: Sequence[Operation]) -> list[Outcome]:
        """Run operations in order and return the outcome of each.

        Each 1,000 operations take one round trip and one atomic step, more if many items of lists
        are due. Errors of operations are among the outcomes. An error of the whole batch, such as
        Unauthorized, leaves the changes of earlier steps. A batch of gets alone may be retried.
        """
        _check(caller, operations)
        do = self._read if is_reading(operations) else self._write
        outcomes: list[Outcome] = []
        room = MOST_BYTES_AT_ONCE
        # NOTE: even an empty batch checks the caller's token.
        while True:
            part = operations[len(outcomes) : len(outcomes) + _STEP]
            with partly_done(len(outcomes)):
                replies, room = do(caller, part, room)
            outcomes += _outcomes(part[: len(replies)], replies)
            if len(outcomes) == len(operations):
                return outcomes

    def run_atomic(self, caller: Caller, operations: Sequence[Operation]) -> list[Outcome]:
        """Run all operations or none: the first error is raised, with its index.

        One round trip, one atomic step. A miss of a get, a del or a pop is not an error. Replaced
        and deleted values count towards the 16 MB. Due items of the lists are processed before, in
        up to 50 steps; raises Busy if that is not enough.
        """
        _check(caller, operations)
        if is_reading(operations):
            replies, _ = self._read(caller, operations, MOST_BYTES_AT_ONCE)
        else:
            replies = self._write_atomic(caller, operations)
        for index, reply in enumerate(replies):
            if isinstance(reply, BambleweenyError):
                reply.index = index
                raise reply
        return _outcomes(operations, replies)

    def read_few(self, caller: Caller, operations: Sequence[Operation]) -> list[Outcome]:
        """Run operations that only read, as `run` does; raise TooMuchAtOnce beyond 1 MB."""
        _check(caller, operations)
        outcomes: list[Outcome] = []
        room = FEW_BYTES
        for start in range(0, len(operations), _STEP) or (0,):
            part = operations[start : start + _STEP]
            names = [operation.name for operation in part]
            replies, room = read_values_as(self._store, caller, names, room, is_whole=True)
            outcomes += _outcomes(part, replies)
        if room < 0:
            raise TooMuchAtOnce()
        return outcomes

    def _read(self, caller: Caller, gets: Sequence[Operation], room: int) -> tuple[list[Any], int]:
        return read_values_as(self._store, caller, [get.name for get in gets], room)

    def _write_atomic(self, caller: Caller, operations: Sequence[Operation]) -> list[Any]:
        for _ in range(_MOST_ROUNDS):
            replies, _ = self._write(caller, operations, MOST_BYTES_AT_ONCE, atomic=True)
            if replies or not operations:
                return replies
        raise Busy()

    def _write(
        self, caller: Caller, part: Sequence[Operation], room: int, *, atomic: bool = False
    ) -> tuple[list[Any], int]:
        packed = [field for operation in part for field in operation.packed()]
        replies, left = run_as(
            self._store, caller, RUN_BATCH,
            int(atomic), *self._bounds, room, self._topic_bounds, *packed,
        )  # fmt: skip
        return translate_each(replies), left


def _check(caller: Caller, operations: Sequence[Operation]) -> None:
    if len(operations) > _MOST_OPERATIONS:
        raise InvalidRequest(f"A batch has up to {_MOST_OPERATIONS} operations.")
    for index, operation in enumerate(operations):
        if not is_name(operation.name):
            error = InvalidName(
                f"Operation {index}: {_noun_of(operation)} name is invalid.", hint=NAME_RULE
            )
            error.index = index
            raise error
    if caller.limits is not None:
        _check_values(caller, operations)


def _check_values(caller: Caller, operations: Sequence[Operation]) -> None:
    """Raise BodyTooLarge, with its index, if an operation has a value over `max_value`."""
    for index, operation in enumerate(operations):
        if isinstance(operation, Set | Push | Publish):
            try:
                check_value(caller, bytes_of(operation.value))
            except BodyTooLarge as ex:
                ex.info, ex.index = f"Operation {index}: {ex.info}", index
                raise


def _noun_of(operation: Operation) -> str:
    if isinstance(operation, Publish):
        return "Topic"
    return "List" if isinstance(operation, Push | Pop) else "Key"


def is_reading(operations: Sequence[Operation]) -> bool:
    """Return whether a batch only reads keys."""
    return all(type(operation) is Get for operation in operations)


def _outcomes(operations: Sequence[Operation], replies: Sequence[Any]) -> list[Outcome]:
    return [
        reply if isinstance(reply, BambleweenyError) else operation.outcome(reply)
        for operation, reply in zip(operations, replies, strict=True)
    ]
