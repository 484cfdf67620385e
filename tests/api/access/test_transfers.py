"""Export and import need `read` and `write` for all data; an import nests no secrets."""

import json

import pytest
from api.access.named_tokens import is_refused

DATA = ["keys", "lists", "topics", "routes", "bins"]


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def test_an_export_needs_to_read_all(as_uli, with_scopes):
    as_uli.put("/keys/a", data=b"1")
    singly = [f"{noun}:read" for noun in DATA]
    for scopes in (["write"], singly[1:], [*singly[1:], "keys:read:a"]):
        assert is_refused(with_scopes(*scopes).get("/export"))
    for scopes in (["read"], singly):
        assert with_scopes(*scopes).get("/export").text == as_uli.get("/export").text


@pytest.mark.parametrize(
    "record",
    [
        {"key": {"name": "a", "value": "!@[secret]"}},
        {"key": {"name": "a", "value": {"base64": "IUBbc2VjcmV0XQ=="}}},
        {"route": {"key": "secret", "content_type": "text/plain"}},
        {"route": {"document": json.dumps({"rules": [{"answers": [{"text": "!@[secret]"}]}]})}},
        {"bin": {"document": json.dumps({"list": "q", "answer": {"key": "secret"}})}},
    ],
    ids=["nested", "base64", "route", "document", "bin"],
)
@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_an_import_without_read_publishes_nothing(as_uli, with_scopes, record, mode):
    as_uli.put("/keys/secret", data=b"s3cret")
    writer = with_scopes("write")
    body = lines({"key": {"name": "first", "value": "1"}}, record)
    answer = writer.post(f"/import?mode={mode}", data=body)
    assert is_refused(answer)
    assert answer.json()["index"] == 1
    assert answer.json()["info"].startswith("Line 2: ")
    assert [row["key"] for row in as_uli.get("/keys").json()["keys"]] == ["secret"]
    assert with_scopes("write", "read").post(f"/import?mode={mode}", data=body).ok


def test_an_import_needs_to_write_all(as_uli, with_scopes):
    body = lines({"key": {"name": "a", "value": "1"}})
    for scopes in (["read"], [f"{noun}:write" for noun in DATA[1:]]):
        assert is_refused(with_scopes(*scopes).post("/import", data=body))
    assert with_scopes("write").post("/import", data=body).json()["keys"] == 1
