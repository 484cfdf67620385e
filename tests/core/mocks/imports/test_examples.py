"""Examples of JSON schemas."""

import json
import time

import msgspec
import pytest
from bambleweeny.core.mocks.imports.examples import Examples
from bambleweeny.core.mocks.imports.pointers import Pointers
from bambleweeny.core.mocks.imports.result import Notes
from msgspec import Raw

SCHEMAS = {
    "Pet": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": {"type": "string", "example": "Rex"}}},
    "Dog": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object", "properties": {"bark": {"type": "boolean"}}}]},
    "Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}, "all": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}, "v": {"type": "string"}}},
    "Must": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Must"}}},
    "Loop": {"$ref": "#/components/schemas/Pool"},
    "Pool": {"$ref": "#/components/schemas/Loop"},
    "A/b~c": {"type": "string", "default": "escaped"},
}  # fmt: skip


def example(schema, notes=None):
    document = {"components": {"schemas": SCHEMAS}, "list": [{"type": "null"}, {"const": "second"}]}
    return Examples(Pointers(document), notes or Notes()).of(schema, "here")


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "2024-01-31"),
        ({"type": "string", "format": "uuid"}, "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
        ({"type": "string", "format": "strange"}, "string"),
        ({"type": "string", "minLength": 8}, "stringst"),
        ({"type": "string", "maxLength": 3}, "str"),
        ({"type": "string", "format": "binary", "minLength": 2}, ""),
        ({"type": "integer"}, 0),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, 6),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -5}, -5),
        ({"type": "integer", "maximum": -5, "exclusiveMaximum": True}, -6),
        ({"type": "integer", "minimum": 5, "multipleOf": 4}, 8),
        ({"type": "number", "minimum": Raw(b"0.5")}, 0.5),
        ({"type": "number"}, 0),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["null", "integer"]}, 0),
        ({"type": ["null"]}, None),
        ({"type": "string", "example": "x", "default": "y"}, "x"),
        ({"type": "string", "examples": ["a", "b"]}, "a"),
        ({"type": "string", "default": "y", "enum": ["z"]}, "y"),
        ({"type": "string", "example": None}, "string"),
        ({"type": "string", "example": None, "nullable": True}, None),
        ({"type": ["string", "null"], "example": None}, None),
        ({"type": "string", "example": 5, "default": "y"}, "y"),
        ({"type": "integer", "example": "5", "minimum": 3}, 3),
        ({"type": "integer", "example": Raw(b"5.5")}, 0),
        ({"type": "integer", "example": Raw(b"5.0")}, Raw(b"5.0")),
        ({"type": "number", "example": True}, 0),
        ({"type": "array", "examples": ["a,b"], "items": {"const": 1}}, [1]),
        ({"type": "object", "default": [], "properties": {"a": {"const": 1}}}, {"a": 1}),
        ({"type": "unknown", "example": None}, None),
        ({"const": 5}, 5),
        ({"enum": ["z", "a"]}, "z"),
        ({"type": "array", "items": {"type": "integer"}}, [0]),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 9999}, [0, 0, 0]),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 0}, []),
        ({"type": "array"}, []),
        ({"prefixItems": [{"const": 1}, {"type": "string"}]}, [1, "string"]),
        ({"properties": {"a": {"const": 1}}}, {"a": 1}),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"key": 0}),
        ({"type": "object", "additionalProperties": True}, {}),
        ({"type": "object", "properties": {"a": {"const": 1, "writeOnly": True}, "b": {"const": 2, "readOnly": True}}}, {"b": 2}),
        (ref("Pet"), {"id": 0, "name": "Rex"}),
        ({**ref("Pet"), "description": "beside it"}, {"id": 0, "name": "Rex"}),
        ({**ref("Pet"), "example": {"id": 9}}, {"id": 9}),
        (ref("Dog"), {"id": 0, "name": "Rex", "bark": True}),
        ({"allOf": [ref("Pet")], "properties": {"x": {"const": 1}}, "type": "object"}, {"id": 0, "name": "Rex", "x": 1}),
        ({"oneOf": [{"type": "null"}, ref("Pet")]}, {"id": 0, "name": "Rex"}),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, 0),
        ({"oneOf": [ref("Pet"), ref("Dog")], "discriminator": {"propertyName": "kind", "mapping": {"pet": "#/components/schemas/Pet"}}}, {"id": 0, "name": "Rex", "kind": "pet"}),
        ({"oneOf": [ref("Dog")], "discriminator": {"propertyName": "kind"}}, {"id": 0, "name": "Rex", "bark": True, "kind": "Dog"}),
        (ref("A~1b~0c"), "escaped"),
        ({"$ref": "#/list/1"}, "second"),
        ({"$ref": "#/list/0"}, None),
        (ref("Node"), {"all": [], "v": "string"}),
        (ref("Must"), {"next": None}),
        (ref("Loop"), None),
        (ref("Missing"), None),
        ({"$ref": "other.yaml#/x"}, None),
        (True, "string"),
        (False, None),
        (None, None),
        ("x", None),
    ],
)  # fmt: skip
def test_an_example(schema, expected):
    found = example(schema)
    assert found == expected
    assert type(found) is type(expected)


