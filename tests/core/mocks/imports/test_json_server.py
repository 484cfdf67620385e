"""A db.json of json-server as a route."""

import json
import re

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.collections.objects import seeded
from bambleweeny.core.mocks.imports.json_server import import_db
from bambleweeny.core.mocks.routes import load
from bambleweeny.errors import BambleweenyError

# The example of json-server's own documentation.
EXAMPLE = {
    "posts": [{"id": 1, "title": "json-server", "author": "typicode"}],
    "comments": [{"id": 1, "body": "some comment", "postId": 1}],
    "profile": {"name": "typicode"},
}


def imported(db, *args):
    found = import_db(db if isinstance(db, bytes) else json.dumps(db).encode(), *args)
    return (
        found,
        json.loads(found.document)["rules"],
        {seed.name: seed.value for seed in found.seeds},
    )


def test_arrays_are_collections_and_objects_are_singletons():
    found, rules, seeds = imported(EXAMPLE)
    assert rules == [
        {"name": "posts", "path": "/posts", "collection": "posts:", "id": "int", "seed": "seed:posts"},
        {"name": "comments", "path": "/comments", "collection": "comments:", "id": "int", "seed": "seed:comments"},
        {"name": "profile", "path": "/profile", "singleton": "profile", "seed": "seed:profile"},
    ]  # fmt: skip
    assert {name: json.loads(value) for name, value in seeds.items()} == {
        f"seed:{name}": value for name, value in EXAMPLE.items()
    }
    assert found.notes == []
    route = load(found.document)
    for method, path, kind in (
        ("GET", "/posts", "list"),
        ("GET", "/posts/1/comments", "list"),
        ("PUT", "/posts/1", "object"),
        ("PATCH", "/profile", "singleton"),
    ):
        assert route.candidates(Call(method, path))[0].resource.kind == kind


def test_keys_begin_as_it_is_said():
    _, rules, seeds = imported(EXAMPLE, "shop:")
    assert [rule.get("collection") or rule["singleton"] for rule in rules] == [
        "shop:posts:",
        "shop:comments:",
        "shop:profile",
    ]
    assert set(seeds) == {"shop:seed:posts", "shop:seed:comments", "shop:seed:profile"}


def test_numbers_keep_their_text():
    _, _, seeds = imported(
        b'{"a":[{"id":1,"n":1.50,"big":123456789012345678901234567890}],"b":{"n":1e400}}'
    )
    assert seeds == {
        "seed:a": b'[{"id":1,"n":1.50,"big":123456789012345678901234567890}]',
        "seed:b": b'{"n":1e400}',
    }


def test_ids_that_are_texts():
    found, rules, _ = imported(
        {"posts": [{"id": "1"}, {"id": "x"}], "mixed": [{"id": 1}, {}], "none": [{}], "empty": []}
    )
    assert [rule["id"] for rule in rules] == ["uuid", "int", "int", "int"]
    assert found.notes == ["New objects get a UUID, since the ids are texts: posts"]


def test_what_cannot_be_kept_is_noted():
    found, rules, seeds = imported(
        {
            "$schema": "x",
            "n": 5,
            "posts": [{"id": 1}, 2, {"id": "a b"}, {"id": 1.5}, {"id": None}],
            "a b/c": [{"x": 1}],
        }
    )
    assert [rule["path"] for rule in rules] == ["/posts", "/a%20b%2Fc"]
    assert re.fullmatch("a_b_c-[0-9a-f]{12}:", rules[1]["collection"])
    assert json.loads(seeds["seed:posts"]) == [{"id": 1}]
    assert "Left out, as it is neither an array nor an object: n" in found.notes
    assert "Left out, as it is no object, or has an id that no key can have: posts" in found.notes
    assert load(found.document).candidates(Call("GET", "/a%20b%2Fc"))[0].resource.kind == "list"


