"""Routes and bins act with all rights of their owner: a token needs what they do."""

import pytest
from api.access.named_tokens import is_refused

PAGE = {"key": "app:page", "content_type": "text/plain"}


@pytest.fixture
def secretive(as_uli):
    as_uli.put("/keys/secret", data=b"s3cret")
    as_uli.put("/keys/app:page", data=b"Hi")
    return as_uli


def no_routes(client):
    return client.get("/routes").json() == {"routes": []}


def test_a_plain_route_needs_to_read_its_key(secretive, with_scopes, http):
    maker = with_scopes("routes:write", "keys:read:app:*")
    assert is_refused(maker.post("/routes", json={**PAGE, "key": "secret"}))
    assert no_routes(secretive)
    made = maker.post("/routes", json=PAGE)
    assert http.get(made.json()["path"]).text == "Hi"
    assert is_refused(maker.get("/routes"))


def test_a_plain_route_needs_to_read_what_its_key_nests(secretive, with_scopes):
    secretive.put("/keys/app:page", data=b"!@[secret]")
    maker = with_scopes("routes:write", "keys:read:app:*")
    assert is_refused(maker.post("/routes", json=PAGE))
    assert no_routes(secretive)


RULE = {"path": "/x", "answers": [{"text": "!@[secret]"}]}
DOCUMENTS = {
    "reads": ({"rules": [RULE]}, []),
    "constant": ({"rules": [{"answers": [{"text": "x"}]}]}, []),
    "key": ({"key": "app:page", "name": "p"}, []),
    "sets": ({"rules": [{"then": [["set", "a:$path.x", "1"]], "path": "/{x}"}]}, ["keys:write"]),
    "counts": ({"rules": [{"then": [["incr", "n"]]}]}, ["keys:incr"]),
    "pushes": ({"rules": [{"then": [["push", "q", "1"]]}]}, ["lists:push"]),
    "pops": ({"rules": [{"then": [["pop", "q"]]}]}, ["lists:pop"]),
    "publishes": ({"rules": [{"then": [["publish", "t", "1"]]}]}, ["topics:publish"]),
    "collects": ({"rules": [{"path": "/c", "collection": "c:"}]}, ["keys:write"]),
    "has one": ({"rules": [{"path": "/c", "singleton": "c"}]}, ["keys:write"]),
    "records": ({"rules": [RULE], "journal": "calls"}, ["topics:write:calls"]),
}


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(("document", "more"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_document_needs_what_it_does(secretive, with_scopes, method, document, more):
    path = "/routes"
    if method == "PUT":
        first = secretive.post("/routes", json={"rules": [RULE], "name": "p"}).json()
        path += f"?id={first['path'].rpartition('/')[2]}"
    before = secretive.get("/routes").json()
    needed = ["routes:write", "keys:read", *more]
    for left_out in needed:
        scopes = [scope for scope in needed if scope != left_out]
        assert is_refused(with_scopes(*scopes).request(method, path, json=document))
    named = [f"{scope}:app:*" if scope.count(":") == 1 else scope for scope in needed[1:]]
    assert is_refused(with_scopes("routes:write", *named).request(method, path, json=document))
    assert secretive.get("/routes").json() == before
    assert with_scopes(*needed).request(method, path, json=document).ok


def test_an_import_needs_to_write_its_keys(secretive, with_scopes):
    db = {"todos": [{"id": 1, "title": "x"}]}
    reader = with_scopes("routes:write", "keys:read")
    assert is_refused(reader.post("/routes?from=db&prefix=m:", json=db))
    assert secretive.get("/keys?prefix=m:").json() == {"keys": []}
    maker = with_scopes("routes:write", "keys:read", "keys:write")
    assert maker.post("/routes?from=db&prefix=m:", json=db).ok
    assert not no_routes(secretive)


def test_verification_needs_to_read_the_journal(secretive, with_scopes):
    secretive.post("/routes", json={"rules": [RULE], "name": "p", "journal": "calls"})
    assert is_refused(with_scopes("routes:read").post("/routes/verify?id=p", json={"count": 0}))
    both = with_scopes("routes:read", "topics:read:calls")
    assert both.post("/routes/verify?id=p", json={"count": 0}).ok
    assert is_refused(both.post("/routes/reset?id=p"))


@pytest.mark.parametrize(("document", "more"), DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_reset_needs_what_publishing_the_document_needs(secretive, with_scopes, document, more):
    path = secretive.post("/routes", json=document).json()["path"]
    reset = f"/routes/reset?id={path.rpartition('/')[2]}"
    needed = ["routes:write"]
    if document.get("rules"):
        needed += ["keys:read", *more]
    for left_out in needed:
        scopes = [scope for scope in needed if scope != left_out]
        assert is_refused(with_scopes(*(scopes or ["routes:read"])).post(reset))
    assert with_scopes(*needed).post(reset).ok


def test_a_refused_reset_keeps_objects_calls_and_counters(secretive, with_scopes, http):
    rules = [
        {"path": "/c", "collection": "c:", "seed": "seed"},
        {"path": "/n", "answers": [{"text": "!@[$count]"}]},
    ]
    secretive.put("/keys/seed", data=b'[{"id": 1}]')
    made = secretive.post("/routes", json={"rules": rules, "journal": "calls", "name": "p"})
    path = made.json()["path"]
    assert http.post(f"{path}/c", json={"id": "2"}).status_code == 201
    assert http.get(f"{path}/n").text == "1"
    assert is_refused(with_scopes("routes:write", "keys:read").post("/routes/reset?id=p"))
    assert secretive.get("/keys/c:2").ok
    assert http.get(f"{path}/n").text == "2"
    assert len(secretive.get("/topics/calls?last=9").json()["messages"]) == 3
    owner = with_scopes("routes:write", "keys:read", "keys:write", "topics:write:calls")
    assert owner.post("/routes/reset?id=p").ok
    assert secretive.get("/keys/c:2").status_code == 404


def test_a_route_goes_with_its_journal_by_a_token_that_may_write_the_topic(
    secretive, with_scopes, http
):
    path = secretive.post("/routes", json={"rules": [RULE], "journal": "calls"}).json()["path"]
    id = path.rpartition("/")[2]
    assert http.get(f"{path}/x").ok
    other = with_scopes("routes:write", "keys:read", "topics:write:other")
    assert is_refused(other.delete(f"/routes?id={id}"))
    for journal in ({}, {"journal": "other"}):
        assert is_refused(other.put(f"/routes?id={id}", json={"rules": [RULE], **journal}))
    assert len(secretive.get("/topics/calls?last=9").json()["messages"]) == 1
    owner = with_scopes("routes:write", "keys:read", "topics:write:calls")
    assert owner.put(f"/routes?id={id}", json={"rules": [RULE], "journal": "calls"}).ok
    assert owner.delete(f"/routes?id={id}").ok
    assert secretive.get("/topics").json() == {"topics": []}


def test_a_route_is_deleted_without_a_scope_for_what_stays(secretive, with_scopes):
    secretive.post("/topics/calls", data=b"x")
    document = {"rules": [{"path": "/c", "collection": "c:"}], "journal": "calls"}
    id = secretive.post("/routes", json=document).json()["path"].rpartition("/")[2]
    assert with_scopes("routes:write").delete(f"/routes?id={id}").ok
    assert secretive.get("/topics/calls").ok
    assert with_scopes("routes:write").delete(f"/routes?id={id}").status_code == 404


BINS = {
    "plain": ({"list": "q"}, ["lists:push:q"]),
    "list": ({"list": "q", "keep": "request"}, ["lists:push:q"]),
    "topic": ({"topic": "t"}, ["topics:publish:t"]),
    "answer": ({"list": "q", "answer": {"text": "!@[$query.x]"}}, ["lists:push:q"]),
    "template": ({"list": "q", "answer": {"text": "!@[secret]"}}, ["lists:push:q", "keys:read"]),
    "header": (
        {"list": "q", "answer": {"headers": {"X-A": "!@[a:$query.x]"}}},
        ["lists:push:q", "keys:read"],
    ),
    "key": ({"list": "q", "answer": {"key": "secret"}}, ["lists:push:q", "keys:read"]),
}


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(("document", "more"), BINS.values(), ids=BINS.keys())
def test_a_bin_needs_its_target(secretive, with_scopes, method, document, more):
    path = "/bins"
    if method == "PUT":
        path += "?id=" + secretive.post("/bins", json={"list": "z"}).json()["path"].split("/")[-1]
    before = secretive.get("/bins").json()
    needed = ["bins:write", *more]
    for left_out in needed:
        scopes = [scope for scope in needed if scope != left_out] or ["routes:read"]
        assert is_refused(with_scopes(*scopes).request(method, path, json=document))
    assert secretive.get("/bins").json() == before
    assert with_scopes(*needed).request(method, path, json=document).ok
