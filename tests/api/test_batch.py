"""POST /batch, and the other calls that do many things at once."""

import base64

import pytest

BASIC = [["set", "k", "v"], ["get", "k"], ["get", "none"], ["incr", "n", 5], ["incr", "n"], ["incr", "k"],
         ["push", "q", "item"], ["pop", "q"], ["pop", "q"], ["del", "k"], ["del", "k"]]  # fmt: skip
NOT_FOUND = {"error": {"info": "Not found.", "code": "not_found"}}


def test_every_operation_is_answered_in_its_place(as_uli):
    *before, counted, pushed, popped, empty, deleted, gone = as_uli.post(
        "/batch", json=BASIC
    ).json()
    assert before == [{"ok": True}, {"ok": "v"}, NOT_FOUND, {"ok": 5}, {"ok": 6}]
    assert counted["error"]["code"] == "not_an_integer"
    assert counted["error"]["hint"]
    assert [pushed, popped, empty] == [{"ok": True}, {"ok": "item"}, {"ok": None}]
    assert [deleted, gone] == [{"ok": True}, NOT_FOUND]


def test_what_fails_in_an_atomic_batch_is_the_answer(as_uli):
    answer = as_uli.post("/batch?atomic=1", json=BASIC)
    error = answer.json()
    assert (answer.status_code, error["code"], error["index"]) == (400, "not_an_integer", 5)
    assert as_uli.get("/keys").json() == {"keys": []}
    good = BASIC[:5] + BASIC[6:]
    done = as_uli.post("/batch?atomic=1", json=good).json()
    as_uli.delete("/keys/n")
    assert as_uli.post("/batch?atomic=0", json=good).json() == done
    assert len(done) == 10


def test_values_are_text_or_base64(as_uli):
    png, text = b"\x89PNG\x00\xff", "ü€😀\x00"
    wrapped = {"base64": base64.b64encode(png).decode()}
    said = as_uli.post(
        "/batch",
        json=[["set", "png", wrapped], ["get", "png"], ["push", "q", wrapped], ["pop", "q"],
              ["set", "text", {"base64": base64.b64encode(text.encode()).decode()}], ["get", "text"]],
    ).json()  # fmt: skip
    assert [outcome["ok"] for outcome in said] == [True, wrapped, True, wrapped, True, text]
    assert as_uli.get("/keys/png").content == png
    found = as_uli.get("/keys?names=text,none,png&values=1").json()["keys"]
    assert found == [{"key": "text", "owner": "1", "value": text}, {"key": "png", "owner": "1", "value": wrapped}]  # fmt: skip
    assert as_uli.get("/keys?names=text,none").json() == {"keys": [{"key": "text", "owner": "1"}]}
    assert as_uli.get("/keys?names=none&values=1").json() == {"keys": []}


def test_empty_options_are_none(as_uli):
    batch = [["set", "k", "1", {}], ["incr", "k", {}], ["incr", "k", 2, {}], ["get", "k", {}], ["del", "k", {}],
             ["push", "q", "x", {}], ["pop", "q", {}]]  # fmt: skip
    said = [outcome["ok"] for outcome in as_uli.post("/batch", json=batch).json()]
    assert said == [True, 2, 4, "4", True, True, "x"]
    assert as_uli.post("/batch", data=b"[]").json() == []


def test_steps_have_64_bits(as_uli):
    batch = [["incr", "n", 2**63 - 1], ["incr", "n", -(2**63)], ["incr", "n", -(2**63)]]
    most, least, past = as_uli.post("/batch", json=batch).json()
    assert (most["ok"], least["ok"], past["error"]["code"]) == (2**63 - 1, -1, "counter_overflow")


GOOD = '["set","good","v"]'
MALFORMED = [
    # an operation, what the error names
    ('["set","k","v",{"tll":"1h"}]', "`tll`"),
    ('["get","k",{"wait":1}]', "`wait`"),
    ('["incr","k",{"most":1}]', "`most`"),
    ('["incr","k",1,{"most":1}]', "`most`"),
    ('["incr","k",{},{}]', "`int`"),
    ('["set","k"]', "length 3"),
    ('["set","k","v",{},{}]', "length"),
    ('["set","k",1]', "`int`"),
    ('["set","k",null]', "`null`"),
    ('["set","k",{}]', "`base64`"),
    ('["set","k",{"base64":"%"}]', "base64"),
    ('["set","k",{"base64":"","x":1}]', "`x`"),
    ('["get","k",null]', "null"),
    ('["get",7]', "`int`"),
    ('["fly","k"]', "'fly'"),
    ("[]", "length"),
    ('{"set":"k"}', "`object`"),
    ("7", "`int`"),
    ('["incr","k",1.5]', "`float`"),
    ('["incr","k","1"]', "`str`"),
    ('["incr","k",true]', "`bool`"),
    ('["incr","k",9223372036854775808]', "9223372036854775807"),
    ('["push","q",["x"]]', "`array`"),
]


