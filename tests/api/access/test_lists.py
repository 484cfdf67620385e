"""Scopes of lists: reading, pushing and popping are three rights; a move needs two lists."""

import pytest
from api.access.named_tokens import is_refused


@pytest.fixture
def filled(as_uli):
    as_uli.item = as_uli.post("/lists/q", data=b"one").json()["id"]
    return as_uli


def items(client, name="q"):
    return [row["body"] for row in client.get(f"/lists/{name}/items").json()["items"]]


def test_a_reader_sees_items_and_pops_none(filled, with_scopes):
    reader = with_scopes("lists:read")
    assert is_refused(reader.get("/lists/q"))
    for method, path in (
        ("POST", "/lists/q/pop"), ("POST", "/lists/q/lease"), ("POST", "/lists/q"),
        ("DELETE", "/lists/q"), ("DELETE", "/lists/q/items"), ("DELETE", "/lists/q/items/1"),
        ("PUT", "/lists/q/policy"), ("DELETE", "/lists/q/policy"), ("POST", "/lists/q/ack"),
        ("DELETE", "/lists/q/leases/1.1"), ("PATCH", "/lists/q/leases/1.1"),
    ):  # fmt: skip
        assert is_refused(reader.request(method, path, json={}))
    assert reader.head("/lists/q").headers["Content-Length"] == "3"
    assert reader.get("/lists/q/stats").json()["ready"] == 1
    assert reader.get("/lists/q/policy").status_code == 404
    assert reader.get(f"/lists/q/items/{filled.item}").json()["body"] == "one"
    assert reader.get("/lists?count=1").json() == {"count": 1}
    assert items(reader) == ["one"]


def test_a_pusher_adds_to_its_list_alone(filled, with_scopes):
    pusher = with_scopes("lists:push:q")
    assert pusher.post("/lists/q", data=b"two").ok
    for answer in (
        pusher.post("/lists/q2", data=b"x"),
        pusher.get("/lists/q"),
        pusher.head("/lists/q"),
        pusher.get("/lists/q/items"),
        pusher.get("/lists"),
    ):
        assert is_refused(answer)
    assert items(filled) == ["one", "two"]


def test_a_popper_takes_leases_and_acknowledges(filled, with_scopes):
    popper = with_scopes("lists:pop:q")
    assert is_refused(popper.head("/lists/q"))
    [item] = popper.post("/lists/q/lease").json()["items"]
    assert popper.patch(f"/lists/q/leases/{item['lease']}?for=1m").ok
    retried = popper.post("/lists/q/ack", json={"retry": [item["lease"]]})
    assert retried.json()["retry"] == [{"ok": True}]
    assert popper.get("/lists/q").text == "one"
    assert is_refused(popper.get("/lists/q/stats"))


def test_a_move_needs_both_lists(filled, with_scopes):
    ready = {"to": "r", "state": "ready"}
    for scopes in (("lists:pop:q",), ("lists:push:r",), ("lists:pop:q", "lists:push:rr")):
        assert is_refused(with_scopes(*scopes).post("/lists/q/move", json=ready))
    assert items(filled) == ["one"]
    mover = with_scopes("lists:pop:q", "lists:push:r")
    assert is_refused(mover.post("/lists/q/move", json={"to": "r", "state": "dead"}))
    assert mover.post("/lists/q/move", json=ready).json()["items"] == 1
    assert items(filled, "r") == ["one"]
    owner = with_scopes("lists:write:q")
    assert owner.post("/lists/q/move", json={"to": "q"}).ok
    assert is_refused(owner.post("/lists/q/move", json={"to": "r"}))


def test_a_dead_letter_list_needs_push(filled, with_scopes):
    owner = with_scopes("lists:write:q")
    policy = {"max_attempts": 1, "dead_letter": "graves"}
    assert is_refused(owner.put("/lists/q/policy", json=policy))
    assert filled.get("/lists/q/policy").status_code == 404
    assert owner.put("/lists/q/policy", json={"max_attempts": 1}).ok
    both = with_scopes("lists:write:q", "lists:push:graves")
    assert both.put("/lists/q/policy", json=policy).ok


def test_a_listing_past_the_scope_is_refused_with_the_prefix_that_is_allowed(filled, with_scopes):
    filled.post("/lists/app:q", data=b"x")
    reader = with_scopes("lists:read:app:*")
    for query in ("", "?prefix=", "?prefix=ap", "?count=1", "?after=app:", "?delimiter=:"):
        answer = reader.get(f"/lists{query}")
        assert is_refused(answer)
        assert "lists:read:app:*" in answer.json()["hint"]
    assert reader.get("/lists?prefix=app:&count=1").json() == {"count": 1}


def test_a_name_that_is_none_reaches_no_header(with_scopes):
    reader = with_scopes("keys:read:app:*")
    for path in ("/keys/a%0d%0aX-Bad:1", "/keys/a%22b", "/keys?prefix=%22%0a"):
        answer = reader.get(path)
        assert is_refused(answer)
        assert answer.headers["WWW-Authenticate"].endswith('scope="keys:read"')
