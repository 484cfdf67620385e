"""Export and import need `read` and `write` for all data; an import nests no secrets.

An export shows the secrets of bins to those alone who may write bins.
"""

import json

import pytest
from api.access.named_tokens import is_refused
from servers import Http

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


VERIFY = {"scheme": "github", "secrets": ["older", "s3cret"]}
BINS = (
    {"list": "q", "name": "gh", "keep": "request", "verify": VERIFY},
    {"list": "q", "keep": "request", "challenge": {"provider": "meta", "secret": "s3cret"}},
)


def export_of(client):
    return client.get("/export").text


@pytest.fixture
def bins(as_uli):
    """Two bins with secrets, one of them with a name."""
    for document in BINS:
        assert as_uli.post("/bins", json=document).ok


def test_an_export_shows_secrets_of_bins_to_those_who_may_write_bins(as_uli, with_scopes, bins):
    full = export_of(as_uli)
    assert "s3cret" in full
    for scopes in (["read", "write"], ["read", "bins:write"]):
        assert export_of(with_scopes(*scopes)) == full
    for scopes in (["read"], ["read", "keys:write", "routes:write", "tokens:write"]):
        shown = export_of(with_scopes(*scopes))
        assert "s3cret" not in shown and "older" not in shown
        assert shown.count("[secret]") == 3


def test_an_export_of_another_user_has_no_secrets_either(as_admin, with_scopes, uli, bins):
    reader = with_scopes("read", f"act:{uli.id}", maker=as_admin)
    assert "[secret]" in reader.get(f"/export?userid={uli.id}").text
    writer = with_scopes("read", "write", f"act:{uli.id}", maker=as_admin)
    assert "s3cret" in writer.get(f"/export?userid={uli.id}").text


def test_an_import_without_secrets_keeps_those_of_the_bins(as_uli, with_scopes, bins):
    full, shown = export_of(as_uli), export_of(with_scopes("read"))
    assert "[secret]" in shown
    for mode in ("merge", "skip"):
        done = as_uli.post(f"/import?mode={mode}", data=shown).json()
        assert (done["bins"], done["skipped"]) == (0, 2)
    assert export_of(as_uli) == full
    changed = shown.replace("github", "gitlab")
    assert as_uli.post("/import?dry_run=1", data=changed).json()["bins"] == 1
    assert as_uli.post("/import?mode=skip", data=changed).json()["skipped"] == 2
    assert as_uli.post("/import", data=changed).json()["bins"] == 1
    after = export_of(as_uli).replace(" ", "").splitlines()
    assert sorted(after) == sorted(full.replace("github", "gitlab").replace(" ", "").splitlines())


@pytest.mark.parametrize("query", ["", "?mode=skip", "?mode=replace"])
def test_an_import_without_secrets_of_new_bins_changes_nothing(as_uli, with_scopes, query, bins):
    first = lines({"key": {"name": "first", "value": "1"}}).decode()
    shown = first + export_of(with_scopes("read"))
    if query != "?mode=replace":
        for row in as_uli.get("/bins").json()["bins"]:
            as_uli.delete(f"/bins?id={row['path'].split('/')[-1]}")
    before = export_of(as_uli)
    answer = as_uli.post(f"/import{query}", data=shown)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_bin")
    assert answer.json()["info"].startswith("Line 2: There is no earlier secret")
    assert "bins:write" in answer.json()["hint"]
    dry = f"/import{query or '?mode=merge'}&dry_run=1"
    assert as_uli.post(dry, data=shown).json()["plan"]["error"]["code"] == "invalid_bin"
    assert export_of(as_uli) == before


def test_a_sandbox_is_not_made_of_an_export_without_secrets(as_uli, with_scopes, bins):
    shown = export_of(with_scopes("read"))
    answer = with_scopes("sandboxes:write").post("/sandboxes", data=shown)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_bin")
    assert as_uli.get("/sandboxes").json() == {"sandboxes": []}


def test_a_copy_of_a_sandbox_shows_no_secret_that_its_maker_may_not_have(as_uli, with_scopes, bins):
    def made(maker, query="", **given):
        answer = maker.post(f"/sandboxes{query}", **given)
        assert answer.status_code == 201, answer.text
        return Http(as_uli.url, answer.json()["token"])

    first = made(as_uli, data=export_of(as_uli))
    assert "s3cret" in export_of(first)
    id = first.get("/sandboxes/self").json()["id"]
    assert first.put("/sandboxes/self/snapshots/a").ok
    limited, full = with_scopes("sandboxes:write"), with_scopes("sandboxes:write", "bins:write")
    for source in (id, f"{id}/a"):
        with made(limited, f"?from={source}") as copy:
            assert export_of(copy).count("[secret]") == 3
            assert copy.post("/sandboxes/self/reset").ok
            assert "s3cret" not in export_of(copy)
        for maker in (full, as_uli):
            with made(maker, f"?from={source}") as copy:
                assert "s3cret" in export_of(copy)
    first.close()
