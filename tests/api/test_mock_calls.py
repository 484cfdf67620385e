"""The journal of a route, and the verification of its calls."""

import json
import threading
import time

import pytest

RULES = [
    {"name": "pay", "method": "POST", "path": "/orders/{id}/pay", "answers": [{"status": 201}, {"status": 409}]},
    {"name": "page", "path": "/page", "answers": [{"key": "page", "status": 203}]},
    {"name": "todos", "path": "/todos", "collection": "todo:"},
    {"name": "broken", "path": "/broken", "answers": [{"headers": {"X": "!@[$query.x]"}}]},
]  # fmt: skip


@pytest.fixture
def shop(as_uli):
    document = {"name": "shop", "journal": "calls", "rules": RULES}
    return as_uli.post("/routes", json=document).json()["named_path"]


@pytest.fixture
def verify(as_uli):
    def ask(expected=None, query=""):
        body = json.dumps(expected) if expected is not None else None
        return as_uli.post(f"/routes/verify?id=@uli/shop{query}", data=body)

    return ask


@pytest.fixture
def calls(as_uli):
    def read():
        found = as_uli.get("/topics/calls?since=all&limit=1000").json()["messages"]
        return [json.loads(message["value"]) for message in found]

    return read


def test_every_call_is_recorded_as_it_was_answered(shop, http, as_uli, calls):
    asked = [
        ("POST", "/orders/7/pay?a=b", "pay"), ("POST", "/orders/7/pay", "pay"), ("GET", "/page", "page"), ("GET", "/none", None), ("POST", "/todos", "todos"),
        ("GET", "/todos/1", "todos"), ("GET", "/todos/2", "todos"), ("PUT", "/todos", "todos"), ("GET", "/todos?_sort=id", "todos"),
    ]  # fmt: skip
    answers = [http.request(method, shop + path, json={"n": 1}) for method, path, _ in asked]
    as_uli.put("/keys/page", data=b"x")
    asked.append(("GET", "/page", "page"))
    answers.append(http.get(f"{shop}/page"))
    entries = calls()
    assert [entry.get("rule") for entry in entries] == [rule for *_, rule in asked]
    assert [entry["status"] for entry in entries] == [answer.status_code for answer in answers]
    assert [entry["status"] for entry in entries] == [201, 409, 404, 404, 201, 200, 404, 405, 200, 203]  # fmt: skip
    first = entries[0]
    assert (first["method"], first["path"], first["query"]) == ("POST", "/orders/7/pay", "a=b")
    assert (first["body"], first["ip"]) == ('{"n": 1}', "127.0.0.1")
    assert first["headers"]["content-type"] == "application/json"


def test_a_body_is_recorded_byte_for_byte_and_up_to_a_bound(shop, http, calls):
    http.post(f"{shop}/orders/7/pay", data=b"\xff\0")
    http.post(f"{shop}/orders/7/pay", data=b"x" * (300 << 10))
    first, second = calls()
    assert first["body"] == {"base64": "/wA="}
    assert (len(second["body"]), second["cut"]) == (256 << 10, 300 << 10)


def test_calls_are_counted_that_match(shop, http, verify):
    for number in (7, 7, 8):
        http.post(f"{shop}/orders/{number}/pay", json={"total": number})
    for expected, matching in [
        (None, 3), ({}, 3), ({"count": 3}, 3), ({"path": "/orders/7/pay", "count": 2}, 2), ({"method": ["POST"], "status": 409, "count": {"min": 2, "max": 2}}, 2),
        ({"when": {"body": {"total": {"gt": 7}}}}, 1), ({"rule": "pay"}, 3), ({"path": "/none", "count": 0}, 0),
    ]:  # fmt: skip
        answer = verify(expected)
        assert (answer.status_code, answer.json()) == (200, {"info": "ok", "matching": matching})


def test_calls_that_differ_are_named_with_what_differs(shop, http, verify):
    http.get(f"{shop}/orders/7/pay")
    http.post(f"{shop}/orders/8/pay", json={"total": 1})
    expected = {"method": "POST", "path": "/orders/7/pay", "when": {"body": {"total": 1}}}
    answer = verify(expected)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_as_called")
    assert answer.json()["matching"] == 0
    assert [near["failed"] for near in answer.json()["nearest"]] == [["method", "body.total"], ["path"]]  # fmt: skip
    assert answer.json()["nearest"][1]["call"]["path"] == "/orders/8/pay"
    assert verify({"count": {"max": 1}}).json()["matching"] == 2


def test_a_verification_waits_for_a_call(shop, http, verify):
    later = threading.Timer(0.05, lambda: http.post(f"{shop}/orders/1/pay"))
    later.start()
    answer = verify({"count": 1}, "&wait=10")
    later.join()
    assert answer.json() == {"info": "ok", "matching": 1}
    assert 0.03 < answer.elapsed.total_seconds() < 9
    assert verify({"count": 5}, "&wait=0").status_code == 409


