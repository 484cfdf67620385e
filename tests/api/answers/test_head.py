"""HEAD is answered wherever GET is: the same headers, no body, and nothing changes."""

import re
from importlib.resources import files

import pytest
import yaml
from servers import over_the_wire

DOCUMENT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
PATHS = [
    path
    for path, item in DOCUMENT["paths"].items()
    # NOTE: a bin stores the requests of a GET, and answers those of a HEAD.
    if "get" in item and not path.startswith("/bins/{")
]
ENDLESS = {"/events"}
VARYING = {"Date", "B9Y-Ttl", "X-Request-Id", "Transfer-Encoding", "Connection"}
ANY_METHOD = "/routes/{"
"""The paths of public routes, which answer every method."""
MEASURED = {"/metrics", "/info"}
"""Their numbers differ from one request to the next, and so does their length."""


@pytest.fixture
def filled(as_admin, services):
    """The paths of the document with names of what is there."""
    as_admin.put("/keys/k", data=b"value")
    as_admin.put("/keys/n", data=b"9")
    for name in ("l", "l", "leased"):
        item = as_admin.post(f"/lists/{name}", data=b"item").json()["id"]
    as_admin.put("/lists/l/policy", json={"max_attempts": 3})
    as_admin.post("/topics/t", data=b"message")
    route = as_admin.post("/routes", json={"key": "k", "content_type": "a/b"}).json()["path"]
    bin = as_admin.post("/bins", json={"list": "l"}).json()["path"].rpartition("/")[2]
    names = {
        "/keys/{name}": "/keys/k",
        "/incr/{name}": "/incr/n",
        "/bins/refused": f"/bins/refused?id={bin}",
        "/topics/{name}": "/topics/t?since=all",
        "/lists/{name}/items/{item_id}": f"/lists/leased/items/{item}",
        "/routes/{public_id}": route,
        "/routes/{public_id}/{rest}": f"{route}/any/path",
        "/users/{user_id}": "/users/0",
        "/sandboxes/{sandbox_id}": as_admin.post("/sandboxes").json()["url"],
        "/docs/{page}": "/docs/queues",
        "/docs/files/{version}/{name}": "/docs/files/latest/style.css",
        "/console/a/{version}/{path}": "/console/a/latest/main.js",
    }
    return {path: names.get(path, path.replace("{name}", "l")) for path in PATHS}


def contents(raw):
    """Return all that the store has, but until when somebody listens."""
    found = {key: raw.dump(key) for key in raw.keys("*") if not key.endswith(b":user")}
    users = {key: raw.hgetall(key) for key in raw.keys("*:user")}
    for record in users.values():
        record.pop(b"watched", None)
    return found | users


def steady(value):
    """Return a header without the nonce, which is another one in each answer."""
    return value and re.sub(r"'nonce-[^']+'", "'nonce'", value)


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_as_get_does_and_changes_nothing(as_admin, raw, filled, path):
    before = contents(raw)
    head = as_admin.head(filled[path])
    assert contents(raw) == before
    with as_admin.get(filled[path], stream=path in ENDLESS) as get:
        assert (head.status_code, head.content) == (get.status_code, b"")
        for name in {*get.headers, *head.headers} - VARYING:
            if name != "Content-Length" or path not in MEASURED:
                assert steady(head.headers.get(name)) == steady(get.headers.get(name)), name
    assert get.status_code == 200


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith(ANY_METHOD)])
def test_head_is_among_the_methods_of_a_path(http, filled, path):
    for method in ("OPTIONS", "TRACE"):
        allowed = http.request(method, filled[path]).headers["Allow"].split(", ")
        assert {"GET", "HEAD"} <= set(allowed)


@pytest.mark.parametrize("path", ["/keys/k", "/lists/l", "/incr/n", "/users", "/save", "/topics/t", "/events"])  # fmt: skip
def test_head_without_a_token_is_401_and_has_no_body(http, path):
    answer = http.head(path)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["Content-Length"] == str(len(http.get(path).content))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/lists/none", 204),
        ("/lists/none?max=5", 200),
        ("/lists/l?max=1", 200),
        ("/lists/l?max=1000", 200),
        ("/lists/l?max=0", 400),
        ("/lists/l?max=x", 400),
        ("/lists/l?wait=99", 400),
        ("/lists/a%20b", 400),
        ("/incr/new", 200),
        ("/incr/n?by=-10", 200),
        ("/incr/n?by=x", 400),
        ("/incr/n?max=9", 409),
        ("/incr/n?by=-1&min=9", 409),
        ("/incr/n?by=91&max=100", 200),
        ("/incr/k", 400),
        ("/incr/a%20b", 400),
        ("/keys/none", 404),
        ("/users/99", 404),
        ("/topics/a%20b", 400),
        ("/nowhere", 404),
        ("/batch", 405),
        ("/bins/00000000-0000-4000-8000-000000000000", 404),
    ],
)
def test_head_has_the_status_of_get(as_admin, raw, filled, path, status):
    before = contents(raw)
    head = as_admin.head(path)
    assert contents(raw) == before
    get = as_admin.get(path)
    assert (head.status_code, get.status_code, head.content) == (status, status, b"")
    assert head.headers.get("Content-Length") == get.headers.get("Content-Length")
    assert head.headers.get("B9Y-TTL") == get.headers.get("B9Y-TTL")


def test_head_of_a_counter_that_ends_says_when_it_can_go_on(as_uli):
    assert as_uli.get("/incr/c?max=1&ttl=1h").ok
    for answer in (as_uli.head("/incr/c?max=1"), as_uli.get("/incr/c?max=1")):
        assert answer.status_code == 409
        assert 3590 < int(answer.headers["Retry-After"]) <= 3600


def test_head_of_a_paused_list_is_204(as_uli):
    as_uli.post("/lists/q", data=b"1")
    as_uli.put("/lists/q/policy", json={"paused": True})
    assert as_uli.head("/lists/q").status_code == as_uli.get("/lists/q").status_code == 204


def test_head_of_a_list_does_not_wait(as_uli):
    assert as_uli.head("/lists/q?wait=30", timeout=20).status_code == 204
    assert as_uli.head("/topics/t?wait=30", timeout=20).status_code == 200
    assert as_uli.head("/keys/k?wait=30", timeout=20).status_code == 404


def test_head_does_not_touch_a_key(as_uli, raw):
    as_uli.put("/keys/k?ttl=10s", data=b"x")
    before = contents(raw)
    assert as_uli.head("/keys/k?touch=1h").ok
    assert contents(raw) == before


def test_the_answer_to_head_ends_with_its_head_and_keeps_the_connection(session_url, as_uli):
    as_uli.post(
        "/batch", json=[["set", f"a-rather-long-name-of-a-key-{n}", ""] for n in range(3000)]
    )
    assert as_uli.get("/keys").headers["Transfer-Encoding"] == "chunked"
    token = as_uli.token
    request = f"HEAD /keys?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    behind = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = over_the_wire(session_url, (request * 2 + behind).encode())
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert [part[:9] for part in answer.split(b"\r\n\r\n")] == [b"HTTP/1.1 "] * 3 + [b'{"info":"']
