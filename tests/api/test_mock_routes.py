"""Routes with documents over HTTP: what matches, what is answered, and what no rule can do."""

import json

import pytest
from servers import Http, running

POSTED = {"user": {"name": "ann"}, "total": 7}
ORDERS = {
    "name": "shop", "key": "home", "content_type": "text/html",
    "rules": [
        {"name": "paid", "method": ["POST"], "path": "/orders/{id:int}/pay",
         "when": {"query": {"dry": False}, "header": {"accept": "*json*"}, "body": {"user.name": "ann", "total": {"gte": 5}}, "key": {"order:$path.id": "new"}},
         "then": [["set", "order:$path.id", "paid", {"ttl": "1h"}], ["push", "callbacks", "!@[$body]", {"delay": "5s"}]],
         "answers": [{"status": 201, "json": {"id": "!@[$path.id|int]", "who": "!@[$body.user.name]"}, "headers": {"X-A": "1"}, "cookies": {"sid": "!@[$uuid]"}}]},
        {"path": "/flaky", "answers": [{"status": 503}, {"status": 503}, {"text": "up"}]},
        {"path": "/pets", "method": "GET", "answers": [{"json": []}, {"name": "gone", "status": 404, "json": {"e": 1}}], "order": "first"},
        {"path": "/files/{name}", "answers": [{"text": "!@[$path.name]"}]},
        {"path": "/echo", "answers": [{"headers": {"X-Echo": "!@[$query.x]"}, "cookies": {"c": "!@[$query.c|default:none]"}, "text": "!@[$header.authorization] !@[$query.token]"}]},
    ],
}  # fmt: skip


@pytest.fixture
def publish(as_uli):
    """Creates a route and returns its path."""

    def create(*rules, **rest):
        answer = as_uli.post("/routes", json={"rules": rules, **rest})
        assert answer.status_code == 200, answer.text
        return answer.json()["path"]

    return create


@pytest.fixture
def shop(as_uli):
    answer = as_uli.post("/routes", json=ORDERS)
    assert answer.status_code == 200, answer.text
    as_uli.put("/keys/home", data=b"<h1>")
    return answer.json()["named_path"]


def test_a_rule_answers_with_its_effects(shop, http, as_uli):
    as_uli.put("/keys/order:7", data=b"new")
    page = {"Accept": "application/json"}
    answer = http.post(f"{shop}/orders/7/pay", json=POSTED, headers=page)
    assert (answer.status_code, answer.json()) == (201, {"id": 7, "who": "ann"})
    assert answer.headers["X-A"] == "1"
    assert answer.headers["Set-Cookie"].endswith(f"; Path={shop}")
    assert "Domain" not in answer.headers["Set-Cookie"]
    assert as_uli.get("/keys/order:7").text == "paid"
    assert 0 < int(as_uli.get("/keys/order:7").headers["B9Y-TTL"]) <= 3600
    assert as_uli.get("/lists/callbacks/stats").json()["delayed"] == 1
    again = http.post(f"{shop}/orders/7/pay", json=POSTED, headers=page)
    assert (again.status_code, again.text) == (200, "<h1>")


@pytest.mark.parametrize(
    ("path", "change"),
    [("/orders/x/pay", {}), ("/orders/7/pay?dry=1", {}), ("/orders/7/pay", {"headers": {"Accept": "text/html"}}),
     ("/orders/7/pay", {"json": {**POSTED, "total": 4}}), ("/orders/7/pay", {"json": None, "data": b"{"}), ("/orders/7%2Fpay", {})],
)  # fmt: skip
def test_a_rule_that_does_not_match_does_nothing(shop, http, as_uli, path, change):
    as_uli.put("/keys/order:7", data=b"new")
    asked = {"json": POSTED, "headers": {"Accept": "application/json"}, **change}
    assert http.post(shop + path, **asked).text == "<h1>"
    assert as_uli.get("/keys/order:7").text == "new"


