"""Recorded requests."""

import json

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.journal import call_of, decoded, encoded, entry_of

CALL = Call(
    "POST", "/a%2Fb", "q=1&q=2", {"x-a": "1"}, b'{"a":1.10}', time=1_700_000_000.25, ip="192.0.2.1"
)


def test_an_entry_as_json():
    entry = entry_of(CALL)
    entry.rule, entry.status = "paid", 201
    assert json.loads(encoded(entry)) == {
        "time": "2023-11-14T22:13:20.250Z", "method": "POST", "path": "/a%2Fb", "query": "q=1&q=2", "headers": {"x-a": "1"},
        "ip": "192.0.2.1", "body": '{"a":1.10}', "rule": "paid", "status": 201,
    }  # fmt: skip
    assert json.loads(encoded(entry_of(Call("GET", "/")))) == {
        "time": "1970-01-01T00:00:00.000Z",
        "method": "GET",
        "path": "/",
    }


@pytest.mark.parametrize("body", [b"", b"text", "ü".encode(), b"\xff\x00", b'{"base64":"x"}'])
def test_a_call_comes_back_byte_by_byte(body):
    call = Call(CALL.method, CALL.path, CALL.query, CALL.headers, body, time=CALL.time, ip=CALL.ip)
    again = call_of(decoded(encoded(entry_of(call))))
    for field in ("method", "path", "query", "headers", "body", "time", "ip"):
        assert getattr(again, field) == getattr(call, field)


def test_a_long_body_can_be_cut():
    entry = entry_of(Call("POST", "/", body=b"x" * 100), 10)
    assert (entry.body, entry.cut) == ("x" * 10, 100)
    assert json.loads(encoded(entry))["cut"] == 100
    assert "cut" not in json.loads(encoded(entry_of(Call("POST", "/", body=b"x" * 10), 10)))
    halved = entry_of(Call("POST", "/", body="üü".encode()), 3)
    assert call_of(halved).body == "üü".encode()[:3]


@pytest.mark.parametrize(
    "record",
    [b"", b"text", b"[]", b"{}", b"\xff", b'{"time":1,"method":"GET","path":"/"}', b"[" * 100_000],
)
def test_what_is_no_entry(record):
    assert decoded(record) is None


def test_a_time_that_is_none_is_the_beginning():
    assert call_of(decoded(b'{"time":"then","method":"GET","path":"/"}')).time == 0
