"""A HAR as recorded answers."""

import json
import time
from base64 import b64encode

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.imports.har import import_har
from bambleweeny.core.mocks.routes import load
from bambleweeny.errors import BambleweenyError


def entry(
    method="GET",
    url="https://api.example.com/pets",
    status=200,
    *,
    text='{"a":1.50}',
    mime="application/json; charset=utf-8",
    body=None,
    **response,
):
    content = {
        "size": len(text or ""),
        "mimeType": mime,
        **({} if text is None else {"text": text}),
        **response.pop("content", {}),
    }
    request = {
        "method": method,
        "url": url,
        "headers": response.pop("sent", []),
        **({} if body is None else {"postData": {"mimeType": "application/json", "text": body}}),
    }
    return {
        "request": request,
        "response": {
            "status": status,
            "headers": [],
            "cookies": [],
            "content": content,
            **response,
        },
    }


def imported(*entries, **options):
    found = import_har(
        json.dumps({"log": {"version": "1.2", "entries": entries}}).encode(), **options
    )
    return found, json.loads(found.document)["rules"]


def answers(found, method, path, query="", body=b"", *, count=1):
    [candidate] = load(found.document).candidates(Call(method, path, query, {}, body))
    candidate.learn(count, {seed.name: seed.value for seed in found.seeds})
    return candidate.render("/")


def test_a_recorded_answer():
    found, rules = imported(entry())
    assert rules == [
        {
            "name": "GET /pets",
            "method": "GET",
            "path": "/pets",
            "answers": [{"status": 200, "json": {"a": 1.5}, "content_type": "application/json"}],
        }
    ]
    answer = answers(found, "GET", "/pets")
    assert (answer.status, answer.headers, answer.body) == (
        200,
        [("Content-Type", "application/json")],
        b'{"a":1.50}',
    )
    assert found.notes == []


@pytest.mark.parametrize(
    ("mime", "content", "content_type", "body"),
    [
        ("text/html", {"text": "<a>ü"}, "text/html; charset=utf-8", "<a>ü".encode()),
        ("text/html; charset=ISO-8859-1", {"text": "ü"}, "text/html; charset=utf-8", "ü".encode()),
        ("image/png", {"text": b64encode(b"\x89PNG\xff").decode(), "encoding": "base64"}, "image/png", b"\x89PNG\xff"),
        ("application/json", {"text": b64encode(b'{"b":1}').decode(), "encoding": "base64"}, "application/json", b'{"b":1}'),
        ("application/json", {"text": "not json"}, "application/json; charset=utf-8", b"not json"),
        ("image/svg+xml", {"text": "<svg/>"}, "image/svg+xml; charset=utf-8", b"<svg/>"),
        ("font/woff2", {"text": "abc"}, "font/woff2", b"abc"),
        ("x-unknown", {"text": "abc"}, "application/octet-stream", b"abc"),
        ("text/plain", {"text": "!@[$path.x] !@[secret]"}, "text/plain; charset=utf-8", b"!@[$path.x] !@[secret]"),
        ("application/json", {"text": '["!@[secret]"]'}, "application/json", b'["!@[secret]"]'),
    ],
)  # fmt: skip
def test_bodies_come_back_as_they_were(mime, content, content_type, body):
    found, _ = imported(entry(text="", mime=mime, content=content))
    answer = answers(found, "GET", "/pets")
    assert (dict(answer.headers)["Content-Type"], answer.body) == (content_type, body)


def test_a_body_that_was_not_recorded_is_noted():
    found, rules = imported(
        entry(text=None, content={"size": 500}),
        entry(url="https://api.example.com/x", text="!", content={"encoding": "base64"}),
    )
    assert rules[0]["answers"] == [{"status": 200}]
    assert found.notes == [
        "The body is empty, as it was not recorded: GET /pets",
        "The body is empty, as its Base64 is damaged: GET /x",
    ]


def test_repeated_calls_are_a_sequence():
    found, rules = imported(
        entry(text='{"n":1}'), entry(text='{"n":2}'), entry(status=500, text='{"n":3}')
    )
    assert len(rules) == 1
    assert [
        json.loads(answers(found, "GET", "/pets", count=n).body)["n"] for n in (1, 2, 3, 4)
    ] == [1, 2, 3, 3]
    assert found.notes == [
        "Repeated calls get the recorded answers in turn, then the last one: GET /pets"
    ]
    _, rules = imported(entry(), entry(), entry())
    assert len(rules[0]["answers"]) == 1
    many, rules = imported(*(entry(text=str(n)) for n in range(25)))
    assert len(rules[0]["answers"]) == 20
    assert many.notes == ["Only the first 20 answers are kept: GET /pets"]


