"""OpenAPI documents as routes."""

import json
import tracemalloc
from functools import cache
from importlib.resources import files

import pytest
import yaml
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.imports.openapi import import_openapi
from bambleweeny.core.mocks.routes import load
from bambleweeny.errors import BambleweenyError
from jsonschema import Draft202012Validator

UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"

load_once = cache(load)


def document(paths, **rest):
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, **rest}


def operation(responses=None, **rest):
    return {"responses": {"200": {"description": "ok"}} if responses is None else responses, **rest}


def content(body, kind="application/json"):
    return {"description": "d", "content": {kind: body}}


def imported(paths, *args, **rest):
    found = import_openapi(json.dumps(document(paths, **rest)).encode(), *args)
    return found, json.loads(found.document)["rules"]


def answer(found, method, path, prefer=""):
    [candidate] = load_once(found.document).candidates(
        Call(method, path, "", {"prefer": prefer} if prefer else {})
    )
    candidate.learn(1, {seed.name: seed.value for seed in found.seeds})
    return candidate.render("/")


def called(rule):
    """Return the path that a person would call a rule by."""
    values = {"int}": "7", "uuid}": UUID}
    return "/".join(
        values.get(s.rpartition(":")[2], "abc") if s[:1] in ("{", "*") and s else s
        for s in rule["path"].split("/")
    )


# As the Petstore has it, in its form for OpenAPI 3.0.
PET = {"type": "object", "required": ["name"], "properties": {"id": {"type": "integer", "format": "int64"}, "category": {"$ref": "#/components/schemas/Category"},
       "name": {"type": "string", "example": "doggie"}, "photoUrls": {"type": "array", "items": {"type": "string"}}, "status": {"type": "string", "enum": ["available", "sold"]}}}  # fmt: skip
