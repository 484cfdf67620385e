"""Bad requests: each gets a status, a code and a sentence, and none is a 5xx."""

import json
import re
import socket
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
import yaml
from bambleweeny.api.middleware.errors import FIRST_WORDS
from bambleweeny.errors import CATALOGUE
from bambleweeny.store import open_store
from servers import Http, over_the_wire

LONG = "x" * 256
BAD = [
    # method, path, body, status, code
    ("GET", "/nope", b"", 404, "not_found"),
    ("GET", "/keys/a/b", b"", 400, "invalid_name"),
    ("PUT", "/keys/a%2Fb", b"x", 400, "invalid_name"),
    ("GET", "/lists/a/b/c", b"", 400, "invalid_name"),
    ("GET", f"/keys/{LONG}", b"", 400, "invalid_name"),
    ("PUT", "/keys/a%20b", b"x", 400, "invalid_name"),
    ("PUT", "/keys/%FF%FE", b"x", 400, "invalid_name"),
    ("PUT", "/keys/%C3%A4", b"x", 400, "invalid_name"),
    ("PUT", "/keys/a%0D%0AX:y", b"x", 400, "invalid_name"),
    ("POST", f"/lists/{LONG}", b"x", 400, "invalid_name"),
    ("GET", "/incr/a b", b"", 400, "invalid_name"),
    ("GET", "/keys?names=", b"", 400, "invalid_name"),
    ("GET", "/keys?names=a,,b", b"", 400, "invalid_name"),
    ("GET", "/keys?names=a%20b&values=1", b"", 400, "invalid_name"),
    ("GET", "/keys?names=" + ",".join(["a"] * 1001), b"", 400, "invalid_request"),
    ("GET", "/keys?names=a&values=yes", b"", 400, "invalid_request"),
    ("GET", "/keys?values=yes", b"", 400, "invalid_request"),
    ("GET", "/lists?limit=0", b"", 400, "invalid_request"),
    ("DELETE", "/keys", b"", 400, "invalid_request"),
    ("GET", "/keys/a?wait=31", b"", 400, "invalid_request"),
    ("POST", "/import", b"x", 400, "invalid_request"),
    ("POST", "/lists/q?split=words", b"a b", 400, "invalid_request"),
    ("POST", "/lists/q?split=", b"a b", 400, "invalid_request"),
    ("POST", "/lists/q?split=lines", b"\n" * 10_001, 400, "invalid_request"),
    ("POST", "/lists/a%20b?split=lines", b"", 400, "invalid_name"),
    ("GET", "/batch", b"", 405, "method_not_allowed"),
    ("POST", "/keys/a", b"", 405, "method_not_allowed"),
    ("PUT", "/keys", b"", 405, "method_not_allowed"),
    ("POST", "/save", b"", 405, "method_not_allowed"),
    ("PUT", "/auth/token", b"", 405, "method_not_allowed"),
    ("POST", "/auth/token", b"", 400, "invalid_request"),
    ("POST", "/auth/token", b"{", 400, "invalid_request"),
    ("POST", "/auth/token", b"[]", 400, "invalid_request"),
    ("POST", "/auth/token", b'{"username":"admin"}', 400, "invalid_request"),
    ("POST", "/auth/token", b'{"username":"\xff","password":"x"}', 400, "invalid_request"),
    ("POST", "/auth/token", b'{"username":7,"password":"x"}', 400, "invalid_request"),
    ("POST", "/auth/token", b'{"username":"x","password":"y","z":1}', 400, "invalid_request"),
    ("POST", "/auth/token", b"[" * 60_000, 400, "invalid_request"),
    ("POST", "/auth/token", b'{"username":"nobody","password":"x"}', 401, "wrong_login"),
    ("POST", "/routes", b'{"key":"a"}', 400, "invalid_request"),
    ("POST", "/routes", b'{"key":"a b","content_type":"a/b"}', 400, "invalid_name"),
    ("POST", "/routes", b'{"key":"a","content_type":"x"}', 400, "invalid_request"),
    ("POST", "/routes", b'{"key":"a","content_type":"a/b\\r\\nX: y"}', 400, "invalid_request"),
    ("DELETE", "/routes", b"", 400, "invalid_request"),
    ("DELETE", "/routes?id=x", b"", 404, "not_found"),
    ("POST", "/bins", b'{"list":""}', 400, "invalid_name"),
    ("POST", "/bins", b'{"list":null}', 400, "invalid_request"),
    ("POST", "/bins/x", b"x", 404, "not_found"),
    ("GET", "/bins/x", b"", 404, "not_found"),
    ("GET", "/routes/00000000-0000-4000-8000-000000000000", b"", 404, "not_found"),
    ("POST", "/users", b'{"username":"a b","password":"another"}', 400, "invalid_request"),
    ("POST", "/users", b'{"username":"a","password":""}', 400, "weak_password"),
    ("POST", "/users", b'{"username":"a","password":"another","quota":-1}', 400, "invalid_request"),
    (
        "POST",
        "/users",
        b'{"username":"a","password":"another","quota":1.5}',
        400,
        "invalid_request",
    ),
    ("PUT", "/users/0", b"{}", 400, "invalid_request"),
    ("PUT", "/users/0", b'{"quota":"many"}', 400, "invalid_request"),
    ("PUT", "/users/0", b'{"quota":' + b"9" * 400 + b"}", 400, "invalid_request"),
    ("PUT", "/users/0", b'{"quota":"' + "٣".encode() + b'"}', 400, "invalid_request"),
    ("GET", "/users/7", b"", 404, "not_found"),
    ("PUT", "/config/admin", b'{"password":1}', 400, "invalid_request"),
    ("GET", "/docs/../../etc/passwd", b"", 404, "not_found"),
    ("GET", "/docs/index.html", b"", 404, "not_found"),
    ("GET", "/users/" + "1" * 5000, b"", 404, "not_found"),
    ("GET", "/list/foo", b"", 404, "not_found"),
    ("WEBSOCKET", "/", b"", 400, "invalid_request"),
    ("BREW", "/keys", b"", 400, "invalid_request"),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: f"{case[0]} {case[1][:40]} {case[2][:40]}")
