"""Sandboxes over HTTP: what they are for their owner, and what works in them."""

import io
import json
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.sandboxes.open_sandboxes import OpenSandboxes
from bambleweeny.core.sandboxes.sweeper import sweep
from bambleweeny.core.transfer.backup import back_up
from bambleweeny.errors import Busy, RateLimited
from core.sandboxes.worlds import BIN, ROUTE, SEED, lines_of
from servers import Http, until


def make(http: Http, query: str = "", seed: bytes = b"") -> Http:
    """Make a sandbox; return a client with its token."""
    answer = http.post(f"/sandboxes{query}", data=seed)
    assert answer.status_code == 201, answer.text
    client = Http(http.url, answer.json()["token"])
    client.id = answer.json()["id"]
    return client


@pytest.fixture
def world(as_uli):
    """A client with the token of a sandbox that has the seed."""
    with make(as_uli, "?ttl=30m&name=test", lines_of(SEED)) as client:
        yield client


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_sandbox_has_data_of_its_own(as_uli):
    as_uli.put("/keys/a", data="of uli")
    with make(as_uli) as one, make(as_uli) as other:
        assert one.get("/keys/a").status_code == 404
        one.put("/keys/a", data="of one")
        assert other.get("/keys/a").status_code == 404
        assert one.get("/keys/a").text == "of one"
        assert as_uli.get("/keys/a").text == "of uli"
        assert one.get("/keys/a").headers["B9Y-Authenticated-User"] == f"uli~{one.id}"


def test_the_answer_describes_the_sandbox(as_uli):
    made = as_uli.post("/sandboxes?ttl=30m&name=ci", data=lines_of(SEED)).json()
    assert made.keys() == {
        "id", "name", "made", "ends", "names", "bytes", "snapshots", "url", "token",
    }  # fmt: skip
    assert (made["name"], made["names"], made["snapshots"]) == ("ci", 12, [])
    token = made.pop("token")
    assert token.startswith(f"b9y_1~{made['id']}_")
    assert as_uli.get("/sandboxes").json() == {"sandboxes": [made]}
    assert as_uli.get(made["url"]).json() == made
    with Http(as_uli.url, token) as inside:
        assert inside.get("/sandboxes/self").json() == made
        assert inside.get(f"/sandboxes/{made['id']}").json() == made


def test_raw_answers_the_token_alone(as_uli):
    answer = as_uli.post("/sandboxes?raw")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        201,
        "text/plain; charset=utf-8",
    )
    assert answer.headers["Cache-Control"] == "no-store"
    with Http(as_uli.url, answer.text) as inside:
        assert inside.get("/keys").json() == {"keys": []}


def test_all_calls_for_data_work_inside(world):
    assert world.get("/keys/plain").text == "1"
    assert world.get("/keys/short").headers["B9Y-TTL"] in ("60", "59", "58")
    assert world.get("/incr/plain").text.strip() == "2"
    assert world.get("/lists/plain").text == "one"
    assert world.get("/topics/news?since=all").json()["messages"][0]["value"] == "hello"
    assert world.post("/batch", data='[["set", "b", "1"], ["get", "b"]]').status_code == 200
    assert world.get("/export").status_code == 200
    assert world.post("/import", data=lines_of(SEED[:1])).json()["keys"] == 1
    with Http(world.url) as stranger:
        assert stranger.get(f"/routes/@uli~{world.id}/shop/x").text == "hi"
        assert stranger.post(f"/bins/@uli~{world.id}/in", data="x").status_code == 200
        assert stranger.get("/routes/@uli/shop/x").status_code == 404
    assert world.get("/lists/received").text == "x"
    usage = world.get("/usage").json()
    assert (usage["id"], usage["limits"]["quota"]) == (1, 10_000)
    assert "ends with its sandbox" in world.get("/auth/test").json()["info"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users"), ("POST", "/users"), ("GET", "/tokens"), ("POST", "/tokens"),
        ("GET", "/audit"), ("GET", "/info"), ("GET", "/save"), ("GET", "/sandboxes"),
        ("POST", "/sandboxes"), ("POST", "/auth/code"), ("PUT", "/auth/password"),
        ("POST", "/auth/logout"), ("GET", "/users/1"),
    ],
)  # fmt: skip
def test_users_tokens_and_sandboxes_are_outside(world, method, path):
    assert code_of(world.request(method, path)) == (403, "not_in_a_sandbox")


def test_a_sandbox_acts_for_nobody(world, uli):
    answer = world.get(f"/keys?userid={uli.id}")
    assert answer.status_code == 403


