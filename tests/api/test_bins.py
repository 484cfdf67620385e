"""Bins with documents over HTTP: what they accept, what they keep and what they answer."""

import base64
import gzip
import hmac
import json
import time
from datetime import datetime

import pytest
from servers import Http, running

SECRET = "the secret"


@pytest.fixture
def publish(as_uli):
    """Creates a bin that keeps requests, and returns its path."""

    def create(**document):
        answer = as_uli.post("/bins", json={"list": "hooks", "keep": "request", **document})
        assert answer.status_code == 200, answer.text
        return answer.json()["path"]

    return create


@pytest.fixture
def items(as_uli):
    """Returns what a list has, oldest first, as JSON."""

    def read(name="hooks"):
        answer = as_uli.get(f"/lists/{name}/items")
        return [json.loads(item["body"]) for item in answer.json()["items"]]

    return read


def code_of(answer):
    return answer.status_code, answer.json()["code"]


def signed(body, secret=SECRET):
    return {
        "X-Hub-Signature-256": f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}"
    }


def test_a_request_is_kept_whole(publish, items, http):
    path = publish()
    answer = http.request(
        "PATCH",
        f"{path}/a%2Fb//c?x=1&x=2&y=%20",
        data=b"a=1",
        headers={"X-Twice": "1, 2", "Cookie": "a=b"},
    )
    assert (answer.status_code, answer.text) == (200, "OK")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    [kept] = items()
    assert (kept["method"], kept["path"], kept["query"]) == ("PATCH", "/a%2Fb//c", "x=1&x=2&y=%20")
    assert (kept["headers"]["x-twice"], kept["headers"]["cookie"]) == ("1, 2", "a=b")
    assert (kept["body"], kept["ip"]) == ("a=1", "127.0.0.1")
    assert abs(time.time() - _seconds(kept["time"])) < 60
    assert "verified" not in kept


def _seconds(text):
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_any_method_is_kept(method, publish, items, http):
    http.request(method, publish())
    assert [one["method"] for one in items()] == [method]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_a_probe_is_answered_and_not_kept(method, publish, items, http, as_uli):
    for path in (publish(), publish(methods=["POST"], keep="body")):
        answer = http.request(method, path)
        assert (answer.status_code, answer.content) == ({"HEAD": 200, "OPTIONS": 204}[method], b"")
    assert items() == []
    as_uli.delete("/bins", params={"id": path.rpartition("/")[2]})
    assert http.request(method, path).status_code == 404


def test_a_plain_bin_answers_probes_and_takes_posts_alone(as_uli, http):
    path = as_uli.post("/bins", json={"list": "hooks"}).json()["path"]
    assert http.head(path).status_code == 200
    assert http.options(path).headers["Allow"] == "HEAD, OPTIONS, POST"
    answer = http.get(path)
    assert (answer.headers["Allow"], *code_of(answer)) == (
        "HEAD, OPTIONS, POST",
        405,
        "method_not_allowed",
    )
    assert code_of(http.post(f"{path}/below")) == (404, "not_found")
    assert http.post(path, data=b"\x00plain").text == "OK"
    assert as_uli.get("/lists/hooks").content == b"\x00plain"


def test_a_plain_bin_can_get_a_document(as_uli, http, items):
    path = as_uli.post("/bins", json={"list": "hooks"}).json()["path"]
    assert as_uli.get("/bins", params={"id": path[6:]}).json() == {"list": "hooks"}
    http.post(path, data=b"plain")
    as_uli.get("/lists/hooks")
    changed = as_uli.put(
        "/bins", params={"id": path[6:]}, json={"list": "hooks", "keep": "request", "name": "gh"}
    )
    assert changed.json() == {"info": "ok", "path": path, "named_path": "/bins/@uli/gh"}
    http.post(path, data=b"whole")
    http.post("/bins/@uli/gh/below", data=b"named")
    assert [(one.get("path", ""), one["body"]) for one in items()] == [
        ("", "whole"),
        ("/below", "named"),
    ]


