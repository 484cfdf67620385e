"""The code and openapi.yaml, held against each other both ways."""

import re
from importlib.resources import files
from typing import get_args

import msgspec
import pytest
import yaml
from bambleweeny.api import create_app
from bambleweeny.core.bins.challenges import Challenge
from bambleweeny.core.bins.documents import BinDocument
from bambleweeny.core.bins.verification import Verify
from bambleweeny.errors import CATALOGUE
from falcon import inspect

DOCUMENT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
OPERATIONS = [
    (path, method, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
]
EVERYWHERE = {"400", "413", "421", "431", "500", "501", "503"}


def resolve(node):
    while "$ref" in node:
        for part in node["$ref"].removeprefix("#/").split("/"):
            node = node[part] if part != "components" else DOCUMENT["components"]
    return node


def test_every_route_is_in_the_document_and_back(session_services):
    app = create_app(session_services)
    ours = {
        (re.sub(r":\w+}", "}", route.path), method.method.lower())
        for route in inspect.inspect_compiled_router(app._router)
        for method in route.methods
        if not method.internal
    }
    # NOTE: OpenAPI has no name for the rare methods, all of which routes and bins take.
    is_public = ("/routes/{", "/bins/{")
    ours -= {(p, m) for p, m in ours if p.startswith(is_public) and m not in METHODS}
    documented = {(path, method) for path, method, _ in OPERATIONS}
    # NOTE: the document says once that HEAD is wherever GET is; SDKs need no call for it.
    heads = {(path, "head") for path, method in documented if method == "get"}
    assert ours == documented | heads


def literals_of(kind):
    """Return the texts of a Literal, also within a union."""
    parts = get_args(kind)
    texts = {part for part in parts if isinstance(part, str)}
    return texts.union(*(literals_of(part) for part in parts if part not in texts))


@pytest.mark.parametrize(
    ("schema", "struct"),
    [("BinDocument", BinDocument), ("BinHandshake", Challenge), ("BinVerification", Verify)],
)
def test_documents_of_bins_have_the_fields_that_the_code_reads(schema, struct):
    shown = DOCUMENT["components"]["schemas"][schema]
    fields = msgspec.structs.fields(struct)
    assert set(shown["properties"]) == {field.encode_name for field in fields}
    required = {field.encode_name for field in fields if field.required}
    assert set(shown.get("required", ())) == required
    for field in fields:
        literals = literals_of(field.type)
        assert set(shown["properties"][field.encode_name].get("enum", literals)) == literals


def test_operations_have_names_of_their_own():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_call_has_a_summary_answers_and_errors(path, method, operation):
    assert operation["summary"]
    assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    assert set(operation["responses"]) > EVERYWHERE
    if operation.get("security", True):
        assert set(operation["responses"]) >= {"401", "403", "404"} or path == "/auth/test"
    body = operation.get("requestBody", {})
    assert not body or "415" in operation["responses"]
    for media in body.get("content", {}).values() if body.get("required") else ():
        assert "example" in media


def test_swagger_ui_sends_nothing_by_itself_that_is_optional():
    """It fills fields with examples and defaults, and sends them."""
    optional = [
        node
        for node in nodes(DOCUMENT)
        if node.get("in") in ("query", "header") and "name" in node and not node.get("required")
    ]
    assert len(optional) > 30
    for parameter in optional:
        schema = resolve(parameter.get("schema", {}))
        assert not {"example", "examples"} & parameter.keys(), parameter
        assert not {"example", "examples", "default"} & schema.keys(), parameter
    bodies = [
        node for node in nodes(DOCUMENT) if node.get("required") is False and "content" in node
    ]
    assert len(bodies) == 4
    for body in bodies:
        for media in body["content"].values():
            assert not media.get("example"), body
            assert not media.get("examples"), body


def test_a_comma_in_yaml_begins_no_key():
    """`{description: A page, for people}` has a key `for people`, whose value is null."""
    for node in nodes(DOCUMENT):
        assert None not in node.values(), node


def nodes(node):
    """Return all mappings of the document but those within examples."""
    if isinstance(node, list):
        return [one for part in node for one in nodes(part)]
    if not isinstance(node, dict):
        return []
    parts = [part for name, part in node.items() if name not in ("example", "examples")]
    return [node, *nodes(parts)]


@pytest.mark.parametrize("name", DOCUMENT["components"]["responses"])
def test_every_answer_has_an_example_and_every_error_one_of_the_catalogue(name):
    answer = DOCUMENT["components"]["responses"][name]
    for media_type, media in answer["content"].items():
        examples = [media["example"]] if "example" in media else []
        examples += [example["value"] for example in media.get("examples", {}).values()]
        assert examples or media_type == "*/*"
        for example in examples:
            if "code" in example:
                kind = CATALOGUE[example["code"]]
                assert example["info"].startswith(kind.info) or kind.code.startswith("invalid_")


def test_every_error_of_the_catalogue_is_in_the_document():
    text = yaml.safe_dump(DOCUMENT["components"]["responses"])
    assert {code for code in CATALOGUE if f"code: {code}\n" not in text} == {"error"}


def test_errors_stand_under_their_status():
    for _, _, operation in OPERATIONS:
        for status, answer in operation["responses"].items():
            for media in resolve(answer).get("content", {}).values():
                for example in [media.get("example")]:
                    if isinstance(example, dict) and {"info", "code"} <= example.keys():
                        assert CATALOGUE[example["code"]].status == int(status)
