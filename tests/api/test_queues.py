"""Leases, policies and items over HTTP."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from servers import Http, until

MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").fullmatch


def push(http, body, query="", **headers):
    answer = http.post(f"/lists/q{query}", data=body, headers=headers)
    assert answer.status_code == 200
    return answer.json()["id"]


def lease(http, query=""):
    answer = http.post(f"/lists/q/lease{query}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return answer.json()["items"]


def refusal(answer):
    return answer.status_code, answer.json()["code"]


def test_many_are_popped_at_once(as_uli):
    for body in (b"1", b"\xff", b"3"):
        push(as_uli, body)
    answer = as_uli.get("/lists/q?max=2")
    assert answer.json() == ["1", {"base64": "/w=="}]
    assert answer.headers["Cache-Control"] == "no-store"
    assert as_uli.post("/lists/q/pop?max=1000").json() == ["3"]
    assert as_uli.get("/lists/q?max=5&wait=0").json() == []


def test_items_are_leased_and_acknowledged(as_uli):
    pushed = [push(as_uli, b"1"), push(as_uli, b"\xff")]
    items = lease(as_uli, "?max=10&for=5m")
    assert [item["id"] for item in items] == pushed
    assert [item["body"] for item in items] == ["1", {"base64": "/w=="}]
    assert all(MOMENT(item["enqueued"]) for item in items)
    assert [item["attempt"] for item in items] == [1, 1]
    assert lease(as_uli) == []
    for item in items:
        assert as_uli.delete(f"/lists/q/leases/{item['lease']}").json() == {"info": "ok"}
        again = as_uli.delete(f"/lists/q/leases/{item['lease']}")
        assert refusal(again) == (404, "lease_not_found")
    assert as_uli.get("/lists").json() == {"lists": []}


def test_one_item_is_leased_as_its_bytes(as_uli):
    item_id = push(as_uli, b"\x00raw\xff")
    answer = as_uli.post("/lists/q/lease?raw=1")
    assert answer.content == b"\x00raw\xff"
    assert answer.headers["B9Y-Item"] == item_id
    assert answer.headers["B9Y-Lease"] == f"{item_id}.1"
    assert answer.headers["B9Y-Attempt"] == "1"
    assert MOMENT(answer.headers["B9Y-Enqueued"])
    empty = as_uli.post("/lists/q/lease?raw=1&max=1")
    assert (empty.status_code, empty.content) == (204, b"")
    assert refusal(as_uli.post("/lists/q/lease?raw=1&max=2")) == (400, "invalid_request")


def test_a_lease_is_extended_and_given_back(as_uli):
    push(as_uli, b"1")
    [item] = lease(as_uli)
    path = f"/lists/q/leases/{item['lease']}"
    assert as_uli.patch(f"{path}?for=5m").json() == {"info": "ok"}
    assert as_uli.patch(path).ok
    assert as_uli.patch(f"{path}?for=0s").ok
    assert refusal(as_uli.patch(path)) == (404, "lease_not_found")
    [again] = lease(as_uli)
    assert (again["id"], again["attempt"]) == (item["id"], 2)


def test_many_leases_are_changed_in_one_call(as_uli):
    for number in range(5):
        push(as_uli, b"%d" % number)
    one, two, three, four, five = (item["lease"] for item in lease(as_uli, "?max=5"))
    changes = {
        "ack": [one, "7.7"],
        "retry": [two, {"lease": three, "delay": "1h"}],
        "extend": [{"lease": four, "for": 60}],
        "bury": [{"lease": five, "reason": "no cat"}],
    }
    answer = as_uli.post("/lists/q/ack", json=changes).json()
    assert answer["ack"][0] == {"ok": True}
    assert answer["ack"][1]["error"]["code"] == "lease_not_found"
    assert answer["retry"] == [{"ok": True}] * 2
    assert answer["extend"] == answer["bury"] == [{"ok": True}]
    stats = as_uli.get("/lists/q/stats").json()
    assert stats.pop("oldest_age") < 30
    assert stats == {"ready": 1, "leased": 1, "delayed": 1, "dead": 1, "bytes": 4, "in": 5,
                     "out": 1, "paused": False}  # fmt: skip
    shown = {
        state: as_uli.get(f"/lists/q/items?state={state}").json()["items"]
        for state in ("ready", "leased", "delayed", "dead")
    }
    assert [len(rows) for rows in shown.values()] == [1, 1, 1, 1]
    assert MOMENT(shown["leased"][0]["until"])
    assert MOMENT(shown["delayed"][0]["due"])
    assert MOMENT(shown["dead"][0]["died"])
    assert shown["dead"][0]["reason"] == "no cat"
    assert as_uli.post("/lists/q/ack", json={}).json() == {
        "ack": [], "retry": [], "extend": [], "bury": [],
    }  # fmt: skip


def test_a_push_says_how(as_uli):
    late, last = push(as_uli, b"late", "?delay=1h&ttl=2h"), push(as_uli, b"last")
    first = push(as_uli, b"first", "?front=1")
    shown = as_uli.get(f"/lists/q/items/{late}").json()
    assert (shown["state"], shown["attempt"], shown["body"]) == ("delayed", 0, "late")
    assert shown["due"] < shown["expires"]
    rows = as_uli.get("/lists/q/items").json()
    assert [row["id"] for row in rows["items"]] == [first, last]
    assert rows["next"] is None
    assert as_uli.post("/lists/q?split=lines&front=1", data=b"a\nb").json()["items"] == 2
    assert as_uli.get("/lists/q?max=9").json() == ["a", "b", "first", "last"]


def test_the_same_push_is_done_once(as_uli):
    key = {"Idempotency-Key": "order 7"}
    assert push(as_uli, b"1", **key) == push(as_uli, b"1", **key)
    assert as_uli.post("/lists/q?split=lines", data=b"1", headers=key).json()["items"] == 0
    assert as_uli.get("/lists/q?max=9").json() == ["1"]
    for bad in ("", "x" * 256):
        answer = as_uli.post("/lists/q", data=b"1", headers={"Idempotency-Key": bad})
        assert refusal(answer) == (400, "invalid_request")


def test_items_are_seen_in_pages_and_nothing_is_taken(as_uli):
    as_uli.post("/lists/q?split=lines", data=b"".join(b"%d\n" % number for number in range(250)))
    lease(as_uli, "?max=100")
    for state, count in (("ready", 150), ("leased", 100)):
        bodies, after = [], ""
        while after is not None:
            page = as_uli.get(f"/lists/q/items?state={state}&limit=40&after={after}").json()
            bodies += [int(row["body"]) for row in page["items"]]
            after = page["next"]
        first = 100 if state == "ready" else 0
        assert bodies == list(range(first, first + count))
    assert as_uli.get("/lists/q/stats").json()["ready"] == 150
    assert as_uli.get("/lists/none/items").json() == {"items": [], "next": None}
    assert as_uli.get("/lists/none/stats").json()["oldest_age"] is None


def bodies(page):
    return [row["body"] for row in page.json()["items"]]


def test_the_newest_items_are_seen_first(as_uli):
    as_uli.post("/lists/q?split=lines", data=b"1\n2\n3\n4\n5\n")
    page = as_uli.get("/lists/q/items?order=newest&limit=2")
    assert bodies(page) == ["5", "4"]
    page = as_uli.get(f"/lists/q/items?order=newest&limit=2&after={page.json()['next']}")
    assert bodies(page) == ["3", "2"]
    page = as_uli.get(f"/lists/q/items?order=newest&limit=2&after={page.json()['next']}")
    assert (bodies(page), page.json()["next"]) == (["1"], None)
    assert bodies(as_uli.get("/lists/q/items?order=oldest&limit=1")) == ["1"]
    lease(as_uli, "?max=3")
    assert bodies(as_uli.get("/lists/q/items?order=newest&wait=1")) == ["5", "4"]
    assert bodies(as_uli.get("/lists/q/items?order=newest&state=leased")) == ["3", "2", "1"]
    assert as_uli.get("/lists/none/items?order=newest&wait=0").json()["items"] == []


@pytest.mark.parametrize("query", ["", "order=newest&limit=1&", "after=&", "after=KNOWN&"])
def test_a_look_waits_for_an_item_and_takes_none(as_uli, session_url, query):
    if "KNOWN" in query:
        query = query.replace("KNOWN", push(as_uli, b"known"))
    with Http(session_url, as_uli.token) as other, ThreadPoolExecutor(1) as pool:
        look = pool.submit(as_uli.get, f"/lists/q/items?{query}wait=20")
        until(lambda: "bambleweeny_waits 1" in other.get("/metrics").text)
        pushed = push(other, b"late")
        assert [row["id"] for row in look.result(20).json()["items"]] == [pushed]
        assert other.get(f"/lists/q/items/{pushed}").json()["state"] == "ready"


def test_a_wait_that_no_item_could_end_is_refused_with_a_hint(as_uli):
    answer = as_uli.get("/lists/q/items?order=newest&after=5&wait=5")
    assert refusal(answer) == (400, "invalid_request")
    assert "leave out 'order'" in answer.json()["hint"]
    assert as_uli.get("/lists/q/items?order=newest&after=&wait=0").ok
    assert as_uli.head("/lists/q/items?wait=20").ok


def test_an_item_is_deleted_whatever_its_state(as_uli):
    leased, ready = push(as_uli, b"1"), push(as_uli, b"2")
    delayed = push(as_uli, b"3", "?delay=1h")
    [item] = lease(as_uli)
    for item_id in (leased, ready, delayed):
        path = f"/lists/q/items/{item_id}"
        assert as_uli.delete(path).json() == {"info": "ok"}
        for method in ("GET", "DELETE"):
            assert refusal(as_uli.request(method, path)) == (404, "not_found")
    assert refusal(as_uli.delete(f"/lists/q/leases/{item['lease']}")) == (404, "lease_not_found")
    assert as_uli.get("/lists/q/items/x").status_code == 404
    assert as_uli.get("/lists").json() == {"lists": []}


def test_a_policy_is_set_shown_and_ended(as_uli):
    path, policy = "/lists/q/policy", {"lease": "2m", "max_attempts": 1, "dead_letter": "graves"}
    assert refusal(as_uli.get(path)) == (404, "not_found")
    assert as_uli.put(path, json=policy).json() == {"info": "ok"}
    assert as_uli.get(path).json() == {
        "lease": 120, "max_attempts": 1, "dead_letter": "graves", "max_len": None,
        "overflow": "reject", "ttl": None, "paused": False,
    }  # fmt: skip
    assert as_uli.get("/lists").json()["lists"] == [{"key": "q", "owner": "1"}]
    push(as_uli, b"1")
    [item] = lease(as_uli)
    as_uli.patch(f"/lists/q/leases/{item['lease']}?for=0")
    [row] = as_uli.get("/lists/graves/items").json()["items"]
    assert (row["attempt"], row["reason"], row["origin"]) == (1, "max_attempts", "q")
    assert as_uli.post("/lists/graves/move", json={"to": "q", "state": "ready"}).json() == {
        "info": "ok",
        "items": 1,
    }
    assert as_uli.put(path, json={"paused": True}).ok
    assert as_uli.get("/lists/q").status_code == 204
    assert as_uli.delete(path).json() == {"info": "ok"}
    assert refusal(as_uli.delete(path)) == (404, "not_found")
    assert as_uli.get("/lists/q").text == "1"


def test_a_purge_deletes_what_is_in_a_state_or_all(as_uli):
    as_uli.post("/lists/q?split=lines", data=b"x\n" * 900)
    lease(as_uli, "?max=100")
    assert as_uli.delete("/lists/q/items?state=leased").json() == {"info": "ok", "items": 100}
    assert as_uli.delete("/lists/q/items").json()["items"] == 800
    assert as_uli.delete("/lists/q/items").json()["items"] == 0
    assert as_uli.get("/lists").json() == {"lists": []}


def test_a_lease_waits_for_an_item(as_uli, session_url):
    def push_later():
        with Http(session_url, as_uli.headers["Authorization"].split()[1]) as other:
            return push(other, b"late")

    with ThreadPoolExecutor(1) as pool:
        pushed = pool.submit(push_later)
        [item] = lease(as_uli, "?wait=20")
        assert pushed.result() == item["id"]


def test_an_ended_lease_wakes_who_waits(as_uli):
    push(as_uli, b"1")
    lease(as_uli, "?for=1s")
    before = time.monotonic()
    [item] = lease(as_uli, "?wait=20&max=5")
    assert item["attempt"] == 2
    assert time.monotonic() - before < 15


@pytest.mark.parametrize(
    "call",
    [
        "GET /lists/q?max=0", "GET /lists/q?max=1001", "GET /lists/q?max=x", "POST /lists/q?delay=soon",
        "POST /lists/q?delay=8d", "POST /lists/q?ttl=0", "POST /lists/q?ttl=366d", "POST /lists/q?front=yes",
        "POST /lists/q?front=1&delay=1", "POST /lists/q/lease?max=101", "POST /lists/q/lease?for=0",
        "POST /lists/q/lease?for=13h", "POST /lists/q/lease?wait=31", "PATCH /lists/q/leases/1.1?for=13h",
        "GET /lists/q/items?state=lost", "GET /lists/q/items?limit=0", "GET /lists/q/items?after=x",
        "GET /lists/q/items?order=desc", "GET /lists/q/items?wait=31", "GET /lists/q/items?wait=soon",
        "GET /lists/q/items?order=newest&state=dead&after=5", "GET /lists/q/items?state=leased&wait=1",
        "DELETE /lists/q/items?state=lost", "POST /lists/q/ack", "PUT /lists/q/policy", "POST /lists/q/move",
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(as_uli, call):
    method, path = call.split()
    assert refusal(as_uli.request(method, path)) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("policy", {"lease": 0}), ("policy", {"lease": "soon"}), ("policy", {"max_attempts": 0}),
        ("policy", {"dead_letter": "q"}), ("policy", {"dead_letter": "a b"}), ("policy", {"overflow": "burn"}),
        ("policy", {"more": 1}), ("policy", {"ttl": "400d"}), ("ack", {"ack": "1.1"}),
        ("ack", {"retry": [{"lease": "1.1", "delay": "soon"}]}), ("ack", {"ack": ["1.1"] * 1001}),
        ("ack", {"bury": [{"lease": "1.1", "reason": "x" * 256}]}), ("move", {"to": "q", "state": "ready"}),
        ("move", {"to": "a b"}), ("move", {"to": "x", "max": 0}), ("move", {"to": "x", "state": "leased"}),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_is_told(as_uli, path, body):
    answer = as_uli.request("PUT" if path == "policy" else "POST", f"/lists/q/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["code"].startswith("invalid_")


@pytest.mark.parametrize(("verb", "field"), [("retry", "delay"), ("extend", "for")])
@pytest.mark.parametrize("duration", ["soon", -1, ""])
def test_a_bad_duration_of_a_lease_is_named(as_uli, verb, field, duration):
    answer = as_uli.post("/lists/q/ack", json={verb: [{"lease": "1.1", field: duration}]})
    assert refusal(answer) == (400, "invalid_request")
    assert answer.json()["info"].startswith(f"The field '{field}' is invalid: '{duration}' is not")


def test_a_batch_pushes_with_options(as_uli):
    operations = [
        ["push", "q", "2"], ["push", "q", "1", {"front": True}],
        ["push", "q", {"base64": "/w=="}, {"delay": "1h", "ttl": 60}], ["pop", "q"], ["pop", "q"], ["pop", "q"],
    ]  # fmt: skip
    outcomes = [{"ok": True}] * 3 + [{"ok": "1"}, {"ok": "2"}, {"ok": None}]
    for path in ("/batch", "/batch?atomic=1"):
        assert as_uli.post(path, json=operations).json() == outcomes
    assert as_uli.get("/lists/q/stats").json()["delayed"] == 2
    for bad in ({"delay": "soon"}, {"delay": "8d"}, {"more": 1}, {"front": True, "delay": 1}):
        answer = as_uli.post("/batch", json=[["get", "a"], ["push", "q", "x", bad]])
        assert (answer.status_code, answer.json()["index"]) == (400, 1)


def test_a_full_store_lets_consumers_work(as_uli, raw):
    for _ in range(3):
        push(as_uli, b"1")
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        one, two, three = (item["lease"] for item in lease(as_uli, "?max=3"))
        assert as_uli.delete(f"/lists/q/leases/{one}").ok
        assert as_uli.patch(f"/lists/q/leases/{two}?for=1m").ok
        assert as_uli.patch(f"/lists/q/leases/{two}?for=0").ok
        assert as_uli.post("/lists/q/move", json={"to": "q"}).json()["items"] == 0
        answer = as_uli.post("/lists/q/ack", json={"bury": [three], "retry": [two]}).json()
        assert answer["bury"] == [{"ok": True}]
        refused = as_uli.post("/lists/q", data=b"x")
        assert refusal(refused) == (507, "store_full")
        assert as_uli.delete("/lists/q/items").json()["items"] == 2
    finally:
        raw.config_set("maxmemory", before)


def test_all_lists_are_counted_in_one_call(as_uli, services, monkeypatch):
    for number in range(3):
        as_uli.post(f"/lists/a:{number}", data=b"12")
    as_uli.post("/lists/q?delay=1h", data=b"late")
    push(as_uli, b"1")
    lease(as_uli)
    runs, run = [], services.lists._store.run
    monkeypatch.setattr(
        type(services.lists._store), "run", lambda _, *args: runs.append(1) or run(*args)
    )
    rows = as_uli.get("/lists?stats=1").json()["lists"]
    assert len(runs) == 1
    assert rows[0] == {
        "key": "a:0", "owner": "1", "ready": 1, "leased": 0, "delayed": 0, "dead": 0, "bytes": 2,
        "in": 1, "out": 0, "paused": False,
    }  # fmt: skip
    assert [row["key"] for row in rows] == ["a:0", "a:1", "a:2", "q"]
    assert (rows[3]["leased"], rows[3]["delayed"]) == (1, 1)
    page = as_uli.get("/lists?stats=1&limit=2").json()
    assert ([row["bytes"] for row in page["lists"]], page["next"]) == ([2, 2], "a:1")
    grouped = as_uli.get("/lists?stats=1&delimiter=:").json()
    assert ([row["key"] for row in grouped["lists"]], grouped["prefixes"]) == (["q"], ["a:"])
    as_uli.put("/lists/q/policy", json={"lease": "1m"})
    [row] = as_uli.get("/lists?stats=1&prefix=q").json()["lists"]
    assert (row["policy"]["lease"], row["policy"]["paused"]) == (60, False)
    [found] = as_uli.get("/lists/q/items?state=delayed").json()["items"]
    assert as_uli.get(f"/lists/q/items?id={found['id']}").json() == {"items": [found], "next": None}
    cut = as_uli.get(f"/lists/q/items?id={found['id']}&preview=1").json()["items"][0]
    assert (cut["body"], cut["size"], cut["cut"]) == ("l", 4, True)
    assert as_uli.get("/lists/q/items?id=1").json() == {"items": [], "next": None}
    for bad in ("id=", "id=x", "id=1&state=dead", "id=1&limit=1", "id=1&wait=1"):
        assert refusal(as_uli.get(f"/lists/q/items?{bad}")) == (400, "invalid_request")
    for bad in ("stats=2", "stats=1&count=1", "stats=1&limit=1001"):
        assert refusal(as_uli.get(f"/lists?{bad}")) == (400, "invalid_request")
    text = as_uli.get("/lists?stats=1", headers={"Accept": "text/plain"})
    assert refusal(text) == (400, "invalid_request")
    assert refusal(as_uli.get("/keys?stats=1")) == (400, "unknown_parameter")


def test_a_preview_has_the_beginning_and_the_size_of_a_body(as_uli):
    for body in ("äöü€𝄞", "abc", "", "ab\xff".encode("latin-1")):
        push(as_uli, body if isinstance(body, bytes) else body.encode())

    def shown(query, what="items"):
        rows = as_uli.get(f"/lists/q/{what}{query}").json()["items"]
        return [(row["body"], row["size"], row.get("cut")) for row in rows]

    whole = [("äöü€𝄞", 13, None), ("abc", 3, None), ("", 0, None), ({"base64": "YWL/"}, 3, None)]
    assert shown("") == shown("?preview=13") == whole
    assert shown("?preview=2") == [
        ("ä", 13, True), ("ab", 3, True), ("", 0, None), ("ab", 3, True),
    ]  # fmt: skip
    assert shown("?preview=12&wait=1")[0] == ("äöü€", 13, True)
    assert shown("?preview=0&order=newest")[0] == ("", 3, True)
    items = lease(as_uli, "?max=9")
    assert [row[0] for row in shown("?preview=3&state=leased")] == [
        "ä",
        "abc",
        "",
        {"base64": "YWL/"},
    ]
    one = as_uli.get(f"/lists/q/items/{items[0]['id']}?preview=5").json()
    assert (one["body"], one["size"], one["cut"], one["state"]) == ("äö", 13, True, "leased")
    for bad in ("1025", "-1", "x"):
        assert refusal(as_uli.get(f"/lists/q/items?preview={bad}")) == (400, "invalid_request")


def test_previews_make_room_for_many_long_items_in_a_page(as_uli):
    for _ in range(5):
        push(as_uli, b"x" * 600_000)
    assert len(as_uli.get("/lists/q/items").json()["items"]) == 2
    page = as_uli.get("/lists/q/items?preview=10").json()
    assert ([row["body"] for row in page["items"]], page["next"]) == (["x" * 10] * 5, None)


def test_the_bytes_of_an_item_are_answered_in_parts(as_uli):
    body = bytes(range(256)) * 4
    path = f"/lists/q/items/{push(as_uli, body)}?raw=1"
    answer = as_uli.get(path)
    assert (answer.content, answer.headers["B9Y-State"]) == (body, "ready")
    assert (answer.headers["B9Y-Attempt"], answer.headers["Accept-Ranges"]) == ("0", "bytes")
    assert MOMENT(answer.headers["B9Y-Enqueued"])
    tag = answer.headers["ETag"]
    lease(as_uli)
    part = as_uli.get(path, headers={"Range": "bytes=10-19", "If-Range": tag})
    assert (part.status_code, part.content) == (206, body[10:20])
    assert part.headers["Content-Range"] == "bytes 10-19/1024"
    assert part.headers["B9Y-State"] == "leased"
    assert as_uli.get(path, headers={"Range": "bytes=0-1", "If-Range": '"x"'}).content == body
    assert as_uli.get(path, headers={"If-None-Match": tag}).status_code == 304
    beyond = as_uli.get(path, headers={"Range": "bytes=1024-"})
    assert refusal(beyond) == (416, "range_not_satisfiable")
    head = as_uli.head(path)
    assert (head.content, head.headers["Content-Length"]) == (b"", "1024")
    assert refusal(as_uli.get(f"{path}&preview=1")) == (400, "invalid_request")
    assert refusal(as_uli.get("/lists/q/items/7?raw=1")) == (404, "not_found")


def test_an_item_is_delivered_buried_and_taken_back(as_uli):
    late = push(as_uli, b"1", "?delay=1h")
    path = "/lists/q/items"
    ready = as_uli.patch(f"{path}/{late}?state=ready").json()
    assert ready == {"info": "ok", "list": "q", "id": ready["id"], "state": "ready"}
    again = as_uli.patch(f"{path}/{ready['id']}?state=ready").json()
    assert again == ready
    dead = as_uli.patch(f"{path}/{ready['id']}?state=dead&reason=no+cat").json()
    assert dead == {**ready, "state": "dead"}
    assert as_uli.get(f"{path}/{dead['id']}").json()["reason"] == "no cat"
    back = as_uli.patch(f"{path}/{dead['id']}?state=ready").json()["id"]
    [leased] = lease(as_uli)
    assert leased["id"] == back
    for state in ("ready", "dead"):
        refused = as_uli.patch(f"{path}/{back}?state={state}")
        assert refusal(refused) == (409, "item_leased")
    assert as_uli.delete(f"/lists/q/leases/{leased['lease']}").ok
    assert refusal(as_uli.patch(f"{path}/{back}?state=dead")) == (404, "not_found")


@pytest.mark.parametrize(
    "query", ["", "?state=leased", "?state=ready&reason=x", f"?state=dead&reason={'x' * 256}"]
)
def test_a_change_of_an_item_that_cannot_be_is_refused(as_uli, query):
    item_id = push(as_uli, b"1")
    refused = as_uli.patch(f"/lists/q/items/{item_id}{query}")
    assert refusal(refused) == (400, "invalid_request")
    bodied = as_uli.patch(f"/lists/q/items/{item_id}?state=dead", data=b"x")
    assert refusal(bodied) == (400, "invalid_request")
    assert as_uli.get(f"/lists/q/items/{item_id}").json()["state"] == "ready"


def test_a_full_store_lets_items_be_delivered_and_buried(as_uli, raw):
    late, one = push(as_uli, b"1", "?delay=1h"), push(as_uli, b"2")
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        assert as_uli.patch(f"/lists/q/items/{late}?state=ready").ok
        assert as_uli.patch(f"/lists/q/items/{one}?state=dead").ok
        assert as_uli.get("/lists?stats=1").json()["lists"][0]["dead"] == 1
    finally:
        raw.config_set("maxmemory", before)


def test_the_admin_and_a_token_change_items_as_far_as_they_may(as_uli, as_admin, uli, services):
    item_id = push(as_uli, b"1")
    token, _ = services.named_tokens.create(uli, "reader", ["lists:read", "lists:pop"])
    for_reader = {"Authorization": f"Bearer {token}"}
    path = f"/lists/q/items/{item_id}?state=dead"
    assert refusal(as_uli.patch(path, headers=for_reader)) == (403, "insufficient_scope")
    assert as_uli.get("/lists?stats=1", headers=for_reader).ok
    assert as_admin.patch(f"{path}&userid={uli.id}").json()["state"] == "dead"
    entries = as_uli.get("/audit").json()["entries"]
    assert [entry["action"] for entry in entries if entry["action"] == "act_as"] == ["act_as"]
