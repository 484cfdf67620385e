"""The bounds of route documents and of their answers, each pushed over HTTP."""

import json
import time

import pytest

TEXT = "x" * 1000


def rules(count):
    return [{"path": f"/p{n}"} for n in range(count)]


def answers(**fields):
    return [{"answers": [fields]}]


@pytest.mark.parametrize(
    ("fitting", "over", "code"),
    [
        (rules(200), rules(201), "too_many_rules"),
        ([{"answers": [{}] * 20}], [{"answers": [{}] * 21}], "too_many_answers"),
        ([{"then": [["incr", "n"]] * 5}], [{"then": [["incr", "n"]] * 6}], "too_many_operations"),
        ([{"when": {"key": {f"k{n}": True for n in range(5)}}}], [{"when": {"key": {f"k{n}": True for n in range(6)}}}], "too_many_key_conditions"),
        ([{"path": "/a" * 32}], [{"path": "/a" * 33}], "too_many_segments"),
        ([{"when": {"text": "a*" * 4}}], [{"when": {"text": "a*" * 5}}], "too_many_wildcards"),
        (answers(text="!@[$method]" * 100), answers(text="!@[$method]" * 101), "too_many_placeholders"),
        (answers(json=["!@[$method]"] * 100), answers(json=["!@[$method]"] * 1000), "too_many_placeholders"),
        (answers(delay_ms=30_000), answers(delay_ms=30_001), "delay_too_long"),
        (answers(delay_ms=[0, 30_000]), answers(delay_ms=[0, 30_001]), "delay_too_long"),
        ([{"path": "/a", "collection": "a:", "max": 1000}], [{"path": "/a", "collection": "a:", "max": 1001}], "invalid_route"),
        (answers(status=599), answers(status=600), "invalid_route"),
    ],
)  # fmt: skip
def test_a_document_has_bounds(as_uli, fitting, over, code):
    assert as_uli.post("/routes", json={"rules": fitting}).status_code == 200
    refused = as_uli.post("/routes", json={"rules": over})
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert len(as_uli.get("/routes").json()["routes"]) == 1