def test_a_collection_keeps_what_it_can_hold():
    found, _, seeds = imported(
        {
            "photos": [{"id": n} for n in range(5000)],
            "large": [{"id": n, "a": "x" * 300_000} for n in range(5)],
        }
    )
    assert len(json.loads(seeds["seed:photos"])) == 1000
    assert len(json.loads(seeds["seed:large"])) == 3
    assert found.notes == [
        "Only the first 1000 objects are kept, of 5000: photos",
        "Only the first 3 objects are kept, of 5: large",
    ]
    for value in seeds.values():
        assert seeded(value, "int")


@pytest.mark.parametrize(
    ("db", "prefix", "code", "status"),
    [(b"{", "", "invalid_import", 400), (b"[]", "", "invalid_import", 400), (b"{}", "", "invalid_import", 400), (b'{"a":1}', "", "invalid_import", 400),
     (b"[" * 100_000, "", "invalid_import", 400), (b"\xff", "", "invalid_import", 400), (b'{"a":[]}', "shop", "invalid_import", 400),
     (b'{"a":[]}', "a b:", "invalid_import", 400), (b'{"a":"' + b"x" * (16 << 20) + b'"}', "", "import_too_large", 413),
     (json.dumps({f"c{n}": [] for n in range(201)}).encode(), "", "import_too_large", 413)],
)  # fmt: skip
def test_what_cannot_be_imported_is_refused(db, prefix, code, status):
    with pytest.raises(BambleweenyError) as refused:
        import_db(db, prefix)
    assert (refused.value.code, refused.value.status) == (code, status)


def test_names_that_are_alike_have_keys_of_their_own():
    names = ["日本", "中国", "a b", "a_b", "seed", "posts", "n" * 65, "n" * 64, "n" * 64 + "x"]
    found, rules, seeds = imported({name: [{"id": 1}] for name in names})
    prefixes = [rule["collection"] for rule in rules]
    assert len(set(prefixes)) == len(seeds) == len(names)
    assert [prefixes[3], prefixes[5], prefixes[7]] == ["a_b:", "posts:", "n" * 64 + ":"]
    assert not any(seed.startswith(prefix) for prefix in prefixes for seed in seeds)
    again = imported({name: [] for name in reversed(names)})[1]
    assert [rule["collection"] for rule in again] == prefixes[::-1]
    route = load(found.document)
    assert [route.candidates(Call("GET", rule["path"]))[0].rule for rule in rules] == route.rules
    part = prefixes[0].removesuffix(":")
    rules = imported({"日本": [], part: []})[1]
    assert rules[0]["collection"] == prefixes[0] != rules[1]["collection"]


WIREMOCK = {"request": {"method": "GET", "urlPath": "/a"}, "response": {"status": 200}}


@pytest.mark.parametrize(
    ("document", "name"),
    [(WIREMOCK, "WireMock"), ({**WIREMOCK, "id": "x", "priority": 1}, "WireMock"), ({"mappings": [WIREMOCK, WIREMOCK], "meta": {"total": 2}}, "WireMock"),
     ({"uuid": "x", "name": "env", "routes": [{"uuid": "y", "method": "get", "endpoint": "a", "responses": [{"body": "x"}]}], "port": 3000}, "Mockoon")],
)  # fmt: skip
def test_files_of_other_servers_are_refused_with_a_page_of_the_guide(document, name):
    with pytest.raises(BambleweenyError, match=name) as refused:
        imported(document)
    assert refused.value.code == "invalid_import"
    assert "coming-from" in refused.value.hint


@pytest.mark.parametrize(
    "document",
    [{"request": {"a": 1}, "response": {"b": 1}}, {"mappings": []}, {"mappings": [{"id": 1}]}, {"routes": [{"id": 1}], "x": {}}, {"routes": []}, {"routes": {"endpoint": "a"}}],
)  # fmt: skip
def test_a_db_json_may_have_such_names(document):
    assert [rule["name"] for rule in imported(document)[1]] == list(document)