def test_a_bad_request_is_told(as_admin, case):
    method, path, body, status, code = case
    answer = as_admin.request(method, path, data=body)
    error = answer.json()
    assert (answer.status_code, error["code"]) == (status, code), error
    assert answer.headers["Content-Type"] == "application/json"
    assert re.search(r"\w.*\.$", error["info"])
    assert "Traceback" not in answer.text
    assert "redis" not in answer.text.lower()


def test_a_miss_names_its_object(as_admin):
    for method, path in (
        ("GET", "/users/99"), ("PUT", "/users/99"), ("DELETE", "/users/99"), ("GET", "/users/x"),
        ("POST", "/users/99/reset"), ("GET", "/usage?userid=99"), ("GET", "/usage?userid=x"),
    ):  # fmt: skip
        body = {"quota": 1} if method == "PUT" else None
        error = as_admin.request(method, path, json=body).json()
        assert error["info"] == f"There is no user '{'x' if path.endswith('x') else '99'}'.", path
        assert error["hint"] == "GET /users lists the users with their ids."
    for method in ("GET", "DELETE", "PATCH"):
        query = "?state=dead" if method == "PATCH" else ""
        for item in ("7", "x" * 99):
            error = as_admin.request(method, f"/lists/q/items/{item}{query}").json()
            assert error["info"] == f"The list has no item '{item[:64]}'."
    assert as_admin.delete("/topics/news").json()["info"] == "There is no topic 'news'."


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/kyes", "/keys"), ("/kyes/a/b", "/keys"), ("/Lists", "/lists"), ("/user/7", "/users"),
        ("/health", "/healthz"), ("/openapi.yaml", "/openapi.json"), ("/frobnicate", None),
        ("/users/7/frob/x", None), ("/" + "keys" * 9, None), ("/kyes" * 9, "/keys"),
    ],
)  # fmt: skip
def test_an_unknown_path_has_the_nearest_one(http, path, near):
    answer = http.get(path)
    assert (answer.status_code, answer.json()["info"]) == (404, "Not found.")
    meant = f"Did you mean {near}? " if near else ""
    assert answer.json()["hint"] == f"{meant}GET /openapi.json lists every path."


def test_a_miss_below_a_public_path_has_no_nearest_one(http):
    for path in ("/routes/x", "/routes/x/kyes", "/bins/x", "/routes/@admin/x/kyes"):
        assert "Did you mean" not in http.get(path).text


def test_the_first_words_of_all_paths_are_known():
    document = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
    words = {path.split("/")[1] for path in document["paths"]} - {""}
    assert words - {word for word in words if word.startswith("bambleweeny")} == {*FIRST_WORDS}