def test_a_listing_shows_what_a_bin_does(publish, as_uli):
    path = publish(name="gh", ends="7d")
    as_uli.post("/bins", json={"topic": "news", "keep": "request"})
    as_uli.post("/bins", json={"list": "plain"})
    rows = as_uli.get("/bins").json()["bins"]
    named = next(row for row in rows if row["path"] == path)
    assert named["ends_at"].endswith("Z")
    assert named | {"ends_at": ""} == {
        "path": path, "named_path": "/bins/@uli/gh", "list": "hooks", "name": "gh", "keep": "request", "ends_at": "",
    }  # fmt: skip
    assert [
        {k: v for k, v in row.items() if k != "path"}
        for row in rows
        if row != named and "keep" not in row
    ] == [{"list": "plain"}]
    assert any(row.get("topic") == "news" and "list" not in row for row in rows)


@pytest.mark.parametrize(
    ("kept", "body"),
    [
        ("text", "äöü\n".encode()),
        ("bytes", b"\xff\x00\xfe"),
        ("nul", b"a\x00b"),
        ("gzip", gzip.compress(b'{"a":1}', mtime=0)),
        ("empty", b""),
    ],
)
def test_a_body_is_kept_byte_for_byte(kept, body, publish, items, http):
    headers = {"Content-Encoding": "gzip"} if kept == "gzip" else {}
    assert (
        http.post(
            publish(answer={"json": "!@[$body.a]"} if kept == "gzip" else {}),
            data=body,
            headers=headers,
        ).status_code
        == 200
    )
    found = items()[0].get("body", "")
    assert (
        base64.b64decode(found["base64"]) if isinstance(found, dict) else found.encode()
    ) == body


def test_an_answer_can_use_a_coded_body(publish, http, items):
    answer = http.post(
        publish(answer={"json": {"got": "!@[$body.a]"}}),
        data=gzip.compress(b'{"a":1}', mtime=0),
        headers={"Content-Encoding": "gzip"},
    )
    assert answer.json() == {"got": 1}
    assert items()[0]["headers"]["content-encoding"] == "gzip"


def test_an_unknown_coding_is_kept_as_it_is(publish, items, http):
    assert http.post(publish(), data=b"zz", headers={"Content-Encoding": "br"}).status_code == 200
    assert items()[0]["body"] == "zz"


def test_a_bin_of_a_topic_publishes(as_uli, http):
    path = as_uli.post("/bins", json={"topic": "news", "keep": "request"}).json()["path"]
    plain = as_uli.post("/bins", json={"topic": "raw", "keep": "body"}).json()["path"]
    http.post(path, data=b"a")
    http.post(plain, data=b"b", headers={"Content-Type": "text/x"})
    [message] = as_uli.get("/topics/news", params={"since": "0-0"}).json()["messages"]
    assert json.loads(message["value"])["body"] == "a"
    [message] = as_uli.get("/topics/raw", params={"since": "0-0"}).json()["messages"]
    assert (message["value"], message["type"]) == ("b", "text/x")


def test_the_answer_is_the_documents(publish, http, as_uli):
    as_uli.put("/keys/greeting", data=b"hello")
    path = publish(
        answer={
            "status": 202, "json": {"got": "!@[$body.id]", "say": "!@[greeting]"},
            "headers": {"X-Path": "!@[$url]"}, "cookies": {"c": "1"}, "delay_ms": 1,
        }
    )  # fmt: skip
    answer = http.post(f"{path}/x", json={"id": 7})
    assert (answer.status_code, answer.json()) == (202, {"got": 7, "say": "hello"})
    assert (answer.headers["X-Path"], answer.headers["Set-Cookie"]) == ("/x", f"c=1; Path={path}")


def test_what_is_answered_with_an_error_is_not_kept(publish, items, http):
    path = publish(answer={"headers": {"X-A": "!@[$body.a]"}})
    assert code_of(http.post(path, json={"a": "x\ny"})) == (422, "unusable_answer")
    assert items() == []


