"""Nothing in a request is ignored silently: held against openapi.yaml, call by call."""

import re
from importlib.resources import files

import pytest
import yaml
from api.test_openapi import resolve

DOCUMENT = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
ANYBODYS = "/auth/test"
IDS = {"lease": "1.1", "item_id": "1", "user_id": "1"}


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                given = item.get("parameters", []) + operation.get("parameters", [])
                parameters = [resolve(parameter) for parameter in given]
                yield path, method.upper(), operation, parameters


ALL = list(operations())
CLOSED = [one for one in ALL if one[2].get("security", True) and one[0] != ANYBODYS]
PUBLIC = [one for one in ALL if one not in CLOSED]
WRITING = [one for one in CLOSED if one[1] in ("POST", "PUT", "PATCH", "DELETE")]


def path_of(template):
    return re.sub(r"{(\w+)}", lambda match: IDS.get(match[1], "foo"), template)


def names(parameters, place):
    return {parameter["name"] for parameter in parameters if parameter["in"] == place}


def refused(answer):
    error = answer.json()
    return answer.status_code, error["code"], error["info"]


def name_of(operation):
    return operation[2]["operationId"]


def test_there_are_calls_of_both_kinds():
    assert len(CLOSED) > 40
    assert len(PUBLIC) > 20


@pytest.mark.parametrize("operation", CLOSED, ids=name_of)
def test_an_unknown_parameter_is_refused_and_the_known_ones_are_those_of_the_document(
    as_admin, operation
):
    path, method, _, parameters = operation
    answer = as_admin.request(method, f"{path_of(path)}?zzz=1")
    if method == "HEAD":
        assert answer.status_code == 400
        return
    status, code, info = refused(answer)
    assert (status, code) == (400, "unknown_parameter")
    assert info == "The parameter 'zzz' is unknown to this call."
    assert answer.headers["Content-Type"] == "application/json"
    known = set(re.findall(r"'(\w+)'", answer.json()["hint"]))
    assert known == names(parameters, "query") | {"token"}


@pytest.mark.parametrize("operation", CLOSED, ids=name_of)
def test_each_parameter_is_guessed_refused_twice_and_known(as_admin, http, operation):
    path, method, _, parameters = operation
    if method == "HEAD":
        return
    for name in names(parameters, "query"):
        misspelled = as_admin.request(method, f"{path_of(path)}?{name[:-1]}{name[-1] * 2}x=1")
        assert refused(misspelled)[1:] == (
            "unknown_parameter",
            f"The parameter '{name[:-1]}{name[-1] * 2}x' is unknown to this call; "
            f"the nearest known one is '{name}'.",
        )
        twice = as_admin.request(method, f"{path_of(path)}?{name}=1&{name}=2")
        assert refused(twice) == (
            400,
            "invalid_request",
            f"The parameter '{name}' is given more than once.",
        )
    everywhere = f"_=1&token={as_admin.token}&zzz=1"
    answer = http.request(method, f"{path_of(path)}?{everywhere}")
    assert refused(answer)[2].startswith("The parameter 'zzz' is unknown")


@pytest.mark.parametrize("operation", CLOSED, ids=name_of)
def test_who_has_no_token_is_told_that_first(http, operation):
    path, method, _, _ = operation
    assert http.request(method, f"{path_of(path)}?zzz=1").status_code == 401


@pytest.mark.parametrize("operation", PUBLIC, ids=name_of)
def test_a_public_call_takes_any_query(http, operation):
    path, method, _, _ = operation
    plain = http.request(method, path_of(path))
    answer = http.request(method, f"{path_of(path)}?zzz=1&zzz=2&ttl=")
    assert answer.status_code == plain.status_code
    if answer.status_code >= 400 and answer.content:
        assert answer.json()["code"] == plain.json()["code"]


@pytest.mark.parametrize("operation", WRITING, ids=name_of)
@pytest.mark.parametrize(
    "header", ["If-Match", "If-None-Match", "Content-Range", "Idempotency-Key"]
)
def test_a_header_that_a_write_does_not_take_is_refused(as_admin, operation, header):
    path, method, _, parameters = operation
    if header == "Idempotency-Key" and method in ("PUT", "DELETE"):
        return  # these can be repeated without it
    answer = as_admin.request(method, path_of(path), headers={header: "*"})
    sentence = f"This call does not accept the header '{header}'."
    if header in names(parameters, "header"):
        assert sentence not in answer.text
    else:
        assert refused(answer) == (400, "invalid_request", sentence)


