"""The largest value of a user: of a key, an item and a message, wherever it is written.

And the bytes of all its data, which strangers may take.
"""

import json

import pytest

LIMIT = 100
OK, OVER = b"x" * LIMIT, b"x" * (LIMIT + 1)


@pytest.fixture
def limited(as_uli, as_admin):
    assert as_admin.put("/users/1", json={"max_value": LIMIT}).ok
    return as_uli


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/keys/a"),
        ("PUT", "/keys/a?ttl=1h"),
        ("PUT", "/keys/a?return=old"),
        ("POST", "/lists/q"),
        ("POST", "/lists/q?delay=5s"),
        ("POST", "/topics/t"),
    ],
)
def test_a_value_over_the_limit_is_refused(limited, method, path):
    assert limited.request(method, path, data=OK).status_code < 300
    refused = limited.request(method, path, data=OVER)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert "'max_value' is 100" in refused.json()["info"]
    assert "101 bytes" in refused.json()["info"]


def test_each_line_is_a_value(limited):
    assert limited.post("/lists/q?split=lines", data=b"\n".join([OK] * 5)).json()["items"] == 5
    refused = limited.post("/lists/q?split=lines", data=b"\n".join([OK, OVER]))
    assert refused.status_code == 413
    assert limited.get("/lists/q/stats").json()["ready"] == 5


def test_what_a_patch_makes_is_a_value(limited):
    merge = {"Content-Type": "application/merge-patch+json"}
    assert limited.patch("/keys/a", json={"a": "x" * 60}, headers=merge).ok
    refused = limited.patch("/keys/a", json={"b": "x" * 60}, headers=merge)
    assert refused.status_code == 413
    assert set(limited.get("/keys/a").json()) == {"a"}


@pytest.mark.parametrize("verb", ["set", "push", "publish"])
@pytest.mark.parametrize("query", ["", "?atomic=1"])
def test_a_batch_names_the_operation(limited, verb, query):
    operations = [["set", "a", "1"], [verb, "b", "ä" * 51]]
    refused = limited.post(f"/batch{query}", json=operations)
    assert (refused.status_code, refused.json()["index"]) == (413, 1)
    assert limited.get("/keys/a").status_code == 404
    operations[1][2] = "ä" * 50
    assert limited.post(f"/batch{query}", json=operations).ok


@pytest.mark.parametrize(
    "record",
    [
        {"key": {"name": "a"}},
        {"item": {"list": "q"}},
        {"message": {"topic": "t", "id": "1-1"}},
    ],
)
def test_an_import_names_the_line(limited, record):
    [(kind, fields)] = record.items()
    lines = [json.dumps({kind: {**fields, "value": text.decode()}}) for text in (OK, OVER)]
    refused = limited.post("/import", data="\n".join(lines).encode())
    assert (refused.status_code, refused.json().get("index")) == (413, 1), refused.text
    assert "Line 2" in refused.json()["info"]
    assert limited.get("/export").text.strip() == ""
    assert limited.post("/import", data=lines[0].encode()).ok


def test_a_change_of_the_limit_counts_at_once(limited, as_admin):
    assert limited.put("/keys/a", data=OVER).status_code == 413
    as_admin.put("/users/1", json={"max_value": 0})
    assert limited.put("/keys/a", data=OVER).ok


def test_the_admin_who_acts_for_a_user_has_the_limits_of_the_admin(limited, as_admin):
    assert as_admin.put("/keys/a?userid=1", data=OVER).ok
    assert "RateLimit" not in limited.get("/keys/a").headers


def test_idempotency_keys_of_a_bin_are_named_and_freed(as_admin, as_uli, uli, http):
    assert as_admin.put(f"/users/{uli.id}", json={"max_bytes": "2kb"}).ok
    path = as_uli.post("/bins", json={"list": "h", "once": "query id"}).json()["path"]
    before = as_uli.get("/usage").json()
    statuses = []
    for number in range(40):
        statuses.append(http.post(path, params={"id": f"{number:0506}"}).status_code)
        as_uli.get("/lists/h")
    known = statuses.count(200)
    assert 20 < known < 40 and statuses == [200] * known + [507] * (40 - known)
    usage = as_uli.get("/usage").json()
    assert (usage["lists"], usage["idempotency_keys"]) == (0, known)
    assert usage["bytes"] == before["bytes"] + 64 * known
    refused = as_uli.put("/keys/a", data=bytes(400))
    assert (refused.status_code, refused.json()["code"]) == (507, "max_bytes_exceeded")
    assert "idempotency keys" in refused.json()["hint"]
    assert as_uli.delete("/lists/h").json() == {"info": "ok"}
    assert as_uli.get("/usage").json() == usage | {
        "idempotency_keys": 0,
        "bytes": before["bytes"],
        "traffic": as_uli.get("/usage").json()["traffic"],
    }
    assert as_uli.put("/keys/a", data=bytes(400)).ok
    assert as_uli.delete("/lists/h").status_code == 404
