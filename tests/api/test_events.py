"""What happens to keys and lists, as a stream over HTTP."""

import json
from contextlib import closing, contextmanager

import pytest
from servers import Http, running

EVENTS = {"Accept": "text/event-stream"}


@contextmanager
def following(http, query, headers=None):
    """Give the lines of a stream that is told of everything."""
    path = f"/events?{query}"
    with closing(http.get(path, headers=headers, stream=True, timeout=20)) as answer:
        assert answer.status_code == 200, answer.text
        lines = answer.iter_lines(chunk_size=1)
        quiet = 0
        while quiet < (2 if headers is None else 3):
            quiet += next(lines) in (b"", b":")
        yield lines


def rows(lines, count):
    found = []
    while len(found) < count:
        if line := next(lines):
            found.append(tuple(json.loads(line).values()))
    return found


@pytest.fixture
def other(as_uli):
    """The same user over another connection."""
    with Http(as_uli.url, as_uli.token) as other:
        yield other


def test_what_happens_is_told(as_uli, other):
    with following(as_uli, "") as lines:
        other.put("/keys/a", data=b"1")
        other.post("/incr/n")
        other.delete("/keys/a")
        other.post("/lists/q", data=b"x")
        other.post("/batch", json=[["set", "b", "1"], ["push", "q", "x"], ["get", "b"]])
        assert rows(lines, 6) == [
            ("key.set", "a"),
            ("key.set", "n"),
            ("key.del", "a"),
            ("list.push", "q"),
            ("key.set", "b"),
            ("list.push", "q"),
        ]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("keys=app:*", ["app:", "app:a", "app:b"]),
        ("keys=app:a,apple", ["app:a", "apple"]),
        ("lists=jobs", ["jobs"]),
        ("lists=*", ["jobs", "jobs:2"]),
        ("keys=app:*&lists=jobs:*", ["app:", "app:a", "jobs:2", "app:b"]),
        ("keys=*", ["app:", "app:a", "apple", "app:b", "last"]),
    ],
)
def test_only_what_is_named_is_told(as_uli, other, query, told):
    with following(as_uli, query) as lines:
        for name in ("app:", "app:a", "apple"):
            other.put(f"/keys/{name}", data=b"1")
        for name in ("jobs", "jobs:2"):
            other.post(f"/lists/{name}", data=b"1")
        for name in ("app:b", "last"):
            other.put(f"/keys/{name}", data=b"1")
        assert [name for _, name in rows(lines, len(told))] == told


def test_events_have_their_kind(as_uli, other):
    with following(as_uli, "keys=a", EVENTS) as lines:
        other.put("/keys/a", data=b"1")
        assert [next(lines) for _ in range(3)] == [b"event: key.set", b"data: a", b""]


def test_what_is_others_is_not_told_and_the_admin_follows_a_user(as_uli, as_admin, other):
    with (
        following(as_uli, "") as lines,
        Http(as_admin.url, as_admin.token) as admin,
        following(admin, "userid=1") as theirs,
    ):
        as_admin.put("/keys/admins", data=b"1")
        other.put("/keys/a", data=b"1")
        assert rows(lines, 1) == rows(theirs, 1) == [("key.set", "a")]


def test_further_kinds_are_told_when_they_are_asked_for(as_uli, other):
    bin_id = other.post("/bins", json={"list": "hooks"}).json()["path"].rpartition("/")[2]
    with following(as_uli, "kinds=*") as lines, following(as_uli, "") as basic:
        other.put("/keys/a", data=b"1")
        other.post("/lists/q", data=b"x")
        other.get("/lists/q")
        other.post("/topics/t", data=b"x")
        other.post(f"/bins/{bin_id}", data=b"x")
        assert rows(lines, 6) == [
            ("key.set", "a"),
            ("list.push", "q"),
            ("list.pop", "q"),
            ("topic.publish", "t"),
            ("list.push", "hooks"),
            ("bin.call", bin_id),
        ]
        assert rows(basic, 3) == [("key.set", "a"), ("list.push", "q"), ("list.push", "hooks")]


def test_named_topics_need_no_kinds(as_uli, other):
    with following(as_uli, "topics=news,t:*&lists=q") as lines:
        for path in ("/topics/other", "/lists/q", "/topics/t:1", "/keys/news", "/topics/news"):
            (other.put if "/keys/" in path else other.post)(path, data=b"x")
        assert rows(lines, 3) == [
            ("list.push", "q"), ("topic.publish", "t:1"), ("topic.publish", "news"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "query", "status"),
    [
        ("topics:read:news:*", "topics=news:a,news:b*", 200),
        ("topics:read:news:*", "topics=*", 403),
        ("topics:read:news:*", "kinds=topic.publish", 403),
        ("topics:read", "kinds=topic.publish", 200),
        ("topics:read", "kinds=*", 403),
        ("keys:read", "routes=*", 403),
        ("routes:read", "routes=*&kinds=*", 200),
        ("bins:read", "bins=abc", 200),
        ("bins:read", "routes=abc", 403),
        ("tokens:write", "bins=abc", 403),
    ],
)
def test_a_named_token_follows_what_it_may_read(as_uli, scope, query, status):
    token = as_uli.post("/tokens", json={"name": "t", "scopes": [scope]}).json()["token"]
    with Http(as_uli.url, token) as named:
        with closing(named.get(f"/events?{query}", stream=True)) as answer:
            assert answer.status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "keys=a*b", "keys=", "lists=a,,b", "lists=a b", "keys=**", "topics=a b", "bins=",
        "kinds=key.*", "kinds=", "kinds=key.set,key.pop", "lists=*&keys=*&kinds=key.set",
    ],
)  # fmt: skip
def test_a_bad_name_names_its_parameter(as_uli, query):
    answer = as_uli.get(f"/events?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert f"'{query.partition('=')[0]}'" in answer.json()["info"]


def test_a_token_that_has_ended_follows_nothing(as_uli, services, http):
    services.users.change("1", password="another")
    assert as_uli.get("/events").status_code == http.get("/events").status_code == 401
    assert as_uli.head("/events").status_code == 401


def test_a_stream_of_events_goes_on_after_the_engine_was_away(as_uli, other, raw, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._PAUSE_SECONDS", 0.01)
    with following(as_uli, "keys=*") as lines:
        raw.client_kill_filter(_type="pubsub")
        # The first line says that it is still there, the second that it listens again.
        assert [next(lines), next(lines)] == [b"", b""]
        other.put("/keys/a", data=b"1")
        assert rows(lines, 1) == [("key.set", "a")]


def test_what_happens_at_one_worker_is_told_at_another(tmp_path):
    with (
        running("serve", "--data-dir", str(tmp_path), "--workers", "2", "--log-level", "warning",
                "--admin-password", "x") as server,
        Http(server.url, server.token(password="x")) as http,
        following(http, "keys=k*") as lines,
    ):  # fmt: skip
        for number in range(20):
            with Http(server.url, http.token) as other:
                other.put(f"/keys/k{number}", data=b"x")
        assert [name for _, name in rows(lines, 20)] == [f"k{number}" for number in range(20)]
