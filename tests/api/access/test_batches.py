"""A batch checks each operation before any of them runs."""

import pytest
from api.access.named_tokens import is_refused

ALLOWED = {
    "keys:write": [["set", "a", "1"], ["del", "a"]],
    "keys:read": [["get", "a"]],
    "keys:incr": [["incr", "a"]],
    "lists:push": [["push", "a", "1"]],
    "lists:pop": [["pop", "a"]],
    "topics:publish": [["publish", "a", "1"]],
}


@pytest.mark.parametrize("scope", ALLOWED)
def test_each_operation_needs_its_scope(as_uli, with_scopes, scope):
    holder = with_scopes(f"{scope}:a")
    for of, operations in ALLOWED.items():
        implied = of == "keys:incr" and scope == "keys:write"
        for operation in operations:
            answer = holder.post("/batch", json=[operation])
            assert answer.ok if of == scope or implied else is_refused(answer)
            other = [operation[0], "b", *operation[2:]]
            assert is_refused(holder.post("/batch", json=[other]))


@pytest.mark.parametrize("query", ["", "?atomic=1"])
def test_nothing_runs_if_one_is_refused(as_uli, with_scopes, query):
    holder = with_scopes("keys:write:app:*", "lists:push:jobs")
    operations = [["set", "app:a", "1"], ["push", "jobs", "x"], ["set", "b", "1"], ["get", "app:a"]]
    answer = holder.post(f"/batch{query}", json=operations)
    assert is_refused(answer)
    assert answer.json()["index"] == 2
    assert answer.json()["info"].startswith("Operation 2: ")
    assert as_uli.get("/keys").json() == {"keys": []}
    assert as_uli.get("/lists").json() == {"lists": []}


def test_an_empty_batch_needs_some_scope_of_an_operation(with_scopes):
    assert with_scopes("lists:pop").post("/batch", json=[]).json() == []
    assert is_refused(with_scopes("routes:read").post("/batch", json=[]))