def test_calls_in_turn_get_the_answers_in_turn(shop, http):
    assert [http.get(f"{shop}/flaky").status_code for _ in range(4)] == [503, 503, 200, 200]


def test_a_caller_may_prefer_an_answer(shop, http):
    for wanted in ("code=404", "example=gone", 'respond-async, code="404"'):
        answer = http.get(f"{shop}/pets", headers={"Prefer": wanted})
        assert (answer.status_code, answer.json()) == (404, {"e": 1})
        assert answer.headers["Preference-Applied"]
    assert http.get(f"{shop}/pets", headers={"Prefer": "code=418"}).status_code == 200


def test_segments_are_those_that_were_sent(shop, http):
    assert http.get(f"{shop}/files/a%2Fb").text == "a/b"
    assert http.get(f"{shop}/files/a/").text == "a"
    assert http.get(f"{shop}/files/a/b").text == "<h1>"
    assert http.get(f"{shop}/files/%C3%BC").text == "ü"
    assert http.get("/routes/%40uli/%73hop/files/x").text == "x"


def test_get_serves_head(shop, http):
    answer = http.head(f"{shop}/pets")
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "2")


def test_the_public_id_stays_when_the_document_is_replaced(publish, http, as_uli):
    path = publish({"path": "/a", "answers": [{"text": "1"}]}, name="a")
    public_id = path.rpartition("/")[2]
    assert http.get("/routes/@uli/a/a").text == "1"
    changed = as_uli.put("/routes?id=@uli/a", json={"rules": [{"answers": [{"text": "2"}]}]})
    assert changed.json() == {"info": "ok", "path": path}
    assert http.get(f"{path}/b").text == "2"
    assert http.get("/routes/@uli/a").status_code == 404
    assert as_uli.get(f"/routes?id={public_id}").json() == {"rules": [{"answers": [{"text": "2"}]}]}
    assert as_uli.delete(f"/routes?id={public_id}").status_code == 200
    assert http.get(path).status_code == as_uli.get(f"/routes?id={public_id}").status_code == 404


def test_a_document_without_rules_shows_its_key_as_a_plain_route_does(as_uli, http):
    as_uli.put("/keys/page", data=b"n = !@[n]")
    as_uli.put("/keys/n", data=b"5")
    made = as_uli.post("/routes", json={"name": "p", "key": "page", "content_type": "text/css"})
    plain = as_uli.post("/routes", json={"key": "page", "content_type": "text/css"})
    for path in (made.json()["path"], made.json()["named_path"], plain.json()["path"]):
        answer = http.delete(f"{path}/any/path")
        assert (answer.text, answer.headers["Content-Type"]) == ("n = 5", "text/css")
        assert answer.headers["B9Y-Routes"] == "parsed"
        tag = http.get(path).headers["ETag"]
        assert http.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert http.get(path, headers={"Range": "bytes=0-2"}).text == "n ="


def test_a_plain_route_may_get_a_document_at_any_time(as_uli, http):
    as_uli.put("/keys/page", data=b"!@[n]")
    plain, other = (
        as_uli.post("/routes", json={"key": "page", "content_type": "a/b"}).json()["path"]
        for _ in range(2)
    )
    assert http.get(plain).text == http.get(other).text == ""
    as_uli.put(f"/routes?id={plain[8:]}", json={"rules": [{"answers": [{"text": "rule"}]}]})
    as_uli.put("/keys/page", data=b"value")
    assert (http.get(plain).text, http.get(other).text) == ("rule", "value")
    as_uli.put(f"/routes?id={plain[8:]}", json={"key": "page", "content_type": "text/plain"})
    assert http.get(plain).text == "value"
    assert as_uli.get(f"/routes?id={other[8:]}").json() == {"key": "page", "content_type": "a/b"}


