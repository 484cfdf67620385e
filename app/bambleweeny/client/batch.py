"""Many operations in one request."""

from collections.abc import Callable, Iterator, Mapping
from json import dumps
from types import TracebackType
from typing import Any, Generic, TypeVar, Unpack

from bambleweeny.client.key_options import (
    NO_OPTIONS,
    Condition,
    Counting,
    Writing,
    counting_options,
    operation_options,
)
from bambleweeny.client.transport.connection import Connection
from bambleweeny.client.transport.failures import error_of
from bambleweeny.client.values import ABSENT, Data, Value, bytes_of, check_options, packed, unpacked
from bambleweeny.errors import BambleweenyError

_T = TypeVar("_T")

_MOST_OPERATIONS = 10_000
_MOST_BYTES = 1_000_000
"""Keeps a request below the default --max-body, unless one operation alone is larger."""


class Result(Generic[_T]):
    """The result of one operation of a batch, available after the batch is sent."""

    def __init__(self, read: Callable[[Any], _T]) -> None:
        self._read = read
        self._outcome: dict[str, Any] | None = None
        self._error: BambleweenyError | None = None

    @property
    def value(self) -> _T:
        """The return value of the same call outside a batch; raises the same errors.

        RuntimeError if the batch has not been sent.
        """
        if self._error is not None:
            raise self._error
        if self._outcome is None:
            raise RuntimeError("The batch has not been sent: its with block sends it at the end.")
        return self._read(self._outcome["ok"])

    @property
    def error(self) -> BambleweenyError | None:
        """The error that `value` raises; None if the operation succeeded or was not sent."""
        return self._error

    def _set_outcome(self, outcome: dict[str, Any]) -> None:
        self._outcome = outcome
        if "error" in outcome:
            self._error = error_of(outcome["error"])

    def _fail(self, error: BambleweenyError) -> None:
        self._error = error


class Batch:
    """Operations that are collected in a `with` block and sent when the block ends.

    The server runs them in order. Each method returns a Result, which has the return value
    or the error of its operation after the block.

    A batch is sent in requests of up to 10,000 operations and 1 MB. If a request fails as
    a whole, the `with` block raises its error. The operations of that request and of the
    later ones have the same error; the operations of earlier requests have been run.

    An atomic batch is a single request: all operations are applied, or none is. The `with`
    block raises the error of the first operation that fails; `index` of the error is the
    position of that operation, counted from 0.

    If an exception leaves the `with` block, nothing is sent.
    """

    def __init__(self, connection: Connection, *, atomic: bool, userid: int | None) -> None:
        self._call = connection.call
        self._atomic = atomic
        self._userid = userid
        self._operations: list[str] = []
        self._results: list[Result[Any]] = []

    def set(
        self,
        name: str,
        value: Data | None = None,
        *,
        json: object = ABSENT,
        **how: Unpack[Writing],
    ) -> Result[None]:
        """Write a key; see `Keys.set`."""
        options = operation_options(how)
        return self._add(_nothing, "set", name, packed(bytes_of(value, json)), options=options)

    def get(self, name: str) -> Result[Value]:
        """Read a key. The result is a Value; NotFound if the key does not exist."""
        return self._add(unpacked, "get", name)

    def delete(self, name: str, **condition: Unpack[Condition]) -> Result[None]:
        """Delete a key; NotFound if it does not exist. See `Condition`."""
        check_options(condition, Condition)
        return self._add(_nothing, "del", name, options=condition)

    def incr(self, name: str, step: int = 1, **how: Unpack[Counting]) -> Result[int]:
        """Add `step` to a counter. The result is the new number; see `Keys.incr`."""
        return self._add(int, "incr", name, step, options=counting_options(how))

    def push(
        self,
        name: str,
        value: Data | None = None,
        *,
        json: object = ABSENT,
        delay: int | str | None = None,
        ttl: int | str | None = None,
        front: bool = False,
    ) -> Result[None]:
        """Add an item to a list. The options are those of `Lists.push`."""
        given = {"delay": delay, "ttl": ttl, "front": front or None}
        options = {word: option for word, option in given.items() if option is not None}
        return self._add(_nothing, "push", name, packed(bytes_of(value, json)), options=options)

    def pop(self, name: str) -> Result[Value | None]:
        """Remove the oldest item of a list. The result is a Value, or None for an empty list."""
        return self._add(_unpacked_item, "pop", name)

    def publish(
        self, name: str, value: Data | None = None, *, json: object = ABSENT
    ) -> Result[str]:
        """Publish a message to a topic. The result is the message's id."""
        return self._add(str, "publish", name, packed(bytes_of(value, json)))

    def __enter__(self) -> "Batch":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        ex: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._send()

    def _add(
        self, read: Callable[[Any], _T], *operation: object, options: Mapping[str, Any] = NO_OPTIONS
    ) -> Result[_T]:
        if options:
            operation = (*operation, options)
        result = Result(read)
        self._operations.append(dumps(operation, ensure_ascii=False, separators=(",", ":")))
        self._results.append(result)
        return result

    def _send(self) -> None:
        for start, end in self._requests():
            try:
                outcomes = self._outcomes(self._operations[start:end])
            except BambleweenyError as ex:
                if ex.index is not None:
                    ex.index += start
                for result in self._results[start:]:
                    result._fail(ex)
                raise
            for result, outcome in zip(self._results[start:end], outcomes, strict=True):
                result._set_outcome(outcome)

    def _outcomes(self, operations: list[str]) -> list[dict[str, Any]]:
        """Send operations in one request, which is retried only if all of them are reads."""
        outcomes: list[dict[str, Any]] = self._call(
            "POST",
            "/batch",
            query={"atomic": 1 if self._atomic else None, "userid": self._userid},
            body=f"[{','.join(operations)}]".encode(),
            is_safe=all(operation.startswith('["get"') for operation in operations),
        ).json()
        return outcomes

    def _requests(self) -> Iterator[tuple[int, int]]:
        """Yield the start and end index of the operations of each request."""
        if self._atomic:
            yield 0, len(self._operations)
            return
        start = size = 0
        for index, operation in enumerate(self._operations):
            length = len(operation.encode()) + 1
            if index - start == _MOST_OPERATIONS or (index > start and size + length > _MOST_BYTES):
                yield start, index
                start, size = index, 0
            size += length
        if start < len(self._operations):
            yield start, len(self._operations)


def _nothing(outcome: object) -> None:
    return None


def _unpacked_item(outcome: Any) -> Value | None:
    return None if outcome is None else unpacked(outcome)