def test_what_was_guessed_is_noted():
    for schema, note in (
        ({}, "A schema without a type has a text as its example: here"),
        (ref("Must"), "A field that is required is null, as it refers to itself: here"),
        (
            {"$ref": "other.yaml#/x"},
            "A reference leads out of the document, or nowhere: other.yaml#/x",
        ),
        (
            {"oneOf": [{"const": 1}, {"const": 2}]},
            "Of several schemas the first one is the example: here",
        ),
        (
            {"type": "string", "pattern": "^a+$"},
            "A text may not match the pattern of its schema: here",
        ),
    ):
        notes = Notes()
        example(schema, notes)
        assert notes.texts() == [note]


def test_examples_have_their_bounds():
    deep = {"const": 1}
    for _ in range(200):
        deep = {"type": "object", "properties": {"a": deep, "b": {"const": 2}}}
    wide = {"type": "object", "properties": {f"p{n}": {"const": n} for n in range(100_000)}}
    bomb = {"type": "string"}
    for _ in range(20):
        bomb = {"type": "object", "properties": {f"p{n}": bomb for n in range(10)}}
    for schema in (
        deep,
        wide,
        bomb,
        {"type": "array", "items": bomb, "minItems": 10**9},
        {"type": "string", "minLength": 10**15},
    ):
        notes, started = Notes(), time.process_time()
        assert len(repr(example(schema, notes))) < 100_000
        assert time.process_time() - started < 1
    assert example(deep)["b"] == 2


@pytest.mark.parametrize(
    "schema",
    [{"type": "object", "properties": []}, {"type": "object", "properties": {"a": 5}}, {"allOf": 5}, {"oneOf": 5}, {"enum": 5}, {"enum": []}, {"type": 5},
     {"type": "array", "items": []}, {"type": "array", "minItems": "x", "items": {"const": 1}}, {"type": "string", "minLength": "x"}, {"type": "integer", "minimum": "x"},
     {"type": "string", "format": []}, {"discriminator": 5, "oneOf": [ref("Pet")]}, {"$ref": 5}, {"type": "number", "minimum": Raw(b"1e999")}, {"allOf": [None]}],
)  # fmt: skip
def test_what_is_no_schema_is_no_failure(schema):
    example(schema)


def test_references_are_followed_and_end():
    document = {
        "a": {"$ref": "#/b"},
        "b": {"$ref": "#/c/1"},
        "c": [0, {"d/e": 5}],
        "x": {"$ref": "#/x"},
        "n": 5,
    }
    pointers = Pointers(document)
    assert pointers.resolved({"$ref": "#/a"}) == {"d/e": 5}
    assert pointers.at("#/c/1/d~1e") == 5
    assert pointers.at("#") is document
    for reference in ("#/x", "#/c/2", "#/c/x", "#/n/y", "other.json#/a", "#a", "#/none"):
        assert pointers.resolved({"$ref": reference}) is None
    assert pointers.resolved({"$ref": 5}) == {"$ref": 5}


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize(
    ("bounds", "value"),
    [
        ('"minimum":5,"multipleOf":1e-320', 5),
        ('"minimum":1e299,"multipleOf":1e-300', int(1e299)),
        ('"minimum":1' + "0" * 400, 10**400),
        ('"minimum":1' + "0" * 400 + ',"multipleOf":0.5', 10**400),
        ('"minimum":1' + "0" * 400 + ',"multipleOf":3', -(-(10**400) // 3) * 3),
        ('"minimum":5,"multipleOf":1e299', int(1e299)),
        ('"maximum":-1e299,"exclusiveMaximum":true', int(-1e299)),
        ('"minimum":1e999,"maximum":-1e999,"multipleOf":1e999', 0),
        ('"exclusiveMinimum":1e299,"multipleOf":-1', int(1e299) + 1),
    ],
)
def test_numbers_of_any_size_have_an_example(kind, bounds, value):
    text = f'{{"type":"{kind}",{bounds}}}'.encode()
    schema = msgspec.json.Decoder(float_hook=lambda text: Raw(text.encode())).decode(text)
    assert example(schema) == pytest.approx(value)
    assert json.loads(msgspec.json.encode(example(schema))) is not None


def test_an_integer_is_at_its_minimum_or_above():
    assert example({"type": "integer", "minimum": Raw(b"0.5")}) == 1