def test_a_name_is_unique_for_a_user_and_free_after_a_deletion(publish, as_uli, as_admin, http):
    first = publish({}, name="a")
    taken = as_uli.post("/routes", json={"name": "a", "rules": [{}]})
    assert (taken.status_code, taken.json()["code"]) == (409, "route_name_taken")
    other = publish({}, name="b")
    assert (
        as_uli.put(f"/routes?id={other[8:]}", json={"name": "a", "rules": [{}]}).status_code == 409
    )
    assert as_admin.post("/routes", json={"name": "a", "rules": [{}]}).status_code == 200
    assert len(as_uli.get("/routes").json()["routes"]) == 2
    as_uli.delete("/routes?id=@uli/a")
    assert publish({"answers": [{"text": "new"}]}, name="a") != first
    assert http.get("/routes/@uli/a").text == "new"
    assert as_uli.delete("/routes?id=@admin/a").status_code == 404
    assert http.get("/routes/@admin/a").status_code == 200


def test_another_user_can_neither_read_nor_change_a_document(publish, as_admin):
    path = publish({}, name="a")
    for reference in (path[8:], "@uli/a"):
        assert as_admin.get(f"/routes?id={reference}").status_code == 404
        assert as_admin.put(f"/routes?id={reference}", json={"rules": [{}]}).status_code == 404
        assert as_admin.post(f"/routes/reset?id={reference}").status_code == 404
        assert as_admin.delete(f"/routes?id={reference}").status_code == 404
        userid = f"id={reference}&userid=1"
        assert as_admin.get(f"/routes?{userid}").status_code == 200


def test_a_document_counts_once_against_the_quota(as_admin, as_uli):
    as_admin.put("/users/1", json={"quota": 1})
    assert as_uli.post("/routes", json={"name": "a", "rules": [{}]}).status_code == 200
    refused = as_uli.post("/routes", json={"name": "b", "rules": [{}]})
    assert refused.json()["code"] == "quota_exceeded"
    assert as_uli.put("/routes?id=@uli/a", json={"name": "b", "rules": [{}]}).status_code == 200


def test_nothing_is_left_of_a_deleted_route_or_user(as_uli, as_admin, http, raw):
    document = {"name": "a", "journal": "calls", "rules": [{"answers": [{}, {}]}]}
    before = set(raw.keys())
    as_uli.post("/routes", json=document)
    http.get("/routes/@uli/a")
    assert len(set(raw.keys()) - before) >= 5
    as_uli.delete("/routes?id=@uli/a")
    assert set(raw.keys()) == before
    as_uli.post("/topics/mine", data=b"x")
    as_uli.post("/routes", json={**document, "journal": "mine"})
    http.get("/routes/@uli/a")
    as_uli.delete("/routes?id=@uli/a")
    assert len(as_uli.get("/topics/mine?since=all").json()["messages"]) == 2
    as_uli.post("/routes", json=document)
    http.get("/routes/@uli/a")
    as_admin.delete("/users/1")
    assert not raw.keys("b9y:{1}:*")
    assert not raw.keys("b9y:route:*")