def test_a_document_has_256_kb(as_uli):
    def sized(size):
        document = {"rules": answers(text="")}
        document["rules"][0]["answers"][0]["text"] = "x" * (size - len(json.dumps(document)))
        return json.dumps(document)

    assert as_uli.post("/routes", data=sized(256 << 10)).status_code == 200
    refused = as_uli.post("/routes", data=sized((256 << 10) + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "document_too_large")
    path = as_uli.get("/routes").json()["routes"][0]["path"]
    assert as_uli.put(f"/routes?id={path[8:]}", data=sized((256 << 10) + 1)).status_code == 413


def test_up_to_20_rules_with_tests_of_keys_are_tried(as_uli, http):
    tested = [{"when": {"key": {"k": str(n)}}, "answers": [{"status": 201}]} for n in range(21)]
    as_uli.post("/routes", json={"name": "a", "rules": [*tested[:20], {}]})
    as_uli.post("/routes", json={"name": "b", "rules": tested})
    as_uli.put("/keys/k", data=b"19")
    assert http.get("/routes/@uli/a").status_code == 201
    as_uli.put("/keys/k", data=b"20")
    assert http.get("/routes/@uli/a").status_code == 200
    refused = http.get("/routes/@uli/b")
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_candidates")


def test_an_answer_has_2_mb(as_uli, http):
    as_uli.put("/keys/big", data=b"x" * (1 << 20))
    as_uli.put("/keys/other", data=b"x" * (1 << 20))
    as_uli.put("/keys/third", data=b"x" * 2000)
    made = [
        {"path": "/once", "answers": [{"text": "!@[big]"}]},
        {"path": "/often", "answers": [{"text": "!@[big]" * 3}]},
        {"path": "/many", "answers": [{"text": "!@[big]!@[other]!@[third]"}]},
        {"path": "/shown", "answers": [{"key": "page", "expand": True}]},
    ]
    as_uli.post("/routes", json={"name": "a", "rules": made})
    assert len(http.get("/routes/@uli/a/once").content) == 1 << 20
    as_uli.put("/keys/page", data=b"!@[big]" * 3)
    for path in ("often", "many", "shown"):
        refused = http.get(f"/routes/@uli/a/{path}")
        assert (refused.status_code, refused.json()["code"]) == (422, "answer_too_large"), path
    as_uli.put("/keys/page", data=b"!@[$method]" * 101)
    assert http.get("/routes/@uli/a/shown").json()["code"] == "expansion_too_large"
    as_uli.put("/keys/page", data=b"x" * (2 << 20))
    assert http.get("/routes/@uli/a/shown").status_code == 200


def test_of_a_text_8_kb_are_compared_and_of_a_body_256_kb_parsed(as_uli, http):
    made = [
        {"when": {"text": "a*z"}, "answers": [{"text": "whole"}]},
        {"when": {"text": "a*"}, "answers": [{"text": "begins"}]},
        {"when": {"body": {"a": 1}}, "answers": [{"text": "json"}]},
        {"answers": [{"text": "none"}]},
    ]
    as_uli.post("/routes", json={"name": "a", "rules": made})

    def ask(body):
        return http.post("/routes/@uli/a", data=body).text

    assert ask(b"a" + b"b" * 8190 + b"z") == "whole"
    assert ask(b"a" + b"b" * 8191 + b"z") == "begins"
    assert ask(b'{"a":1,"b":"' + b"x" * (250 << 10) + b'"}') == "json"
    assert ask(b'{"a":1,"b":"' + b"x" * (256 << 10) + b'"}') == "none"
    assert ask(b'{"a":' * 5000) == ask(b"\xff") == ask(b'{"a":2}') == "none"


def test_the_values_of_operations_have_2_mb(as_uli, http):
    made = [{"then": [["set", "a", "!@[$body]"], ["set", "b", "!@[$body]"]]}]
    as_uli.post("/routes", json={"name": "a", "rules": made})
    assert http.post("/routes/@uli/a", data=b"x" * (1 << 20)).status_code == 200
    refused = http.post("/routes/@uli/a", data=b"x" * ((1 << 20) + 1))
    assert (refused.status_code, refused.json()["code"]) == (422, "too_much_at_once")
    assert len(as_uli.get("/keys/b").content) == 1 << 20


def test_a_delay_occupies_no_thread(as_uli, http, session_url):
    import threading  # noqa: PLC0415

    import requests  # noqa: PLC0415

    as_uli.post("/routes", json={"name": "a", "rules": answers(delay_ms=1500, text="late")})
    found, begun = [], time.monotonic()

    def ask():
        found.append(requests.get(f"{session_url}/routes/@uli/a", timeout=20).text)

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for thread in threads:
        thread.start()
    while time.monotonic() - begun < 0.25:
        assert http.get("/healthz").elapsed.total_seconds() < 1.2
    for thread in threads:
        thread.join()
    assert found == ["late"] * 30
    assert time.monotonic() - begun < 20


def test_a_query_with_too_many_fields_has_none(as_uli, http):
    made = [{"when": {"query": {"a": True}}, "answers": [{"text": "a"}]}, {"answers": [{"text": "none"}]}]  # fmt: skip
    as_uli.post("/routes", json={"name": "a", "rules": made})
    assert http.get("/routes/@uli/a?a=1&" + "&".join("b" * 998)).text == "a"
    assert http.get("/routes/@uli/a?a=1&" + "&".join("b=1" for _ in range(1001))).text == "none"


def test_the_tests_of_keys_take_bounded_time(as_uli, http):
    too_many = [{"when": {"key": {"k": ["*aaab*"] * 101}}}]
    assert as_uli.post("/routes", json={"rules": too_many}).json()["code"] == "invalid_condition"
    slow = {f"k{n}": {"not": "x"} for n in range(4)} | {"big": ["*aaab*"] * 100}
    rule = {"path": "/a", "when": {"key": slow}, "then": [["incr", "n"]]}
    as_uli.post("/routes", json={"name": "a", "rules": [rule] * 20})
    as_uli.put("/keys/big", data=b"a" * 8192)
    started = time.perf_counter()
    refused = http.get("/routes/@uli/a/a")
    assert time.perf_counter() - started < 10
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_comparisons")
    assert as_uli.get("/keys/n").status_code == 404
    as_uli.put("/keys/big", data=b"a" * 300 + b"aaab" * 100)
    assert http.get("/routes/@uli/a/a").status_code == 200


def test_long_empty_and_missing_keys_are_tested(as_uli, http):
    def put(path, test):
        return {"path": path, "when": {"key": {"k": test}}}

    long = "v" * 100_000
    rules = [put("/is", long), put("/like", "v*"), put("/empty", ""), put("/none", False), put("/twice", {"not": long})]  # fmt: skip
    as_uli.post("/routes", json={"name": "a", "rules": rules})

    def matching():
        paths = ("is", "like", "empty", "none", "twice")
        return [path for path in paths if http.get(f"/routes/@uli/a/{path}").status_code == 200]

    assert matching() == ["none", "twice"]
    for value, found in [(long, ["is", "like"]), (long * 5, ["like", "twice"]), ("", ["empty", "twice"])]:  # fmt: skip
        as_uli.put("/keys/k", data=value.encode())
        assert matching() == found
