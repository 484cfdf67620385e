"""The scopes that the operations of a batch need."""

from collections.abc import Sequence

from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.nested_keys import check_nested
from bambleweeny.core.batch.operations import Operation, Set
from bambleweeny.core.values import bytes_of
from bambleweeny.errors import InsufficientScope

NEEDED: dict[str, tuple[str, str]] = {
    "get": ("keys", "read"),
    "set": ("keys", "write"),
    "del": ("keys", "write"),
    "incr": ("keys", "incr"),
    "push": ("lists", "push"),
    "pop": ("lists", "pop"),
    "publish": ("topics", "publish"),
}
"""The noun and the verb that each operation needs."""
SCOPES_OF_OPERATIONS = tuple(dict.fromkeys(NEEDED.values()))


def check_operations(caller: Caller, operations: Sequence[Operation]) -> None:
    """Raise InsufficientScope with the index of the first operation that is not allowed.

    No cost without scopes.
    """
    if caller.scopes is None:
        return
    for index, operation in enumerate(operations):
        try:
            noun, verb = NEEDED[str(operation.__struct_config__.tag)]
            caller.scopes.check(noun, verb, operation.name)
            if isinstance(operation, Set):
                check_nested(caller, bytes_of(operation.value))
        except InsufficientScope as ex:
            ex.info = f"Operation {index}: {ex.info}"
            ex.index = index
            raise