@pytest.mark.parametrize("operation", WRITING, ids=name_of)
def test_a_body_that_a_call_does_not_take_is_refused(as_admin, operation):
    path, method, described, _ = operation
    for body in (b"{}", iter([b"{", b"}"])):
        answer = as_admin.request(method, path_of(path), data=body)
        if "requestBody" in described:
            assert "accepts no body" not in answer.text
        elif method != "DELETE" or described["operationId"] == "purgeItems":
            assert refused(answer) == (400, "invalid_request", "This call accepts no body.")


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("PUT", "/keys/foo?tll=3", "ttl"),
        ("PUT", "/keys/foo?TTL=3", "ttl"),
        ("PUT", "/keys/foo?keep_ttl=1", "keepttl"),
        ("POST", "/lists/q?dealy=1h", "delay"),
        ("POST", "/lists/q/lease?lenght=3&For=1m", None),
        ("POST", "/lists/q/lease?For=1m", "for"),
        ("GET", "/lists/q/items?oder=newest", "order"),
        ("GET", "/lists/q?waits=3", "wait"),
        ("GET", "/keys/foo?ttl=1h", None),
        ("GET", "/keys?prefxi=a", "prefix"),
        ("GET", "/keys/foo?If-Match=x", None),
        ("GET", "/keys/foo?Content-Length=x", None),
        ("POST", "/batch?atomc=1", "atomic"),
        ("POST", "/import?mod=skip", "mode"),
        ("GET", "/users?user_id=1", None),
        ("GET", "/topics/t?form=1", None),
        ("GET", "/topics/t?sinc=all", "since"),
        ("GET", "/events?key=a", "keys"),
        ("GET", "/export?user=1", "userid"),
        ("DELETE", "/routes?ids=1", "id"),
        ("GET", "/keys/foo?tokn=1", "token"),
        ("GET", f"/keys/foo?{'t' * 5000}=1", None),
        ("GET", "/keys/foo?t%C3%A4t%00l=1", None),
        ("GET", "/keys/foo?=1", None),
    ],
)
def test_the_nearest_known_parameter_is_named(as_admin, method, path, meant):
    answer = as_admin.request(method, path)
    status, code, info = refused(answer)
    assert (status, code) == (400, "unknown_parameter")
    assert (f"the nearest known one is '{meant}'." in info) == (meant is not None)
    assert len(info) < 150


def test_what_is_refused_does_nothing(as_uli):
    as_uli.put("/keys/foo", data=b"bar")
    for method, path in (
        ("PUT", "/keys/foo?tll=3"),
        ("DELETE", "/keys/foo?retrun=old"),
        ("POST", "/incr/n?step=2"),
        ("POST", "/lists/q?dealy=1h"),
        ("POST", "/topics/t?tll=1h"),
        ("POST", "/batch?atomci=1"),
    ):
        body = b'[["set","foo","x"]]' if path.startswith("/batch") else b"x"
        data = b"" if path.startswith("/incr") else body
        assert as_uli.request(method, path, data=data).json()["code"] == "unknown_parameter"
    keyed = {"Idempotency-Key": "k"}
    assert as_uli.post("/incr/n", headers=keyed).status_code == 400
    assert as_uli.post("/topics/t", data=b"x", headers={"If-None-Match": "*"}).status_code == 400
    assert (
        as_uli.put("/keys/foo", data=b"x", headers={"Content-Range": "bytes 0-0/3"}).status_code
        == 400
    )
    assert as_uli.get("/keys/foo").text == "bar"
    assert as_uli.get("/keys").json()["keys"] == [{"key": "foo", "owner": "1"}]
    assert as_uli.get("/lists").json() == {"lists": []}
    assert as_uli.get("/topics").json() == {"topics": []}