def test_other_users_see_no_sandbox(as_admin, world):
    path = f"/sandboxes/{world.id}"
    for answer in (
        as_admin.get(path), as_admin.delete(path), as_admin.patch(f"{path}?ttl=1h"),
        as_admin.post(f"{path}/reset"), as_admin.put(f"{path}/snapshots/a"),
        as_admin.post(f"/sandboxes?from={world.id}"),
    ):  # fmt: skip
        assert code_of(answer) == (404, "not_found")
    assert as_admin.get("/sandboxes").json() == {"sandboxes": []}
    assert as_admin.get("/sandboxes?userid=1").json()["sandboxes"][0]["id"] == world.id
    assert as_admin.get("/users").json()["users"][-1]["username"] == "uli"


def test_a_named_token_needs_the_scope(as_uli):
    text = as_uli.post("/tokens?raw", json={"name": "ci", "scopes": ["sandboxes:write"]}).text
    with Http(as_uli.url, text) as ci:
        with make(ci) as inside:
            assert inside.put("/keys/a", data="x").status_code == 200
        assert code_of(ci.get("/sandboxes")) == (403, "insufficient_scope")
        assert code_of(ci.get("/keys/a")) == (403, "insufficient_scope")
        assert ci.delete(f"/sandboxes/{inside.id}").status_code == 200
    text = as_uli.post("/tokens?raw", json={"name": "ci", "scopes": ["read", "write"]}).text
    with Http(as_uli.url, text) as ci:
        assert code_of(ci.post("/sandboxes")) == (403, "insufficient_scope")


def test_a_sandbox_ends_at_its_time_and_is_refused_at_once(services, as_uli, store, raw):
    with make(as_uli, seed=lines_of(SEED)) as world, Http(as_uli.url) as stranger:
        assert world.get("/keys/plain").text == "1"
        assert stranger.get(f"/routes/@uli~{world.id}/shop/x").status_code == 200
        # NOTE: its record expires, as it does at the end.
        raw.pexpire(store.schema.tenant(f"1~{world.id}").user, 1)
        raw.zadd(store.schema.tenant("1").sandboxes, {world.id: 1})
        time.sleep(0.01)
        assert code_of(world.get("/keys/plain")) == (401, "unauthorized")
        assert world.post("/lists/q", data="x").status_code == 401
        assert stranger.get(f"/routes/@uli~{world.id}/shop/x").status_code == 404
        assert stranger.post(f"/bins/@uli~{world.id}/in", data="x").status_code == 404
        assert as_uli.get(f"/sandboxes/{world.id}").status_code == 404
        assert as_uli.get("/sandboxes").json() == {"sandboxes": []}
        assert as_uli.get("/usage").json()["sandboxes"]["count"] == 1
        assert sweep(store) == 1
        assert sweep(store) == 0
        assert as_uli.get("/usage").json()["sandboxes"] == {"count": 0, "bytes": 0}
    assert [name for name in raw.keys("*") if b"~" in name or b":route:" in name] == []


def test_the_sweeper_spares_those_that_have_not_ended(as_uli, store):
    with make(as_uli, "?ttl=1s") as soon, make(as_uli, "?ttl=1h") as late:
        assert sweep(store, lambda: time.time() + 2) == 1
        assert soon.get("/keys").status_code == 401
        assert late.get("/keys").status_code == 200


def test_the_sweeper_forgets_owners_without_sandboxes(as_uli, store, raw):
    with make(as_uli, "?ttl=1s"):
        assert raw.zrange(store.schema.sandbox_owners, 0, -1) == [b"1"]
    sweep(store, lambda: time.time() + 2)
    assert raw.zrange(store.schema.sandbox_owners, 0, -1) == [b"1"]
    sweep(store, lambda: time.time() + 100)
    assert raw.exists(store.schema.sandbox_owners) == 0


def test_patch_sets_the_end_and_the_token_stays(world, as_uli):
    before = world.get("/sandboxes/self").json()["ends"]
    after = world.patch("/sandboxes/self?ttl=2h").json()["ends"]
    assert after > before
    assert as_uli.patch(f"/sandboxes/{world.id}?ttl=1m").json()["ends"] < before
    assert world.get("/keys/plain").status_code == 200
    for query in ("", "?ttl=0", "?ttl=73h", "?ttl=x"):
        assert code_of(world.patch(f"/sandboxes/self{query}")) == (400, "invalid_request")


def test_delete_ends_it_at_once(world, as_uli, raw):
    assert world.delete("/sandboxes/self").status_code == 200
    assert world.get("/keys").status_code == 401
    assert as_uli.get("/sandboxes").json() == {"sandboxes": []}
    assert as_uli.delete(f"/sandboxes/{world.id}").status_code == 404
    assert [name for name in raw.keys("*") if b"~" in name or b":route:" in name] == []