SLASHES = [
    "/users%2F1", "/users%2f0", "//users", "///users", "/%2Fusers", "/%2Fmetrics", "%2Fmetrics", "/users//0",
    "/users//", "/users/%2F0", "/users%2F", "//", "/%2F", "//metrics", "/metrics//", "/metrics%2F",
    "/metrics%2F/", "//healthz", "//keys/a", "/keys//a", "/keys%2Fa", "/keys//", "/lists//q/pop", "/lists/q//pop",
    "/auth//test", "/auth%2Ftest", "/docs%2Fx", "//info", "/config//admin", "/%2F%2Finfo", "/info//", "/keys/a%2F",
    "/keys/%2Fa", "/lists/q%2Fpop", "/lists/q/pop%2F", "/incr%2Fn", "/incr//n", "/%252Fmetrics", "/users%252F0",
    "/bins//{bin}", "/bins%2F{bin}", "//bins/{bin}", "/bins/{bin}//", "/bins/{bin}%2F", "/bins/%2F{bin}",
    "/routes//{route}", "/routes%2F{route}", "//routes/{route}", "/%2Froutes/{route}", "/routes/{route}%2Fx",
]  # fmt: skip


@pytest.mark.parametrize("path", SLASHES)
def test_no_path_has_another_way_to_be_written_with_slashes(as_admin, path):
    as_admin.put("/keys/a", data=b"5")
    as_admin.post("/lists/q", data=b"item")
    made = as_admin.post("/routes", json={"key": "a", "content_type": "a/b"}).json()["path"]
    opened = as_admin.post("/bins", json={"list": "q"}).json()["path"]
    path = path.format(route=made.split("/")[-1], bin=opened.split("/")[-1])
    is_name = re.fullmatch("/(keys|lists|users|bins|routes)/[^/]+(/pop%2F)?", path)
    expected = {400, 404, 405} if is_name else {404} if path.startswith("/") else {400}
    for method in ("GET", "POST", "PUT", "DELETE"):
        start = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        head = f"{start}Authorization: Bearer {as_admin.token}\r\nContent-Length: 0\r\n\r\n"
        status = int(over_the_wire(as_admin.url, head.encode()).split()[1])
        assert status in expected, method
    assert as_admin.get("/keys/a").content == b"5"
    assert as_admin.get("/lists/q/stats").json()["ready"] == 1


def test_what_is_below_a_route_may_be_any_path(as_admin, http):
    as_admin.put("/keys/a", data=b"5")
    made = as_admin.post("/routes", json={"key": "a", "content_type": "a/b"}).json()["path"]
    for below in ("//", "//x", "/x//y", "/x%2Fy", "/%2F", "/x//", "/a/b/%2f//"):
        assert http.get(made + below).content == b"5", below


def test_a_field_at_fault_is_named(as_admin):
    for body, name in (({"list": 1}, "list"), ({}, "list"), ({"list": "q", "lisst": "q"}, "lisst")):
        assert f"`{name}`" in as_admin.post("/bins", json=body).json()["info"] or (
            f"$.{name}" in as_admin.post("/bins", json=body).json()["info"]
        )


def test_methods_that_are_allowed_are_listed(as_admin):
    answer = as_admin.post("/keys/a")
    assert {word.strip() for word in answer.headers["Allow"].split(",")} >= {
        "GET",
        "PUT",
        "PATCH",
        "DELETE",
    }