def test_cors_is_of_any_origin_or_of_the_callers_or_of_none(publish, http):
    page = {"Origin": "https://page.example"}
    asks = {**page, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a"}
    rule = {"path": "/a", "answers": [{"headers": {"X-B": "1"}}]}
    path = publish(rule)
    answer = http.get(f"{path}/a", headers=page)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-B" in answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert "X-Total-Count" in answer.headers["Access-Control-Expose-Headers"]
    path = publish(rule, cors="credentials")
    for below, status in (("/a", 200), ("/none", 404)):
        answer = http.get(path + below, headers=page)
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == "https://page.example"
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.headers["Vary"]
    answer = http.options(f"{path}/a", headers=asks)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "PUT"
    assert answer.headers["Access-Control-Allow-Headers"] == "x-a"
    path = publish(rule, cors="off")
    for answer in (http.get(f"{path}/a", headers=page), http.get(f"{path}/n", headers=page)):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_answer_is_sandboxed(shop, publish, http):
    page = {"text": "<script>", "content_type": "text/html"}
    path = publish({"path": "/a", "answers": [page]}, {"path": "/t", "collection": "t:"})
    asked = [f"{path}/a", f"{path}/none", f"{path}/t", f"{path}/t/1", shop, f"{shop}/flaky"]
    for answer in (*map(http.get, asked), http.put(f"{path}/t"), http.options(f"{path}/t")):
        assert answer.headers["Content-Security-Policy"] == "sandbox allow-scripts allow-forms"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["Content-Security-Policy", "Strict-Transport-Security", "Clear-Site-Data", "Service-Worker-Allowed", "Refresh", "Alt-Svc",
     "Date", "X-Request-ID", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "B9Y-X", "Set-Cookie", "Access-Control-Allow-Origin", "X-Content-Type-Options"],
)  # fmt: skip
def test_no_rule_sets_a_header_that_protects_others(as_uli, name):
    for word in (name, name.lower()):
        refused = as_uli.post("/routes", json={"rules": [{"answers": [{"headers": {word: "x"}}]}]})
        assert (refused.status_code, refused.json()["code"]) == (400, "header_not_allowed")


def test_a_header_stands_in_an_answer_once(as_uli):
    for headers in ({"X-A": "1", "x-a": "2"}, {"Content-Type": "text/html", "content-type": "x/y"}):
        refused = as_uli.post("/routes", json={"rules": [{"answers": [{"headers": headers}]}]})
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_header")


@pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "a;b"])
def test_a_request_puts_no_line_end_into_a_header_or_a_cookie(shop, http, text):
    for name in ("x", "c"):
        answer = http.get(f"{shop}/echo", params={name: text})
        if name == "x" and text == "a;b":
            assert answer.headers["X-Echo"] == text
            continue
        assert (answer.status_code, answer.json()["code"]) == (422, "unusable_answer")
        assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("is_named", [False, True])
def test_a_token_of_this_server_is_seen_by_no_mock(as_uli, http, services, is_named):
    document = {**ORDERS, "journal": "seen"}
    path = as_uli.post("/routes", json=document).json()["path"]
    token = as_uli.token
    if is_named:
        token = as_uli.post("/tokens", json={"name": "x", "scopes": ["read"]}).json()["token"]
    sent = {"Authorization": f"Bearer {token}", "X-Other": token, "Cookie": f"a={token}"}
    answer = http.get(f"{path}/echo?token={token}", headers=sent)
    assert answer.text == "Bearer [token] [token]"
    [message] = as_uli.get("/topics/seen?since=all").json()["messages"]
    assert token not in message["value"]
    assert message["value"].count("[token]") == 4
    answer = http.post(f"{path}/echo", json={"token": token}, headers={"X-T": f"{token}-x"})
    *_, message = as_uli.get("/topics/seen?since=all").json()["messages"]
    assert token not in message["value"]
    assert message["value"].count("[token]") == 2
    kept = http.get(f"{path}/echo", headers={"Authorization": "Bearer eyJhbGciOi.e30.x"})
    assert kept.text.startswith("Bearer eyJhbGciOi.e30.x")


def test_what_a_request_brings_is_never_expanded(as_uli, publish, http):
    as_uli.put("/keys/secret", data=b"s3")
    path = publish(
        {"path": "/{x}", "then": [["set", "kept", "!@[$body]"]], "answers": [{"text": "!@[$body] !@[kept]"}]},
        {"path": "/shown/kept", "answers": [{"key": "kept"}]},
    )  # fmt: skip
    assert http.post(f"{path}/a", data=b"!@[secret]").text == "!@[secret] !@[secret]"
    assert http.get(f"{path}/shown/kept").text == "!@[secret]"


