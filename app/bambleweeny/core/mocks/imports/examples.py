"""Examples of JSON schemas: what stands in them as an example, else what fits their types."""

from collections.abc import Callable
from typing import Any

from msgspec import Raw

from bambleweeny.core.mocks.imports.pointers import Pointers
from bambleweeny.core.mocks.imports.result import Notes

CUT = object()
"""There is no example: a cycle, a reference out of the document, or it would be too large."""

_DEEPEST = 24
_MOST_PARTS = 2_000
"""Of one example."""

_MOST_PARTS_IN_ALL = 500_000
_ROOT = 2
"""Steps to an object that is no part of another."""

_LONGEST_TEXT = 1000
_MOST_ITEMS = 3

_FORMATS = {
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:30:00Z",
    "time": "12:30:00Z",
    "duration": "P1D",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "email": "user@example.com",
    "idn-email": "user@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/example",
    "iri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "ZXhhbXBsZQ==",
    "binary": "",
    "password": "password",
}


class Examples:
    """Makes examples of the schemas of one document."""

    def __init__(self, pointers: Pointers, notes: Notes) -> None:
        self._pointers = pointers
        self._notes = notes
        self._left = 0
        self._left_in_all = _MOST_PARTS_IN_ALL

    def of(self, schema: Any, where: str) -> Any:
        """Return an example of a schema, or None if there is none."""
        self._left = given = min(_MOST_PARTS, self._left_in_all)
        found = self._value(schema, (), where)
        self._left_in_all -= given - self._left
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
        given = _given(schema)
        return given if given is not CUT else self._made(schema, (*above, ""), where)

    def _referred(
        self, schema: dict[str, Any], reference: str, above: tuple[str, ...], where: str
    ) -> Any:
        given = _given(schema)
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
        scalar = _SCALARS.get(kind)
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


def _given(schema: dict[str, Any]) -> Any:
    if "example" in schema:
        return schema["example"]
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    for name in ("default", "const"):
        if name in schema:
            return schema[name]
    values = schema.get("enum")
    return values[0] if isinstance(values, list) and values else CUT


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


def _text(schema: dict[str, Any]) -> str:
    kind = schema.get("format")
    found = _FORMATS.get(kind, "string") if isinstance(kind, str) else "string"
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(found) < least:
        least = min(least, _LONGEST_TEXT)
        found = (found * (least // max(1, len(found)) + 1))[:least]
    return found[:most] if isinstance(most, int) and most >= 0 else found


def _number(schema: dict[str, Any]) -> int | float:
    low, high = _bound(schema, "minimum", 1), _bound(schema, "maximum", -1)
    step = _float(schema.get("multipleOf"))
    value = low if low is not None and low > 0 else min(0, 0 if high is None else high)
    if step and step > 0:
        value = -(-value // step) * step
    return int(value) if float(value).is_integer() else value


def _integer(schema: dict[str, Any]) -> int:
    return int(_number(schema))


def _bound(schema: dict[str, Any], name: str, by: int) -> float | int | None:
    exclusive = schema.get("exclusive" + name.capitalize())
    bound = _float(schema.get(name))
    if exclusive is True and bound is not None:
        return bound + by
    other = None if isinstance(exclusive, bool) else _float(exclusive)
    return bound if other is None else other + by


def _float(value: Any) -> float | int | None:
    if isinstance(value, Raw):
        found = float(bytes(value))
        return found if abs(found) < 1e300 else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


_SCALARS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": lambda schema: True,
    "null": lambda schema: None,
}