def test_a_query_is_a_condition():
    url = "https://api.example.com/pets"
    found, _ = imported(
        entry(url=url, text="0"),
        entry(url=f"{url}?page=1&_=99", text="1"),
        entry(url=f"{url}?page=2&q=a%2Ab", text="2"),
    )
    assert [
        answers(found, "GET", "/pets", query).body
        for query in ("", "page=1", "page=1&_=5", "page=2&q=a*b", "page=2&q=axb")
    ] == [b"0", b"1", b"1", b"2", b"0"]


def test_bodies_tell_requests_apart():
    graph = [
        entry("POST", text=f'"{name}"', body=json.dumps({"operationName": name, "query": "{x}"}))
        for name in ("A", "B")
    ]
    found, rules = imported(*graph)
    assert answers(found, "POST", "/pets", body=b'{"operationName":"B","other":1}').body == b'"B"'
    found, rules = imported(
        entry("POST", text="1", body="a=1"),
        entry("POST", text="2", body="a=2*"),
        entry("POST", text="3", body=""),
    )
    assert [answers(found, "POST", "/pets", body=body).body for body in (b"a=1", b"a=2*", b"")] == [
        b"1",
        b"2",
        b"3",
    ]
    found, rules = imported(
        entry("POST", text="1", body='{"operationName":"A","variables":1}'),
        entry("POST", text="2", body='{"operationName":"A","variables":2}'),
    )
    assert answers(found, "POST", "/pets", body=b'{"operationName":"A","variables":2}').body == b"2"
    found, rules = imported(entry("POST", body="a=1"))
    assert "when" not in rules[0]


def test_headers_that_a_rule_may_not_set_are_left_out():
    headers = {"content-type": "application/json", "Content-Encoding": "gzip", "Content-Length": "5", "Strict-Transport-Security": "max-age=1", "X-A": "1",
               "Set-Cookie": "sid=secret", "Date": "x", "Server": "nginx", ":status": "200", "Access-Control-Allow-Origin": "*", "X-Bad": "a\r\nb", "ETag": '"1"'}  # fmt: skip
    sent = [{"name": name, "value": value} for name, value in headers.items()] + [
        {"name": "X-A", "value": "2"},
        {"name": "x-a", "value": "3"},
        {"name": "X-Request-ID", "value": "4"},
        "broken",
    ]
    cookies = [
        {"name": "sid", "value": "abc", "httpOnly": True, "secure": True},
        {"name": "lang", "value": "en"},
        {"name": "bad", "value": "a b"},
    ]
    found, rules = imported(entry(headers=sent, cookies=cookies))
    [answer] = rules[0]["answers"]
    assert answer["headers"] == {"X-A": "1, 2, 3", "ETag": '"1"'}
    assert answer["cookies"] == {
        "sid": {"value": "abc", "secure": True, "http_only": True},
        "lang": "en",
    }
    assert (
        "A header is left out, as a rule may not set it: content-length, strict-transport-security, access-control-allow-origin and 2 more"
        in found.notes
    )
    assert "Recorded cookies are in the answers; they may be secrets: GET /pets" in found.notes


def test_one_host_is_imported():
    other = [entry(url=f"https://cdn.example.com/{n}") for n in range(2)]
    found, rules = imported(*other, *(entry(url=f"https://api.example.com/{n}") for n in range(3)))
    assert [rule["path"] for rule in rules] == ["/0", "/1", "/2"]
    assert found.notes == ["Left out, as it is of another host: cdn.example.com"]
    assert [rule["path"] for rule in imported(*other, entry(), host="cdn.example.com")[1]] == [
        "/0",
        "/1",
    ]
    assert [rule["path"] for rule in imported(*other, only=["/1"])[1]] == ["/1"]


def test_what_has_no_answer_is_left_out():
    found, rules = imported(
        entry(), entry(status=0), entry(status=101), entry(status=304), entry(url="data:text/plain,x"), entry(url="wss://api.example.com/s"),
        entry("OPTIONS", sent=[{"name": "Access-Control-Request-Method", "value": "PUT"}]), entry(url="https://api.example.com" + "/a" * 33),
        {}, {"request": {}}, None, {"request": {"url": "https://a[", "method": "GET"}, "response": {"status": 200}},
    )  # fmt: skip
    assert len(rules) == 1
    assert found.notes == [
        "Left out, as it has no answer: GET /pets, GET text/plain,x, GET /s",
        "Left out, as the server answers CORS itself: OPTIONS /pets",
        "Left out, as its path has over 32 segments: GET " + ("/a" * 33)[:96],
        "Left out, as it is no request with an answer",
    ]


