"""Imports of OpenAPI, HAR and db.json documents over HTTP."""

import json
from uuid import uuid4

import pytest

PETS = {
    "openapi": "3.0.0", "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets": {"get": {"operationId": "listPets", "tags": ["pets"], "responses": {"200": {"description": "", "content": {"application/json": {"example": [{"id": 1, "name": "rex"}]}}}}}},
        "/pets/{petId}": {"get": {"operationId": "getPet", "parameters": [{"name": "petId", "in": "path", "schema": {"type": "integer"}}], "responses": {
            "200": {"description": "", "content": {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "integer"}, "kind": {"enum": ["dog"]}}}}}},
            "404": {"description": "", "content": {"application/json": {"example": {"code": 404}}}}}}},
    },
}  # fmt: skip
DB = {"posts": [{"id": 1, "title": "a"}, {"id": 2, "title": "b"}], "profile": {"name": "x"}, "count": 5}  # fmt: skip
HAR = {"log": {"version": "1.2", "entries": [{
    "request": {"method": "GET", "url": "https://api.example/users?page=1", "headers": [], "queryString": [{"name": "page", "value": "1"}]},
    "response": {"status": 200, "headers": [{"name": "Content-Type", "value": "application/json"}], "content": {"mimeType": "application/json", "text": "[1,2]"}},
}]}}  # fmt: skip


@pytest.fixture
def bring(as_uli):
    def post(document, query):
        body = document if isinstance(document, bytes) else json.dumps(document)
        return as_uli.post(f"/routes?from={query}", data=body)

    return post


def test_an_openapi_document_answers_each_operation(bring, http):
    made = bring(PETS, "openapi&name=pets").json()
    assert (made["rules"], made["named_path"], made["keys"]) == (2, "/routes/@uli/pets", [])
    path = made["named_path"]
    assert http.get(f"{path}/pets").json() == [{"id": 1, "name": "rex"}]
    assert http.get(f"{path}/pets/7").json()["kind"] == "dog"
    missing = http.get(f"{path}/pets/7", headers={"Prefer": "code=404"})
    assert (missing.status_code, missing.json()) == (404, {"code": 404})
    assert http.get(f"{path}/pets/x").json()["code"] == "no_rule"


def test_a_db_json_becomes_collections(bring, http, as_uli):
    made = bring(DB, "db&name=db&journal=calls").json()
    assert made["keys"] == ["seed:posts", "seed:profile"]
    assert any("count" in note for note in made["notes"])
    path = made["named_path"]
    assert http.get(f"{path}/posts?_sort=-id").json() == DB["posts"][::-1]
    assert http.get(f"{path}/profile").json() == {"name": "x"}
    assert http.post(f"{path}/posts", json={"title": "c"}).json() == {"id": 3, "title": "c"}
    as_uli.post("/routes/reset?id=@uli/db")
    assert http.get(f"{path}/posts").json() == DB["posts"]
    assert as_uli.post("/routes/verify?id=@uli/db", json={"count": 1}).status_code == 200


def test_a_har_answers_what_was_recorded(bring, http):
    path = bring(HAR, "har").json()["path"]
    assert http.get(f"{path}/users?page=1").json() == [1, 2]
    assert http.get(f"{path}/users?page=2").status_code == 404


def test_a_prefix_and_a_selection(bring, http, as_uli):
    made = bring(DB, "db&prefix=shop:").json()
    assert made["keys"] == ["shop:seed:posts", "shop:seed:profile"]
    assert as_uli.get("/keys/shop:posts:1").json() == DB["posts"][0]
    assert bring(PETS, "openapi&only=pets").json()["rules"] == 1
    assert bring(PETS, "openapi&only=/pets/,listPets").json()["rules"] == 2


def test_an_import_may_replace_a_route(bring, http, as_uli):
    path = bring(DB, "db&name=api").json()["path"]
    changed = as_uli.put("/routes?id=@uli/api&from=openapi&name=api", data=json.dumps(PETS))
    assert changed.json()["path"] == path
    assert http.get(f"{path}/pets").status_code == 200
    assert http.get(f"{path}/posts").status_code == 404


@pytest.mark.parametrize(
    ("query", "document", "refusal"),
    [("openapi", {"openapi": "4.0.0", "paths": {}}, (400, "invalid_import")), ("openapi", {"swagger": "2.0"}, (400, "invalid_import")), ("db", [], (400, "invalid_import")),
     ("har", {}, (400, "invalid_import")), ("db", b"{", (400, "invalid_import")), ("yaml", {}, (400, "invalid_request")), ("db&name=a/b", DB, (400, "invalid_request")),
     ("db&journal=.", DB, (400, "invalid_request")), ("db&prefix=x", DB, (400, "invalid_import")),
     ("openapi", {"openapi": "3.0.0", "paths": {f"/p{n}": {"get": {"responses": {}}} for n in range(201)}}, (413, "import_too_large"))],
)  # fmt: skip
def test_what_cannot_be_imported_leaves_nothing(bring, as_uli, query, document, refusal):
    refused = bring(document, query)
    assert (refused.status_code, refused.json()["code"]) == refusal
    assert as_uli.get("/routes").json() == {"routes": []}
    assert as_uli.get("/keys").json() == {"keys": []}


def test_a_quota_leaves_no_part_of_an_import(bring, as_uli, as_admin):
    as_admin.put("/users/1", json={"quota": 4})
    refused = bring(DB, "db")
    assert refused.json()["code"] == "quota_exceeded"
    assert as_uli.get("/routes").json() == {"routes": []}
    as_admin.put("/users/1", json={"quota": 6})
    assert bring(DB, "db").status_code == 200