PETSTORE = document(
    {
        "/pet/{petId}": {
            "parameters": [{"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "get": {"operationId": "getPetById", "tags": ["pet"], "responses": {"404": {"description": "none"}, "200": content({"schema": {"$ref": "#/components/schemas/Pet"}}),
                    "default": content({"example": {"error": "x"}})}},
            "delete": {"operationId": "deletePet", "responses": {"400": {"description": "bad"}}},
        },
        "/pet/findByStatus": {"get": {"operationId": "find", "tags": ["pet"], "responses": {"200": content({"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}})}}},
        "/user/logout": {"get": {"operationId": "logout", "responses": {"default": {"description": "ok"}}}},
        "/store/order": {"post": {"operationId": "placeOrder", "responses": {"2XX": content({"examples": {"small": {"value": {"n": 1}}, "large": {"$ref": "#/components/examples/Large"}}})}}},
    },
    servers=[{"url": "https://petstore.example.com/v2/"}],
    components={"schemas": {"Pet": PET, "Category": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}},
                "examples": {"Large": {"value": {"n": 100}}}},
)  # fmt: skip


def test_the_petstore():
    found = import_openapi(json.dumps(PETSTORE).encode())
    rules = json.loads(found.document)["rules"]
    assert [(rule["method"], rule["path"], rule["name"]) for rule in rules] == [
        ("GET", "/v2/pet/findByStatus", "find"), ("GET", "/v2/pet/{petId:int}", "getPetById"), ("DELETE", "/v2/pet/{petId:int}", "deletePet"),
        ("POST", "/v2/store/order", "placeOrder"), ("GET", "/v2/user/logout", "logout"),
    ]  # fmt: skip
    pet = {
        "id": 0,
        "category": {"id": 0, "name": "string"},
        "name": "doggie",
        "photoUrls": ["string"],
        "status": "available",
    }
    assert json.loads(answer(found, "GET", "/v2/pet/7").body) == pet
    assert json.loads(answer(found, "GET", "/v2/pet/findByStatus").body) == [pet]
    assert answer(found, "GET", "/v2/pet/7", "code=404").status == 404
    assert json.loads(answer(found, "GET", "/v2/pet/7", "code=500").body) == {"error": "x"}
    assert answer(found, "DELETE", "/v2/pet/7").status == 200
    assert answer(found, "DELETE", "/v2/pet/7", "code=400").status == 400
    assert answer(found, "GET", "/v2/user/logout").status == 200
    assert json.loads(answer(found, "POST", "/v2/store/order").body) == {"n": 1}
    assert json.loads(answer(found, "POST", "/v2/store/order", "example=large").body) == {"n": 100}
    assert found.notes == ["No success is described: it is 200 and empty: DELETE /pet/{petId}"]
    for wrong in ("/v2/pet/abc", "/pet/7"):
        with pytest.raises(BambleweenyError, match="No rule"):
            answer(found, "GET", wrong)


@pytest.mark.parametrize(
    ("responses", "statuses"),
    [
        ({"404": {}, "201": {}, "200": {}, "500": {}}, [200, 201, 404, 500]),
        ({"default": {}}, [200]),
        ({"default": {}, "204": {}}, [204, 500]),
        ({"302": {}, "400": {}}, [302, 400]),
        ({"4XX": {}, "2XX": {}, "5xx": {}}, [200, 400, 500]),
        ({"404": {}}, [200, 404]),
        ({"1XX": {}, "x": {}, "99": {}, "2XZ": {}}, [200]),
        ({}, [200]),
        (None, [200]),
        ([], [200]),
    ],
)
def test_the_lowest_success_is_first(responses, statuses):
    _, [rule] = imported({"/a": {"get": {"responses": responses}}})
    assert [found.get("status", 200) for found in rule["answers"]] == statuses
    assert rule.get("order") == ("first" if len(statuses) > 1 else None)


@pytest.mark.parametrize(
    ("media", "kind", "content_type", "body"),
    [
        ({"example": {"a": 1}}, "application/json", "application/json", b'{"a":1}'),
        ({"schema": {"type": "integer"}}, "application/json; charset=utf-8", "application/json; charset=utf-8", b"0"),
        ({"example": {"a": 1}}, "application/problem+json", "application/problem+json", b'{"a":1}'),
        ({"schema": {"type": "string"}}, "*/*", "application/json", b'"string"'),
        ({"example": "<a/>"}, "application/xml", "application/xml", b"<a/>"),
        ({"schema": {"type": "object"}}, "application/xml", "application/xml", b""),
        ({"schema": {"type": "string"}}, "text/plain", "text/plain; charset=utf-8", b"string"),
        ({"schema": {"type": "integer"}}, "text/plain", "text/plain; charset=utf-8", b"0"),
        ({"schema": {"type": "string", "format": "binary"}}, "image/png", "image/png", b""),
        ({"example": ["!@[secret]"]}, "application/json", "application/json", b'["!@[secret]"]'),
        ({"example": "!@[$path.x]"}, "text/plain", "text/plain; charset=utf-8", b"!@[$path.x]"),
        ({}, "application/json", "application/json", b"null"),
        ({"examples": {"a": {"externalValue": "x"}}, "schema": {"const": 5}}, "application/json", "application/json", b"5"),
    ],
)  # fmt: skip
def test_a_body_is_of_its_content_type(media, kind, content_type, body):
    found, _ = imported({"/a": {"get": operation({"200": content(media, kind)})}})
    result = answer(found, "GET", "/a")
    assert (dict(result.headers)["Content-Type"], result.body) == (content_type, body)


def test_numbers_of_examples_keep_their_text():
    text = json.dumps(
        document({"/a": {"get": operation({"200": content({"example": {"n": "NUMBER"}})})}})
    ).replace('"NUMBER"', "1.50")
    assert answer(import_openapi(text.encode()), "GET", "/a").body == b'{"n":1.50}'


def test_json_is_answered_of_several_types():
    kinds = {
        "application/xml": {"example": "<a/>"},
        "application/vnd.x+json": {"example": 2},
        "application/json": {"example": 1},
    }
    found, _ = imported({"/a": {"get": operation({"200": {"content": kinds}})}})
    assert answer(found, "GET", "/a").body == b"1"
    assert found.notes == ["Of several content types application/json is answered: GET /a"]


def test_headers_of_a_response():
    headers = {"X-Rate": {"schema": {"type": "integer"}}, "X-Ref": {"$ref": "#/components/headers/Ref"}, "Set-Cookie": {"example": "a=b"}, "Content-Type": {"example": "x"},
               "X-Bad": {"example": "a\nb"}, "X-None": {}, "Location": {"example": "/x"}, "location": {"example": "/y"}}  # fmt: skip
    found, _ = imported(
        {"/a": {"get": operation({"200": {"headers": headers}})}},
        components={"headers": {"Ref": {"example": "r"}}},
    )
    assert answer(found, "GET", "/a").headers == [
        ("X-Rate", "0"),
        ("X-Ref", "r"),
        ("Location", "/x"),
    ]
    [note] = found.notes
    assert note.startswith("A header is left out, as a rule may not set it: ")
    assert "Set-Cookie" in note and "location" in note


@pytest.mark.parametrize(
    ("path", "parameters", "expected"),
    [
        ("/a/{id}", [{"name": "id", "in": "path", "schema": {"type": "integer"}}], "/a/{id:int}"),
        (
            "/a/{id}",
            [{"name": "id", "in": "path", "schema": {"type": "string", "format": "uuid"}}],
            "/a/{id:uuid}",
        ),
        ("/a/{id}", [{"name": "id", "in": "query", "schema": {"type": "integer"}}], "/a/{id}"),
        ("/a/{id}", [{"$ref": "#/components/parameters/Id"}], "/a/{id:int}"),
        ("/a/{id}", None, "/a/{id}"),
        ("/a/{pet.id}/{1x}", [], "/a/{pet_id}/{x}"),
        ("/a/{$}/{id}/{id}", [], "/a/{_}/{id}/*"),
        ("/a/{x}.json", [], "/a/*"),
        ("/a/{x}...{y}", [], "/a/*"),
        ("/a/b?c=d", [], "/a/b"),
        ("/a/b#c", [], "/a/b"),
        ("/a b/*", [], "/a%20b/%2A"),
        ("/", [], "/"),
    ],
)
def test_paths(path, parameters, expected):
    components = {
        "parameters": {
            "Id": {"name": "id", "in": "path", "schema": {"$ref": "#/components/schemas/Id"}}
        },
        "schemas": {"Id": {"type": "integer"}},
    }
    found, [rule] = imported(
        {path: {"get": operation(parameters=parameters)}}, components=components
    )
    assert rule["path"] == expected
    assert answer(found, "GET", called(rule)).status == 200


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ([], "/a"), (None, "/a"), ([{"url": "/"}], "/a"), ([{"url": "/api/v1/"}], "/api/v1/a"), ([{"url": "https://h.example.com/api"}], "/api/a"),
        ([{"url": "https://{host}/{base}", "variables": {"host": {"default": "h"}, "base": {"default": "v3"}}}], "/v3/a"), ([{"url": "https://h/{x}"}], "/a"),
        ([{"url": "api"}], "/api/a"), ([{"url": "/x"}, {"url": "/y"}], "/x/a"), ([{}], "/a"), ("x", "/a"), ([{"url": "http://["}], "/a"),
    ],
)  # fmt: skip
def test_the_path_of_the_first_server_is_before_all(servers, expected):
    found = import_openapi(
        json.dumps(document({"/a": {"get": operation()}}, servers=servers)).encode()
    )
    assert json.loads(found.document)["rules"][0]["path"] == expected


def test_servers_of_a_path_and_of_an_operation_count_more():
    _, rules = imported(
        {
            "/a": {
                "servers": [{"url": "/p"}],
                "get": operation(),
                "put": operation(servers=[{"url": "/o"}]),
            }
        },
        servers=[{"url": "/d"}],
    )
    assert sorted(rule["path"] for rule in rules) == ["/o/a", "/p/a"]


def test_literal_segments_are_before_variable_ones():
    order = ["/b/{x}/c", "/b/{x}/{y}", "/{a}/b", "/b/{n:int}/c", "/b/c/d", "/b/*/z"]
    parameters = [{"name": "n", "in": "path", "schema": {"type": "integer"}}]
    _, rules = imported(
        {
            path.replace(":int", "").replace("*", "{q}.x"): {
                "get": operation(parameters=parameters)
            }
            for path in order
        }
    )
    assert [rule["path"] for rule in rules] == [
        "/b/c/d",
        "/b/{n:int}/c",
        "/b/{x}/c",
        "/b/*/z",
        "/b/{x}/{y}",
        "/{a}/b",
    ]


def test_a_part_can_be_chosen():
    paths = {
        "/a": {"get": operation(tags=["t"]), "put": operation(operationId="putA")},
        "/b": {"get": operation()},
    }
    for only, names in (
        (["/a"], ["GET /a", "putA"]),
        (["t"], ["GET /a"]),
        (["putA", "/b"], ["putA", "GET /b"]),
        ([], ["GET /a", "putA", "GET /b"]),
    ):
        assert sorted(rule["name"] for rule in imported(paths, "", only)[1]) == sorted(names)


def kubernetes():
    """Return the schemas of Kubernetes as a document with an operation for each kind."""
    text = (
        files("kubernetes_validate")
        / "kubernetes-json-schema"
        / "v1.31.0-local"
        / "_definitions.json"
    ).read_text("utf-8")
    schemas = json.loads(text.replace("#/$defs/", "#/components/schemas/"))["$defs"]
    kinds = [
        name for name, schema in schemas.items() if "x-kubernetes-group-version-kind" in schema
    ]
    paths = {
        f"/{name}/{{name}}": {
            "get": operation(
                {"200": content({"schema": {"$ref": f"#/components/schemas/{name}"}})},
                operationId=name,
            )
        }
        for name in kinds
    }
    return {**document(paths), "openapi": "3.1.0", "components": {"schemas": schemas}}


def test_over_100_operations_of_real_schemas_are_called_once():
    source = kubernetes()
    found = import_openapi(json.dumps(source).encode(), "k8s:")
    rules = json.loads(found.document)["rules"]
    assert len(rules) > 100
    assert len(found.document) <= 256 << 10
    for rule in rules:
        result = answer(found, "GET", called(rule))
        schema = {
            "$ref": f"#/components/schemas/{rule['name']}",
            "components": source["components"],
        }
        Draft202012Validator(schema).validate(json.loads(result.body))


CONTRACT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))