def test_the_deletion_of_a_user_deletes_its_sandboxes(as_admin, world, raw):
    assert as_admin.delete("/users/1").status_code == 200
    assert world.get("/keys").status_code == 401
    assert [name for name in raw.keys("*") if b"{1}" in name or b":route:" in name] == []


def test_bytes_are_reserved_from_those_of_the_user(as_admin, as_uli):
    as_admin.put("/users/1", json={"max_bytes": "20mb"})
    with make(as_uli) as world:
        assert code_of(as_uli.post("/sandboxes")) == (507, "max_bytes_exceeded")
        usage = as_uli.get("/usage").json()
        assert usage["sandboxes"] == {"count": 1, "bytes": 16 << 20}
        assert usage["bytes"] == 0
        world.delete("/sandboxes/self")
    with make(as_uli) as world:
        world.put("/keys/a", data=bytes(1 << 20))
        assert as_uli.get("/usage").json()["sandboxes"]["bytes"] == 16 << 20
        for number in range(14):
            assert world.put(f"/keys/{number}", data=bytes(1 << 20)).status_code == 200
        assert code_of(world.put("/keys/more", data=bytes(1 << 20))) == (507, "max_bytes_exceeded")


def test_a_user_has_at_most_so_many(services, as_uli, monkeypatch):
    monkeypatch.setattr(services.sandboxes, "most", 2)
    with make(as_uli) as one, make(as_uli):
        assert code_of(as_uli.post("/sandboxes")) == (409, "too_many_sandboxes")
        one.delete("/sandboxes/self")
        assert as_uli.post("/sandboxes").status_code == 201


@pytest.mark.parametrize(
    ("line", "info"),
    [
        (b"{}", "Line 2: "),
        (b'{"key": {"name": "a", "value": "b", "ttl": "x"}}', "Line 2: The 'ttl' is invalid"),
        (b'{"key": {"name": "a", "value": "b", "ttl": 9, "ends": 9}}', "Line 2: It has 'ttl'"),
        (b'{"item": {"list": "a", "value": "b", "delay": "8d"}}', "Line 2: A 'delay' is"),
        (b'{"item": {"list": "a", "value": "b", "delay": true}}', "Line 2: The 'delay' takes"),
        (b'{"item": {"list": "a", "value": "b", "delay": 5, "state": "ready"}}', "Line 2: "),
        (b'{"key": {"name": "..", "value": "b"}}', "Line 2: "),
        (b'{"route": {"document": "{}x"}}', "Line 2: "),
        (b"\xff", "Line 2: "),
    ],
)
def test_a_seed_that_is_refused_leaves_nothing(as_uli, raw, line, info):
    before = len(raw.keys("*"))
    answer = as_uli.post("/sandboxes", data=lines_of(SEED[:1]) + line)
    assert answer.status_code == 400
    assert answer.json()["info"].startswith(info)
    assert as_uli.get("/sandboxes").json() == {"sandboxes": []}
    assert as_uli.get("/usage").json()["sandboxes"]["count"] == 0
    assert {name for name in raw.keys("*") if b"~" in name} == set()
    assert len(raw.keys("*")) <= before + 2


def test_a_seed_over_the_names_of_a_sandbox_leaves_nothing(as_uli, raw):
    lines = lines_of([{"key": {"name": f"{n}", "value": ""}} for n in range(10_001)])
    answer = as_uli.post("/sandboxes", data=lines)
    assert code_of(answer) == (400, "quota_exceeded")
    assert {name for name in raw.keys("*") if b"~" in name} == set()


@pytest.mark.parametrize(
    "query", ["?ttl=0", "?ttl=73h", "?ttl=x", f"?name={'x' * 65}", "?name=%0a", "?from=", "?raw=2"]
)
def test_bad_parameters_are_refused(as_uli, query):
    answer = as_uli.post(f"/sandboxes{query}")
    assert answer.status_code == (404 if query == "?from=" else 400)


def test_a_seed_and_a_copy_exclude_each_other(as_uli, world):
    answer = as_uli.post(f"/sandboxes?from={world.id}", data=lines_of(SEED))
    assert code_of(answer) == (400, "invalid_request")


