"""Examples of JSON schemas: what stands in them as an example, else what fits their types."""

from collections.abc import Iterator
from typing import Any

from bambleweeny.core.mocks.imports.pointers import Pointers
from bambleweeny.core.mocks.imports.result import Notes
from bambleweeny.core.mocks.imports.scalars import SCALARS, is_of_type
from bambleweeny.core.mocks.imports.sizes import Sizes
from bambleweeny.core.mocks.limits import ANSWER_BYTES

CUT = object()
"""There is no example: a cycle, a reference out of the document, or it would be too large."""

_DEEPEST = 24
_MOST_PARTS = 2_000
"""Of one example."""

_MOST_PARTS_IN_ALL = 500_000
_ROOT = 2
"""Steps to an object that is no part of another."""

_MOST_ITEMS = 3
_FIELDS_OF_PART = 50
"""Fields that are copied in the time that one part takes."""


class Examples:
    """Makes examples of the schemas of one document."""

    def __init__(self, pointers: Pointers, notes: Notes) -> None:
        self._pointers = pointers
        self._notes = notes
        self._sizes = Sizes()
        self._left = 0
        self._left_in_all = _MOST_PARTS_IN_ALL

    def of(self, schema: Any, where: str) -> Any:
        """Return an example of a schema, or None if there is none."""
        self._left = given = min(_MOST_PARTS, self._left_in_all)
        found = self._value(schema, (), where)
        self._left_in_all -= given - self._left
        if found is not CUT and self._sizes.of(found) > ANSWER_BYTES:
            self._notes.add("An example is left out, as it is over 2 MB", where)
            return None
        return None if found is CUT else found

    def _value(self, schema: Any, above: tuple[str, ...], where: str) -> Any:
        self._left -= 1
        if len(above) > _DEEPEST or self._left < 0:
            self._notes.add("Examples are cut, as they nest deep or are too many", where)
            return CUT
        if not isinstance(schema, dict):
            return "string" if schema is True else CUT
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self._referred(schema, reference, above, where)
        given = self._given(schema, where)
        return given if given is not CUT else self._made(schema, (*above, ""), where)

    def _given(self, schema: dict[str, Any], where: str) -> Any:
        for value in _given(schema):
            if is_of_type(value, schema):
                return value
            self._notes.add("An example is left out, as its schema has another type", where)
        return CUT

    def _referred(
        self, schema: dict[str, Any], reference: str, above: tuple[str, ...], where: str
    ) -> Any:
        given = self._given(schema, where)
        if given is not CUT:
            return given
        if reference in above:
            return CUT
        target = self._pointers.at(reference)
        if target is None:
            self._notes.add("A reference leads out of the document, or nowhere", reference)
            return CUT
        return self._value(target, (*above, reference), where)

    def _made(self, schema: dict[str, Any], above: tuple[str, ...], where: str) -> Any:
        if "allOf" in schema:
            return self._all_of(schema, above, where)
        for name in ("oneOf", "anyOf"):
            if isinstance(schema.get(name), list) and schema[name]:
                return self._one_of(schema, schema[name], above, where)
        kind = _type_of(schema)
        if kind == "object":
            return self._object(schema, above, where)
        if kind == "array":
            return self._array(schema, above, where)
        if "pattern" in schema:
            self._notes.add("A text may not match the pattern of its schema", where)
        scalar = SCALARS.get(kind)
        if scalar is None:
            self._notes.add("A schema without a type has a text as its example", where)
            return "string"
        return scalar(schema)

    def _all_of(self, schema: dict[str, Any], above: tuple[str, ...], where: str) -> Any:
        rest = {name: part for name, part in schema.items() if name != "allOf"}
        parts = schema["allOf"] if isinstance(schema["allOf"], list) else []
        if _type_of(rest) or any(name in rest for name in ("oneOf", "anyOf")):
            parts = [*parts, rest]
        found: Any = CUT
        for part in parts:
            value = self._value(part, above, where)
            if isinstance(found, dict) and isinstance(value, dict):
                self._left -= (len(found) + len(value)) // _FIELDS_OF_PART
                found = {**found, **value}
            elif value is not CUT:
                found = value
        return found

    def _one_of(
        self, schema: dict[str, Any], parts: list[Any], above: tuple[str, ...], where: str
    ) -> Any:
        found: Any = CUT
        chosen: Any = None
        for chosen in sorted(parts, key=_is_null):
            found = self._value(chosen, above, where)
            if found is not CUT:
                break
        if len(parts) > 1:
            self._notes.add("Of several schemas the first one is the example", where)
        if isinstance(found, dict):
            if "properties" in schema:
                own = self._object(schema, above, where)
                found = {**own, **found} if own is not CUT else found
            found |= _discriminated(schema, chosen)
        return found

    def _object(self, schema: dict[str, Any], above: tuple[str, ...], where: str) -> Any:
        properties = schema.get("properties")
        required = schema.get("required")
        found: dict[str, Any] = {}
        for name, part in properties.items() if isinstance(properties, dict) else ():
            if self._left < 0:
                break
            if isinstance(part, dict) and part.get("writeOnly") is True:
                continue
            value = self._value(part, above, where)
            if value is not CUT:
                found[name] = value
            elif isinstance(required, list) and name in required:
                if len(above) > _ROOT:
                    return CUT
                self._notes.add("A field that is required is null, as it refers to itself", where)
                found[name] = None
        others = schema.get("additionalProperties")
        if not found and isinstance(others, dict) and others:
            value = self._value(others, above, where)
            found = {} if value is CUT else {"key": value}
        return found

    def _array(self, schema: dict[str, Any], above: tuple[str, ...], where: str) -> Any:
        parts = schema.get("prefixItems")
        if isinstance(parts, list):
            values = [self._value(part, above, where) for part in parts]
            return [value for value in values if value is not CUT]
        items = schema.get("items")
        if not isinstance(items, dict):
            return []
        value = self._value(items, above, where)
        if value is CUT or schema.get("maxItems") == 0:
            return []
        least = schema.get("minItems")
        count = least if isinstance(least, int) else 1
        return [value] * max(1, min(count, _MOST_ITEMS))


def _given(schema: dict[str, Any]) -> Iterator[Any]:
    if "example" in schema:
        yield schema["example"]
    examples = schema.get("examples")
    if isinstance(examples, list):
        yield from examples[:1]
    yield from (schema[name] for name in ("default", "const") if name in schema)
    values = schema.get("enum")
    if isinstance(values, list):
        yield from values[:1]


def _type_of(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    return "string" if "format" in schema or "pattern" in schema else ""


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def _discriminated(schema: dict[str, Any], chosen: Any) -> dict[str, Any]:
    """Return the field that says which of several schemas it is."""
    known = schema.get("discriminator")
    reference = chosen.get("$ref") if isinstance(chosen, dict) else None
    if not isinstance(known, dict) or not isinstance(reference, str):
        return {}
    mapping = known.get("mapping")
    pairs = mapping.items() if isinstance(mapping, dict) else ()
    last = reference.rpartition("/")[2]
    value = next((name for name, target in pairs if target in (reference, last)), last)
    return {str(known.get("propertyName")): value}
