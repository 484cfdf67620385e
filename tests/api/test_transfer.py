"""All of one's own over HTTP."""

import json

import pytest


def key(name, value="x"):
    return json.dumps({"key": {"name": name, "value": value}}).encode() + b"\n"


def item(name, value="x"):
    return json.dumps({"item": {"list": name, "value": value}}).encode() + b"\n"


def test_what_is_exported_is_imported(as_uli, as_admin, http):
    as_uli.put("/keys/k", data=b"\xff")
    for body in ("1", "2"):
        as_uli.post("/lists/q", data=body)
    as_uli.post("/lists/q?delay=1h", data="3")
    as_uli.post("/topics/t", data=b"1")
    as_uli.put("/lists/q/policy", json={"max_attempts": 3})
    as_uli.post("/routes", json={"key": "k", "content_type": "image/png"})
    as_uli.post("/bins", json={"list": "q"})
    answer = as_uli.get("/export")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    counts = {
        "keys": 1,
        "items": 3,
        "policies": 1,
        "messages": 1,
        "routes": 1,
        "bins": 1,
        "skipped": 0,
    }
    done = as_admin.post("/import", data=answer.content)
    assert done.json() == {"info": "ok", **counts}
    assert as_admin.get("/export").content == answer.content
    assert as_admin.get("/export?userid=1").content == answer.content
    assert as_admin.get("/keys/k").content == b"\xff"
    path = as_admin.get("/routes").json()["routes"][0]["path"]
    assert http.get(path).headers["Content-Type"] == "image/png"
    assert as_admin.get("/lists/q/stats").json()["delayed"] == 1
    assert as_admin.get("/lists/q").text == "1"
    assert as_admin.get("/topics/t").json() == as_uli.get("/topics/t").json()
    assert as_admin.get("/lists/q/policy").json()["max_attempts"] == 3


def test_modes(as_uli):
    as_uli.put("/keys/old", data=b"old")
    as_uli.post("/lists/q", data=b"old")
    given = key("old", "new") + key("fresh") + item("q", "new")
    done = as_uli.post("/import?mode=skip", data=given).json()
    assert (done["keys"], done["items"], done["skipped"], "begun" in done) == (1, 0, 2, False)
    assert as_uli.get("/keys/old").text == "old"
    done = as_uli.post("/import?mode=skip&begun=lists/q", data=item("q", "new")).json()
    assert (done["items"], done["begun"]) == (1, "lists/q")
    assert as_uli.post("/import?mode=merge", data=key("old", "new")).json()["keys"] == 1
    assert as_uli.get("/keys/old").text == "new"
    assert as_uli.post("/import?mode=replace", data=key("only")).json()["keys"] == 1
    assert as_uli.get("/export").content == key("only").replace(b": ", b":").replace(b", ", b",")
    assert as_uli.post("/import?mode=replace", data=b"").json()["keys"] == 0
    assert as_uli.get("/export").content == b""


def test_the_first_bad_line_is_named(as_uli):
    answer = as_uli.post("/import", data=key("a") + b"{}\n" + key("b"))
    assert answer.status_code == 400
    told = answer.json()
    assert (told["code"], told["index"]) == ("invalid_request", 1)
    assert (
        told["info"]
        == "Line 2: It must have exactly one of `key`, `item`, `list`, `message`, `route` and `bin`."
    )
    assert as_uli.get("/export").content == b""


@pytest.mark.parametrize(
    ("query", "named"),
    [("mode=all", "'mode'"), ("begun=a/b", "'begun'"), ("begun=lists/", "'begun'")],
)
def test_a_bad_parameter_is_named(as_uli, query, named):
    answer = as_uli.post(f"/import?{query}", data=key("a"))
    assert answer.status_code == 400
    assert named in answer.json()["info"]


def test_a_body_over_the_limit_is_refused(as_uli):
    given = b"".join(item("q", "x" * 1000) for _ in range(2100))
    answer = as_uli.post("/import", data=given)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_large_export_is_streamed(as_uli):
    for number in range(5):
        as_uli.put(f"/keys/k{number}", data=b"x" * (1 << 20))
    answer = as_uli.get("/export")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert len(answer.content.splitlines()) == 5


def test_the_largest_document_of_a_bin_is_exported_and_imported(as_uli, as_admin, http):
    room = (64 << 10) - 200
    answers = {"quotes": '"' * (room // 2), "backslashes": "\\" * (room // 2), "plain": "x" * room}
    for name, text in answers.items():
        document = {"list": "q", "name": name, "answer": {"text": text}, "ends": "7d"}
        body = json.dumps(document).encode()
        assert (64 << 10) - 300 < len(body) <= 64 << 10
        assert as_uli.post("/bins", data=body).status_code == 200
    out = as_uli.get("/export").content
    done = as_admin.post("/import", data=out).json()
    assert (done["bins"], done["skipped"]) == (3, 0)
    assert sorted(as_admin.get("/export").iter_lines()) == sorted(out.splitlines())
    for name, text in answers.items():
        assert http.post(f"/bins/@admin/{name}", data=b"x").text == text


def test_a_bad_document_of_a_bin_is_named_with_its_line(as_uli):
    line = json.dumps({"bin": {"document": '{"list":"q","keep":"x"}'}}).encode()
    answer = as_uli.post("/import", data=key("a") + line)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_bin")
    assert answer.json()["index"] == 1
    assert answer.json()["info"].startswith("Line 2: ")
    assert as_uli.get("/export").content == b""


def test_both_need_a_login(http):
    assert http.get("/export").status_code == 401
    assert http.post("/import", data=b"").status_code == 401


def test_a_dry_run_answers_a_plan_and_changes_nothing(as_uli):
    as_uli.put("/keys/old", data=b"old")
    body = key("old") + key("fresh") + item("q")
    done = as_uli.post("/import?dry_run=1&mode=replace", data=body).json()
    plan = done.pop("plan")
    assert done == {
        "info": "ok", "keys": 2, "items": 1, "policies": 0, "messages": 0, "routes": 0, "bins": 0,
        "skipped": 0, "begun": "lists/q",
    }  # fmt: skip
    assert plan["keys"] == {"new": 2, "replaced": 0, "skipped": 0}
    assert (plan["deleted"], plan["names"], "error" in plan) == ({"keys": 1}, 3, False)
    assert as_uli.get("/keys/old").text == "old"
    done = as_uli.post("/import?dry_run=1", data=key("a") + b"{}\n").json()
    assert (done["keys"], done["plan"]["error"]["status"]) == (0, 400)
    assert (done["plan"]["error"]["code"], done["plan"]["error"]["index"]) == ("invalid_request", 1)
    assert as_uli.post("/import?dry_run=0", data=key("a")).json()["keys"] == 1


@pytest.mark.parametrize(
    "query",
    ["dry_run=2", "dry_run=", "names=1", "bytes=1", "dry_run=1&names=x", "dry_run=1&bytes=1.5",
     "dry_run=1&names=" + "9" * 16, "dry_run=1&begun=x"],
)  # fmt: skip
def test_what_a_dry_run_does_not_take(as_uli, query):
    answer = as_uli.post(f"/import?{query}", data=key("a"))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert as_uli.get("/keys/a").status_code == 404


def test_a_dry_run_needs_the_scope_of_the_import(as_uli):
    token = as_uli.post("/tokens", json={"name": "t", "scopes": ["read"]}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert as_uli.post("/import?dry_run=1", data=b"", headers=headers).status_code == 403
