"""Which answer a call gets, and what it is."""

import json
from random import Random

import pytest
from bambleweeny.core.mocks.answers import Preference, chosen, preference_of
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.routes import load
from bambleweeny.errors import BambleweenyError, ExpansionTooLarge, NotFound

POST = Call("POST", "/x/7", "q=%0D%0ASet-Cookie:%20a=b&c=%C3%A9&s=a;b", {"x": "1"}, b'{"n":1.10}')


def rendered(answer, call=POST, keys=None, *, count=1, content_type="", **rule):
    document = {
        "rules": [
            {"path": "/x/{id}", "answers": answer if isinstance(answer, list) else [answer], **rule}
        ]
    }
    if content_type:
        document["content_type"] = content_type
    [candidate, *_] = load(json.dumps(document).encode()).candidates(call, Random(1))
    candidate.learn(count, keys or {})
    return candidate.render("/routes/id")


@pytest.mark.parametrize(
    ("answer", "status", "content_type", "body"),
    [
        ({}, 200, None, b""),
        ({"status": 201, "json": {"id": "!@[$path.id|int]"}}, 201, "application/json", b'{"id":7}'),
        ({"json": None}, 200, "application/json", b"null"),
        ({"json": {}, "content_type": "application/problem+json"}, 200, "application/problem+json", b"{}"),
        ({"text": "a !@[$path.id]"}, 200, "text/plain; charset=utf-8", b"a 7"),
        ({"text": "<a>ü", "content_type": "text/html"}, 200, "text/html; charset=utf-8", "<a>ü".encode()),
        ({"text": "x", "content_type": "text/html; charset=utf-8"}, 200, "text/html; charset=utf-8", b"x"),
        ({"text": "x", "headers": {"content-type": "application/xml"}}, 200, "application/xml", b"x"),
        ({"base64": "/w=="}, 200, "application/octet-stream", b"\xff"),
        ({"base64": "/w==", "content_type": "image/png"}, 200, "image/png", b"\xff"),
        ({"status": 204, "text": "x"}, 204, None, b""),
        ({"status": 304}, 304, None, b""),
        ({"text": "!@[$path.id]!@[a b]", "expand": False}, 200, "text/plain; charset=utf-8", b"!@[$path.id]!@[a b]"),
        ({"json": ["!@[$x]"], "expand": False}, 200, "application/json", b'["!@[$x]"]'),
    ],
)  # fmt: skip
def test_an_answer_from_the_document(answer, status, content_type, body):
    found = rendered(answer)
    assert (found.status, dict(found.headers).get("Content-Type"), bytes(found.body)) == (
        status,
        content_type,
        body.replace(b": ", b": "),
    )


def test_the_content_type_of_the_route_is_that_of_its_texts():
    assert (
        dict(rendered({"text": "!@[$query.q]"}, content_type="text/html").headers)["Content-Type"]
        == "text/html; charset=utf-8"
    )
    assert (
        dict(rendered({"json": 1}, content_type="text/html").headers)["Content-Type"]
        == "application/json"
    )


def test_numbers_of_a_document_keep_their_text():
    body = b'{"rules":[{"answers":[{"json":{"a":1.50,"b":1e400,"c":"!@[$body.n]"}}]}]}'
    [candidate] = load(body).candidates(POST)
    assert candidate.render("/").body == b'{"a":1.50,"b":1e400,"c":1.10}'


def test_a_key_is_shown():
    answer = {"key": "user:$path.id", "content_type": "application/json"}
    assert rendered(answer, keys={"user:7": b"\xff!@[a]"}).body == b"\xff!@[a]"
    for keys in ({}, {"user:7": None}):
        with pytest.raises(NotFound):
            rendered(answer, keys=keys)
    with pytest.raises(NotFound):
        rendered(answer, call=Call("GET", "/x/a%20b"))


def test_the_text_of_a_key_is_a_template_on_demand_alone():
    keys = {
        "page": b"<a>!@[$query.c]!@[other]!@[u:$path.id]",
        "other": b"<b>",
        "u:7": b"!@[other]",
        "page:7": b"!@[other]",
    }
    html = {"content_type": "text/html"}
    asked = {"key": "page", "expand": True, **html}
    assert rendered(asked, keys=keys).body == "<a>é&lt;b&gt;!@[other]".encode()
    for answer in ({"key": "page"}, {"key": "page", "expand": False}):
        assert rendered({**answer, **html}, keys=keys).body == keys["page"]
    assert rendered({"key": "page:$path.id", **html}, keys=keys).body == b"!@[other]"
    on_demand = {"key": "page:$path.id", "expand": True, **html}
    assert rendered(on_demand, keys=keys).body == b"&lt;b&gt;"


def test_the_key_of_a_route_with_rules_is_no_template():
    document = {"key": "page", "rules": [{"path": "/a"}]}
    [candidate] = load(json.dumps(document).encode()).candidates(POST)
    candidate.learn(0, {"page": b"!@[secret]", "secret": b"x"})
    assert candidate.further_names() == []
    assert candidate.render("/").body == b"!@[secret]"


def test_names_in_the_text_of_a_key_are_asked_for_after_it():
    document = {"rules": [{"path": "/x/{id}", "answers": [{"key": "page", "expand": True}]}]}
    [candidate] = load(json.dumps(document).encode()).candidates(POST)
    assert candidate.plan().names == [["page"]]
    candidate.learn(1, {"page": b"!@[a] !@[u:$path.id] !@[a] !@[page]"})
    assert candidate.further_names() == ["a", "u:7"]
    candidate.learn(1, {"a": b"A", "u:7": None})
    assert candidate.further_names() == []
    assert candidate.render("/").body == b"A  A !@[a] !@[u:$path.id] !@[a] !@[page]"


