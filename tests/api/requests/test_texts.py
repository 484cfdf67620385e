"""Text as real programs send it, and JSON as a terminal shows it."""

import json
import re
import socket
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
import yaml
from api.requests.test_strictness import ALL, JSON_CALLS, name_of, path_of

BOM = b"\xef\xbb\xbf"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_lines_of_windows_are_lines(as_uli):
    text = BOM + b"one\r\ntwo\r\n\r\nthree\n"
    assert as_uli.post("/lists/q?split=lines", data=text).json()["items"] == 4
    assert as_uli.get("/lists/q?max=9").json() == ["one", "two", "", "three"]


def test_a_single_item_keeps_every_byte(as_uli):
    text = BOM + b"one\r\ntwo\r\n"
    as_uli.post("/lists/q", data=text)
    as_uli.put("/keys/k", data=text)
    assert as_uli.get("/lists/q").content == as_uli.get("/keys/k").content == text


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-be", "utf-32"])
def test_lines_in_utf_16_are_refused(as_uli, coding):
    mark = b"\xfe\xff" if coding == "utf-16-be" else b""
    answer = as_uli.post("/lists/q?split=lines", data=mark + "a\nb".encode(coding))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert "UTF-16" in answer.json()["hint"]
    assert as_uli.get("/lists").json() == {"lists": []}


def test_lines_of_an_import_may_be_those_of_windows(as_uli):
    lines = [{"key": {"name": "a", "value": "1\r\n"}}, {"item": {"list": "q", "value": "x"}}]
    text = BOM + b"".join(json.dumps(line).encode() + b"\r\n" for line in lines) + b"\r\n"
    done = as_uli.post("/import", data=text).json()
    assert (done["keys"], done["items"]) == (1, 1)
    assert as_uli.get("/keys/a").content == b"1\r\n"


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le"])
def test_an_import_in_utf_16_says_so(as_uli, coding):
    answer = as_uli.post("/import", data='{"bin":{"list":"a"}}'.encode(coding))
    assert answer.json()["info"].startswith("Line 1: ")
    assert "UTF-16" in answer.json()["hint"]


@pytest.mark.parametrize(("method", "path", "body"), JSON_CALLS, ids=str)
def test_json_may_have_a_byte_order_mark(as_admin, method, path, body):
    answer = as_admin.request(method, path, data=BOM + json.dumps(body).encode())
    assert "JSON" not in answer.text
    assert answer.json().get("code") != "invalid_request"


@pytest.mark.parametrize(("method", "path", "body"), JSON_CALLS, ids=str)
@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_in_utf_16_says_so(as_admin, method, path, body, coding):
    answer = as_admin.request(method, path, data=json.dumps(body).encode(coding), headers=FORM)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["info"] == "The body is not valid JSON."
    assert "UTF-16" in answer.json()["hint"]


def test_a_batch_may_have_a_byte_order_mark(as_uli):
    assert as_uli.post("/batch", data=BOM + b'[["incr","n"]]').json() == [{"ok": 1}]
    answer = as_uli.post("/batch", data='[["incr","n"]]'.encode("utf-16"))
    assert (answer.status_code, answer.json()["info"]) == (400, "The body is not valid JSON.")


def test_values_and_patches_may_have_a_byte_order_mark(as_uli):
    as_uli.put("/keys/k", data=BOM + b'{"a":{"b":1}}')
    assert as_uli.get("/keys/k?path=a.b").content == b"1"
    patch = {"Content-Type": "application/merge-patch+json"}
    assert as_uli.patch("/keys/k", data=BOM + b'{"c":2}', headers=patch).ok
    assert as_uli.get("/keys/k").content == b'{"a":{"b":1},"c":2}'
    as_uli.put("/keys/k", data="{}".encode("utf-16"))
    assert "UTF-16" in as_uli.get("/keys/k?path=a").json()["hint"]