def test_a_route_answers_at_a_name_that_it_got_later(as_uli, http):
    rules = [{"answers": [{"text": "A"}]}]
    path = as_uli.post("/routes", json={"rules": rules}).json()["path"]
    public_id = path.rpartition("/")[2]
    assert http.get(path).text == "A"
    for name in ("fresh", "other", "fresh", ""):
        document = {"name": name, "rules": rules} if name else {"rules": rules}
        assert as_uli.put(f"/routes?id={public_id}", json=document).ok
        for asked in ("fresh", "other"):
            answer = http.get(f"/routes/@uli/{asked}")
            assert answer.status_code == (200 if asked == name else 404), (name, asked)
        assert http.get(path).text == "A"


def test_a_rule_takes_any_method_except_connect(as_uli, publish, http):
    methods = ["GET", "TRACE", "PURGE", "PROPFIND", "M-SEARCH", "VERSION-CONTROL", "QUERY", "A" * 32]  # fmt: skip
    rules = [{"method": m, "path": "/a", "answers": [{"text": "!@[$method]"}]} for m in methods]
    path = publish(*rules)
    for method in methods:
        assert http.request(method, f"{path}/a").text == method
    assert http.request("COPY", f"{path}/a").json()["code"] == "no_rule"
    for method in ("CONNECT", "WEBSOCKET", "get", "A" * 33, "-A", "A B", ""):
        refused = as_uli.post("/routes", json={"rules": [{"method": method}]})
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_route")
    as_uli.put("/keys/shown", data=b"x")
    plain = as_uli.post("/routes", json={"key": "shown", "content_type": "text/plain"}).json()["path"]  # fmt: skip
    assert [http.request(method, plain).text for method in methods] == ["x"] * len(methods)
    for method in ("TRACE", "PURGE"):
        refused = http.request(method, "/routes/00000000-0000-4000-8000-000000000000")
        assert (refused.status_code, refused.headers["Allow"][:6]) == (405, "DELETE")
    assert http.request("PURGE", "/keys/shown").status_code == 400
    assert http.request("COPY", "/keys/shown").status_code == 405


def test_what_one_route_writes_is_no_template_in_another(as_uli, publish, http):
    as_uli.put("/keys/secret", data=b"s3")
    writing = publish(
        {"method": "POST", "path": "/note", "then": [["set", "note", "x !@[$body]"]]},
        {"path": "/notes", "collection": "note:"},
    )
    shown = publish(
        {"path": "/note", "answers": [{"key": "note"}]},
        {"path": "/notes/{id}", "answers": [{"key": "note:$path.id"}]},
        {"path": "/first", "answers": [{"key": "note:1"}]},
        {"path": "/json", "answers": [{"json": {"note": "!@[note]"}}]},
    )
    rest = as_uli.post("/routes", json={"key": "note", "rules": [{"path": "/none"}]}).json()["path"]
    assert http.post(f"{writing}/note", data=b"!@[secret]").ok
    assert http.post(f"{writing}/notes", json={"text": "!@[secret]"}).ok
    for path in (f"{shown}/note", f"{shown}/notes/1", f"{shown}/first", f"{shown}/json", rest):
        answer = http.get(path)
        assert (answer.status_code, "!@[secret]" in answer.text) == (200, True)


def test_a_name_takes_no_more_of_a_request_than_a_part(as_uli, publish, http):
    as_uli.put("/keys/user:7", data=b"ann")
    as_uli.put("/keys/user:7:secret", data=b"s3")
    path = publish({"path": "/{id}", "answers": [{"text": "!@[user:$path.id|default:none]"}]})
    asked = ("7", "7%3Asecret", "7:secret", "x" * 65, "%2E%2E%2F7", "*")
    assert [http.get(f"{path}/{part}").text for part in asked] == ["ann", *["none"] * 5]


