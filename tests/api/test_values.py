"""Bytes through keys, lists, routes and bins; counters; listings."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from servers import Http

VALUES = [b"", b"bar", bytes(1 << 20), b"\x89PNG\r\n\x1a\n\x00\xff", "ü€😀".encode(), b'{"a":1}']


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("content_type", ["", "application/x-www-form-urlencoded", "image/png"])
def test_bytes_come_back_identical(as_uli, http, value, content_type):
    headers = {"Content-Type": content_type}
    assert as_uli.put("/keys/k", data=value, headers=headers).json() == {"info": "ok"}
    assert as_uli.get("/keys/k").content == value
    pushed = as_uli.post("/lists/q", data=value, headers=headers).json()
    assert pushed == {"info": "ok", "id": pushed["id"]}
    assert as_uli.get("/lists/q").content == value
    route = as_uli.post("/routes", json={"key": "k", "content_type": "application/x-any"}).json()
    assert http.get(route["path"]).content == value
    made = as_uli.post("/bins", json={"list": "q"}).json()
    assert http.post(made["path"], data=value, headers=headers).text == "OK"
    assert as_uli.post("/lists/q/pop").content == value


def test_a_chunked_body_is_a_body(as_uli):
    assert as_uli.put("/keys/k", data=iter([b"one ", b"two"])).ok
    assert as_uli.get("/keys/k").content == b"one two"


def test_only_utf8_is_called_utf8(as_uli):
    for value, content_type in ((b"\xff", "text/plain"), (b"a", "text/plain; charset=utf-8"),
                                ("ü".encode(), "text/plain; charset=utf-8")):  # fmt: skip
        as_uli.put("/keys/k", data=value)
        as_uli.post("/lists/q", data=value)
        assert as_uli.get("/keys/k").headers["Content-Type"] == content_type
        assert as_uli.get("/lists/q").headers["Content-Type"] == content_type


def test_a_key_that_is_not_there_is_404(as_uli):
    for method in ("GET", "DELETE"):
        answer = as_uli.request(method, "/keys/none")
        assert (answer.status_code, answer.json()["info"]) == (404, "Not found.")
        assert answer.headers["B9Y-AUTHENTICATED-USER"] == "uli"
    as_uli.put("/keys/k", data=b"x")
    assert as_uli.delete("/keys/k").json() == {"info": "ok"}
    assert as_uli.get("/keys/k").status_code == 404


def test_counting(as_uli):
    assert as_uli.get("/incr/n").text == "1"
    answer = as_uli.post("/incr/n")
    assert (answer.text, answer.headers["Cache-Control"]) == ("2", "no-store")
    as_uli.put("/keys/n", data=b"x")
    assert (as_uli.get("/incr/n").status_code, as_uli.get("/incr/n").json()["code"]) == (
        400,
        "not_an_integer",
    )


def test_counting_has_no_gap_and_no_double(as_uli, session_url):
    token = as_uli.headers["Authorization"].split()[1]

    def count(_):
        with Http(session_url, token) as session:
            return [int(session.post("/incr/n").text) for _ in range(20)]

    with ThreadPoolExecutor(10) as pool:
        numbers = [number for part in pool.map(count, range(10)) for number in part]
    assert sorted(numbers) == list(range(1, 201))


def test_popping(as_uli):
    empty = as_uli.get("/lists/q")
    assert (empty.status_code, empty.content) == (204, b"")
    as_uli.post("/lists/q", data=b"1")
    answer = as_uli.get("/lists/q")
    assert (answer.text, answer.headers["Cache-Control"]) == ("1", "no-store")
    as_uli.post("/lists/q", data=b"1")
    assert as_uli.delete("/lists/q").json() == {"info": "ok"}
    assert as_uli.delete("/lists/q").status_code == 404


def test_listings(as_uli, as_admin):
    assert as_uli.get("/keys").json() == {"keys": []}
    as_uli.put("/keys/b", data=b"")
    as_uli.put("/keys/a", data=b"")
    as_uli.post("/lists/q", data=b"")
    as_admin.put("/keys/c", data=b"")
    mine = [{"key": "a", "owner": "1"}, {"key": "b", "owner": "1"}]
    for path in ("/keys", "/keys/"):
        assert as_uli.get(path).json() == {"keys": mine}
        assert as_admin.get(path).json() == {"keys": [{"key": "c", "owner": "0"}, *mine]}
    assert as_uli.get("/lists").json() == {"lists": [{"key": "q", "owner": "1"}]}
    assert as_admin.get("/lists/").json() == {"lists": [{"key": "q", "owner": "1"}]}


def test_a_long_listing_is_streamed_whole(as_uli, raw):
    raw.zadd("b9y:{1}:keys", {f"k{number:05}": 0 for number in range(3500)})
    answer = as_uli.get("/keys")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert [row["key"] for row in answer.json()["keys"]] == [f"k{n:05}" for n in range(3500)]


def test_a_listing_of_up_to_1000_keeps_its_connection(as_uli, raw):
    raw.zadd("b9y:{1}:keys", {f"k{number:05}": 0 for number in range(999)})
    answer = as_uli.get("/keys")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert len(answer.json()["keys"]) == 999


def test_the_admin_acts_for_a_user(as_admin, as_uli):
    assert as_admin.put("/keys/k?userid=1", data=b"given").ok
    assert as_uli.get("/keys/k").text == "given"
    assert as_admin.get("/keys/k").status_code == 404
    assert as_admin.get("/keys?userid=1").json() == {"keys": [{"key": "k", "owner": "1"}]}
    refused = as_uli.get("/keys/k?userid=0")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for nobody in ("", "9", "x", "-1", "1e1", "٣"):
        assert as_admin.get(f"/keys/k?userid={nobody}").status_code == 404


def test_a_route_answers_any_method_and_any_path_below(as_uli, http):
    as_uli.put("/keys/k", data=b"value")
    path = as_uli.post("/routes", json={"key": "k", "content_type": "text/html"}).json()["path"]
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
        for below in ("", "/", "/a", "/a/b/c?d=e"):
            answer = http.request(method, path + below, data=b"ignored")
            assert answer.status_code == 200, (method, below)
            assert answer.headers["Content-Type"] == "text/html"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Content-Security-Policy"] == "sandbox allow-scripts allow-forms"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.content == (b"" if method == "HEAD" else b"value")
            assert "B9Y-ROUTES" not in answer.headers
    assert as_uli.get("/routes").json() == {
        "routes": [{"path": path, "key": "k", "content_type": "text/html"}]
    }


def test_a_route_nests_keys(as_uli, http):
    as_uli.put("/keys/api", data=b'{"message": "!@[message]"}')
    as_uli.put("/keys/message", data=b"cool stuff!")
    made = as_uli.post("/routes", json={"key": "api", "content_type": "application/json"}).json()
    answer = http.get(made["path"])
    assert answer.json() == {"message": "cool stuff!"}
    assert answer.headers["B9Y-ROUTES"] == "parsed"


def test_a_page_of_another_origin_may_ask_first(as_uli, http):
    as_uli.put("/keys/k", data=b"value")
    route = as_uli.post("/routes", json={"key": "k", "content_type": "text/html"}).json()["path"]
    made = as_uli.post("/bins", json={"list": "q"}).json()["path"]
    for path in (route, made):
        asked = http.options(
            path,
            headers={"Origin": "https://a.example", "Access-Control-Request-Method": "POST"},
        )
        assert asked.ok
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        assert asked.headers["Access-Control-Allow-Methods"] == "*"


def test_published_ids_can_be_deleted(as_uli, http):
    as_uli.put("/keys/k", data=b"value")
    route = as_uli.post("/routes", json={"key": "k", "content_type": "a/b"}).json()["path"]
    made = as_uli.post("/bins", json={"list": "q"}).json()["path"]
    assert as_uli.get("/bins").json() == {"bins": [{"path": made, "list": "q"}]}
    for noun, path in (("/routes", route), ("/bins", made)):
        assert as_uli.delete(f"{noun}?id={path.rpartition('/')[2]}").json() == {"info": "ok"}
        assert http.post(path).status_code == 404
        assert as_uli.get(noun).json() == {noun[1:]: []}
        assert as_uli.delete(f"{noun}?id={path.rpartition('/')[2]}").status_code == 404


def test_50_clients_never_get_past_a_quota_and_lose_no_place(as_admin, as_uli, session_url, raw):
    """They make, delete and pop keys, lists, counters, routes and bins, all at once."""
    as_admin.put("/users/1", json={"quota": 10})
    token = as_uli.headers["Authorization"].split()[1]
    indexes = [f"b9y:{{1}}:{noun}" for noun in ("keys", "lists", "topics", "routes", "bins")]
    most = 0

    def owned():
        with raw.pipeline() as together:
            for index in indexes:
                together.zcard(index)
            return sum(together.execute())

    def work(number):
        nonlocal most
        refused = 0
        with Http(session_url, token) as session:
            for step in range(4):
                name = f"n{(number * 7 + step) % 15}"
                answers = [
                    session.put(f"/keys/{name}", data=b"x"),
                    session.post(f"/lists/{name}", data=b"x"),
                    session.get(f"/incr/c{name}"),
                    session.post("/bins", json={"list": name}),
                    session.get(f"/lists/{name}"),
                ]
                if answers[3].ok:
                    path = answers[3].json()["path"]
                    answers.append(requests.post(session_url + path, data=b"x", timeout=30))
                    answers.append(session.delete(f"/bins?id={path.rpartition('/')[2]}"))
                most = max(most, owned())
                answers += [session.delete(f"/keys/{n}") for n in (name, f"c{name}")]
                refused += sum(answer.status_code == 400 for answer in answers)
                assert {answer.status_code for answer in answers} <= {200, 204, 400, 404}
        return refused

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(work, range(50))) > 0
    assert most <= 10
    for noun in ("keys", "lists"):
        for row in as_uli.get(f"/{noun}").json()[noun]:
            assert as_uli.delete(f"/{noun}/{row['key']}").ok
    made = [as_uli.put(f"/keys/again{number}", data=b"x").status_code for number in range(11)]
    assert made == [200] * 10 + [400]


def test_a_quota_reached_is_told(as_uli, services):
    services.users.change("1", quota=1)
    as_uli.put("/keys/a", data=b"")
    answer = as_uli.put("/keys/b", data=b"")
    assert (answer.status_code, answer.json()["info"]) == (400, "Quota exceeded.")
    assert answer.json()["code"] == "quota_exceeded"


def test_a_full_list_is_507_and_loses_nothing(as_uli, http):
    made = as_uli.post("/bins", json={"list": "q"}).json()["path"]
    for _ in range(2):
        assert as_uli.post("/lists/q", data=bytes(2 << 20)).ok
    for push in (lambda: as_uli.post("/lists/q", data=b"x"), lambda: http.post(made, data=b"x")):
        answer = push()
        assert (answer.status_code, answer.json()["code"]) == (507, "list_full")
    assert len(as_uli.get("/lists/q").content) == 2 << 20
    assert http.post(made, data=b"x").ok


def test_a_full_store_is_507_and_reads_and_deletes_go_on(as_uli, raw):
    as_uli.put("/keys/a", data=b"value")
    as_uli.post("/lists/q", data=b"item")
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        for answer in (as_uli.put("/keys/a", data=b"x"), as_uli.put("/keys/b", data=b"x"),
                       as_uli.get("/incr/n"), as_uli.post("/lists/q", data=b"x"),
                       as_uli.post("/bins", json={"list": "q"})):  # fmt: skip
            assert (answer.status_code, answer.json()["code"]) == (507, "store_full")
        assert as_uli.get("/keys/a").text == "value"
        assert as_uli.get("/lists/q").text == "item"
        assert as_uli.delete("/keys/a").ok
        assert as_uli.get("/keys").json() == {"keys": []}
    finally:
        raw.config_set("maxmemory", before)
    assert as_uli.put("/keys/b", data=b"x").ok


def test_a_pop_waits_for_an_item(as_uli, session_url):
    def push():
        with Http(session_url, as_uli.headers["Authorization"].split()[1]) as other:
            return other.post("/lists/q", data=b"late")

    with ThreadPoolExecutor(1) as pool:
        for method, path in (("GET", "/lists/q?wait=20"), ("POST", "/lists/q/pop?wait=20s")):
            pushed = pool.submit(push)
            assert as_uli.request(method, path).text == "late"
            assert pushed.result().ok
    assert as_uli.get("/lists/q?wait=0").status_code == 204


@pytest.mark.parametrize("wait", ["", "x", "31", "1m", "-1", "1.5"])
def test_a_bad_wait_is_told(as_uli, wait):
    answer = as_uli.get(f"/lists/q?wait={wait}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "TRACE", "FOO"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("host", ["localhost", "rebound.example"])
def test_any_page_can_read_any_refusal_of_a_public_path(as_uli, http, method, host):
    as_uli.put("/keys/k", data=b"value")
    route = as_uli.post("/routes", json={"key": "k", "content_type": "a/b"}).json()["path"]
    made = as_uli.post("/bins", json={"list": "q"}).json()["path"]
    headers = {"Host": host, "Origin": "https://a.example"}
    refused = set()
    for path in (route, f"{route}/x", made, f"{made}/x", "/routes/none", "/bins/none", "/bins//x"):
        answer = http.request(method, path, headers=headers)
        refused |= {answer.status_code} if answer.status_code >= 400 else set()
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert answer.headers["Content-Security-Policy"] == "sandbox allow-scripts allow-forms"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
    assert (421 in refused) == (host != "localhost")
    assert 405 in refused or method in ("POST", "HEAD", "OPTIONS", "FOO") or 421 in refused


def test_a_refusal_of_another_path_is_readable_by_friends_alone(http):
    for path in ("/routes", "/bins", "/keys/a", "/routesx"):
        answer = http.request("PROPFIND", path, headers={"Origin": "https://a.example"})
        assert answer.status_code >= 400
        assert "Access-Control-Allow-Origin" not in answer.headers