def test_reset_and_snapshots(world, as_uli):
    world.put("/keys/plain", data="changed")
    assert world.put("/sandboxes/self/snapshots/paid").status_code == 200
    world.delete("/keys/plain")
    assert world.post("/sandboxes/self/reset").json() == {"info": "ok"}
    assert world.get("/keys/plain").text == "1"
    assert as_uli.post(f"/sandboxes/{world.id}/reset?to=paid").status_code == 200
    assert world.get("/keys/plain").text == "changed"
    assert world.get("/sandboxes/self").json()["snapshots"] == ["paid"]
    with make(as_uli, f"?from={world.id}/paid") as copy:
        assert copy.get("/keys/plain").text == "changed"
        assert copy.get("/sandboxes/self").json()["snapshots"] == []
    with make(as_uli, f"?from={world.id}") as copy:
        assert copy.get("/keys/plain").text == "changed"
    assert world.delete("/sandboxes/self/snapshots/paid").status_code == 200
    for answer in (
        world.post("/sandboxes/self/reset?to=paid"),
        world.delete("/sandboxes/self/snapshots/paid"),
        as_uli.post(f"/sandboxes?from={world.id}/paid"),
        as_uli.post("/sandboxes/self/reset"),
    ):
        assert code_of(answer) == (404, "not_found")
    for name in ("...", "a~b", "a:b", "x" * 65):
        assert world.put(f"/sandboxes/self/snapshots/{name}").status_code in (400, 404)
    assert code_of(world.post("/sandboxes/self/reset?to=a~b")) == (400, "invalid_name")


def test_a_reset_may_delete_the_snapshots(world, raw, as_uli):
    before, keys = world.get("/sandboxes/self").json(), set(raw.keys("*"))
    for name in "abcde":
        world.put(f"/keys/{name}", data=bytes(1000))
        assert world.put(f"/sandboxes/self/snapshots/{name}").status_code == 200
    answer = world.put("/sandboxes/self/snapshots/f")
    assert code_of(answer) == (409, "too_many_snapshots")
    assert "/reset?delete_snapshots=1" in answer.json()["hint"]
    assert world.post("/sandboxes/self/reset?to=b&delete_snapshots=1").status_code == 200
    assert sorted(one["key"] for one in world.get("/keys?prefix=b").json()["keys"]) == [
        "b",
        "bytes",
    ]
    assert as_uli.get(f"/sandboxes/{world.id}").json()["snapshots"] == []
    world.put("/sandboxes/self/snapshots/a")
    assert world.post("/sandboxes/self/reset?delete_snapshots=1").status_code == 200
    assert world.get("/sandboxes/self").json() == before
    assert set(raw.keys("*")) <= keys
    assert code_of(world.post("/sandboxes/self/reset?to=a")) == (404, "not_found")
    assert code_of(world.post("/sandboxes/self/reset?delete_snapshots=x"))[0] == 400


def test_a_route_of_a_deleted_snapshot_alone_is_gone(world):
    made = world.post("/routes", json={"name": "late", "rules": [{"answers": [{"text": "x"}]}]})
    path = made.json()["path"]
    world.put("/sandboxes/self/snapshots/a")
    world.post("/sandboxes/self/reset")
    with Http(world.url) as stranger:
        assert stranger.get(path).status_code == 404
        world.post("/sandboxes/self/reset?to=a")
        assert stranger.get(path).text == "x"
        world.post("/sandboxes/self/reset?delete_snapshots=1")
        assert stranger.get(path).status_code == 404


def test_a_token_whose_sandbox_is_gone_names_the_reason(services, world):
    world.get("/keys")
    world.delete("/sandboxes/self")
    for _ in range(2):
        for answer in (world.get("/keys"), world.post("/lists/q", data="x"), world.get("/usage")):
            assert code_of(answer) == (401, "unauthorized")
            assert answer.json()["info"] == "The sandbox of this token has ended."
        services.tokens._known.clear()


def test_a_wrong_name_inside_hints_at_the_bare_one(world):
    for path in ("/routes?id=@uli/shop", "/bins?id=@mine/in"):
        hint = world.get(path).json()["hint"]
        noun, name = path[1:6].rstrip("s?"), path.rpartition("/")[2]
        assert hint.startswith(f"In a sandbox, '{name}' alone names its {noun};")
        assert f"@uli~{world.id}/{name}" in hint
    assert "hint" not in Http(world.url).get("/routes/@uli/nothing").json()


