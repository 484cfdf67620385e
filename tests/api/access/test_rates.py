"""Rates over HTTP: of users, named tokens, routes and bins."""

import gzip
import re
import time

import pytest
from api.access.named_tokens import another_server, made, refusal


@pytest.fixture
def set_limits(as_admin, uli):
    def change(**limits):
        assert as_admin.put(f"/users/{uli.id}", json=limits).ok

    return change


def set_back(raw, seconds, name="rates"):
    """Let so many seconds pass in the engine."""
    name = f"b9y:{{1}}:{name}"
    for field, value in raw.hgetall(name).items():
        raw.hset(name, field, int(value) - seconds * 1_000_000)


def after_the_memory_of_a_worker(call):
    """Repeat a call until no worker remembers that a rate was reached."""
    deadline = time.monotonic() + 20
    while (answer := call()).status_code == 429 and time.monotonic() < deadline:
        time.sleep(0.01)
    return answer


def test_a_user_without_a_rate_gets_no_headers(as_uli):
    assert "RateLimit" not in as_uli.get("/keys").headers


def test_after_a_429_waiting_as_told_gives_200(as_uli, set_limits, raw):
    set_limits(rate="3/h")
    assert [as_uli.put("/keys/x", data=b"v").status_code for _ in range(4)] == [200] * 3 + [429]
    refused = as_uli.get("/keys/x")
    assert refusal(refused) == (429, "rate_limited")
    assert "3/h" in refused.json()["hint"]
    wait = int(refused.headers["Retry-After"])
    assert 1190 < wait <= 1200
    assert refused.headers["RateLimit"] == f'"user";r=0;t={wait}'
    set_back(raw, wait)
    assert after_the_memory_of_a_worker(lambda: as_uli.get("/keys/x")).text == "v"


def test_every_answer_shows_the_rate(as_uli, set_limits):
    set_limits(rate="10/h", burst=20)
    for call, status, left in (
        (as_uli.put("/keys/x", data=b"v"), 200, 19),
        (as_uli.get("/keys/none"), 404, 18),
        (as_uli.get("/users"), 403, 17),
        (as_uli.get("/keys?nope=1"), 400, 16),
    ):
        assert call.status_code == status
        assert call.headers["RateLimit-Policy"] == '"user";q=20;w=7200'
        assert call.headers["RateLimit"].startswith(f'"user";r={left};t=')
    origin = {"Origin": "http://localhost:1"}
    exposed = as_uli.get("/keys/x", headers=origin).headers["Access-Control-Expose-Headers"]
    assert {"RateLimit", "RateLimit-Policy"} <= set(exposed.split(", "))


def test_a_change_of_a_rate_is_seen_at_once_on_another_server(as_uli, set_limits, services):
    assert as_uli.get("/keys").ok
    with another_server(services):
        set_limits(rate="2/h")
    assert [as_uli.get("/keys").status_code for _ in range(3)] == [200, 200, 429]
    with another_server(services):
        set_limits(rate=0)
    answer = after_the_memory_of_a_worker(lambda: as_uli.get("/keys"))
    assert (answer.status_code, "RateLimit" in answer.headers) == (200, False)


def test_a_repeated_call_counts_once(as_uli, set_limits, services, with_token):
    set_limits(rate="9/h")
    token = made(as_uli, ["keys:read", "keys:write"])
    holder = with_token(token["token"])
    assert '"user";r=7;' in holder.put("/keys/x", data=b"v").headers["RateLimit"]
    with another_server(services):
        as_uli.patch(f"/tokens/{token['id']}", json={"name": "other"})
    answer = holder.put("/keys/x", data=b"w")
    assert answer.ok
    assert '"user";r=5;' in answer.headers["RateLimit"]


def test_a_postponed_call_counts_once(as_uli, set_limits):
    for name in ("a", "b"):
        as_uli.put(f"/keys/{name}", data=bytes(700 << 10))
    set_limits(rate="9/h")
    answer = as_uli.get("/keys?names=a,b&values=1")
    assert answer.ok
    assert '"user";r=8;' in answer.headers["RateLimit"]