def test_signatures_are_checked_over_the_bytes(publish, items, http):
    path = publish(verify={"scheme": "github", "secrets": ["newer", SECRET]})
    body = b'{"a": 1}'
    assert code_of(http.post(path, data=body)) == (401, "invalid_signature")
    assert code_of(http.post(path, data=b'{"a": 2}', headers=signed(body))) == (
        401,
        "invalid_signature",
    )
    assert items() == []
    assert http.post(path, data=body, headers=signed(body)).status_code == 200
    assert http.post(path, data=body, headers=signed(body, "newer")).status_code == 200
    packed = gzip.compress(body)
    assert (
        http.post(
            path, data=packed, headers=signed(packed) | {"Content-Encoding": "gzip"}
        ).status_code
        == 200
    )
    assert [one["verified"] for one in items()] == [True, True, True]


def test_what_is_not_signed_can_be_kept(publish, items, http):
    path = publish(verify={"scheme": "github", "secrets": [SECRET], "else": "keep"})
    http.post(path, data=b"a")
    http.post(path, data=b"a", headers=signed(b"a"))
    assert [one["verified"] for one in items()] == [False, True]


def test_secrets_are_never_shown_and_can_stay(publish, as_uli, http):
    path = publish(
        name="gh",
        verify={"scheme": "github", "secrets": ["old", SECRET]},
        challenge={"provider": "meta", "secret": "m"},
    )
    shown = as_uli.get("/bins?id=gh").json()
    assert shown["verify"]["secrets"] == ["[secret]", "[secret]"]
    assert shown["challenge"] == {"provider": "meta", "secret": "[secret]"}
    assert SECRET not in as_uli.get("/bins").text
    shown["verify"]["secrets"][0] = "new"
    assert as_uli.put("/bins?id=gh", json=shown).status_code == 200
    for secret, status in (("new", 200), (SECRET, 200), ("old", 401), ("[secret]", 401)):
        assert http.post(path, data=b"a", headers=signed(b"a", secret)).status_code == status
    assert (
        http.get(
            path, params={"hub.mode": "subscribe", "hub.challenge": "c", "hub.verify_token": "m"}
        ).text
        == "c"
    )
    shown["verify"]["secrets"].append("[secret]")
    refused = as_uli.put("/bins?id=gh", json=shown)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_bin")
    assert "secrets[2]" in refused.json()["info"]
    refused = as_uli.post(
        "/bins", json={"list": "x", "verify": {"scheme": "github", "secrets": ["[secret]"]}}
    )
    assert refused.json()["code"] == "invalid_bin"


@pytest.mark.parametrize(
    ("once", "request_of"),
    [
        ("header X-GitHub-Delivery", lambda n: {"headers": {"X-GitHub-Delivery": n}}),
        ("query id", lambda n: {"params": {"id": n}}),
        ("body event.id", lambda n: {"json": {"event": {"id": n}}}),
        ("body event.id", lambda n: {"json": {"event": {"id": int(n)}}}),
    ],
)  # fmt: skip
def test_a_repeated_delivery_is_kept_once(once, request_of, publish, items, http):
    path = publish(once=once)
    for name in ("1", "2", "1"):
        assert http.post(path, **request_of(name)).text == "OK"
    assert len(items()) == 2
    http.post(path)
    http.post(path)
    assert len(items()) == 4
    other = publish(once=once)
    http.post(other, **request_of("1"))
    assert len(items()) == 5


