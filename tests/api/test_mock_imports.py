"""Imports of OpenAPI, HAR and db.json documents over HTTP."""

import json
import re

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
    assert made["keys"] == ["mock-db:seed:posts", "mock-db:seed:profile"]
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


def everything(http):
    keys = [row["key"] for row in http.get("/keys").json()["keys"]]
    return {name: http.get(f"/keys/{name}").content for name in keys}, http.get("/routes").json()


LARGE = {
    "openapi": "3.0.0", "paths": {
        f"/{n}": {"get": {"responses": {"200": {"description": "", "content": {"application/json": {"example": {"n": n, "x": "x" * 150_000}}}}}}}
        for n in range(3)
    },
}  # fmt: skip


def test_two_imports_and_the_keys_of_their_owner_never_meet(bring, as_uli, http):
    own = {"config": "secret", "seed:posts": "mine", "posts:1": "mine", "body:1": "mine", "shop:posts:1": "mine"}  # fmt: skip
    for name, value in own.items():
        as_uli.put(f"/keys/{name}", data=value)
    db = {"posts": [{"id": 5}], "config": {"theme": "dark"}}
    made = [
        bring(document, query).json()
        for document in (db, LARGE)
        for query in ("db", "db&name=shop", "db&name=mock", "db&name=mock-shop")
        for query in [
            query if document is db else query.replace("db", "openapi").replace("=", "=o")
        ]
    ]
    keys = [key for one in made for key in one["keys"]]
    assert len(set(keys)) == len(keys)
    assert not any("existed" in note or "replaced" in note for one in made for note in one["notes"])
    for one in made[:4]:
        assert http.get(f"{one['path']}/config").json() == db["config"]
        assert http.get(f"{one['path']}/posts").json() == db["posts"]
    for one in made[4:]:
        assert [http.get(f"{one['path']}/{n}").json()["n"] for n in range(3)] == [0, 1, 2]
    assert {name: as_uli.get(f"/keys/{name}").text for name in own} == own


def test_names_of_keys_are_readable(bring, as_uli):
    assert bring(DB, "db&name=shop").json()["keys"] == ["mock-shop:seed:posts", "mock-shop:seed:profile"]  # fmt: skip
    assert bring(DB, "db&name=mock").json()["keys"] == ["mock:seed:posts", "mock:seed:profile"]
    assert as_uli.get("/keys/mock-shop:posts:1").json() == DB["posts"][0]
    assert bring(LARGE, "openapi&name=big").json()["keys"][0] == "mock-big:body:1"
    [key, _] = bring(DB, "db").json()["keys"]
    assert re.fullmatch("mock-[0-9a-f]{8}:seed:posts", key)


def test_an_import_of_the_same_route_keeps_its_keys(bring, as_uli, http):
    for query in ("db&name=shop", "db"):
        made = bring({"posts": [{"id": 1}]}, query).json()
        as_uli.post(f"{made['path']}/posts", json={"id": 9})
        id = made["path"].rpartition("/")[2]
        again = as_uli.put(
            f"/routes?from=db&id={id}", data=json.dumps({"posts": [{"id": 2}]})
        ).json()
        assert (again["keys"], again["notes"]) == (made["keys"], [])
        assert [row["id"] for row in http.get(f"{made['path']}/posts").json()] == [1, 9]
        as_uli.post(f"/routes/reset?id={id}")
        assert http.get(f"{made['path']}/posts").json() == [{"id": 2}]


def test_a_prefix_that_meets_other_keys_is_noted(bring, as_uli, http):
    as_uli.put("/keys/p:seed:posts", data="mine")
    as_uli.put("/keys/p:profile", data='{"password":1}')
    notes = bring(DB, "db&prefix=p:").json()["notes"]
    assert "1 existing key was replaced: p:seed:posts" in notes
    assert "Keys that existed before are public now: p:profile" in notes
    notes = bring(DB, "db&prefix=p:&name=other").json()["notes"]
    assert "2 existing keys were replaced: p:seed:posts, p:seed:profile" in notes
    assert "Keys that existed before are public now: p:posts:, p:profile" in notes


def test_a_refused_import_changes_nothing(bring, as_uli, as_admin):
    bring(DB, "db&name=shop&prefix=p:")
    bring(PETS, "openapi&name=pets")
    before = everything(as_uli)
    changed = {"posts": [{"id": 7}], "more": [{"id": 1}], "profile": {"name": "y"}}

    def refused(method, query, document=changed):
        answer = as_uli.request(method, f"/routes?{query}", data=json.dumps(document))
        assert everything(as_uli) == before
        return answer.json()["code"]

    unknown = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    assert refused("POST", "from=db&prefix=p:&name=shop") == "route_name_taken"
    assert refused("PUT", f"from=db&prefix=p:&id={unknown}") == "not_found"
    assert refused("PUT", "from=db&prefix=p:&id=@uli/pets&name=shop") == "route_name_taken"
    rules = [{"path": "/c", "collection": "p:c:", "seed": "p:seed:posts"}]
    assert refused("PUT", "id=@uli/pets", {"name": "shop", "rules": rules}) == "route_name_taken"
    assert refused("POST", "", {"name": "shop", "rules": rules}) == "route_name_taken"
    assert refused("PUT", f"id={unknown}", {"rules": rules}) == "not_found"
    slots = len(before[0]) + 2
    for spare in range(4):
        as_admin.put("/users/1", json={"quota": slots + spare})
        many = {**changed, "last": [{"id": n} for n in range(3)]}
        assert refused("PUT", "from=db&prefix=p:&id=@uli/shop", many) == "quota_exceeded"
        assert refused("POST", "from=db&prefix=p:&name=new", many) == "quota_exceeded"
    as_admin.put("/users/1", json={"quota": 100})
    assert (
        as_uli.put("/routes?from=db&id=@uli/shop&name=shop", data=json.dumps(changed)).status_code
        == 200
    )


def test_examples_that_are_referred_to_often_are_kept_once(as_uli):
    content = {"application/json": {"examples": {"b": {"$ref": "#/components/examples/B"}}}}
    responses = {str(status): {"content": content} for status in range(200, 220)}
    document = {
        "openapi": "3.0.0",
        "paths": {f"/p{n}": {"get": {"responses": responses}} for n in range(10)},
        "components": {"examples": {"B": {"value": "x" * 300_000}}},
    }
    made = as_uli.post("/routes?from=openapi&name=big", json=document).json()
    assert (made["rules"], made["keys"]) == (10, ["mock-big:body:1"])
    assert as_uli.get(f"{made['path']}/p9").json() == "x" * 300_000


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