def test_a_token_has_its_own_rate_besides_that_of_its_user(as_uli, set_limits, with_token):
    token = made(as_uli, rate="2/h")
    assert token["rate"] == as_uli.get("/tokens").json()["tokens"][0]["rate"] == "2/h"
    holder = with_token(token["token"])
    answers = [holder.get("/keys/app:x") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"token";q=2;w=3600'
    assert as_uli.get("/keys/app:x").status_code == 404
    as_uli.patch(f"/tokens/{token['id']}", json={"rate": "100/s"})
    answer = after_the_memory_of_a_worker(lambda: holder.get("/keys/app:x"))
    assert answer.status_code == 404
    set_limits(rate="5/h")
    policies = holder.get("/keys/app:x").headers["RateLimit-Policy"]
    assert policies == '"user";q=5;w=3600, "token";q=100;w=1'
    assert "rate" not in as_uli.patch(f"/tokens/{token['id']}", json={"rate": 0}).json()


@pytest.mark.parametrize("rate", ["fast", "0/s", "1/y", "10000000/s", "-1/s", "1" * 99, True])
def test_a_rate_that_is_none_is_refused(as_uli, rate):
    answer = as_uli.post("/tokens", json={"name": "ci", "scopes": ["read"], "rate": rate})
    assert refusal(answer) == (400, "invalid_request")


def test_a_token_with_a_rate_makes_none_with_a_higher_one(as_uli, with_token):
    maker = with_token(made(as_uli, ["tokens:write", "keys:read"], rate="10/m")["token"])
    for rate in ("1/s", "11/m", "20/h", 0):
        answer = maker.post("/tokens", json={"name": "a", "scopes": ["keys:read"], "rate": rate})
        assert refusal(answer) == (403, "insufficient_scope"), rate
    assert made(maker, ["keys:read"], rate="5/h")["rate"] == "5/h"


def test_a_revoked_token_leaves_nothing_of_its_rate(as_uli, with_token, raw):
    token = made(as_uli, rate="2/h")
    with_token(token["token"]).get("/keys/app:x")
    assert raw.hlen("b9y:{1}:rates") == 1
    as_uli.delete(f"/tokens/{token['id']}")
    assert raw.hlen("b9y:{1}:rates") == 0


def test_a_deleted_user_leaves_nothing_of_its_rate(as_admin, as_uli, set_limits, raw):
    set_limits(rate="2/h")
    as_uli.get("/keys")
    assert raw.exists("b9y:{1}:rates")
    as_admin.delete("/users/1")
    assert not raw.exists("b9y:{1}:rates")


@pytest.mark.parametrize(
    "document",
    [
        {"rules": [{"answers": [{"text": "x"}]}]},
        {"rules": [{"answers": [{"text": "!@[$uuid]"}, {"text": "!@[$count]"}]}]},
        {"rules": [{"path": "/todos", "collection": "todo:"}, {"answers": [{"text": "x"}]}]},
        {"key": "page"},
    ],
)
def test_a_route_has_a_rate_for_strangers(as_uli, http, raw, document):
    as_uli.put("/keys/page", data=b"x")
    path = as_uli.post("/routes", json={"rate": "6/h", **document}).json()["path"]
    answers = [http.get(path) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert "RateLimit" not in answers[0].headers
    refused = answers[-1]
    wait = refused.headers["Retry-After"]
    assert refused.headers["RateLimit-Policy"] == '"route";q=6;w=3600'
    assert refused.headers["RateLimit"] == f'"route";r=0;t={wait}'
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.json()["code"] == "rate_limited"
    set_back(raw, int(wait), f"counts:{path.rpartition('/')[2]}")
    assert after_the_memory_of_a_worker(lambda: http.get(path)).ok


def test_a_preflight_spends_no_rate_of_a_route(as_uli, http):
    document = {"rate": "1/h", "rules": [{"answers": [{"text": "x"}]}]}
    path = as_uli.post("/routes", json=document).json()["path"]
    asked = {"Origin": "http://a.example", "Access-Control-Request-Method": "GET"}
    for _ in range(3):
        assert http.options(path, headers=asked).status_code == 204
    assert [http.get(path).status_code for _ in range(2)] == [200, 429]


def test_a_route_without_a_rate_counts_nothing(as_uli, http, raw):
    path = as_uli.post("/routes", json={"rules": [{"answers": [{"text": "x"}]}]}).json()["path"]
    assert http.get(path).ok
    assert not list(raw.scan_iter("*counts*"))


@pytest.mark.parametrize("rate", ["", "1", "0/s", "1000001/s"])
def test_a_document_with_a_wrong_rate_is_refused(as_uli, rate):
    answer = as_uli.post("/routes", json={"key": "a", "rules": [], "rate": rate})
    assert answer.status_code == (400 if rate else 200)
    assert not rate or answer.json()["code"] == "invalid_route"


def test_a_bin_has_a_rate_of_bytes(as_uli, http, raw):
    document = {"list": "q", "rate": "9/h", "rate_bytes": "1kb/h"}
    path = as_uli.post("/bins", json=document).json()["path"]
    assert http.post(path, data=bytes(600)).ok
    refused = http.post(path, data=bytes(600))
    assert refusal(refused) == (429, "rate_limited")
    assert "rate_bytes" in refused.json()["hint"]
    policies = '"bin";q=9;w=3600, "bin-bytes";q=1024;qu="content-bytes";w=3600'
    assert refused.headers["RateLimit-Policy"] == policies
    assert re.match(
        r'"bin";r=8;t=(400|39\d), "bin-bytes";r=42[4-6];t=', refused.headers["RateLimit"]
    )
    assert http.post(path, data=bytes(300)).ok
    # NOTE: the worker remembers the refusal of as many bytes as before.
    wait = int(http.post(path, data=bytes(599)).headers["Retry-After"])
    set_back(raw, wait, f"counts:{path.rpartition('/')[2]}")
    assert after_the_memory_of_a_worker(lambda: http.post(path, data=bytes(600))).ok


def test_a_body_over_the_rate_of_bytes_spends_all_of_it(as_uli, http):
    document = {"list": "q", "rate_bytes": "100b/h"}
    path = as_uli.post("/bins", json=document).json()["path"]
    assert [http.post(path, data=bytes(500)).status_code for _ in range(2)] == [200, 429]


def test_the_rate_of_bytes_counts_query_and_headers_that_are_kept(as_uli, http):
    document = {"list": "hd", "keep": "request", "max_body": "100", "rate_bytes": "4kb/h"}
    path = as_uli.post("/bins", json=document).json()["path"]
    parts = {"params": {"a": "x" * 2000}, "headers": {"X-Long": "y" * 2000}}
    statuses = [http.post(path, **parts).status_code for _ in range(4)]
    assert statuses == [200, 429, 429, 429]
    assert "rate_bytes" in http.post(path, **parts).json()["hint"]
    assert as_uli.get("/usage").json()["bytes"] < 5000


def test_the_rate_of_bytes_counts_a_body_without_its_coding(as_uli, http):
    path = as_uli.post("/bins", json={"list": "q", "rate_bytes": "9kb/h"}).json()["path"]
    body = gzip.compress(bytes(5000))
    coded = {"data": body, "headers": {"Content-Encoding": "gzip"}}
    assert [http.post(path, **coded).status_code for _ in range(2)] == [200, 429]
    assert http.post(path, data=body).ok


def test_a_bin_takes_16_mb_a_minute_by_default(as_uli, http):
    path = as_uli.post("/bins", json={"topic": "t", "max_body": "1mb"}).json()["path"]
    statuses = [http.post(path, data=bytes(1 << 20)).status_code for _ in range(20)]
    assert statuses[:16] == [200] * 16
    assert 429 in statuses[16:]
    found = as_uli.get(f"/bins?id={path.rpartition('/')[2]}").json()
    assert "rate_bytes" not in found


@pytest.mark.parametrize("rate", ["", "16mb", "0b/m", "16mb/x", "2000000gb/s", "x/m"])
def test_a_wrong_rate_of_bytes_is_refused(as_uli, rate):
    answer = as_uli.post("/bins", json={"list": "a", "rate_bytes": rate})
    assert refusal(answer) == (400, "invalid_bin")
    assert "rate_bytes" in answer.json()["info"]