@pytest.mark.parametrize("option", ["name=a", "prefix=a:", "only=/a", "journal=a"])
def test_options_of_imports_need_from_and_a_value(bring, as_uli, option):
    for query in (option, f"{option.partition('=')[0]}="):
        answer = as_uli.post(f"/routes?{query}", json={"key": "a", "content_type": "text/plain"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert "needs 'from'" in answer.json()["info"]
    for query in ("db&only=,", f"db&{option.partition('=')[0]}="):
        answer = bring(DB, query)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert as_uli.get("/routes").json() == {"routes": []}


def test_what_is_refused_changes_no_key(as_uli):
    """A name that is taken, and an id of no route."""
    first = as_uli.post("/routes?from=db&name=mine", json={"posts": [{"id": 1, "t": "first"}]})
    taken = as_uli.post("/routes?from=db&name=mine", json={"posts": [{"id": 1, "t": "second"}]})
    assert (taken.status_code, taken.json()["code"]) == (409, "route_name_taken")
    as_uli.post(f"/routes/reset?id={first.json()['path'][8:]}")
    assert as_uli.get(first.json()["path"] + "/posts").json() == [{"id": 1, "t": "first"}]
    unknown = as_uli.put(f"/routes?from=db&id={uuid4()}", json={"others": [{"id": 1}]})
    assert unknown.status_code == 404
    assert as_uli.get("/keys/seed:others").status_code == 404


def test_keys_that_exist_before_an_import_are_noted(as_uli):
    as_uli.put("/keys/config", data='{"password": 1}')
    as_uli.put("/keys/users:1", data="{}")
    as_uli.put("/keys/seed:users", data="mine")
    document = {"config": {"theme": "dark"}, "users": [{"id": 2}], "new": []}
    made = as_uli.post("/routes?from=db", json=document).json()
    assert made["notes"] == [
        "These keys existed and are replaced: seed:users",
        "What these keys have already is shown by the route: config, users:",
    ]
    public_id = made["path"][8:]
    assert as_uli.put(f"/routes?from=db&id={public_id}", json=document).json()["notes"] == []
    other = as_uli.post("/routes?from=db&prefix=o:", json=document).json()
    assert other["notes"] == []


def test_imports_do_not_share_their_bodies(as_uli):
    paths = []
    for word in ("one", "two"):
        response = {"content": {"application/json": {"example": {"w": word, "x": "y" * 300_000}}}}
        document = {
            "openapi": "3.0.0",
            "paths": {"/big": {"get": {"responses": {"200": response}}}},
        }
        paths.append(as_uli.post("/routes?from=openapi", json=document).json()["path"])
    assert [as_uli.get(f"{path}/big").json()["w"] for path in paths] == ["one", "two"]


def test_examples_that_are_referred_to_often_have_a_bound(as_uli):
    content = {"application/json": {"examples": {"b": {"$ref": "#/components/examples/B"}}}}
    responses = {str(status): {"content": content} for status in range(200, 220)}
    document = {
        "openapi": "3.0.0",
        "paths": {f"/p{n}": {"get": {"responses": responses}} for n in range(10)},
        "components": {"examples": {"B": {"value": "x" * 300_000}}},
    }
    refused = as_uli.post("/routes?from=openapi", json=document)
    assert (refused.status_code, refused.json()["code"]) == (413, "import_too_large")


@pytest.mark.parametrize(
    "bounds",
    [
        '"minimum":5,"multipleOf":1e-320',
        '"minimum":1e299,"multipleOf":1e-300',
        f'"minimum":1{"0" * 400}',
        f'"multipleOf":1{"0" * 400}',
        f'"exclusiveMinimum":{"9" * 299},"multipleOf":0.1',
    ],
)
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_bounds_that_no_number_has_are_ignored(as_uli, kind, bounds):
    schema = f'{{"type":"{kind}",{bounds}}}'
    content = f'{{"application/json":{{"schema":{schema}}}}}'
    document = f'{{"openapi":"3.0.0","paths":{{"/a":{{"get":{{"responses":{{"200":{{"content":{content}}}}}}}}}}}}}'
    made = as_uli.post("/routes?from=openapi", data=document)
    assert made.status_code == 200, made.text
    assert isinstance(as_uli.get(made.json()["path"] + "/a").json(), int | float)


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ({"request": {"url": "/a"}, "response": {"status": 200}}, "WireMock"),
        ({"mappings": [{"request": {}, "response": {}}]}, "WireMock"),
        ({"uuid": "1", "routes": [{"endpoint": "a", "method": "get"}]}, "Mockoon"),
    ],
)
def test_files_of_others_are_no_db(as_uli, document, name):
    refused = as_uli.post("/routes?from=db", json=document).json()
    assert refused["code"] == "invalid_import" and name in refused["info"]
    assert "coming-from" in refused["hint"]


def test_long_bodies_of_a_har_are_told_apart(as_uli):
    def entry(letter, method="POST", **more):
        return {
            "request": {"method": method, "url": "http://h/p", "postData": {"text": letter * 9000}},
            "response": {"status": 200, "content": {"text": letter, "mimeType": "text/plain"}, **more},
        }  # fmt: skip

    long = [{"name": "X-A", "value": "v" * 5000}] * 2
    entries = [entry("x"), entry("y"), entry("z", "CONNECT"), entry("w", headers=long)]
    made = as_uli.post("/routes?from=har", json={"log": {"entries": entries}}).json()
    for letter in "xyw":
        assert as_uli.post(made["path"] + "/p", data=letter * 9000).text == letter
    notes = {note.partition(":")[0] for note in made["notes"]}
    assert "Left out, as no rule has such a method" in notes
    assert "A header is left out, as it is too long" in notes