@pytest.mark.parametrize("tag", [tag["name"] for tag in CONTRACT["tags"]])
def test_our_own_contract_is_imported_and_every_operation_called_once(tag):
    found = import_openapi(json.dumps(CONTRACT, default=str).encode(), only=[tag])
    for rule in json.loads(found.document)["rules"]:
        path = called(rule)
        [candidate, *_] = load_once(found.document).candidates(Call(rule["method"], path))
        assert candidate.rule.label == rule["name"]
        assert answer(found, rule["method"], path).status < 400


def test_over_200_operations_are_refused_with_a_way_out():
    paths = {f"/{n % 3}/{n}": {"get": operation()} for n in range(300)}
    with pytest.raises(BambleweenyError, match="300 rules") as refused:
        imported(paths)
    assert (refused.value.code, refused.value.status) == ("import_too_large", 413)
    assert len(imported(paths, "", ["/1"])[1]) == 100


def test_large_bodies_are_keys():
    paths = {
        f"/{n}": {
            "get": operation(
                {
                    "200": content({"example": {"x": str(n) * 50_000}}),
                    "404": content({"example": "no"}),
                }
            )
        }
        for n in range(10)
    }
    found, _ = imported(paths, "p:")
    assert len(found.document) <= 256 << 10
    assert found.seeds[0].name.startswith("p:body:")
    for n in range(10):
        assert json.loads(answer(found, "GET", f"/{n}").body) == {"x": str(n) * 50_000}
        assert answer(found, "GET", f"/{n}", "code=404").body == b'"no"'


