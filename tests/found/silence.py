"""Kind B: what was accepted silently."""

import re
from http.client import HTTPConnection
from importlib.resources import files
from urllib.parse import urlsplit

import requests
import yaml
from found.rows import Place, row

METHODS = {"get", "put", "post", "delete", "patch", "head"}
LARGEST = 2**63 - 1


@row(
    "B1",
    "`PUT /keys/foo?tll=3`, `POST /lists/q?dealy=1h`, `GET /lists/q/items?order=desc`",
    before="200, ignored: a TTL lost without a word",
    right="400 naming the parameter and the nearest known one",
)
def misspelled_parameters(place: Place) -> str:
    told = []
    for method, path, nearest in (
        ("PUT", "/keys/b1?tll=3", "ttl"),
        ("POST", "/lists/b1?dealy=1h", "delay"),
        ("GET", "/lists/b1/items?order=desc", None),
        ("GET", "/keys/b1?ttl=1h", None),
    ):
        answer = place.admin.request(method, path, data=b"" if method == "GET" else b"x")
        error = answer.json()
        code = "invalid_request" if "order" in path else "unknown_parameter"
        assert (answer.status_code, error.get("code")) == (400, code), answer.text
        assert nearest is None or f"'{nearest}'" in error["info"], error
        told.append(error["info"])
    assert place.admin.get("/keys/b1").status_code == 404
    return told[0]


@row(
    "B1",
    "an unknown parameter on every call of openapi.yaml that is not public",
    before="200, ignored",
    right="400 on each; public calls take any query",
)
def unknown_parameters_everywhere(place: Place) -> str:
    document = yaml.safe_load((files("bambleweeny") / "openapi.yaml").read_text("utf-8"))
    refused = 0
    for path, item in document["paths"].items():
        url = re.sub(r"{\w*id}", "1", path)
        for method in METHODS & item.keys():
            is_public = item[method].get("security") == [] or path == "/auth/test"
            answer = place.admin.request(method, f"{re.sub(r'{.*?}', 'b1', url)}?zzz=1")
            if is_public:
                is_refused = answer.status_code == 400 and "unknown_parameter" in answer.text
                assert not is_refused, path
                continue
            assert answer.status_code == 400, (method, path, answer.status_code)
            assert method == "head" or answer.json()["code"] == "unknown_parameter", (method, path)
            refused += 1
    assert refused > 40
    return f"400 on {refused} calls"


@row(
    "B1",
    "`?ttl=1&ttl=2`, `?ttl=`, `If-Match` on a counter, a body that a lease does not take",
    before="one of them counts, or it is ignored",
    right="400 naming it",
)
def what_a_call_does_not_take(place: Place) -> str:
    calls = [
        place.admin.put("/keys/b1?ttl=1&ttl=2", data=b"x"),
        place.admin.put("/keys/b1?ttl=", data=b"x"),
        place.admin.post("/incr/b1", headers={"If-Match": "*"}),
        place.admin.post("/incr/b1", headers={"Idempotency-Key": "k"}),
        place.admin.post("/lists/b1/lease", json={"max": 5}),
        place.admin.delete("/lists/b1/items", json={"state": "dead"}),
        place.admin.get("/keys?count=1&limit=5"),
        place.admin.post("/batch", json=[["set", "b1", "x", {"tll": 3}]]),
    ]
    assert [answer.status_code for answer in calls] == [400] * len(calls), calls
    return calls[2].json()["info"]


@row(
    "B2",
    "a counter at 2^63-1, `incr`",
    before="`not_an_integer`",
    right="a code of its own (overflow)",
)
def a_counter_at_its_end(place: Place) -> str:
    for number, by in ((LARGEST, 1), (-LARGEST - 1, -1), (1, LARGEST)):
        place.admin.put("/keys/b2", data=str(number))
        answer = place.admin.post(f"/incr/b2?by={by}")
        assert (answer.status_code, answer.json()["code"]) == (400, "counter_overflow"), answer.text
        [outcome] = place.admin.post("/batch", json=[["incr", "b2", by]]).json()
        assert outcome["error"]["code"] == "counter_overflow", outcome
        assert place.admin.get("/keys/b2").text == str(number)
    place.admin.put("/keys/b2", data=b"text")
    assert place.admin.post("/incr/b2").json()["code"] == "not_an_integer"
    return f"{answer.status_code} {answer.json()['code']}"


@row(
    "B3",
    "keys named `.` and `..`",
    before="accepted; clients normalise the path and read `/`",
    right="`invalid_name`",
)
def names_of_dots(place: Place) -> str:
    server = urlsplit(place.server.url)
    headers = {"Authorization": str(place.admin.headers["Authorization"])}
    for path in ("/keys/.", "/keys/..", "/keys/%2E%2E", "/lists/..", "/topics/.", "/incr/.."):
        wire = HTTPConnection(server.hostname or "", server.port, timeout=10)
        wire.request("PUT" if path.startswith("/keys") else "POST", path, b"", headers)
        answer = wire.getresponse().read()
        wire.close()
        assert b'"invalid_name"' in answer, (path, answer)
    for path, body in (
        ("/batch", [["set", "..", "x"]]),
        ("/routes", {"key": "..", "content_type": "a/b"}),
        ("/bins", {"list": "."}),
        ("/users", {"username": "..", "password": "another"}),
        ("/import", {"key": {"name": "..", "value": "x"}}),
    ):
        answer = place.admin.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_name"), answer.text
    return str(answer.json()["info"])


@row(
    "B4",
    "`set x --type application/json` with text that is not JSON",
    before="accepted without a word",
    right="a warning on stderr, and exit status 0",
)
def json_that_is_none(place: Place) -> str:
    for words, given in (
        (("set", "b4", "{'a': 1}"), ""),
        (("set", "b4", "-"), "{'a': 1}"),
        (("publish", "b4", "{'a': 1}"), ""),
    ):
        typed = place.type(*words, "--type", "application/json", given=given)
        assert typed.status == 0, typed
        assert "warning: The value is not valid JSON" in typed.err, typed
    kept = place.admin.get("/keys/b4")
    assert (kept.text, kept.headers["Content-Type"]) == ("{'a': 1}", "application/json")
    silent = place.type("set", "b4", '{"a": 1}', "--type", "application/json")
    assert silent == (0, "", ""), silent
    shell = place.type("shell", given="set b4 nope --type application/json\n")
    assert (shell.status, shell.err[:8]) == (0, "warning:"), shell
    return typed.err


@row(
    "B4",
    "`route add nosuch`",
    before="accepted without a word",
    right="a warning on stderr, and exit status 0",
)
def a_route_to_nothing(place: Place) -> str:
    typed = place.type("route", "add", "b4:nosuch")
    assert (typed.status, typed.out.count("/routes/")) == (0, 1), typed
    assert "warning: There is no key 'b4:nosuch'" in typed.err, typed
    shown = requests.get(typed.out.strip(), timeout=10)
    assert shown.status_code == 404, shown.status_code
    place.admin.put("/keys/b4:nosuch", data=b"x")
    silent = place.type("route", "add", "b4:nosuch")
    assert (silent.status, silent.err) == (0, ""), silent
    return typed.err