def test_objects_stand_for_their_text_in_a_seed_and_an_import(as_uli):
    amount = b'{"a": 1.10, "ttl": [2, 1e400]}'
    lines = b"\n".join((
        b'{"key": {"name": "price", "value": {"json": ' + amount + b'}, "ttl": "1h"}}',
        b'{"key": {"name": "typed", "value": {"json": 5}, "content_type": "text/x"}}',
        b'{"item": {"list": "jobs", "value": {"json": ' + amount + b'}, "delay": 0}}'.replace(b', "delay": 0', b""),
        b'{"message": {"topic": "news", "value": {"json": [1]}}}',
        b'{"route": {"document": ' + json.dumps(ROUTE).encode() + b"}}",
        b'{"bin": {"document": ' + json.dumps({**BIN, "ends": "1h"}).encode() + b"}}",
    ))  # fmt: skip
    with make(as_uli, seed=lines) as one, make(as_uli) as other, Http(one.url) as stranger:
        assert (
            other.post("/import?dry_run=1", data=lines.replace(b', "ttl": "1h"', b"")).json()[
                "keys"
            ]
            == 2
        )
        assert other.post("/import", data=lines.replace(b', "ttl": "1h"', b"")).json()["keys"] == 2
        for world in (one, other):
            found = world.get("/keys/price")
            assert (found.content, found.headers["Content-Type"]) == (amount, "application/json")
            assert world.get("/keys/typed").headers["Content-Type"] == "text/x"
            assert world.post("/lists/jobs/pop").content == amount
            [message] = world.get("/topics/news?since=all").json()["messages"]
            assert (message["value"], message["type"]) == ("[1]", "application/json")
            assert stranger.get(f"/routes/@uli~{world.id}/shop/x").text == "hi"
            assert stranger.post(f"/bins/@uli~{world.id}/in", data="x").status_code == 200
            assert world.post("/import", data=world.get("/export").content).status_code == 200


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (b'{"key": {"name": "a", "value": {"json": 1, "json": 2}}}', "'json' is given more than once"),
        (b'{"key": {"name": "a", "value": {"json": {"b": 1, "b": 2}}}}', "'b' is given more than once"),
        (b'{"key": {"name": "a", "value": {"json": 1, "base64": "AA"}}}', "unknown field `json`"),
        (b'{"list": {"name": "a", "json": 1}}', "unknown field `json`"),
        (b'{"route": {"document": {"rules": 5}}}', "rules"),
        (b'{"bin": {"document": [1]}}', "Expected `str`, got `array`"),
        (b'{"key": {"name": "a", "value": {"json": ' + b"[" * 5000 + b"]" * 5000 + b"}}}", "levels"),
        (b'{"key": {"name": "a", "value": "1"}}{"key": {"name": "b", "value": "1"}}', "--data-binary @FILE"),
        (b"data/seed.ndjson", "looks like the name of a file"),
    ],
)  # fmt: skip
def test_lines_that_are_refused_name_the_cause(as_uli, line, part):
    for path in ("/sandboxes", "/import"):
        answer = as_uli.post(path, data=line).json()
        assert answer["info"].startswith("Line 1: ")
        assert part in answer["info"] + answer.get("hint", "")


def test_routes_and_bins_keep_their_urls_across_resets(world):
    routes = [one["path"] for one in world.get("/routes").json()["routes"]]
    bins = [one["path"] for one in world.get("/bins").json()["bins"]]
    made = world.post("/routes", json={"key": "plain", "content_type": "text/plain"}).json()["path"]
    for one in routes:
        world.delete(f"/routes?id={one.rpartition('/')[2]}")
    with Http(world.url) as stranger:
        assert stranger.get(made).text == "1"
        assert {stranger.get(one).status_code for one in routes} == {404}
        world.post("/sandboxes/self/reset")
        assert stranger.get(made).status_code == 404
        assert {stranger.get(one).status_code for one in [routes[0] + "/x", routes[1] + "/x"]} <= {
            200, 404,
        }  # fmt: skip
        for one in bins:
            assert stranger.post(one, data="x").status_code == 200
    assert sorted(one["path"] for one in world.get("/routes").json()["routes"]) == sorted(routes)
    assert world.get("/routes?id=shop").json() == ROUTE
    assert world.get("/bins?id=in").json()["list"] == BIN["list"]


def test_a_reset_forgets_refused_requests(world):
    [path] = [one["path"] for one in world.get("/bins").json()["bins"] if one.get("name") == "in"]
    with Http(world.url) as stranger:
        assert stranger.delete(path).status_code == 405
    assert len(world.get("/bins/refused?id=in").json()["refused"]) == 1
    world.post("/sandboxes/self/reset")
    assert world.get("/bins/refused?id=in").json() == {"refused": []}


def waiting(services, call) -> threading.Thread:
    """Start a call that waits, and return once it does."""
    before = services.metrics.counted().waits
    thread = threading.Thread(target=call)
    thread.start()
    until(lambda: services.metrics.counted().waits != before)
    return thread


@pytest.mark.parametrize(
    ("prepare", "path", "text"),
    [
        (("GET", "/lists/received?limit=9"), "/lists/plain?wait=20", "one"),
        (("DELETE", "/keys/plain"), "/keys/plain?wait=20", "1"),
    ],
)
def test_a_reset_wakes_those_that_wait(services, world, prepare, path, text):
    world.request(*prepare)
    while world.get("/lists/plain").status_code == 200:
        pass
    found = []
    thread = waiting(services, lambda: found.append(world_call(world, path)))
    begun = time.monotonic()
    world.post("/sandboxes/self/reset")
    thread.join()
    assert time.monotonic() - begun < 15
    assert found == [text]