def test_an_answer_may_be_late_or_faulty(publish, http):
    path = publish(
        {"path": "/late", "answers": [{"delay_ms": 50, "text": "late"}]},
        {"path": "/range", "answers": [{"delay_ms": [10, 30], "json": 1}]},
        {"path": "/empty", "answers": [{"fault": "empty"}]},
        {"path": "/reset", "answers": [{"fault": "reset", "delay_ms": 20}]},
        {"path": "/cut", "answers": [{"fault": "cut", "text": "x" * 100}]},
    )
    late = http.get(f"{path}/late")
    assert (late.text, late.elapsed.total_seconds() >= 0.05) == ("late", True)
    assert http.get(f"{path}/range").json() == 1
    for kind in ("empty", "reset", "cut"):
        with pytest.raises(OSError):
            http.get(f"{path}/{kind}")


def test_errors_of_operations_are_the_answer(as_admin, as_uli, publish, http):
    path = publish({"then": [["incr", "n"]], "answers": [{"text": "!@[n]"}]})
    as_uli.put("/keys/n", data=b"text")
    refused = http.post(path)
    assert (refused.status_code, refused.json()["code"]) == (400, "not_an_integer")
    as_uli.delete("/keys/n")
    as_admin.put("/users/1", json={"quota": 1})
    assert http.post(path).json()["code"] == "quota_exceeded"
    as_admin.put("/users/1", json={"quota": 2})
    assert http.post(path).text == "1"


@pytest.mark.parametrize(
    "reference", ["x", "@", "@uli", "@uli/", "@/a", "@none/a", "@uli/none", "@uli/a/b", ""]
)
def test_what_names_no_route_is_refused(as_uli, http, reference):
    for call in (as_uli.get, as_uli.delete):
        answer = call(f"/routes?id={reference}")
        assert answer.status_code == (404 if reference in ("x", "@none/a", "@uli/none") else 400)
    assert as_uli.put(f"/routes?id={reference}", json={"rules": [{}]}).status_code in (400, 404)
    if reference.startswith("@"):
        assert http.get(f"/routes/{reference}").status_code == 404


def test_a_member_that_is_there_twice_and_a_body_that_is_none_are_refused(as_uli):
    twice = b'{"rules": [{"path": "/a", "path": "/b"}]}'
    for body in (twice, b'{"rules": [', b"[]", b'{"rule": []}', b"{}", b"\xff{}"):
        answer = as_uli.post("/routes", data=body)
        assert answer.status_code == 400, answer.text
    assert (
        as_uli.post("/routes", data=b"\xef\xbb\xbf" + json.dumps(ORDERS).encode()).status_code
        == 200
    )


def test_a_route_knows_its_url_below_a_base_path_and_at_the_root(tmp_path):
    options = ("--base-path", "/_b9y", "--front", "@admin/shop", "--log-level", "warning")
    rules = [
        {"path": "/todos", "collection": "todo:"},
        {"path": "/sid", "answers": [{"cookies": {"sid": "1"}, "text": "!@[$url]"}]},
    ]
    with running("sandbox", *options) as server, Http(server.url, server.token()) as admin:
        made = admin.post("/routes", json={"name": "shop", "rules": rules}).json()
        assert made["named_path"] == "/_b9y/routes/@admin/shop"
        root = server.url.removesuffix("/_b9y")
        with Http(root) as anybody:
            for base, path in (("", "/"), (made["named_path"], made["named_path"])):
                answer = anybody.post(f"{base}/todos", json={})
                assert answer.headers["Location"] == f"{base}/todos/{answer.json()['id']}"
                assert anybody.get(answer.headers["Location"]).json() == answer.json()
                links = anybody.get(f"{base}/todos?_page=1&_limit=1").headers.get("Link", "")
                assert all(link.startswith(f"<{base}/todos?") for link in links.split(", ") if link)
                answer = anybody.get(f"{base}/sid?a=%2F")
                assert answer.text == "/sid?a=%2F"
                assert answer.headers["Set-Cookie"] == f"sid=1; Path={path}"
            assert anybody.get("/none").json()["code"] == "no_rule"
