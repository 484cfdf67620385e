"""The operations of a batch: their fields, their arguments and their outcomes.

In JSON an operation is an array of its verb and its fields, such as `["set", "foo", "bar"]`.
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.core.batch.operation_options import (
    DelOptions,
    IncrOptions,
    NoOptions,
    PushOptions,
    SetOptions,
    Step,
)
from bambleweeny.core.keys.conditions import ANY, PLAIN, UNBOUNDED
from bambleweeny.core.values import Base64, bytes_of
from bambleweeny.errors import BambleweenyError, NotFound

Packed = tuple[str, str, str | bytes | int]
"""A verb, a name and an argument, as the script `run_batch` takes them."""

Outcome = bytes | int | None | BambleweenyError
"""The outcome of an operation; True if there is nothing to return."""


class _Operation(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    name: str


class Set(_Operation, tag="set"):
    """Write a key."""

    value: str | Base64
    options: SetOptions | UnsetType = UNSET

    def packed(self) -> Packed:
        """Return the arguments of the script."""
        value = _packed(self.value)
        if self.options is UNSET:
            return "set", self.name, value
        write_options, precondition = self.options.write_options(), self.options.precondition()
        if write_options == PLAIN and precondition == ANY:
            return "set", self.name, value
        fields = _fields(value, *precondition, *write_options.packed(), "")
        return "set_with_options", self.name, fields

    def outcome(self, reply: Any) -> Outcome:
        """Return the outcome for the script's reply."""
        return True


class Get(_Operation, tag="get"):
    """Read a key."""

    options: NoOptions | UnsetType = UNSET

    def packed(self) -> Packed:
        """Return the arguments of the script."""
        return "get", self.name, ""

    def outcome(self, reply: Any) -> Outcome:
        """Return the bytes, or NotFound."""
        return NotFound() if reply is None else bytes(reply)


class Del(_Operation, tag="del"):
    """Delete a key."""

    options: DelOptions | UnsetType = UNSET

    def packed(self) -> Packed:
        """Return the arguments of the script."""
        if self.options is UNSET or (precondition := self.options.precondition()) == ANY:
            return "del", self.name, ""
        return "delete_on_conditions", self.name, _fields(*precondition)

    def outcome(self, reply: Any) -> Outcome:
        """Return True, or NotFound."""
        return True if reply else NotFound()


class Incr(_Operation, tag="incr"):
    """Add to a counter. The options are the last element, with or without a step."""

    step: Step | IncrOptions = 1
    options: IncrOptions | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Accept options in the place of the step."""
        if isinstance(self.step, IncrOptions):
            if self.options is not UNSET:
                raise ValueError("Expected `int`, got `object`")
            self.options = self.step
            self.step = 1

    def packed(self) -> Packed:
        """Return the arguments of the script."""
        by = self.step if isinstance(self.step, int) else 1
        if self.options is UNSET or (bounds := self.options.bounds()) == UNBOUNDED:
            return "incr", self.name, str(by)
        return "incr_within_bounds", self.name, _fields(*bounds.packed(by))

    def outcome(self, reply: Any) -> Outcome:
        """Return the new number."""
        return int(reply)


class Push(_Operation, tag="push"):
    """Add an item to a list."""

    value: str | Base64
    options: PushOptions | UnsetType = UNSET

    def packed(self) -> Packed:
        """Return the arguments of the script."""
        options = b"" if self.options is UNSET else self.options.packed()
        if options:
            return "push_with", self.name, options + b"\n" + bytes_of(self.value)
        return "push", self.name, _packed(self.value)

    def outcome(self, reply: Any) -> Outcome:
        """Return the outcome for the script's reply."""
        return True


class Pop(_Operation, tag="pop"):
    """Remove the oldest item of a list."""

    options: NoOptions | UnsetType = UNSET

    def packed(self) -> Packed:
        """Return the arguments of the script."""
        return "pop", self.name, ""

    def outcome(self, reply: Any) -> Outcome:
        """Return the bytes, or None if the list has no item."""
        return None if reply is None else bytes(reply)


class Publish(_Operation, tag="publish"):
    """Add a message to a topic."""

    value: str | Base64
    options: NoOptions | UnsetType = UNSET

    def packed(self) -> Packed:
        """Return the arguments of the script."""
        return "publish", self.name, _packed(self.value)

    def outcome(self, reply: Any) -> Outcome:
        """Return the message's id."""
        return bytes(reply)


Operation = Set | Get | Del | Incr | Push | Pop | Publish

_IS_PLAIN = {str, int, UnsetType}.issuperset


def has_objects(operation: Operation) -> bool:
    """Return whether an operation contains an object: options, or a value in Base64."""
    return not _IS_PLAIN(map(type, msgspec.structs.astuple(operation)))


def _packed(value: str | Base64) -> str | bytes:
    return value if isinstance(value, str) else bytes_of(value)


def _fields(*fields: str | bytes) -> bytes:
    data = (field.encode() if isinstance(field, str) else field for field in fields)
    return b"".join(len(field).to_bytes(4) + field for field in data)