def world_call(world: Http, path: str) -> str:
    with Http(world.url, world.token) as client:
        return client.get(path).text


def test_acts_are_in_the_trail_of_the_owner(as_uli, world):
    world.delete("/sandboxes/self")
    rows = as_uli.get("/audit").json()["entries"]
    acts = [(one["action"], one["actor"], one["target"]) for one in rows]
    assert ("sandbox.created", "uli", f"{world.id} test") in acts
    assert ("sandbox.deleted", f"uli~{world.id}", f"{world.id} test") in acts


def test_requests_in_a_sandbox_count_for_the_owner(services, as_admin, as_uli):
    as_admin.put("/users/1", json={"rate": "6/d"})
    with make(as_uli) as world:
        answers = [world.get("/keys").status_code for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert code_of(as_uli.get("/keys")) == (429, "rate_limited")


@pytest.fixture
def maker(as_uli):
    """A function that returns a client with a named token that makes sandboxes."""
    with ExitStack() as stack:

        def make_token(**fields):
            body = {"name": "ci", "scopes": ["sandboxes:read", "sandboxes:write"], **fields}
            made = as_uli.post("/tokens", json=body).json()
            client = stack.enter_context(Http(as_uli.url, made["token"]))
            client.expires = made["expires"]
            return client

        yield make_token


def test_a_sandbox_ends_with_the_named_token_that_made_it(as_uli, maker):
    token = maker(ttl="2h")
    with make(token, "?ttl=72h") as world, make(token, "?ttl=72h", lines_of(SEED)) as filled:
        for client, place in (
            (world, "self"), (filled, "self"), (token, world.id), (as_uli, world.id),
        ):  # fmt: skip
            assert client.get(f"/sandboxes/{place}").json()["ends"] == token.expires
            later = client.patch(f"/sandboxes/{place}?ttl=72h").json()
            assert (later["ends"], "until" in later) == (token.expires, False)
        assert world.patch("/sandboxes/self?ttl=1h").json()["ends"] < token.expires
        assert world.patch("/sandboxes/self?ttl=3h").json()["ends"] == token.expires
    with make(as_uli, f"?ttl=72h&from={filled.id}") as copy:
        assert copy.get("/sandboxes/self").json()["ends"] > token.expires


def test_a_sandbox_of_a_token_that_acts_for_a_user_ends_with_it(as_admin, uli):
    scopes = ["sandboxes:write", f"act:{uli.id}"]
    made = as_admin.post("/tokens", json={"name": "ci", "scopes": scopes, "ttl": "2h"}).json()
    with (
        Http(as_admin.url, made["token"]) as token,
        make(token, f"?ttl=72h&userid={uli.id}") as world,
    ):
        assert world.patch("/sandboxes/self?ttl=72h").json()["ends"] == made["expires"]


def test_a_sandbox_of_a_token_that_does_not_expire_has_its_own_end(maker):
    token = maker()
    with make(token, "?ttl=72h") as world:
        first = world.get("/sandboxes/self").json()["ends"]
        assert world.patch("/sandboxes/self?ttl=72h").json()["ends"] >= first


def test_a_named_token_and_its_sandboxes_have_one_rate(maker):
    token, other = maker(rate="6/d"), maker(rate="6/d")
    with make(token) as one, make(token) as two, make(other) as third:
        clients = (one, two, token)
        answers = [client.get("/sandboxes/self").status_code for client in clients * 2]
        assert answers == [200, 200, 404, 200, 429, 429]
        refused = one.get("/keys")
        assert code_of(refused) == (429, "rate_limited")
        assert "rate of the token is 6/d" in refused.json()["hint"]
        assert third.get("/keys").ok


def test_a_new_rate_of_the_owner_counts_in_its_sandboxes_at_once(as_admin, as_uli):
    with make(as_uli) as world, make(as_uli) as other:
        assert "RateLimit" not in world.get("/keys").headers
        as_admin.put("/users/1", json={"rate": "4/d"})
        answers = [client.get("/keys").status_code for client in (world, other) * 3]
        assert answers == [200] * 4 + [429] * 2
        as_admin.put("/users/1", json={"rate": "100/s"})
        # NOTE: a worker refuses for up to 0.1 s what it knows to be above a rate.
        until(lambda: world.get("/keys").status_code == 200)
        as_admin.put("/users/1", json={"rate": "0"})
        assert "RateLimit" not in world.get("/keys").headers


def test_a_new_max_value_of_the_owner_counts_in_its_sandboxes_at_once(as_admin, as_uli):
    with make(as_uli) as world:
        for most, status in (("1kb", 413), ("8kb", 200), ("2kb", 413), (0, 200)):
            as_admin.put("/users/1", json={"max_value": most})
            assert world.put("/keys/a", data=bytes(4096)).status_code == status


def test_a_later_end_brings_no_earlier_limits_back(as_admin, as_uli, world):
    assert world.put("/keys/a", data=bytes(4096)).status_code == 200
    as_admin.put("/users/1", json={"max_value": "1kb"})
    assert as_uli.patch(f"/sandboxes/{world.id}?ttl=2h").status_code == 200
    assert world.put("/keys/a", data=bytes(4096)).status_code == 413


def test_a_sandbox_that_has_ended_is_not_made_by_new_limits(as_admin, as_uli, world, raw):
    raw.delete(f"b9y:{{1}}~{world.id}:user")
    as_admin.put("/users/1", json={"rate": "4/d"})
    assert not raw.exists(f"b9y:{{1}}~{world.id}:user")
    assert world.get("/keys").status_code == 401


def test_backups_leave_sandboxes_out(world, store):
    out = io.BytesIO()
    open_instance(store)
    back_up(store, out)
    text = out.getvalue()
    assert b'"uli"' in text
    assert b"~" not in text


@pytest.fixture
def opened(services, http, monkeypatch):
    """Somebody without a login, at a server where strangers may have two sandboxes."""
    monkeypatch.setattr(services.open_sandboxes, "most", 2)
    return http


def test_strangers_make_no_sandboxes_by_default(http):
    assert code_of(http.post("/sandboxes")) == (401, "unauthorized")


def test_strangers_may_make_small_ones(opened, services, raw):
    with make(opened) as world:
        assert world.put("/keys/a", data="x").status_code == 200
        assert world.post("/import", data=lines_of(SEED[:2])).status_code == 200
        limits = world.get("/usage").json()
        assert (limits["id"], limits["limits"]["quota"], limits["limits"]["max_bytes"]) == (
            -1, 1000, 1 << 20,
        )  # fmt: skip
        assert code_of(world.put("/keys/b", data=bytes(1 << 20))) == (507, "max_bytes_exceeded")
        for path, document in (
            ("/routes", {"key": "a", "content_type": "text/plain"}), ("/routes", ROUTE),
            ("/bins", {"list": "a"}), ("/bins", BIN),
        ):  # fmt: skip
            answer = world.post(path, json=document)
            assert code_of(answer) == (403, "not_in_a_sandbox")
            assert "has no routes and no bins" in answer.json()["info"]
            assert answer.json()["hint"].startswith("Log in")
        assert code_of(world.post("/import", data=lines_of(SEED[-1:]))) == (403, "not_in_a_sandbox")
        assert [name for name in raw.keys("*") if b":route:" in name or b":bin:" in name] == []
        assert code_of(world.patch("/sandboxes/self?ttl=1h")) == (400, "invalid_request")
        assert world.patch("/sandboxes/self?ttl=1m").status_code == 200
        assert world.put("/sandboxes/self/snapshots/a").status_code == 200
        assert world.post("/sandboxes/self/reset?to=a").status_code == 200
        assert world.delete("/sandboxes/self").status_code == 200
    assert [name for name in raw.keys("*") if b"~" in name] == []


def test_there_are_at_most_so_many_of_all_strangers(opened):
    with make(opened) as one, make(opened):
        answer = opened.post("/sandboxes")
        assert code_of(answer) == (503, "busy")
        assert answer.headers["Retry-After"] == "60"
        one.delete("/sandboxes/self")
        with make(opened):
            pass


def test_an_address_makes_five_in_an_hour(opened, services):
    for _ in range(5):
        with make(opened) as world:
            world.delete("/sandboxes/self")
    answer = opened.post("/sandboxes")
    assert code_of(answer) == (429, "rate_limited")
    assert 600 < int(answer.headers["Retry-After"]) <= 720
    assert services.open_sandboxes.create("203.0.113.9", "", 60)


def test_refused_creations_of_strangers_do_not_count(opened):
    for _ in range(3):
        for query in ("?ttl=2h", "?ttl=0", f"?name={'x' * 65}", "?from=aaaaaa"):
            assert code_of(opened.post(f"/sandboxes{query}")) == (400, "invalid_request")
        answer = opened.post("/sandboxes", data=lines_of(SEED[:1]))
        assert (answer.status_code, answer.json()["info"], answer.json()["hint"]) == (
            400, "A sandbox without a login is empty.", "Log in to use a seed.",
        )  # fmt: skip
    for _ in range(5):
        with make(opened) as world:
            world.delete("/sandboxes/self")


def test_a_flood_of_strangers_leaves_a_bounded_number_of_keys(services, store, raw):
    small = OpenSandboxes(store, services.sandboxes, 3)
    for number in range(200):
        try:
            small.create(f"10.0.0.{number}", "", 60)
        except Exception as ex:
            assert type(ex).__name__ == "Busy"
    keys = [name for name in raw.keys("*") if b"~" in name or b"open" in name]
    assert len(keys) < 20


def test_strangers_who_delete_what_they_make_leave_a_bounded_number_of_keys(services, store, raw):
    small = OpenSandboxes(store, services.sandboxes, 2)
    made, refused = 0, None
    for number in range(40):
        try:
            _, sandbox = small.create(f"10.0.0.{number}", "", 60)
        except Busy as ex:
            refused = ex
            continue
        made += 1
        services.sandboxes.delete(Caller(f"open~{sandbox.id}", "open", ""))
    assert made == 20
    assert "made too often" in str(refused)
    assert 100 < refused.retry_after <= 180
    assert len([name for name in raw.keys("*") if b"sandboxes:" in name and b"{" not in name]) <= 21


def test_an_address_that_makes_too_many_uses_up_nothing_of_the_others(services, store):
    small = OpenSandboxes(store, services.sandboxes, 2)
    statuses = Counter()
    for address in ["10.0.0.1"] * 40 + ["10.0.0.2"] * 5 + ["10.0.0.3"] * 5:
        try:
            _, sandbox = small.create(address, "", 60)
        except RateLimited:
            statuses["limited"] += 1
        else:
            statuses["made"] += 1
            services.sandboxes.delete(Caller(f"open~{sandbox.id}", "open", ""))
    assert statuses == {"made": 15, "limited": 35}


def test_a_chunked_seed_of_a_stranger_is_refused_before_it_arrives(opened):
    with closing(HTTPConnection(urlsplit(opened.url).netloc, timeout=10)) as connection:
        connection.putrequest("POST", "/sandboxes")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        assert connection.getresponse().status == 401


@pytest.mark.parametrize("query", ["?ttl=2h", "?from=aaaaaa", "?ttl=0", "?x=1", "?userid=1"])
def test_strangers_get_clear_errors(opened, query):
    assert opened.post(f"/sandboxes{query}").status_code == 400


def test_a_wrong_token_makes_no_open_sandbox(opened):
    with Http(opened.url, "b9y_1_aaaaaa_x") as wrong:
        assert wrong.post("/sandboxes").status_code == 401


def test_tokens_of_sandboxes_are_redacted_in_journals(world):
    with Http(world.url) as stranger:
        stranger.get(f"/routes/@uli~{world.id}/shop/x", headers={"X-A": f"a {world.token}"})
        stranger.get(f"/routes/@uli~{world.id}/shop/x?t={world.token.replace('~', '%7E')}")
    text = world.get("/topics/calls?since=all").text
    assert world.token not in text
    assert world.token.rpartition("_")[2] not in text
    assert json.loads(text)["messages"]


@pytest.mark.parametrize("headers", [{"Authorization": "Basic eDp5"}, {"Authorization": ""}])
def test_credentials_that_are_no_token_make_no_open_sandbox(opened, headers):
    assert code_of(opened.post("/sandboxes", headers=headers)) == (401, "unauthorized")


def test_introspection_shows_its_token_to_its_owner(as_uli, as_admin, world, http):
    for client in (as_uli, as_admin, world):
        found = client.post("/auth/introspect", data={"token": world.token}).json()
        assert (found["active"], found["sub"]) == (True, f"1~{world.id}")
    as_admin.post("/users", json={"username": "ann", "password": "secret"})
    login = {"username": "ann", "password": "secret"}
    with Http(http.url, http.post("/auth/token?raw", json=login).text) as ann:
        assert not ann.post("/auth/introspect", data={"token": world.token}).json()["active"]
    assert not world.post("/auth/introspect", data={"token": as_uli.token}).json()["active"]


def test_a_sandbox_ends_with_its_revoked_token(as_uli, world, http):
    path = world.get("/bins").json()["bins"][0]["path"]
    assert http.post(path, data="x").ok
    assert http.post("/auth/revoke", data={"token": world.token}).ok
    assert code_of(world.get("/keys")) == (401, "unauthorized")
    assert http.post(path, data="x").status_code == 404
    assert as_uli.get("/sandboxes").json() == {"sandboxes": []}
    assert as_uli.get("/usage").json()["sandboxes"] == {"count": 0, "bytes": 0}