def traced(call):
    """Return the error of a call, or None, and the most memory that it took."""
    tracemalloc.start()
    try:
        call()
    except BambleweenyError as ex:
        return ex, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return None, tracemalloc.get_traced_memory()[1]


def test_a_body_that_many_answers_share_takes_memory_once():
    shared = {"examples": {"e": {"$ref": "#/components/examples/B"}}}
    responses = {str(status): content(shared) for status in range(400, 419)}
    paths = {f"/{n}": {"get": operation(responses)} for n in range(100)}
    body = {"a": "x" * 300_000}
    text = json.dumps(document(paths, components={"examples": {"B": {"value": body}}})).encode()
    kept = []
    error, peak = traced(lambda: kept.append(import_openapi(text)))
    assert error is None
    assert [seed.name for seed in kept[0].seeds] == ["body:1"]
    assert json.loads(kept[0].seeds[0].value) == body
    assert peak < 40 << 20


def test_examples_that_share_parts_are_bounded_before_they_are_written():
    schemas = {"L0": {"type": "string", "minLength": 1000}}
    for n in range(1, 21):
        schemas[f"L{n}"] = {"type": "array", "minItems": 3, "items": {"$ref": f"#/components/schemas/L{n - 1}"}}  # fmt: skip
    schemas["Big"] = {"example": {"a": "x" * 300_000}}
    parts = {f"p{n}": {"$ref": "#/components/schemas/Big"} for n in range(1000)}
    for schema in ({"$ref": "#/components/schemas/L10"}, {"type": "object", "properties": parts}):
        text = json.dumps(
            document(
                {"/a": {"get": operation({"200": content({"schema": schema})})}},
                components={"schemas": schemas},
            )
        ).encode()
        kept = []
        error, peak = traced(lambda text=text, kept=kept: kept.append(import_openapi(text)))
        assert error is None
        assert "An example is left out, as it is over 2 MB: GET /a" in kept[0].notes
        assert peak < 20 << 20