@pytest.mark.parametrize(
    ("path", "headers", "named"),
    [
        ("/keys?count=1&limit=1", {}, "limit"),
        ("/keys?count=1&delimiter=:", {}, "delimiter"),
        ("/lists?count=1&after=a", {}, "after"),
        ("/keys?count=1&values=1", {}, "values"),
        ("/keys?names=a&limit=1", {}, "limit"),
        ("/keys?prefix=a&values=1", {"Accept": "text/plain"}, "values"),
        ("/keys?meta=1", {"Accept": "text/plain"}, "meta"),
        ("/topics/t?wait=1", {"Accept": "text/event-stream"}, "wait"),
        ("/topics/t?limit=1", {"Accept": "application/x-ndjson"}, "limit"),
        ("/topics/t?last=1&wait=1", {"Accept": "text/event-stream"}, "wait"),
        ("/topics/t?last=1&since=all", {}, "since"),
        ("/topics/t?last=0&since=all", {"Accept": "text/event-stream"}, "since"),
        ("/topics/t?last=1&limit=1", {}, "limit"),
        ("/lists/q/items?state=dead&wait=1", {}, "wait"),
        ("/lists/q/items?order=newest&after=1&wait=1", {}, "wait"),
    ],
)
def test_a_parameter_that_another_makes_meaningless_is_refused(as_uli, path, headers, named):
    status, code, info = refused(as_uli.get(path, headers=headers))
    assert (status, code) == (400, "invalid_request")
    assert f"'{named}'" in info
    assert "cannot be combined with" in info


def test_an_import_that_replaces_has_begun_nothing(as_uli):
    answer = as_uli.post("/import?mode=replace&begun=lists/a")
    assert refused(answer)[2] == "The parameter 'begun' cannot be combined with 'mode=replace'."


EMPTY = [
    ("PUT", "/keys/k?ttl="), ("PUT", "/keys/k?keepttl="), ("PUT", "/keys/k?return="),
    ("GET", "/keys/k?wait="), ("HEAD", "/keys/k?wait="), ("GET", "/keys/k?touch="),
    ("HEAD", "/keys/k?touch="), ("GET", "/keys/k?path="), ("PATCH", "/keys/k?ttl="),
    ("GET", "/keys?limit="), ("GET", "/keys?names="), ("GET", "/keys?count="),
    ("DELETE", "/keys?prefix=&confirm="), ("POST", "/incr/n?by="), ("POST", "/incr/n?max="),
    ("POST", "/lists/q?delay="), ("POST", "/lists/q?ttl="), ("POST", "/lists/q?front="),
    ("POST", "/lists/q?split="), ("GET", "/lists/q?max="), ("POST", "/lists/q/lease?for="),
    ("POST", "/lists/q/lease?raw="), ("GET", "/lists/q/items?state="),
    ("GET", "/lists/q/items?limit="), ("GET", "/lists/q/items?order="),
    ("GET", "/lists/q/items?wait="), ("GET", "/topics/t?last="), ("GET", "/topics/t?since="), ("GET", "/topics/t?limit="),
    ("GET", "/events?keys="), ("POST", "/batch?atomic="), ("POST", "/import?mode="),
    ("DELETE", "/bins?id="), ("PUT", "/keys/k?ttl"), ("POST", "/lists/q/lease?raw"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), EMPTY)
def test_an_empty_value_is_no_value(as_uli, method, path):
    as_uli.put("/keys/k", data=b"{}")
    assert as_uli.request(method, path).status_code == 400


@pytest.mark.parametrize("path", ["/keys?prefix=&after=&delimiter=", "/lists/q/items?after="])
def test_an_empty_prefix_and_an_empty_beginning_have_a_meaning(as_uli, path):
    assert as_uli.get(path).ok


JSON_CALLS = [
    ("POST", "/auth/token", {"username": "admin", "password": "changeme"}),
    ("POST", "/auth/token", {"code": "x"}),
    ("POST", "/auth/accept", {"code": "x", "password": "another"}),
    ("POST", "/tokens", {"name": "ci", "scopes": ["read"]}),
    ("PATCH", "/tokens/k3x9q2", {"name": "ci"}),
    ("PUT", "/auth/password", {"current": "changeme", "password": "another"}),
    ("POST", "/lists/q/ack", {"ack": []}),
    ("PUT", "/lists/q/policy", {"max_len": 5}),
    ("POST", "/lists/q/move", {"to": "other"}),
    ("POST", "/routes", {"key": "a", "content_type": "a/b"}),
    ("PUT", "/routes?id=d2622519-c707-4df5-973a-64849f363ed5", {"key": "a"}),
    ("POST", "/routes/verify?id=d2622519-c707-4df5-973a-64849f363ed5", {"count": 1}),
    ("POST", "/bins", {"list": "a"}),
    ("PUT", "/bins?id=d2622519-c707-4df5-973a-64849f363ed5", {"list": "a"}),
    ("POST", "/users", {"username": "uli", "password": "another"}),
    ("PUT", "/users/0", {"quota": 0}),
    ("PUT", "/config/admin", {"password": "another"}),
]