def test_the_text_of_a_key_has_its_bounds():
    for page in (b"!@[a]" * 101, b"!@[a]" + b"x" * (2 << 20)):
        with pytest.raises(ExpansionTooLarge):
            rendered({"key": "page", "expand": True}, keys={"page": page})
    with pytest.raises(BambleweenyError) as refused:
        rendered({"key": "page", "expand": True}, keys={"page": b"!@[$foo]"})
    assert refused.value.code == "unusable_answer"


def test_headers_and_cookies():
    answer = {
        "headers": {"X-A": "1 !@[$path.id]", "Location": "/x/!@[$query.c|url]"},
        "cookies": {"sid": "!@[$path.id]", "all": {"value": "x", "max_age": 60, "secure": True, "http_only": True, "same_site": "None"},
                    "gone": {"value": "", "max_age": 0}},
    }  # fmt: skip
    assert rendered(answer).headers == [
        ("X-A", "1 7"), ("Location", "/x/%C3%A9"), ("Set-Cookie", "sid=7; Path=/routes/id"),
        ("Set-Cookie", "all=x; Path=/routes/id; Max-Age=60; Secure; HttpOnly; SameSite=None"),
        ("Set-Cookie", "gone=; Path=/routes/id; Max-Age=0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [{"headers": {"X-A": "!@[$query.q]"}}, {"headers": {"X-A": "!@[$query.q|text]"}}, {"headers": {"X-A": "!@[$query.c]"}},
     {"headers": {"X-A": "!@[k]"}}, {"cookies": {"a": "!@[$query.q]"}}, {"cookies": {"a": "!@[$query.s]"}}, {"cookies": {"a": "!@[k|text]"}},
     {"cookies": {"a": {"value": "!@[$body]"}}}, {"headers": {"X-A": "!@[$body]!@[$body]" + "x" * 8174}}],
)  # fmt: skip
def test_what_cannot_stand_in_a_header_is_refused_after_substitution_too(answer):
    with pytest.raises(BambleweenyError) as refused:
        rendered(answer, keys={"k": b"a\r\nb: c"})
    assert (refused.value.code, refused.value.status) == ("unusable_answer", 422)


def test_delays_and_faults():
    assert rendered({"delay_ms": 2000}).delay == 2
    delays = {
        rendered([{"delay_ms": [100, 900]}] * 2, order="random", count=n).delay for n in range(5)
    }
    assert all(0.1 <= delay <= 0.9 for delay in delays)
    assert rendered({}).delay == 0
    for fault in ("reset", "empty", "cut"):
        assert rendered({"fault": fault}).fault == fault
    assert rendered({}).fault == ""


@pytest.mark.parametrize(
    ("order", "places"),
    [("last", [0, 1, 2, 2, 2, 2, 2]), ("loop", [0, 1, 2, 0, 1, 2, 0]), ("first", [0] * 7)],
)
def test_the_counter_chooses(order, places):
    assert [chosen(order, count, 3) for count in range(1, 8)] == places
    answers = [{"status": 200 + n} for n in range(3)]
    assert [
        rendered(answers, order=order, count=count).status - 200 for count in range(1, 8)
    ] == places


def test_chance_chooses():
    route = load(
        json.dumps(
            {"rules": [{"order": "random", "answers": [{"status": 200 + n} for n in range(3)]}]}
        ).encode()
    )
    chance = Random(1)
    found = []
    for _ in range(100):
        [candidate] = route.candidates(POST, chance)
        assert candidate.plan().fixed == candidate.render("/").status - 200
        found.append(candidate.render("/").status)
    assert set(found) == {200, 201, 202}


@pytest.mark.parametrize(
    ("header", "wanted"),
    [("", ("", "")), ("code=404", ("404", "")), ("example=cat", ("", "cat")), ('code=200, example="big cat"', ("200", "big cat")),
     ("CODE = 404; foo", ("404", "")), ("return=minimal", ("", "")), ("code=404, code=500", ("404", ""))],
)  # fmt: skip
def test_a_preference_is_read(header, wanted):
    assert preference_of(Call("GET", "/", "", {"prefer": header} if header else {})) == Preference(
        *wanted
    )


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("code=404", 404),
        ("example=cat", 200),
        ("code=404, example=dog", 404),
        ("code=500", 201),
        ("example=none", 201),
        ("code=200,example=dog", 201),
    ],
)
def test_a_caller_picks_an_answer_for_one_request(header, status):
    answers = [
        {"status": 201},
        {"status": 200, "name": "cat"},
        {"status": 404, "name": "owl"},
        {"status": 404, "name": "dog"},
    ]
    call = Call("POST", "/x/7", "", {"prefer": header})
    document = {"rules": [{"path": "/x/{id}", "answers": answers, "then": [["incr", "hits"]]}]}
    [candidate] = load(json.dumps(document).encode()).candidates(call)
    plan = candidate.plan()
    candidate.learn(1, {})
    assert candidate.render("/").status == status
    is_default = status == 201
    assert (plan.counts, bool(plan.operations), plan.fixed >= 0) == (
        is_default,
        is_default,
        not is_default,
    )


def test_where_the_count_stands_it_is_counted():
    found = rendered({"json": {"n": "!@[$count]"}}, count=5)
    assert found.body == b'{"n":5}'
    [candidate] = load(b'{"rules":[{"answers":[{"text":"!@[$count]"}]}]}').candidates(POST)
    assert candidate.plan().counts
    [candidate] = load(b'{"rules":[{"answers":[{"text":"x"}]}]}').candidates(POST)
    assert not candidate.plan().counts
