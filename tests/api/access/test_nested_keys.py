"""Nested keys are a confused deputy: a token nests in a value only keys that it may read."""

import json

import pytest
from api.access.named_tokens import is_refused


@pytest.fixture
def writer(as_uli, with_scopes):
    as_uli.put("/keys/secret", data=b"s3cret")
    as_uli.put("/keys/app:title", data=b"Hi")
    return with_scopes("keys:write:app:*", "keys:read:app:*")


TEMPLATES = [
    "!@[secret]",
    "a !@[app:title] and !@[secret] b",
    "!@[ secret ]",
    "!@[secret|upper]",
    "!@[s$query.x]",
    "!@[sec:$query.x]",
    "!@[app:$query.x] !@[other:$path.id|json]",
    "!@[!@[secret]",
    '["\\u0021@[secret]"]',
    '["!@[\\u0073ecret]"]',
    "!@[secret]" * 1001,
]


@pytest.mark.parametrize("text", TEMPLATES)
@pytest.mark.parametrize("query", ["", "?ttl=60", "?return=old"])
def test_a_put_may_not_nest_what_it_may_not_read(as_uli, writer, text, query):
    assert is_refused(writer.put(f"/keys/app:page{query}", data=text.encode()))
    assert as_uli.get("/keys/app:page").status_code == 404


def test_the_error_names_the_nested_key(writer):
    error = writer.put("/keys/app:page", data=b"!@[secret]").json()
    assert "'secret'" in error["info"]
    assert "'sec:*'" in writer.put("/keys/app:page", data=b"!@[sec:$query.x]").json()["info"]


@pytest.mark.parametrize(
    "value",
    [
        b"!@[app:title]", b"!@[app:$query.x|upper]", b"!@[$query.x]", b"!@ [secret]", b"!@[no name]",
        b"\xff!@[secret]", b"!@[]", b"!@[secret", b"plain", b"",
    ],
)  # fmt: skip
def test_what_nests_nothing_else_is_written(writer, value):
    assert writer.put("/keys/app:page", data=value).ok
    assert writer.get("/keys/app:page").content == value


def test_a_token_without_read_nests_nothing(as_uli, with_scopes):
    blind = with_scopes("keys:write")
    assert is_refused(blind.put("/keys/a", data=b"!@[secret]"))
    assert blind.put("/keys/a", data=b"x").ok


def test_who_may_read_all_and_who_is_logged_in_nest_all(as_uli, with_scopes):
    for client in (as_uli, with_scopes("keys:write", "keys:read")):
        assert client.put("/keys/a", data=b"!@[secret]" * 1001).ok


@pytest.mark.parametrize(
    "patch", [{"a": "!@[secret]"}, {"a": {"b": ["!@[secret|json]"]}}, {"!@[secret]": 1}]
)
def test_a_patch_may_not_nest_either(as_uli, writer, patch):
    kind = {"Content-Type": "application/merge-patch+json"}
    text = json.dumps(patch).replace("!", "\\u0021")
    for name, body in (("app:new", text), ("app:title", text)):
        as_uli.put("/keys/app:title", data=b"{}")
        assert is_refused(writer.patch(f"/keys/{name}", data=body.encode(), headers=kind))
    assert as_uli.get("/keys/app:title").text == "{}"
    assert as_uli.get("/keys/app:new").status_code == 404


@pytest.mark.parametrize("query", ["", "?atomic=1"])
def test_a_batch_checks_all_values_before_it_runs(as_uli, writer, query):
    for value in ("!@[secret]", {"base64": "IUBbc2VjcmV0XQ=="}):
        operations = [["set", "app:a", "1"], ["set", "app:b", value]]
        answer = writer.post(f"/batch{query}", json=operations)
        assert is_refused(answer)
        assert answer.json()["index"] == 1
        assert "'secret'" in answer.json()["info"]
    assert as_uli.get("/keys/app:a").status_code == 404


def test_no_route_shows_the_secret(as_uli, writer, http):
    path = as_uli.post("/routes", json={"key": "app:page", "content_type": "text/plain"}).json()
    writer.put("/keys/app:page", data=b"!@[secret]")
    writer.put("/keys/app:page", data=b"!@[app:title]")
    assert http.get(path["path"]).text == "Hi"