def test_only_calls_after_a_moment_count(shop, http, as_uli, verify):
    http.post(f"{shop}/orders/1/pay")
    [first] = as_uli.get("/topics/calls?since=all").json()["messages"]
    http.post(f"{shop}/orders/2/pay")
    assert verify({"count": 1}, f"&since={first['id']}").status_code == 200
    assert verify({"count": 2}, "&since=10m").status_code == 200
    assert verify({}, "&since=x").status_code == 400


def test_a_reset_forgets_calls_and_counters(shop, http, as_uli, verify, calls):
    assert http.post(f"{shop}/orders/1/pay").status_code == 201
    assert http.post(f"{shop}/orders/1/pay").status_code == 409
    as_uli.post("/routes/reset?id=@uli/shop")
    assert calls() == []
    assert verify({"count": 0}).status_code == 200
    assert http.post(f"{shop}/orders/1/pay").status_code == 201
    assert len(calls()) == 1


def test_what_cannot_be_verified_is_refused(shop, as_uli, verify):
    for expected in ({"pth": "/"}, {"count": -1}, {"count": {"min": 2, "max": 1}}, {"path": "x"}, {"when": {"key": {"a": 1}}}, [], {"when": {"query": {"a": {"like": 1}}}}):  # fmt: skip
        assert verify(expected).status_code == 400, expected
    assert verify({"when": {"text": "x" * (256 << 10)}}).json()["code"] == "document_too_large"
    as_uli.post("/routes", json={"name": "quiet", "rules": [{}]})
    assert as_uli.post("/routes/verify?id=@uli/quiet").status_code == 400
    assert as_uli.post("/routes/verify?id=@uli/none").status_code == 404
    assert as_uli.post("/routes/verify").status_code == 400


def test_verify_and_reset_need_a_login(shop, http):
    for path in ("/routes/verify?id=@uli/shop", "/routes/reset?id=@uli/shop"):
        answer = http.post(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert http.get(path).status_code in (401, 405)


def test_a_journal_is_bounded_as_any_topic(shop, http, calls):
    for _ in range(110):
        http.get(f"{shop}/none")
    assert len(calls()) == 100


def test_a_journal_counts_against_the_quota(as_uli, as_admin):
    document = {"name": "shop", "journal": "calls", "rules": [{"path": "/a"}]}
    as_admin.put("/users/1", json={"quota": 1})
    refused = as_uli.post("/routes", json=document)
    assert (refused.status_code, refused.json()["code"]) == (400, "quota_exceeded")
    assert as_uli.get("/topics").json()["topics"] == as_uli.get("/routes").json()["routes"] == []
    as_admin.put("/users/1", json={"quota": 2})
    assert as_uli.post("/routes", json=document).ok
    assert as_uli.put("/routes?id=@uli/shop", json={**document, "journal": "others"}).ok
    assert "others" in str(as_uli.get("/topics").json()["topics"])


def test_a_full_quota_is_all_or_nothing_and_no_matter_of_the_journal(as_uli, as_admin, http, calls):
    rules = [
        {"path": "/set/{x}", "then": [["set", "k:$path.x", "1"]]},
        {"path": "/c", "collection": "c:"},
        {"path": "/a"},
    ]
    as_uli.post("/routes", json={"name": "shop", "journal": "calls", "rules": rules})
    as_admin.put("/users/1", json={"quota": 3})
    asked = [("GET", "/set/1"), ("GET", "/set/2"), ("POST", "/c"), ("GET", "/c"), ("GET", "/a")]
    answers = [http.request(method, f"/routes/@uli/shop{p}", json={}) for method, p in asked]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 400, 400, 200, 200]
    assert [entry["status"] for entry in calls()] == statuses
    assert [row["key"] for row in as_uli.get("/keys").json()["keys"]] == ["k:1"]
    as_uli.delete("/topics/calls")
    as_uli.put("/keys/other", data=b"x")
    assert [http.get(f"/routes/@uli/shop{path}").status_code for path in ("/a", "/c")] == [200, 200]
    as_uli.delete("/keys/other")
    assert http.get("/routes/@uli/shop/set/3").status_code == 400
    assert [entry["status"] for entry in calls()] == [400]


def test_what_operations_refuse_is_recorded(as_uli, http, calls):
    rules = [{"name": "up", "path": "/i", "then": [["incr", "secret"]]}]
    as_uli.post("/routes", json={"name": "shop", "journal": "calls", "rules": rules})
    as_uli.put("/keys/secret", data=b"text")
    assert http.get("/routes/@uli/shop/i").json()["code"] == "not_an_integer"
    assert [(entry["status"], entry["rule"]) for entry in calls()] == [(400, "up")]


