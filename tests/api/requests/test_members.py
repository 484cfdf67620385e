"""A member that JSON has twice is refused by name, wherever the program itself reads it."""

import base64
import json

import pytest
from bambleweeny.core.json_members import refuse_doubled, refuse_doubled_in_patch
from bambleweeny.errors import InvalidRequest

TWICE = "is given more than once."


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("PUT", "/lists/m:list/policy", '{"lease":"1m","lease":"2m"}', "lease"),
        ("PUT", "/lists/m:list/policy", '{"lease":"1m","\\u006cease":"1m"}', "lease"),
        ("POST", "/auth/token", '{"username":"uli","username":"admin","password":"changeme"}',
         "username"),
        ("POST", "/auth/token?raw", '{"username":"admin","password":"a","password":"changeme"}',
         "password"),
        ("POST", "/users", '{"username":"m-two","password":"another","quota":5,"quota":6}', "quota"),
        ("PUT", "/users/0", '{"quota":5,"quota":6}', "quota"),
        ("PUT", "/auth/password", '{"current":"a","current":"changeme","password":"changeme"}',
         "current"),
        ("PUT", "/config/admin", '{"password":"a","password":"changeme"}', "password"),
        ("POST", "/routes", '{"key":"a","key":"m:key","content_type":"text/plain"}', "key"),
        ("POST", "/bins", '{"list":"a","list":"m:list"}', "list"),
        ("POST", "/lists/m:list/ack", '{"ack":[],"ack":["1.1"]}', "ack"),
        ("POST", "/lists/m:list/ack", '{"retry":[{"lease":"1.1","delay":1,"delay":2}]}', "delay"),
        ("POST", "/lists/m:list/move", '{"to":"a","to":"m:list"}', "to"),
    ],
)  # fmt: skip
def test_the_body_of_a_call(as_admin, method, path, body, name):
    as_admin.put("/keys/m:key", "{}")
    as_admin.post("/lists/m:list", "item")
    answer = as_admin.request(method, path, data=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), answer.text
    assert answer.json()["info"] == f"The member '{name}' {TWICE}"


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ('["set","m:b","v",{"ttl":1,"ttl":2}]', "ttl"),
        ('["set","m:b",{"base64":"YQ==","base64":"Yg=="}]', "base64"),
        ('["del","m:b",{"if_match":"*","if_match":"*"}]', "if_match"),
        ('["incr","m:b",{"max":1,"max":9}]', "max"),
        ('["incr","m:b",2,{"max":1,"max":9}]', "max"),
        ('["push","m:b","v",{"delay":1,"delay":2}]', "delay"),
    ],
)
def test_the_options_of_a_batch(as_admin, operation, name):
    answer = as_admin.post("/batch", f'[["set","m:b:first","{{}}"],{operation}]')
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["info"] == f"Operation 1: The member '{name}' {TWICE}"
    assert answer.json()["index"] == 1
    assert as_admin.get("/keys/m:b:first").status_code == 404


def test_an_import_names_the_line(as_admin):
    first = '{"key": {"name": "m:i", "value": "x"}}\n'
    for bad in (
        '{"key":{"name":"a","name":"m:j","value":"x"}}',
        '{"key":{"name":"m:j","value":"x"},"key":{"name":"m:k","value":"x"}}',
        '{"key":{"name":"m:j","value":{"base64":"YQ==","base64":"Yg=="}}}',
    ):
        answer = as_admin.post("/import", first + bad)
        assert answer.status_code == 400
        assert answer.json()["info"].startswith("Line 2: The member '")
        assert answer.json()["info"].endswith(TWICE)
    assert as_admin.get("/keys/m:i").status_code == 404


def test_a_merge_patch(as_admin):
    kind = {"Content-Type": "application/merge-patch+json"}
    as_admin.put("/keys/m:p", '{"a": {"b": 1}}')
    for bad, name in (('{"a":1,"a":2}', "a"), ('{"a":{"b":1,"b":2}}', "b")):
        answer = as_admin.patch("/keys/m:p", bad, headers=kind)
        assert (answer.status_code, answer.json()["info"]) == (400, f"The member '{name}' {TWICE}")
    # An array is a value that the patch brings.
    kept = '{"a":[{"x":1,"x":2}]}'
    assert as_admin.patch("/keys/m:p", kept, headers=kind).status_code == 200
    assert as_admin.get("/keys/m:p").text == kept
    as_admin.delete("/keys/m:p")


def test_a_form_of_oauth(as_admin):
    form = "grant_type=password&username=uli&username=admin&password=changeme"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = as_admin.post("/auth/token", form, headers=kind)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"] == f"The field 'username' {TWICE}"


def test_values_are_kept_as_they_are(as_admin):
    value = '{"a":1,"a":2}'
    as_admin.put("/keys/m:v", value)
    assert as_admin.get("/keys/m:v").text == value
    as_admin.post("/lists/m:v", value)
    assert as_admin.get("/lists/m:v").text == value
    coded = base64.b64encode(value.encode()).decode()
    batch = [["set", "m:v", value], ["set", "m:v", {"base64": coded}, {"ttl": 60}], ["get", "m:v"]]
    assert as_admin.post("/batch", json.dumps(batch)).json()[2] == {"ok": value}
    line = json.dumps({"key": {"value": value, "name": "m:v"}})
    assert as_admin.post("/import", line).status_code == 200
    as_admin.delete("/keys/m:v")


def test_numbers_and_levels_cost_nothing_odd():
    refuse_doubled(b'{"n": ' + b"9" * 60_000 + b"}")
    refuse_doubled_in_patch(b'{"n": [{"a": 1, "a": ' + b"9" * 60_000 + b"}]}")
    with pytest.raises(InvalidRequest):
        refuse_doubled(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)
    with pytest.raises(InvalidRequest, match=r"'x{64}' is given"):
        refuse_doubled(f'{{"{"x" * 99}": 1, "{"x" * 99}": 2}}'.encode())
