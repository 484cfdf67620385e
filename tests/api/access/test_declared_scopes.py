"""The scopes that responders declare are `x-scopes` in openapi.yaml, and each is enforced."""

import re

import pytest
from api.access.declared import declared
from api.test_openapi import DOCUMENT, OPERATIONS, resolve
from bambleweeny.core.auth.scopes import parse_scopes
from servers import Http

IDS = {"lease": "1.1", "item_id": "1", "user_id": "1", "token_id": "aaaaaa"}
GUARDED = [(path, method, one) for path, method, one in OPERATIONS if "x-scopes" in one]
SCOPED = [one for one in GUARDED if one[2]["x-scopes"] != ["any"]]
FOR_TOKENS = [one for one in SCOPED if one[2]["x-scopes"] != ["session"]]
EVERYTHING = [
    "read", "write", "tokens:write", "users:read", "users:write", "audit:read", "server:read",
    "server:write", "act:7",
]  # fmt: skip


def name_of(one):
    return one[2]["operationId"] if isinstance(one, tuple) else None


def call(client: Http, path, method, operation):
    """Send a call that would succeed, or fail for another reason than its scopes."""
    given = [resolve(one) for one in DOCUMENT["paths"][path].get("parameters", [])]
    given += [resolve(one) for one in operation.get("parameters", [])]
    asked = {"confirm": "1", "prefix": "", "id": "00000000-0000-4000-8000-000000000000"}
    names = {one["name"] for one in given if one["in"] == "query"}
    query = {name: text for name, text in asked.items() if name in names}
    if path == "/events":
        query = {"keys": "foo"}
    examples = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = examples.get("example")
    if body is None and examples.get("examples"):
        body = resolve(next(iter(examples["examples"].values())))["value"]
    place = re.sub(r"{(\w+)}", lambda match: IDS.get(match[1], "foo"), path)
    kind = {"json": body} if body is not None else {}
    if method in ("put", "post", "patch") and "requestBody" in operation and body is None:
        kind = {"data": b"1"}
    with client.request(method.upper(), place, params=query, stream=True, **kind) as answer:
        has_code = answer.status_code >= 400 and method != "head"
        code = answer.json().get("code") if has_code else ""
        return answer.status_code, code


def test_each_call_declares_the_scopes_of_the_document(session_services):
    found = declared(session_services)
    documented = {(path, method): one.get("x-scopes") for path, method, one in OPERATIONS}
    ours = {key: needed and needed.texts for key, needed in found.items() if key in documented}
    assert ours == {key: documented[key] for key in ours}
    rest = documented.keys() - ours.keys()
    assert all(documented[key] is None for key in rest)


def test_who_needs_a_token_has_scopes_in_the_document():
    closed = {
        (path, method)
        for path, method, one in OPERATIONS
        if one.get("security", True) and path != "/auth/test"
    }
    assert closed == {(path, method) for path, method, _ in GUARDED}
    assert len(FOR_TOKENS) > 45
    for _, _, operation in FOR_TOKENS:
        parse_scopes(operation["x-scopes"])


def data_of(raw):
    """Return all that is stored, but for the records of calls themselves."""
    left_out = (b":token_uses", b":audit", b":audit_failed", b":traffic")
    return {name: raw.dump(name) for name in raw.keys("*") if not name.endswith(left_out)}


def without(operation):
    """Return scopes that have everything but what an operation needs."""
    needed = set(operation["x-scopes"])
    if needed & {"read", "write"}:
        return ["keys:read:foo", "keys:write:foo", "tokens:write"]
    nouns = {scope.partition(":")[0] for scope in needed}
    return [
        f"{noun}:{verb}"
        for noun, verbs in {
            "keys": ("read", "incr", "write"), "lists": ("read", "push", "pop", "write"),
            "topics": ("read", "publish", "write"), "routes": ("read", "write"),
            "bins": ("read", "write"), "users": ("read", "write"), "server": ("read", "write"),
            "tokens": ("write",),
        }.items()
        for verb in verbs
        if f"{noun}:{verb}" not in needed and not (verb == "write" and noun in nouns)
    ]  # fmt: skip


@pytest.mark.parametrize("one", SCOPED, ids=name_of)
def test_no_call_succeeds_without_its_scope(as_admin, with_scopes, raw, one):
    path, method, operation = one
    for name in ("/keys/foo", "/topics/foo", "/lists/foo"):
        as_admin.request("PUT" if "keys" in name else "POST", name, data=b"1")
    if operation["x-scopes"] == ["session"]:
        client = with_scopes(*EVERYTHING, maker=as_admin)
    else:
        client = with_scopes(*without(operation), maker=as_admin)
    before = data_of(raw)
    code = "insufficient_scope" if method != "head" else ""
    assert call(client, path, method, operation) == (403, code)
    assert data_of(raw) == before


@pytest.mark.parametrize("one", FOR_TOKENS, ids=name_of)
def test_each_call_gets_by_with_exactly_its_scope(as_admin, with_scopes, one):
    path, method, operation = one
    more = {
        "/routes": ["keys:read"],
        "/bins": ["lists:push"],
        "/lists/{name}/move": ["lists:write"],
    }
    more["/lists/{name}/policy"] = ["lists:push"]
    more["/import"] = ["read"]
    more["/tokens"] = ["read", "write"]
    scopes = [*operation["x-scopes"], *more.get(path, [])]
    status, code = call(with_scopes(*scopes, maker=as_admin), path, method, operation)
    assert (status, code) != (401, "unauthorized")
    assert status != 403, code


def test_a_head_needs_the_scope_of_its_get_but_never_takes(session_services):
    found = declared(session_services)
    for (path, method), needed in found.items():
        if method == "head" and path != "/lists/{name}":
            assert needed == found[path, "get"], path
    assert found["/lists/{name}", "head"].texts == ["lists:read"]