@pytest.mark.parametrize(
    "body",
    [
        b"'{username:admin,password:changeme}'",
        b'\'{"username":"admin","password":"changeme"}\'',
        b"'{username:",
        b"{username:admin,password:changeme}",
        BOM + b"'{username:admin}'",
        b"'{password:a=b}'",
        b"admin",
        "“{“username”".encode(),
        b"[1]",
    ],
)
def test_json_that_a_shell_spoilt_is_said_to_be_none(http, body):
    answer = http.post("/auth/token", data=body, headers=FORM)
    error = answer.json()
    assert answer.status_code == 400
    assert error["code"] == "invalid_request"
    assert body == b"[1]" or error["info"] == "The body is not valid JSON."
    if b"'{" in body:
        assert "cmd.exe" in error["hint"]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/users", FORM),
        ("POST", "/routes", FORM),
        ("PATCH", "/keys/k", {"Content-Type": "application/merge-patch+json"}),
    ],
)
def test_an_error_in_json_has_its_position_and_the_advice_on_quotes_only_where_it_helps(
    as_admin, method, path, headers
):
    for body, byte in ((b"{,}", 1), (b'{a: 1, "b": 2}', 1)):
        hint = as_admin.request(method, path, data=body, headers=headers).json()["hint"]
        assert f"(byte {byte})." in hint
        assert "cmd.exe" not in hint
    for body in (b"'{\"a\": 1}'", b"{a:1}", BOM + b" '{}'"):
        hint = as_admin.request(method, path, data=body, headers=headers).json()["hint"]
        assert "(byte " in hint
        assert "cmd.exe" in hint


@pytest.mark.parametrize("body", [b"", b"a=b", b"grant_type=x", b"username=a&password=b"])
def test_a_form_is_still_a_form(http, body):
    answer = http.post("/auth/token", data=body, headers=FORM)
    assert answer.json()["code"] == "unsupported_grant_type"


def test_json_with_a_byte_order_mark_and_curls_type_logs_in(http):
    body = BOM + b' {"username":"admin","password":"changeme"}'
    assert http.post("/auth/token", data=body, headers=FORM).ok


@pytest.mark.parametrize("operation", ALL, ids=name_of)
def test_every_json_answer_ends_with_a_line(as_admin, operation):
    path, method, described, _ = operation
    if described["operationId"] == "followEvents":
        return  # a stream
    for query in ("", "?zzz=1"):
        headers = {"Accept-Encoding": "identity"}
        answer = as_admin.request(method, path_of(path) + query, headers=headers)
        if answer.headers.get("Content-Type") == "application/json" and method != "HEAD":
            assert answer.text.endswith("}\n") or answer.text.endswith("]\n")
            assert answer.text.count("\n") == 1
            assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_a_listing_a_selection_and_a_stream_of_one_end_with_a_line(as_uli, services, uli):
    for path in ("/keys", "/lists?prefix=a", "/keys?delimiter=:", "/keys?limit=1", "/keys?count=1"):
        assert as_uli.get(path).text.endswith("}\n")
    for number in range(2000):
        services.keys.set(uli, f"{number:060}", b"")
    answer = as_uli.get("/keys")
    assert "Content-Length" not in answer.headers
    assert answer.text.endswith("}\n")


def test_what_is_refused_before_the_application_ends_with_a_line(session_url, http):
    place = urlsplit(session_url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as wire:
        wire.sendall(b"PUT /keys/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
        answer = b""
        while b"}" not in answer:
            answer += wire.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body.endswith(b"}\n")
    assert int(re.search(rb"Content-Length: (\d+)", head)[1]) == len(body)


def test_a_value_that_is_json_stays_as_it_is(as_uli):
    as_uli.put("/keys/k", data=b'{"a":[1]}', headers={"Content-Type": "application/json"})
    assert as_uli.get("/keys/k").content == b'{"a":[1]}'
    assert as_uli.get("/keys/k?path=a").content == b"[1]"
    assert as_uli.post("/incr/n").content == b"1"


def test_the_document_says_that_empty_lines_of_a_stream_are_keep_alives():
    document = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
    for path in ("/topics/{name}", "/events"):
        assert "keep-alive" in document["paths"][path]["get"]["description"]