def test_an_answer_that_cannot_be_sent_changes_nothing_and_is_recorded_so(as_uli, http, calls):
    as_uli.put("/keys/euro", data="€".encode())
    as_uli.put("/keys/big", data=b"x" * (1 << 20))
    count = {"then": [["incr", "done"]]}
    rules = [
        {"path": "/query", **count, "answers": [{"status": 201, "headers": {"X": "!@[$query.x]"}}]},
        {"path": "/cookie", **count, "answers": [{"cookies": {"X": "!@[$query.x]"}}, {}]},
        {"path": "/body", **count, "answers": [{"text": "!@[$body]" * 3}]},
        {"path": "/key", "answers": [{"headers": {"X": "!@[euro]"}}]},
        {"path": "/keys", "answers": [{"text": "!@[big]" * 3}]},
    ]
    as_uli.post("/routes", json={"name": "shop", "journal": "calls", "rules": rules})
    asked = ["/query?x=€", "/cookie?x=€", "/cookie?x=€", "/body", "/key", "/keys"]
    for path in asked:
        body = b"x" * 1_000_000 if path == "/body" else b""
        assert http.post(f"/routes/@uli/shop{path}", data=body).status_code == 422, path
    assert as_uli.get("/keys/done").status_code == 404
    assert http.post("/routes/@uli/shop/cookie?x=e").status_code == 200
    statuses = [entry["status"] for entry in calls()]
    assert statuses == [422] * len(asked) + [200]
    assert as_uli.get("/keys/done").text == "1"


def test_a_topic_of_the_owner_stays_as_it_is(as_uli, http, verify):
    document = {"name": "shop", "journal": "calls", "rules": [{}]}
    as_uli.post("/routes", json=document)
    http.get("/routes/@uli/shop")
    as_uli.delete("/topics/calls")
    as_uli.post("/topics/calls", data=b"precious")
    http.get("/routes/@uli/shop")
    assert as_uli.post("/routes/reset?id=@uli/shop").ok
    assert verify({"count": 0}).ok
    http.get("/routes/@uli/shop")
    assert verify({"count": 1}).ok
    assert as_uli.delete("/routes?id=@uli/shop").ok
    messages = as_uli.get("/topics/calls?since=all").json()["messages"]
    assert messages[0]["value"] == "precious"
    assert len(messages) == 3


def test_dropped_calls_never_decide_on_a_verification(shop, http, as_uli, verify):
    for _ in range(100):
        http.get(f"{shop}/none")
    assert verify({"count": 100}).status_code == 200
    [newest] = as_uli.get("/topics/calls?since=all&limit=1000").json()["messages"][-1:]
    for _ in range(20):
        http.get(f"{shop}/page")
    for expected in ({"count": 120}, {"count": 100}, {"count": 0, "path": "/other"}, {"path": "/none", "count": {"min": 81}}, {"path": "/page", "count": {"min": 20, "max": 20}}, {"count": {"max": 200}}):  # fmt: skip
        answer = verify(expected)
        assert (answer.status_code, answer.json()["code"]) == (409, "calls_dropped"), expected
    for expected in ({}, {"count": {"min": 100}}, {"path": "/none", "count": {"min": 80}}):
        assert verify(expected).status_code == 200, expected
    assert verify({"path": "/page", "count": 19}).json()["code"] == "not_as_called"
    assert verify({"count": 20}, f"&since={newest['id']}").json() == {"info": "ok", "matching": 20}
    as_uli.post("/routes/reset?id=@uli/shop")
    assert verify({"count": 0}).status_code == 200
    http.get(f"{shop}/page")
    assert verify({"count": 1}).json() == {"info": "ok", "matching": 1}


def test_calls_that_others_drop_count_as_dropped(shop, http, as_uli, verify):
    http.get(f"{shop}/page")
    for _ in range(100):
        as_uli.post("/topics/calls", data=b"no call")
    assert verify({"count": 0}).json()["code"] == "calls_dropped"
    as_uli.delete("/topics/calls")
    assert verify({"count": 0}).status_code == 200


def test_a_reset_while_a_verification_waits_forgets_what_was_counted(shop, http, as_uli, verify):
    http.get(f"{shop}/page")
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(verify({"count": 2}, "&wait=20")))
    waiting.start()
    time.sleep(0.05)
    as_uli.post("/routes/reset?id=@uli/shop")
    http.get(f"{shop}/page")
    waiting.join(0.05)
    assert waiting.is_alive()
    http.get(f"{shop}/page")
    waiting.join()
    assert answers[0].json() == {"info": "ok", "matching": 2}


def test_large_calls_are_all_counted(shop, http, verify):
    for _ in range(3):
        http.post(f"{shop}/orders/1/pay", data=b"\0" * (250 << 10))
    assert verify({"count": 3}).status_code == 200