def test_bodies_that_differ_have_16_mb():
    nested = {"a": "x" * 3_000_000}
    for _ in range(8):
        nested = {"value": nested}
    examples = {f"e{n}": {"$ref": "#/components/x" + "/value" * n} for n in range(8)}
    paths = {"/a": {"get": operation({"200": content({"examples": examples})})}}
    text = json.dumps(document(paths, components={"x": nested})).encode()
    assert len(text) < 4 << 20
    error, peak = traced(lambda: import_openapi(text))
    assert (error.code, error.status, str(error)) == (
        "import_too_large",
        413,
        "Its bodies are over 16 MB.",
    )
    assert peak < 60 << 20


def test_a_path_that_no_rule_can_have_is_left_out():
    found, rules = imported({"/a" * 33: {"get": operation()}, "/b": {"get": operation()}})
    assert [rule["path"] for rule in rules] == ["/b"]
    [note] = [note for note in found.notes if "32 segments" in note]
    assert note.startswith("Left out, as no route can have it")


def test_more_than_20_answers_are_cut():
    examples = {f"e{n}": {"value": n} for n in range(25)}
    found, [rule] = imported({"/a": {"get": operation({"200": content({"examples": examples})})}})
    assert len(rule["answers"]) == 20
    assert "Only the first 20 answers are kept: GET /a" in found.notes


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (b"{", "invalid_import", "JSON"), (b"[]", "invalid_import", "no OpenAPI"), (b"{}", "invalid_import", "no OpenAPI"), (b'{"swagger":"2.0"}', "invalid_import", "Swagger 2.0"),
        (b'{"openapi":"4.0.0","paths":{}}', "invalid_import", "no OpenAPI"), (b'{"openapi":"3.1.0"}', "invalid_import", "paths"),
        (b'{"openapi":"3.1.0","paths":{}}', "invalid_import", "nothing"), (b'{"openapi":3,"paths":{}}', "invalid_import", "no OpenAPI"),
        (b'{"openapi":"3.0.0","paths":{"/a":{"$ref":"x.yaml"},"b":{"get":{}},"/c":5,"/d":{"get":5}}}', "invalid_import", "nothing"),
        (b" " * ((16 << 20) + 1), "import_too_large", "16 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_refused(body, code, text):
    with pytest.raises(BambleweenyError, match=text) as refused:
        import_openapi(body)
    assert refused.value.code == code