@pytest.mark.parametrize(("method", "path", "body"), JSON_CALLS, ids=str)
def test_an_unknown_field_is_named(as_admin, method, path, body):
    answer = as_admin.request(method, path, json={**body, "zzz": 1})
    noun = "bin" if path.startswith("/bins") else "route"
    code = f"invalid_{noun}" if "?id=" in path else "invalid_request"
    assert refused(answer)[:2] == (400, code)
    assert "zzz" in answer.json()["info"]
    assert as_admin.get("/auth/test").json()["authenticated"] == "True"


def test_every_call_with_a_json_body_is_tried():
    json_calls = {
        operation["operationId"]
        for _, _, operation, _ in ALL
        if resolve(operation.get("requestBody", {})).get("content", {}).keys()
        & {"application/json"}
    }
    tried = {
        operation["operationId"]
        for path, method, operation, _ in ALL
        if any(
            method == other
            and re.fullmatch(re.sub(r"{\w+}", "[a-z0-9]+", path), url.partition("?")[0])
            for other, url, _ in JSON_CALLS
        )
    }
    # RFC 7009 and RFC 7662: these ignore fields that they do not know.
    assert json_calls - tried == {"runBatch", "revokeToken", "introspectToken"}


@pytest.mark.parametrize(
    "operation",
    [
        ["set", "a", "b", {"tll": 3}], ["get", "a", {"zzz": 1}], ["del", "a", {"zzz": 1}],
        ["incr", "a", 1, {"zzz": 1}], ["incr", "a", {"zzz": 1}], ["push", "a", "b", {"dealy": 1}],
        ["pop", "a", {"max": 1}], ["publish", "a", "b", {"zzz": 1}], ["get", "a", {}, 1],
        ["set", "a", "b", {}, 1], ["del", "a", {}, 1], ["pop", "a", {}, 1], ["push", "a", "b", {}, 1],
        ["publish", "a", "b", {}, 1], ["incr", "a", 1, {}, 1], ["set", "a", {"base64": "", "z": 1}],
    ],
    ids=str,
)  # fmt: skip
def test_an_unknown_option_of_an_operation_is_refused(as_uli, operation):
    answer = as_uli.post("/batch", json=[["set", "z", "z"], operation])
    assert refused(answer)[:2] == (400, "invalid_request")
    assert answer.json()["index"] == 1
    assert as_uli.get("/keys/z").status_code == 404


@pytest.mark.parametrize(
    "line",
    [
        {"key": {"name": "a", "value": "b", "ttl": 3}}, {"key": {"name": "a", "value": "b"}, "zzz": 1},
        {"item": {"list": "a", "value": "b", "delay": 3}}, {"bin": {"list": "a", "zzz": 1}},
        {"list": {"name": "a", "policy": {"zzz": 1}}}, {"list": {"name": "a", "policy": {}, "z": 1}},
        {"message": {"topic": "a", "value": "b", "zzz": 1}},
        {"route": {"key": "a", "content_type": "a/b", "zzz": 1}},
    ],
    ids=str,
)  # fmt: skip
def test_an_unknown_field_of_a_line_is_refused(as_uli, line):
    answer = as_uli.post("/import", json=line)
    assert refused(answer)[:2] == (400, "invalid_request")
    assert as_uli.get("/export").content == b""


def test_a_form_of_oauth_may_have_other_fields(http):
    form = {
        "grant_type": "password",
        "username": "admin",
        "password": "changeme",
        "scope": "x",
        "zzz": "1",
    }
    assert http.post("/auth/token", data=form).ok