def test_a_rate_is_kept(publish, items, http):
    path = publish(rate="3/h")
    statuses = [http.post(path, data=b"x").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    answer = http.post(path)
    assert code_of(answer) == (429, "rate_limited")
    assert 1 < int(answer.headers["Retry-After"]) <= 1200
    assert len(items()) == 3


def test_what_is_not_signed_spends_no_rate(publish, http):
    path = publish(rate="2/h", verify={"scheme": "github", "secrets": [SECRET]})
    for _ in range(5):
        assert http.post(path, data=b"x").status_code == 401
    assert [http.post(path, data=b"x", headers=signed(b"x")).status_code for _ in range(3)] == [
        200,
        200,
        429,
    ]


def test_a_default_rate_bounds_a_flood(publish, items, http):
    path, begun = publish(), time.monotonic()
    statuses = [http.post(path).status_code for _ in range(700)]
    # NOTE: ten a second are allowed besides those at the beginning.
    assert 600 <= statuses.count(200) <= 601 + 10 * (time.monotonic() - begun)
    assert set(statuses) <= {200, 429}


def test_bodies_have_a_bound(publish, items, http):
    path, default = publish(max_body="1kb"), publish()
    assert http.post(path, data=bytes(1024)).status_code == 200
    assert code_of(http.post(path, data=bytes(1025))) == (413, "body_too_large")
    assert http.post(default, data=bytes(256 << 10)).status_code == 200
    assert code_of(http.post(default, data=bytes((256 << 10) + 1))) == (413, "body_too_large")
    assert len(items()) == 2


def test_a_bin_takes_no_larger_bodies_than_its_server(publish, as_uli):
    assert publish(max_body="2mb")
    refused = as_uli.post("/bins", json={"list": "hooks", "max_body": "3mb"})
    assert code_of(refused) == (400, "invalid_bin")
    assert "max_body" in refused.json()["info"]


def test_methods_and_paths_can_be_bounded(publish, items, http):
    path = publish(methods=["POST", "PUT"], paths=False)
    answer = http.get(path)
    assert (answer.headers["Allow"], *code_of(answer)) == (
        "HEAD, OPTIONS, POST, PUT",
        405,
        "method_not_allowed",
    )
    assert code_of(http.post(f"{path}/a")) == (404, "not_found")
    assert http.put(path).status_code == http.post(f"{path}/").status_code == 200
    assert [one["method"] for one in items()] == ["PUT", "POST"]


def test_a_line_end_in_a_path_does_not_end_it(publish, items, http):
    answer = http.post(f"{publish()}/a%0Ab", data="x" * 100_000)
    assert (answer.status_code, answer.text) == (200, "OK")
    assert items()[0]["path"] == "/a%0Ab"


def test_a_bin_ends(publish, as_uli, http):
    soon, later = publish(ends="1h", name="soon"), publish(ends="1h", name="later")
    shown = as_uli.get("/bins?id=soon").json()
    assert "ends" not in shown
    shown["ends_at"] = "2020-01-01T00:00:00Z"
    assert as_uli.put("/bins?id=soon", json=shown).status_code == 200
    assert code_of(http.post(soon)) == (404, "not_found")
    assert http.post(later).status_code == 200
    assert [row["name"] for row in as_uli.get("/bins").json()["bins"]] == ["later"]
    assert as_uli.put("/bins?id=later", json=shown | {"name": "later"}).status_code == 200
    assert as_uli.get("/bins").json()["bins"] == []
    assert http.post(later).status_code == 404
    assert as_uli.post("/bins", json={"list": "x", "name": "soon"}).status_code == 200


def test_names_belong_to_one_bin(publish, as_uli, http):
    path = publish(name="gh")
    assert code_of(as_uli.post("/bins", json={"list": "x", "name": "gh"})) == (
        409,
        "bin_name_taken",
    )
    assert as_uli.post("/routes", json={"key": "k", "name": "gh"}).status_code == 200
    as_uli.put("/bins?id=gh", json={"list": "hooks", "name": "hub"})
    assert http.post("/bins/@uli/gh").status_code == 404
    assert http.post("/bins/@uli/hub").status_code == 200
    assert as_uli.delete("/bins?id=hub").status_code == 200
    assert http.post(path).status_code == http.post("/bins/@uli/hub").status_code == 404
    assert publish(name="hub")


REFUSED = [
    ({}, "one of 'list' and 'topic'"),
    ({"list": "a", "topic": "b"}, "one of 'list' and 'topic'"),
    ({"list": "a b"}, "'list' is not a name"),
    ({"topic": "a b"}, "'topic' is not a name"),
    ({"list": "a", "keep": "all"}, "$.keep"),
    ({"list": "a", "methods": "post"}, "methods"),
    ({"list": "a", "methods": []}, "methods"),
    ({"list": "a", "methods": ["CONNECT"]}, "methods"),
    ({"list": "a", "paths": 1}, "$.paths"),
    ({"list": "a", "name": "a/b"}, "cannot name a bin"),
    ({"list": "a", "once": "header"}, "'once' is written as"),
    ({"list": "a", "once": "header a_b"}, "'_'"),
    ({"topic": "a", "once": "header x"}, "'once' needs a 'list'"),
    ({"list": "a", "max_body": "1tb"}, "max_body"),
    ({"list": "a", "max_body": 0}, "max_body"),
    ({"list": "a", "rate": "1"}, "'rate' is"),
    ({"list": "a", "rate": "0/s"}, "'rate' is"),
    ({"list": "a", "rate": "1000001/s"}, "'rate' is"),
    ({"list": "a", "ends": "0s"}, "'ends' is from"),
    ({"list": "a", "ends": "soon"}, "'ends'"),
    ({"list": "a", "ends": "1d", "ends_at": "2030-01-01T00:00:00Z"}, "one of 'ends' and 'ends_at'"),
    ({"list": "a", "ends_at": "2030-01-01T00:00:00"}, "'ends_at'"),
    (
        {"list": "a", "verify": {"scheme": "github", "secrets": ["x"], "else": "keep"}},
        "'keep': 'request'",
    ),
    ({"list": "a", "verify": {"scheme": "github", "secrets": []}}, "1 to 5 secrets"),
    ({"list": "a", "challenge": "meta"}, "needs a secret"),
    ({"list": "a", "answer": {"text": "!@[$count]"}}, "$count"),
    ({"list": "a", "answer": {"text": "!@[$path.x]"}}, "$path.x"),
    ({"list": "a", "answer": {"headers": {"Content-Length": "1"}}}, "Content-Length"),
    ({"list": "a", "answer": {"status": 99}}, "$.answer"),
    ({"list": "a", "keap": "request"}, "keap"),
]


@pytest.mark.parametrize(("document", "place"), REFUSED)
def test_a_document_that_cannot_be_used_is_refused(document, place, as_uli):
    answer = as_uli.post("/bins", json={"keep": "body", **document})
    assert answer.status_code == 400
    assert place in answer.json()["info"]
    assert answer.json()["code"] in ("invalid_bin", "invalid_template", "header_not_allowed")
    assert as_uli.get("/bins").json()["bins"] == []


def test_a_guess_is_made_for_a_misspelled_field(as_uli):
    answer = as_uli.post("/bins", json={"list": "a", "name": "x", "methdos": "*"})
    assert answer.json()["hint"] == "Did you mean 'methods'? See /docs/webhook-reference."


def test_a_document_has_a_bound(as_uli):
    answer = as_uli.post("/bins", json={"list": "a", "answer": {"text": "x" * (64 << 10)}})
    assert code_of(answer) == (413, "body_too_large")


def test_a_full_list_and_a_used_up_quota_refuse(as_uli, publish, http, services):
    path = publish(max_body="2mb")
    statuses = [http.post(path, data=b"x" * (1500 << 10)).status_code for _ in range(3)]
    assert statuses == [200, 200, 507]
    assert code_of(http.post(path, data=b"x" * (1500 << 10))) == (507, "list_full")
    services.users.change("1", quota=1)
    refused = as_uli.post("/bins", json={"list": "a", "keep": "request"})
    assert (refused.status_code, "quota" in refused.json()["info"].lower()) == (400, True)


@pytest.mark.parametrize("is_named", [False, True])
def test_tokens_of_this_server_are_not_kept(publish, items, http, as_uli, is_named):
    token = as_uli.token
    if is_named:
        token = as_uli.post("/tokens", json={"name": "x", "scopes": ["read"]}).json()["token"]
    http.post(
        f"{publish()}/{token}?token={token}",
        data=f"body {token}",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert token not in json.dumps(items())
    assert items()[0]["headers"]["authorization"] == "Bearer [token]"


CHALLENGES = [
    ("dropbox", "GET", {"params": {"challenge": "abc"}}, "abc"),
    ("slack", "POST", {"json": {"type": "url_verification", "challenge": "abc"}}, "abc"),
    ("microsoft", "POST", {"params": {"validationToken": "a b"}}, "a b"),
    (
        {"provider": "meta", "secret": "t"},
        "GET",
        {"params": {"hub.mode": "subscribe", "hub.challenge": "9", "hub.verify_token": "t"}},
        "9",
    ),
]


@pytest.mark.parametrize("case", CHALLENGES)
def test_a_challenge_is_answered_and_not_kept(case, publish, items, http):
    challenge, method, request_of, text = case
    path = publish(challenge=challenge, methods=["POST"])
    answer = http.request(method, path, **request_of)
    assert (answer.status_code, answer.text) == (200, text)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert items() == []


def test_a_challenge_in_a_body_is_answered_only_if_it_is_signed(publish, http):
    body = b'{"type": "url_verification", "challenge": "abc"}'
    path = publish(challenge="slack", verify={"scheme": "github", "secrets": [SECRET]})
    assert http.post(path, data=body).status_code == 401
    assert http.post(path, data=body, headers=signed(body)).text == "abc"


def test_bins_of_two_workers_agree():
    with running(
        "sandbox", "--listen", "127.0.0.1:0", "--workers", "2", "--log-level", "warning"
    ) as server:
        admin = Http(server.url, server.token())
        made = admin.post(
            "/bins", json={"list": "hooks", "keep": "request", "rate": "30/h", "name": "gh"}
        ).json()

        def post(path):
            with Http(server.url) as anew:
                return anew.post(path)

        def poll(path):
            # NOTE: a worker remembers for a tenth of a second that a rate was reached.
            while (answer := post(path)).status_code == 429:
                pass
            return answer

        assert [post(made["path"]).status_code for _ in range(40)].count(200) == 30
        admin.put("/bins?id=gh", json={"list": "other", "name": "gh", "answer": {"text": "new"}})
        assert {poll("/bins/@admin/gh").text for _ in range(10)} == {"new"}
        admin.delete("/bins?id=gh")
        for path in ("/bins/@admin/gh", made["path"]):
            assert {poll(path).status_code for _ in range(6)} == {404}


@pytest.mark.parametrize("part", [b'"\xff"', b'{"\xff":1}', b'"\xed\xa0\x80"'])
def test_a_document_that_is_no_utf8_is_refused(as_uli, part):
    """Parts of a document stay undecoded, but an export writes all of it as text."""
    for path, body in (
        ("/bins", b'{"list":"q","answer":{"json":%s}}' % part),
        ("/routes", b'{"rules":[{"answers":[{"json":%s}]}]}' % part),
    ):
        answer = as_uli.post(path, data=body)
        assert code_of(answer) == (400, "invalid_request")
        assert answer.json()["hint"] == "It is not UTF-8."


def test_what_is_not_signed_takes_no_name_from_what_is(publish, items, http):
    path = publish(
        once="header x-id", verify={"scheme": "github", "secrets": [SECRET], "else": "keep"}
    )
    for headers in ({}, {}, signed(b"a"), signed(b"a")):
        assert http.post(path, data=b"a", headers={"X-Id": "1", **headers}).status_code == 200
    assert [one["verified"] for one in items()] == [False, False, True]


@pytest.mark.parametrize(
    "body",
    [b'{"id": 1e999}', b'{"id": ' + b"9" * 400 + b"}", b'{"id": "\\ud800"}', b'{"id": {}}', b"[]"],
)
def test_any_body_is_kept_by_a_bin_that_looks_for_a_name(body, publish, items, http):
    path = publish(once="body id")
    assert http.post(path, data=body).status_code == 200
    assert items()[0]["body"].encode() == body


def test_a_hidden_secret_is_recognized_however_it_is_written(publish, as_uli):
    publish(name="gh", verify={"scheme": "github", "secrets": [SECRET]})
    changed = as_uli.put(
        "/bins?id=gh",
        data=b'{"list":"hooks","name":"gh","verify":{"scheme":"github","secrets":["\\u005bsecret]"]}}',
    )
    assert changed.status_code == 200
    refused = as_uli.post(
        "/bins", data=b'{"list":"x","verify":{"scheme":"github","secrets":["\\u005bsecret]"]}}'
    )
    assert code_of(refused) == (400, "invalid_bin")


def test_an_answer_to_a_challenge_signs_no_event(publish, http):
    path = publish(
        challenge={"provider": "twitter", "secret": SECRET},
        verify={"scheme": "hmac", "secrets": [SECRET], "header": "X-S", "encoding": "base64", "prefix": "sha256="},
    )  # fmt: skip
    answer = http.get(path, params={"crc_token": "12345"}).json()["response_token"]
    assert http.post(path, data=b"12345", headers={"X-S": answer}).status_code == 401
    event = base64.b64encode(hmac.new(SECRET.encode(), b'{"a":1}', "sha256").digest()).decode()
    sent = http.post(path, data=b'{"a":1}', headers={"X-S": f"sha256={event}"})
    assert sent.status_code == 200


@pytest.mark.parametrize("path", ["/bins", "/routes"])
def test_a_document_that_is_no_json_is_refused_as_such(path, as_uli):
    answer = as_uli.post(path, data=b'{"list": "a",}')
    assert code_of(answer) == (400, "invalid_request")
    assert answer.json()["info"] == "The body is not valid JSON."


def test_a_larger_bound_counts_at_once(publish, as_uli, http):
    path = publish(name="gh", max_body="1kb", paths=False, methods=["POST"])
    assert [http.post(path, data=bytes(2000)).status_code, http.post(f"{path}/a").status_code] == [
        413,
        404,
    ]
    as_uli.put("/bins?id=gh", json={"list": "hooks", "name": "gh", "keep": "request"})
    assert http.post(path, data=bytes(2000)).status_code == 200
    assert http.put(f"{path}/a").status_code == 200


def test_a_bin_that_keeps_bodies_removes_their_coding(publish, as_uli, http):
    path = publish(keep="body", max_body="1kb")
    packed = {"Content-Encoding": "gzip"}
    assert http.post(path, data=gzip.compress(b"a"), headers=packed).status_code == 200
    assert as_uli.get("/lists/hooks").content == b"a"
    assert code_of(http.post(path, data=b"a", headers={"Content-Encoding": "br"})) == (
        415,
        "unsupported_coding",
    )
    assert code_of(http.post(path, data=b"a", headers=packed)) == (400, "invalid_request")
    assert code_of(http.post(path, data=gzip.compress(bytes(2000)), headers=packed)) == (
        413,
        "body_too_large",
    )


def test_names_that_differ_are_kept_apart(publish, items, http):
    path, query = publish(once="body id"), publish(once="query id")
    for body in (b'{"id":1}', b'{"id":"1"}', b'{"id":true}', b'{"id":"true"}', b'{"id":1}'):
        http.post(path, data=body)
    for name in ("%ff", "%fe"):
        http.post(f"{query}?id={name}")
    assert len(items()) == 6


def test_what_is_not_signed_is_refused_before_its_body_is_read(publish, http):
    path = publish(verify={"scheme": "github", "secrets": [SECRET]})
    answer = http.post(path, data=b"no gzip", headers={"Content-Encoding": "gzip"})
    assert code_of(answer) == (401, "invalid_signature")


def test_a_wrong_template_is_named_with_its_place(as_uli):
    answer = as_uli.post("/bins", json={"list": "a", "answer": {"json": {"a": "!@[$nothing]"}}})
    assert "`$.answer.json" in answer.json()["info"]


def test_an_export_of_any_kept_request_can_be_imported(publish, as_uli, http):
    path = publish(list="big")
    bodies = [b'"' * (256 << 10), b"\\" * (256 << 10), b"\x01" * (256 << 10), b"\xff" * (256 << 10)]
    for body in bodies:
        assert http.post(path, data=body).status_code == 200
    lines = as_uli.get("/export").content.splitlines()
    assert max(map(len, lines)) < 1 << 20
    as_uli.delete("/lists/big")
    for line in lines:
        assert as_uli.post("/import", data=line + b"\n").status_code == 200
    for body in bodies:
        kept = json.loads(as_uli.get("/lists/big").content)["body"]
        assert (
            base64.b64decode(kept["base64"]) if isinstance(kept, dict) else kept.encode()
        ) == body


def test_an_ended_bin_of_a_deleted_user_is_not_found(publish, as_admin, http, uli):
    path = publish(ends_at="2020-01-01T00:00:00Z")
    other = publish(ends_at="2020-01-01T00:00:00Z")
    assert http.post(other).status_code == 404
    as_admin.delete(f"/users/{uli.id}")
    assert code_of(http.post(path)) == (404, "not_found")


def test_the_owner_sees_why_requests_were_refused(publish, as_uli, http):
    path = publish(
        name="gh",
        methods=["POST"],
        max_body="1kb",
        verify={"scheme": "github", "secrets": [SECRET]},
    )
    http.put(f"{path}/a?b=c", headers=signed(b""))
    http.post(path, data=b"x" * 2000)
    http.post(path, data=b"x", headers=signed(b"y"))
    http.post(path, data=b"x")
    answer = as_uli.get("/bins/refused?id=gh")
    rows = answer.json()["refused"]
    assert [(row["status"], row["code"], row.get("reason", "")) for row in rows] == [
        (401, "invalid_signature", "The request has no header X-Hub-Signature-256."),
        (401, "invalid_signature", "No secret of the bin makes its signature."),
        (413, "body_too_large", ""),
        (405, "method_not_allowed", ""),
    ]
    assert (rows[3]["method"], rows[3]["path"], rows[3]["ip"]) == ("PUT", "/a?b=c", "127.0.0.1")
    assert SECRET not in answer.text


def test_a_late_signature_is_named_as_one(publish, as_uli, http):
    path = publish(verify={"scheme": "slack", "secrets": [SECRET]})
    at = str(int(time.time()) - 1000)
    headers = {"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": at}
    http.post(path, data=b"x", headers=headers)
    http.post(path, data=b"x", headers={**headers, "X-Slack-Request-Timestamp": "soon"})
    malformed, late = as_uli.get(f"/bins/refused?id={path[6:]}").json()["refused"]
    assert malformed["reason"] == "A header of the signature is malformed."
    assert late["reason"].startswith("It was signed 100")
    assert late["reason"].endswith(" s before the server's time.")


def test_refusals_of_plain_bins_are_kept_and_are_the_owners(as_uli, as_admin, http):
    path = as_uli.post("/bins", json={"list": "plain"}).json()["path"]
    http.get(path)
    http.post(f"{path}/below", data=b"x")
    rows = as_uli.get(f"/bins/refused?id={path[6:]}").json()["refused"]
    assert [row["status"] for row in rows] == [404, 405]
    assert code_of(as_admin.get(f"/bins/refused?id={path[6:]}")) == (404, "not_found")
    assert code_of(as_uli.get("/bins/refused")) == (400, "invalid_request")
    assert http.get(f"/bins/refused?id={path[6:]}").status_code == 401