@pytest.mark.parametrize(
    "path", ["/a{b}/c*d/**", "/caf%C3%A9/a%2Fb", "/a;b=c/(d)", "/a'b/$x/~", "/%"]
)
def test_any_path_is_matched_as_it_was_sent(path):
    found, _ = imported(entry(url=f"https://api.example.com{path}"))
    assert answers(found, "GET", path).body == b'{"a":1.50}'


def test_large_bodies_are_keys():
    found, _ = imported(
        *(
            entry(url=f"https://api.example.com/{n}", text=json.dumps({"x": f"{n}" * 60_000}))
            for n in range(10)
        ),
        prefix="rec:",
    )
    assert len(found.document) < 256 << 10
    assert 6 <= len(found.seeds) <= 8
    assert all(
        seed.name.startswith("rec:body:") and seed.type == "application/json"
        for seed in found.seeds
    )
    for n in range(10):
        answer = answers(found, "GET", f"/{n}")
        assert json.loads(answer.body) == {"x": f"{n}" * 60_000}
        assert dict(answer.headers)["Content-Type"] == "application/json"
    assert any("bodies are in" in note for note in found.notes)


@pytest.mark.parametrize(
    "har", [b"{", b"[]", b"{}", b'{"log":[]}', b'{"log":{"entries":{}}}', b'{"log":{"entries":[]}}', b'{"log":{"entries":[5,null]}}'],
)  # fmt: skip
def test_what_is_no_har_is_refused(har):
    with pytest.raises(BambleweenyError) as refused:
        import_har(har)
    assert refused.value.code == "invalid_import"


def test_over_200_requests_are_refused():
    with pytest.raises(BambleweenyError, match="201 rules") as refused:
        imported(*(entry(url=f"https://api.example.com/{n}") for n in range(201)))
    assert (refused.value.code, refused.value.status) == ("import_too_large", 413)
    assert "only=" in refused.value.hint


def post(body, text, url="https://api.example.com/g"):
    return entry("POST", url, text=json.dumps(text), body=body)


@pytest.mark.parametrize(
    "bodies",
    [
        ["a" * 9000, "b" * 9000, "c" * 100_000, "short", "*", "a*b", ""],
        ["a" * 8000 + "x" * 1000, "a" * 8000 + "y" * 1000, "a" * 8000, "a" * 8192, "a" * 8193],
        ["{" + "*" * 9000, "{" + "*a" * 5000, "{b" + "*" * 9000],
        ["é" * 9000, "é" * 1023 + "a" * 9000, "é" * 8192],
    ],
)
def test_long_bodies_are_told_apart(bodies):
    found, rules = imported(*(post(body, n) for n, body in enumerate(bodies)))
    assert len(rules) == len(bodies)
    for n, body in enumerate(bodies):
        assert answers(found, "POST", "/g", body=body.encode()).body == str(n).encode()


def test_bodies_that_are_alike_in_8_kb_are_answered_in_turn():
    found, rules = imported(post("a" * 9000 + "x", 1), post("a" * 9000 + "y", 2))
    assert len(rules) == 1
    for count in (1, 2):
        body = answers(found, "POST", "/g", body=b"a" * 9000 + b"x", count=count).body
        assert body == str(count).encode()
    assert "Bodies that are alike in their first 8 kB get their answers in turn" in found.notes


@pytest.mark.parametrize(
    ("odd", "note"),
    [(entry("CONNECT"), "Left out, as no rule has such a method"), (entry(url="https://api.example.com/x", headers=[{"name": "X-A", "value": "v" * 5000}] * 2), "as it is too long"),
     (entry(url="https://api.example.com/q?a=1&a=2"), "only the first value counts")],
)  # fmt: skip
def test_one_odd_entry_does_not_stop_the_others(odd, note):
    found, _ = imported(entry(), odd)
    assert answers(found, "GET", "/pets").status == 200
    assert any(note in known for known in found.notes)


def test_queries_that_repeat_a_name_are_one_rule():
    _, rules = imported(
        entry(url="https://api.example.com/q?a=1&a=2", text="1"),
        entry(url="https://api.example.com/q?a=1&a=3", text="2"),
        entry(url="https://api.example.com/q?a=3", text="3"),
    )
    assert [rule["when"] for rule in rules] == [{"query": {"a": "1"}}, {"query": {"a": "3"}}]
    assert [answer["json"] for answer in rules[0]["answers"]] == [1, 2]


def test_the_time_grows_with_the_number_of_requests():
    begun = time.process_time()
    with pytest.raises(BambleweenyError, match="20000 rules"):
        imported(*(post(f"body {n}", n) for n in range(20_000)))
    assert time.process_time() - begun < 5