RAW = [
    # what goes over the wire, the status, the code
    (b"nonsense\r\n\r\n", 400, "invalid_request"),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n", 400, "invalid_request"),
    (b"PUT /keys/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400, "invalid_request"),
    (b"PUT /keys/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", 413, "body_too_large"),
    (b"PUT /keys/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not_implemented"),
    (b"PUT /keys/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400, "invalid_request"),
    (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431, "headers_too_large"),
    (b"GET http://[::1/x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "invalid_request"),
    (b"PUT /keys/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 400, "invalid_request"),
    (b"PUT /keys/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "invalid_request"),
    (b"GET / HTTP/1.1\r\nHost: evil.example\r\nHost: x.localhost\r\n\r\n", 400, "invalid_request"),
    (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "wrong_host"),
]  # fmt: skip


@pytest.mark.parametrize(("request_bytes", "status", "code"), RAW)
def test_what_is_no_good_http_is_told_in_json(session_url, http, request_bytes, status, code):
    answer = over_the_wire(session_url, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")
    version, _, rest = head.decode().partition(" ")
    assert version in ("HTTP/1.0", "HTTP/1.1")
    assert int(rest[:3]) == status
    assert json.loads(body)["code"] == code
    assert "application/json" in rest


def test_an_answer_without_a_body_keeps_the_connection(session_url, as_uli):
    place = urlsplit(session_url)
    head = f"Host: localhost\r\nAuthorization: {as_uli.headers['Authorization']}\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=10) as wire:
        for _ in range(2):
            wire.sendall(f"GET /lists/q HTTP/1.1\r\n{head}\r\n".encode())
            answer = wire.recv(65536)
            assert answer.startswith(b"HTTP/1.1 204 ")
            assert b"close" not in answer
        wire.sendall(f"GET /lists/q HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
        assert b"Connection: close" in wire.recv(65536)
        assert wire.recv(65536) == b""


def test_a_body_of_exactly_the_limit_is_taken(as_uli):
    assert as_uli.put("/keys/k", data=bytes(2 << 20)).ok
    too_large = as_uli.put("/keys/k", data=bytes((2 << 20) + 1))
    assert (too_large.status_code, too_large.json()["code"]) == (413, "body_too_large")


def test_a_chunked_body_over_the_limit_is_413(as_uli):
    chunks = (bytes(1 << 20) for _ in range(3))
    assert as_uli.put("/keys/k", data=chunks).status_code == 413


@pytest.mark.parametrize("kind", CATALOGUE.values())
def test_every_error_of_the_catalogue_is_rendered(session_url, services, admin, monkeypatch, kind):
    def fail(*_):
        raise kind

    monkeypatch.setattr(services.keys, "read", fail)
    with Http(session_url, services.tokens.issue(admin)) as http:
        answer = http.get("/keys/k")
    assert (answer.status_code, answer.json()["code"]) == (kind.status, kind.code)
    assert answer.json()["info"] == kind.info
    assert answer.headers.get("Retry-After") == (
        str(kind.retry_after) if kind.retry_after else None
    )


def test_a_defect_is_500_and_tells_nothing(http, as_admin, services, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(services.keys, "read", fail)
    token = as_admin.token
    answer = http.get(f"/keys/k?token={token}")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "secret inside" in caplog.text
    assert token not in caplog.text


def test_an_engine_that_is_away_is_503_with_retry_after(as_admin, session_store, monkeypatch):
    gone = open_store("unix:///nowhere/engine.sock")
    monkeypatch.setattr(session_store, "_ask", gone._ask)
    for method, path, body in [
        ("GET", "/keys", b""), ("GET", "/keys/a", b""), ("PUT", "/keys/a", b"x"),
        ("DELETE", "/keys/a", b""), ("GET", "/incr/a", b""), ("GET", "/lists", b""),
        ("GET", "/lists/a", b""), ("POST", "/lists/a", b"x"), ("DELETE", "/lists/a", b""),
        ("POST", "/batch", b"[]"), ("POST", "/batch?atomic=1", b'[["set","a","x"]]'),
        ("GET", "/keys?names=a", b""), ("GET", "/keys?names=a&values=1", b""), ("POST", "/lists/a?split=lines", b"x"),
        ("POST", "/lists/a/lease", b""), ("DELETE", "/lists/a/leases/1.1", b""), ("POST", "/lists/a/ack", b"{}"),
        ("GET", "/lists/a/policy", b""), ("PUT", "/lists/a/policy", b"{}"), ("DELETE", "/lists/a/policy", b""),
        ("GET", "/lists/a/items", b""), ("GET", "/lists/a/items/1", b""), ("DELETE", "/lists/a/items", b""),
        ("GET", "/lists/a/stats", b""), ("POST", "/lists/a/move", b'{"to": "b"}'), ("GET", "/lists/a?max=2", b""),
        ("GET", "/keys?prefix=a", b""), ("GET", "/keys?count=1", b""), ("GET", "/keys?values=1", b""),
        ("DELETE", "/keys?prefix=a&confirm=1", b""), ("GET", "/keys/a?wait=1", b""), ("GET", "/export", b""),
        ("POST", "/import", b'{"key":{"name":"a","value":"x"}}'), ("POST", "/import?mode=replace", b""),
        ("POST", "/lists/a/pop", b""), ("GET", "/routes", b""), ("GET", "/bins", b""),
        ("POST", "/routes", b'{"key":"a","content_type":"a/b"}'), ("POST", "/bins", b'{"list":"a"}'),
        ("GET", "/routes/00000000-0000-4000-8000-000000000001", b""),
        ("POST", "/bins/00000000-0000-4000-8000-000000000001", b"x"),
        ("GET", "/users", b""), ("GET", "/users/1", b""), ("GET", "/info", b""), ("GET", "/save", b""),
        ("POST", "/auth/token", b'{"username":"admin","password":"changeme"}'),
        ("GET", "/auth/test", b""),
    ]:  # fmt: skip
        answer = as_admin.request(method, path, data=body)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable"), path
        assert answer.headers["Retry-After"] == "1"
        changes = method != "GET" or path in ("/incr/a", "/lists/a", "/lists/a?max=2", "/save")
        hint = "A write may or may not" if changes else "Nothing has changed: try again"
        assert hint in answer.json()["hint"], (method, path)
    assert as_admin.get("/keys/a?touch=5").json()["hint"].startswith("A write may or may not")
    assert as_admin.get("/").ok