@pytest.mark.parametrize(("operation", "named"), MALFORMED)
@pytest.mark.parametrize("path", ["/batch", "/batch?atomic=1"])
def test_a_malformed_operation_is_named_and_nothing_is_done(as_uli, path, operation, named):
    answer = as_uli.post(path, data=f"[{GOOD},{operation},{GOOD}]")
    error = answer.json()
    assert (answer.status_code, error["code"], error["index"]) == (400, "invalid_request", 1)
    assert error["info"].startswith("Operation 1: ")
    assert named in error["info"]
    assert "set, get, del, incr, push, pop and publish" in error["hint"]
    assert as_uli.get("/keys/good").status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[", b'["set","k","v"]', b'[["set","k","\\ud800"]]', b'[["set","k","\xff"]]', b"[" * 100_000,
     b'[["set","k",' + b"[" * 100_000, b'[["get","k",' + b'{"a":' * 100_000, b"null",
     b"[" + b",".join([b'["get","k"]'] * 10_001) + b"]"],
    ids=lambda body: str(body[:20]),
)  # fmt: skip
def test_what_is_no_batch_is_told(as_uli, body):
    answer = as_uli.post("/batch", data=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_a_bad_flag_or_name_is_told(as_uli, http):
    assert as_uli.post("/batch?atomic=yes", data=b"[]").json()["code"] == "invalid_request"
    error = as_uli.post("/batch", json=[["get", "k"], ["pop", "a b"]]).json()
    assert (error["info"], error["code"], error["index"]) == ("Operation 1: List name is invalid.", "invalid_name", 1)  # fmt: skip
    assert http.post("/batch", data=b"[]").status_code == 401


def test_a_body_over_the_limit_is_413(as_uli):
    answer = as_uli.post("/batch", json=[["set", "k", "v" * (2 << 20)]])
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_the_bounds_of_single_calls_hold(as_uli, as_admin):
    as_admin.put("/users/1", json={"quota": 2})
    batch = [
        ["set", "a", ""],
        ["push", "q", ""],
        ["set", "b", ""],
        ["set", "a", "x"],
        ["del", "a"],
        ["set", "b", ""],
    ]
    said = as_uli.post("/batch", json=batch).json()
    assert [outcome.get("ok", "no") for outcome in said] == [True, True, "no", True, True, True]
    assert said[2]["error"]["code"] == "quota_exceeded"
    for path, codes in (("/batch", ["list_full"]), ("/batch?atomic=1", None)):
        answer = as_uli.post(path, json=[["push", "q", "x"]] * 1001)
        if codes:
            assert [o["error"]["code"] for o in answer.json() if "error" in o] == ["list_full"] * 2
            as_uli.delete("/lists/q")
        else:
            assert (answer.status_code, answer.json()["index"]) == (507, 1000)
            assert as_uli.get("/lists").json() == {"lists": []}


def test_the_admin_acts_for_a_user(as_admin, as_uli):
    assert as_admin.post("/batch?userid=1", json=[["set", "k", "given"]]).ok
    assert as_uli.post("/batch", json=[["get", "k"]]).json() == [{"ok": "given"}]
    assert as_admin.get("/keys?userid=1&names=k&values=1").json()["keys"][0]["owner"] == "1"
    assert as_uli.post("/batch?userid=0", json=[["get", "k"]]).status_code == 403


def test_values_that_are_too_much_are_422(as_uli):
    as_uli.put("/keys/k", data=bytes(2 << 20))
    for number in range(9):
        as_uli.put(f"/keys/k{number}", data=bytes(2 << 20))
    names = ",".join(f"k{number}" for number in range(9))
    answer = as_uli.get(f"/keys?names={names}&values=1")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_much_at_once")
    answer = as_uli.post("/batch?atomic=1", json=[["get", "k"]] * 10)
    assert (answer.status_code, answer.json()["index"]) == (422, 9)


def test_lines_become_items(as_uli):
    answer = as_uli.post("/lists/q?split=lines", data="one\n\nzwei ü\n".encode())
    assert answer.json() == {"info": "ok", "items": 3}
    assert [as_uli.get("/lists/q").text for _ in range(3)] == ["one", "", "zwei ü"]
    assert as_uli.post("/lists/q?split=lines").json() == {"info": "ok", "items": 0}
    assert as_uli.get("/lists/q").status_code == 204


def test_what_is_wrong_is_said_in_plain_words(as_admin):
    for body in (b'[["set","k","\xff"]]', b'[["get","\xff"]]'):
        answer = as_admin.post("/batch", body)
        assert answer.status_code == 400
        assert "codec" not in answer.text
        assert "It is not UTF-8." in answer.text
    answer = as_admin.post("/auth/token", b'{"username":"\xff","password":"x"}')
    assert "codec" not in answer.text
    assert "It is not UTF-8." in answer.text
    answer = as_admin.post("/batch", json=[["push", "l", "v", {"delay": 5, "front": True}]])
    assert answer.json()["info"] == "Operation 0: Give a 'delay' or 'front', not both."
