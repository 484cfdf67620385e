"""Bodies with a content coding: decoded on every call, and never stored under a wrong label."""

import gzip
import json
import zlib

import pytest
from conftest import MAX_BODY

VALUE = "ünd so weiter ".encode() * 50


def raw_deflate(data):
    return zlib.compress(data)[2:-4]


GOOD = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZip", gzip.compress),
    ("deflate", zlib.compress),
    ("identity", bytes),
    ("", bytes),
    ("gzip, identity", gzip.compress),
    ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
    ("gzip,gzip ,\tgzip", lambda data: gzip.compress(gzip.compress(gzip.compress(data)))),
    ("gzip", lambda data: gzip.compress(data[:50]) + gzip.compress(data[50:])),
]


@pytest.mark.parametrize(("coding", "coded"), GOOD)
def test_what_is_stored_is_decoded(as_uli, http, coding, coded):
    headers = {"Content-Encoding": coding, "Content-Type": "text/x-test"}
    body = coded(VALUE)
    assert as_uli.put("/keys/k", data=body, headers=headers).ok
    answer = as_uli.get("/keys/k")
    assert answer.content == VALUE
    assert answer.headers["Content-Type"] == "text/x-test"
    assert "Content-Encoding" not in answer.headers
    as_uli.post("/lists/q", data=body, headers=headers)
    made = as_uli.post("/bins", json={"list": "q"}).json()
    assert http.post(made["path"], data=body, headers=headers).text == "OK"
    assert [as_uli.get("/lists/q").content for _ in range(2)] == [VALUE, VALUE]
    as_uli.post("/topics/t", data=body, headers=headers)
    [message] = as_uli.get("/topics/t?since=all").json()["messages"]
    assert message["value"] == VALUE.decode()


def test_lines_are_split_after_the_coding(as_uli):
    body = gzip.compress(b"one\r\ntwo\n")
    answer = as_uli.post("/lists/q?split=lines", data=body, headers={"Content-Encoding": "gzip"})
    assert answer.json()["items"] == 2


def test_json_forms_patches_batches_and_imports_are_decoded(as_uli, http):
    coded = {"Content-Encoding": "gzip"}

    def packed(value):
        return gzip.compress(json.dumps(value).encode())

    login = {"username": "uli", "password": "secret"}
    assert http.post("/auth/token", data=packed(login), headers=coded).ok
    form = gzip.compress(b"grant_type=password&username=uli&password=secret")
    typed = {**coded, "Content-Type": "application/x-www-form-urlencoded"}
    assert http.post("/auth/token", data=form, headers=typed).ok
    assert as_uli.post("/batch", data=packed([["set", "k", "{}"]]), headers=coded).ok
    patch = {**coded, "Content-Type": "application/merge-patch+json"}
    assert as_uli.patch("/keys/k", data=packed({"a": 1}), headers=patch).ok
    assert as_uli.get("/keys/k").json() == {"a": 1}
    lines = gzip.compress(b"".join(b'{"bin":{"list":"q%d"}}\n' % n for n in range(3)))
    assert as_uli.post("/import", data=lines, headers=coded).json()["bins"] == 3
    assert as_uli.put("/lists/q/policy", data=packed({"max_len": 5}), headers=coded).ok


CALLS = [
    ("PUT", "/keys/k"), ("PATCH", "/keys/k?ttl=5"), ("POST", "/lists/q"), ("POST", "/topics/t"),
    ("POST", "/batch"), ("POST", "/import"), ("POST", "/auth/token"), ("PUT", "/auth/password"),
    ("POST", "/routes"), ("POST", "/bins"), ("PUT", "/lists/q/policy"), ("POST", "/lists/q/ack"),
    ("POST", "/lists/q/move"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "aws-chunked", "gzip, br", "br, gzip", "gzip;q=1", "gzip,gzip,gzip,gzip,gzip"]
)  # fmt: skip
def test_another_coding_is_415_and_stores_nothing(as_uli, method, path, coding):
    answer = as_uli.request(method, path, data=b"x", headers={"Content-Encoding": coding})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_coding")
    assert answer.headers["Accept-Encoding"] == "gzip, deflate"
    assert as_uli.get("/export").content == b""


def test_a_bin_refuses_another_coding_too(as_uli, http):
    path = as_uli.post("/bins", json={"list": "q"}).json()["path"]
    answer = http.post(path, data=b"x", headers={"Content-Encoding": "br"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_coding")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert as_uli.get("/lists/q").status_code == 204


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b"plain"),
        ("gzip", VALUE),
        ("gzip", gzip.compress(VALUE)[:-1]),
        ("gzip", gzip.compress(VALUE)[:20]),
        ("gzip", gzip.compress(VALUE)[:-8] + bytes(8)),
        ("gzip", gzip.compress(VALUE) + b"more"),
        ("gzip", zlib.compress(VALUE)),
        ("deflate", gzip.compress(VALUE)),
        ("deflate", raw_deflate(VALUE)),
        ("deflate", zlib.compress(VALUE) + b"more"),
        ("deflate, gzip", gzip.compress(VALUE)),
        ("gzip", gzip.compress(b"x") * 101),
    ],
    ids=range(12),
)
def test_what_is_not_what_its_coding_says_is_refused(as_uli, coding, body):
    answer = as_uli.put("/keys/k", data=body, headers={"Content-Encoding": coding})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert "coding" in answer.json()["info"]
    assert as_uli.get("/keys/k").status_code == 404


@pytest.mark.parametrize("times", [1, 2])
def test_a_body_is_decoded_up_to_the_limit_of_bodies(as_uli, times):
    headers = {"Content-Encoding": ",".join(["gzip"] * times)}

    def packed(data):
        for _ in range(times):
            data = gzip.compress(data)
        return data

    assert as_uli.put("/keys/k", data=packed(bytes(MAX_BODY)), headers=headers).ok
    assert len(as_uli.get("/keys/k").content) == MAX_BODY
    for size in (MAX_BODY + 1, 50 << 20):
        bomb = packed(bytes(size))
        answer = as_uli.put("/keys/k", data=bomb, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_members_of_a_bomb_add_up(as_uli):
    bomb = gzip.compress(bytes(MAX_BODY // 2)) * 3
    answer = as_uli.put("/keys/k", data=bomb, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 413


def test_no_body_has_no_coding(as_uli):
    as_uli.put("/keys/k", data=b"x")
    coded = {"Content-Encoding": "gzip"}
    assert as_uli.put("/keys/empty", data=b"", headers=coded).ok
    assert as_uli.get("/keys/empty", headers={"Content-Encoding": "br"}).content == b""
    assert as_uli.patch("/keys/k?ttl=5", headers=coded).ok


def test_a_put_of_other_bytes_than_were_sent_tells_no_tag(as_uli):
    coded = {"Content-Encoding": "gzip", "Content-Type": "a/b"}
    answer = as_uli.put("/keys/k", data=gzip.compress(b"x"), headers=coded)
    assert "ETag" not in answer.headers
    tag = as_uli.head("/keys/k").headers["ETag"]
    assert as_uli.put("/keys/k", data=b"x", headers={"Content-Type": "a/b"}).headers["ETag"] == tag
    held = {**coded, "If-Match": tag}
    assert as_uli.put("/keys/k?ttl=5", data=gzip.compress(b"y"), headers=held).ok


def test_a_page_may_send_a_coding(as_uli):
    asked = as_uli.options(
        "/keys/k", headers={"Origin": "http://localhost:1", "Access-Control-Request-Method": "PUT"}
    )
    assert "Content-Encoding" in asked.headers["Access-Control-Allow-Headers"]
