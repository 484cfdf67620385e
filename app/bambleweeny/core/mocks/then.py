"""The operations of a rule's `then`: those of a batch, with parts of the request in them.

["set", "order:$path.id", "paid", {"ttl": "1h"}]
["push", "callbacks", {"json": {"order": "!@[$path.id|int]"}}, {"delay": "5s"}]
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bambleweeny.core.batch.operations import Operation, Packed
from bambleweeny.core.mocks.limits import ANSWER_BYTES
from bambleweeny.core.mocks.refusals import Refused, located
from bambleweeny.core.mocks.scope import KeyName, Scope
from bambleweeny.core.mocks.templates import Template, json_template, plain, text_template
from bambleweeny.core.values import Base64
from bambleweeny.errors import TooMuchAtOnce

_WITH_VALUE = ("set", "push", "publish")

_read = msgspec.json.Decoder(Operation).decode
_array = msgspec.json.Decoder(list[Raw]).decode


class _Value(msgspec.Struct, forbid_unknown_fields=True):
    """A value that is no plain text: JSON with placeholders, or bytes."""

    json: Raw | UnsetType = UNSET
    base64: bytes = b""


class Effect:
    """One compiled operation."""

    __slots__ = ("_operation", "name", "value")

    def __init__(self, raw: Raw) -> None:
        try:
            verb, name, *rest = _array(raw)
            self.name = KeyName(msgspec.json.decode(name, type=str))
            self.value = None
            if msgspec.json.decode(verb, type=str) in _WITH_VALUE and rest:
                self.value = _template(rest[0])
                rest[0] = Raw(b'""')
            sample = msgspec.json.encode([verb, "x", *rest])
            self._operation: Any = _read(sample)
        except Refused:
            raise
        except (msgspec.DecodeError, ValueError) as ex:
            text = str(ex).partition(" - at ")[0]
            raise Refused("invalid_operation", f"The operation is none of a batch: {text}") from ex
        _check(self.value)

    def packed(self, scope: Scope) -> Packed | None:
        """Return what the batch's script takes, or None if the name cannot be made."""
        name = self.name.of(scope)
        if name is None:
            return None
        changes: dict[str, Any] = {"name": name}
        if self.value is not None:
            changes["value"] = Base64(self.value.render(scope))
        packed: Packed = msgspec.structs.replace(self._operation, **changes).packed()
        return packed


def effects_of(then: Sequence[Raw]) -> list[Effect]:
    """Compile all operations of a rule."""
    return [located(f".then[{place}]", Effect, raw) for place, raw in enumerate(then)]


def packed_effects(effects: Sequence[Effect], scope: Scope) -> list[Packed] | None:
    """Return all operations, or None if the name of one cannot be made.

    Past 2 MB together they are `too_much_at_once`.
    """
    found = []
    room = ANSWER_BYTES
    for effect in effects:
        packed = effect.packed(scope)
        if packed is None:
            return None
        room -= len(packed[2]) if isinstance(packed[2], bytes) else 0
        if room < 0:
            raise TooMuchAtOnce(hint="The values that a rule writes add up to 2 MB at most.")
        found.append(packed)
    return found


def _template(raw: Raw) -> Template:
    if bytes(raw).startswith(b'"'):
        return text_template(msgspec.json.decode(raw, type=str), "text")
    value = msgspec.json.decode(raw, type=_Value)
    return plain(value.base64) if value.json is UNSET else json_template(bytes(value.json))


def _check(value: Template | None) -> None:
    for slot in value.slots if value else ():
        if isinstance(slot.source, KeyName) or slot.source.source == "count":
            raise Refused(
                "invalid_template",
                "'then' takes variables of the request; keys and $count are known after it",
            )
