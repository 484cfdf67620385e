"""The audit trail and the usage over HTTP: what is noted, who sees it, streams."""

import json
import logging
import re
import time
from contextlib import closing, contextmanager

import pytest
from bambleweeny.core.audit.first_a_minute import FirstAMinute
from servers import Http

EVENTS, LINES = {"Accept": "text/event-stream"}, {"Accept": "application/x-ndjson"}
SECRETS = ("changeme", "secret", "pass-word-1", "pass-word-2", "bad-guess", "eyJ")


@contextmanager
def streaming(http, path, headers):
    with closing(http.get(path, headers=headers, stream=True, timeout=20)) as answer:
        assert answer.status_code == 200, answer.text
        yield answer.iter_lines(chunk_size=1)


def entries(http, query="") -> list[dict]:
    return http.get(f"/audit?{query}").json()["entries"]


def shown(http, query="") -> list[tuple]:
    """Return action, outcome, actor and target of each entry."""
    return [(e["action"], e["outcome"], e["actor"], e["target"]) for e in entries(http, query)]


def log_in(http, username, password, **how):
    return http.post("/auth/token", json={"username": username, "password": password}, **how)


def test_logins_are_noted_and_each_sees_its_own(http, as_admin, as_uli):
    log_in(http, "uli", "secret", headers={"X-Request-ID": "mine"})
    log_in(http, "uli", "bad-guess")
    log_in(http, "nobody", "bad-guess")
    form = {"grant_type": "password", "username": "uli", "password": "bad-guess"}
    http.post("/auth/token", data=form)
    own = [("login", "ok", "uli", ""), *[("login.refused", "wrong_login", "uli", "")] * 2]
    assert shown(as_uli) == own
    stranger = ("login.refused", "wrong_login", "nobody", "")
    assert shown(as_admin) == [*own[:2], stranger, own[2]]
    first = entries(as_uli)[0]
    assert first["request_id"] == "mine"
    assert first["address"] == "127.0.0.1"
    assert (first["actor_id"], first["token"]) == ("1", "")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])


def test_changes_of_users_are_noted_for_both(http, as_admin, as_uli):
    made = as_admin.post("/users", json={"username": "ann", "password": "secret"}).json()["id"]
    as_admin.post("/users", json={"username": "ann", "password": "secret"})
    as_admin.put("/users/1", json={"quota": 9})
    as_admin.put("/users/99", json={"quota": 9})
    as_admin.put("/users/1", json={"password": "pass-word-1"})
    as_admin.delete(f"/users/{made}")
    assert shown(as_admin) == [
        ("user.created", "ok", "admin", "2 ann"),
        ("user.changed", "ok", "admin", "1 quota=9"),
        ("user.changed", "not_found", "admin", "99 quota=9"),
        ("password.changed", "ok", "admin", "1"),
        ("user.deleted", "ok", "admin", "2"),
    ]
    token = log_in(http, "uli", "pass-word-1").json()["access_token"]
    with Http(http.url, token) as uli:
        assert [entry[0] for entry in shown(uli)] == ["user.changed", "password.changed", "login"]


def test_passwords_exports_and_imports_are_noted(http, as_admin, as_uli):
    as_uli.get("/export")
    as_uli.post("/import", data=b'{"key": {"name": "a", "value": "very-private"}}\n')
    as_uli.post("/import?mode=skip", data=b"no line\n")
    as_uli.put("/auth/password", json={"current": "bad-guess", "password": "pass-word-1"})
    as_uli.put("/auth/password", json={"current": "secret", "password": "pass-word-1"})
    as_admin.put("/config/admin", json={"password": "pass-word-2"})
    token = log_in(http, "admin", "pass-word-2").json()["access_token"]
    with Http(http.url, token) as admin:
        assert shown(admin) == [
            ("export", "ok", "uli", ""),
            ("import", "ok", "uli", "merge"),
            ("import", "invalid_request", "uli", "skip"),
            ("password.changed", "forbidden", "uli", "1"),
            ("password.changed", "ok", "uli", "1"),
            ("password.changed", "ok", "admin", "0"),
            ("login", "ok", "admin", ""),
        ]


def test_no_entry_has_a_secret(http, as_admin, as_uli, raw):
    for password in ("secret", "bad-guess"):
        log_in(http, "uli", password)
        http.post("/auth/token?raw", data={"username": "uli", "password": password})
    as_admin.get(f"/keys?userid=1&token={as_admin.token}")
    as_uli.get(f"/info?token={as_uli.token}")
    as_uli.get(f"/users/{as_uli.token}")
    as_uli.put("/keys/a", data=b"very-private")
    as_uli.get("/export")
    as_uli.put("/auth/password", json={"current": "bad-guess", "password": "pass-word-1"})
    as_admin.put("/users/1", json={"password": "pass-word-2"})
    as_admin.post("/users", json={"username": "ann", "password": "secret"})
    streams = [name for name in raw.keys("b9y:*") if b"audit" in name]
    stored = b"".join(str(raw.xrange(name)).encode() for name in streams).decode()
    assert len(streams) == 6
    assert "login.refused" in stored
    for secret in (*SECRETS, "very-private", as_uli.token):
        assert secret not in stored


def test_a_token_as_a_name_or_an_id_is_in_no_entry_and_no_line(
    as_admin, as_uli, session_url, raw, caplog
):
    token = as_uli.post("/tokens?raw", json={"name": "a", "scopes": ["read"]}).text
    with caplog.at_level(logging.INFO):
        user = {"username": token, "password": "secret"}
        assert as_admin.post("/users", json=user, headers={"X-Request-ID": token}).ok
        assert as_uli.post("/tokens", json={"name": token, "scopes": ["read"]}).ok
        assert as_uli.post(f"/sandboxes?name={token}").ok
        login = log_in(as_uli, token, "secret").json()["access_token"]
        with Http(session_url, login) as namesake:
            assert namesake.get("/keys").ok
            namesake.post("/auth/logout")
    streams = [name for name in raw.keys("b9y:*") if b"audit" in name]
    stored = b"".join(str(raw.xrange(name)).encode() for name in streams).decode()
    lines = "".join(str(vars(record)) for record in caplog.records)
    assert ("user.created", "ok", "admin", "2 [token]") in shown(as_admin)
    assert ("logout", "ok", "[token]", "") in shown(as_admin)
    assert "'user': '[token]'" in lines
    assert token not in stored + lines


def test_the_admin_sees_the_trail_of_a_user(as_admin, as_uli):
    as_uli.get("/export")
    as_admin.get("/keys?userid=1")
    as_admin.get("/keys?userid=1")
    as_admin.get("/export?userid=1")
    of_uli = [
        ("export", "ok", "uli", ""),
        ("act_as", "ok", "admin", "1"),
        ("export", "ok", "admin", ""),
    ]
    assert shown(as_admin, "userid=1") == shown(as_uli) == of_uli
    assert shown(as_admin, "userid=0") == [*of_uli[1:]]
    assert as_uli.get("/audit?userid=0").status_code == 403


def test_the_first_403_of_a_minute_is_noted(as_uli, as_admin, services, monkeypatch):
    now = 0.0
    monkeypatch.setattr(services.audit, "_users", FirstAMinute(clock=lambda: now))
    for _ in range(3):
        as_uli.get("/info")
    assert shown(as_uli) == [("forbidden", "forbidden", "uli", "GET /info")]
    now = 61.0
    as_uli.delete("/users/0")
    assert shown(as_admin)[1:] == [("forbidden", "forbidden", "uli", "DELETE /users/0")]


def test_the_first_429_of_a_bin_is_noted_for_its_owner(http, as_uli, as_admin):
    document = {"list": "q", "name": "hook", "rate": "1/h"}
    path = as_uli.post("/bins", json=document).json()["path"]
    assert [http.post(path, data=b"x").status_code for _ in range(4)] == [200, 429, 429, 429]
    assert shown(as_uli) == [("rate_limited", "rate_limited", "", f"POST {path}")]
    assert http.post("/bins/@uli/hook", data=b"x").status_code == 429
    assert len(shown(as_admin)) == 1


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("last=1001", "last"),
        ("last=x", "last"),
        ("last=1&since=1h", "since"),
        ("last=1&after=1-0", "after"),
        ("last=1&limit=1", "limit"),
        ("after=1-0&since=1h", "since"),
        ("after=", "after"),
        ("after=x", "after"),
        ("since=soon", "since"),
        ("action=", "action"),
        ("action=LOGIN", "action"),
        ("action=login,foo", "foo"),
        ("actoin=login", "actoin"),
    ],
)
def test_a_bad_parameter_is_named(as_uli, query, named):
    answer = as_uli.get(f"/audit?{query}")
    assert answer.status_code == 400
    assert f"'{named}'" in answer.json()["info"]


def test_cursors_and_selections(http, as_uli):
    for number in range(5):
        log_in(http, "uli", "secret" if number % 2 else "bad-guess")
    kinds = [entry["action"].partition(".")[2] for entry in entries(as_uli)]
    assert kinds == ["refused", "", "refused", "", "refused"]
    assert len(entries(as_uli, "since=1h")) == len(entries(as_uli, "since=all")) == 5
    assert entries(as_uli, "since=2999-01-01") == []
    assert len(entries(as_uli, "action=login.refused")) == 3
    assert [e["id"] for e in entries(as_uli, "last=2")] == [e["id"] for e in entries(as_uli)][-2:]
    assert entries(as_uli, "last=0") == []
    page = as_uli.get("/audit?since=all&limit=3").json()
    rest = as_uli.get(f"/audit?after={page['next']}").json()
    assert [*page["entries"], *rest["entries"]] == entries(as_uli)
    empty = as_uli.get(f"/audit?after={rest['next']}").json()
    assert empty == {"entries": [], "next": rest["next"]}
    assert as_uli.get("/audit").headers["Cache-Control"] == "no-store"
    assert as_uli.get("/audit", headers={"Last-Event-ID": "x"}).status_code == 400


def test_a_stream_has_new_entries_and_resumes(http, as_uli, as_admin):
    log_in(http, "uli", "secret")
    with streaming(as_uli, "/audit?last=1", LINES) as lines:
        assert [row["action"] for row in rows(lines, 1)] == ["login"]
        log_in(http, "uli", "bad-guess")
        assert [row["action"] for row in rows(lines, 1)] == ["login.refused"]
    # NOTE: the trails of the user and of the admin name an event by one id each.
    first, missed = entries(as_admin)
    with streaming(as_admin, "/audit", {**EVENTS, "Last-Event-ID": first["id"]}) as lines:
        assert event(lines) == (missed["id"], missed)
        log_in(http, "uli", "secret")
        assert event(lines)[1]["action"] == "login"
    with streaming(as_admin, "/audit?action=export", LINES) as lines:
        assert next(lines) == b""
        log_in(http, "uli", "secret")
        with Http(http.url, as_uli.token) as other:
            other.get("/export")
        assert [row["action"] for row in rows(lines, 1)] == ["export"]
    assert as_uli.head("/audit", headers=EVENTS).status_code == 200
    assert as_uli.get("/audit?limit=3", headers=EVENTS).status_code == 400


def rows(lines, count) -> list[dict]:
    found = []
    while len(found) < count:
        if line := next(lines):
            found.append(json.loads(line))
    return found


def event(lines) -> tuple:
    """Return the id and the data of the next event."""
    seen = ""
    for line in lines:
        name, _, value = line.decode().partition(": ")
        if name == "id":
            seen = value
        if name == "data":
            return seen, json.loads(value)
    raise AssertionError


def test_a_stream_goes_on_when_another_session_of_its_user_ends(as_uli, uli, services, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.02)
    with (
        Http(as_uli.url, services.tokens.issue(uli)) as other,
        streaming(as_uli, "/audit", LINES) as lines,
    ):
        next(lines)
        assert other.post("/auth/logout").ok
        for _ in range(3):
            while next(lines):
                pass
        as_uli.get("/export")
        assert rows(lines, 1)[0]["action"] == "export"


def test_a_stream_ends_with_the_role_of_its_reader(http, as_admin, services, monkeypatch, raw):
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.02)
    with streaming(as_admin, "/audit", LINES) as lines:
        next(lines)
        raw.hset("b9y:{0}:user", "role", "user")
        assert [line for line in lines if line] == []
    raw.hset("b9y:{0}:user", "role", "admin")


def test_the_usage_has_counts_limits_and_traffic(http, as_uli, as_admin, services, monkeypatch):
    monkeypatch.setattr(services.traffic, "_rows", {})
    now = time.time()
    for service in (services.traffic, services.usage):
        monkeypatch.setattr(service, "_clock", lambda: now)
    as_uli.put("/keys/a", data=b"12345")
    as_uli.get("/keys/a")
    as_uli.get("/keys/none")
    path = as_uli.post("/routes", json={"key": "a", "content_type": "text/plain"}).json()["path"]
    for _ in range(9):
        assert http.get(path).text == "12345"
    size = len(as_uli.get("/export").content)
    deadline = time.monotonic() + 20
    while True:
        services.traffic.flush()
        used = as_uli.get("/usage").json()
        [today] = used["traffic"]
        if today["bytes_out"] >= size + 50 or time.monotonic() > deadline:
            break
    assert used["id"] == 1
    assert [used[noun] for noun in ("keys", "lists", "topics", "routes", "bins")] == [1, 0, 0, 1, 0]
    assert used["limits"]["quota"] == 0
    assert today["requests"] >= 14
    assert today["client_errors"] == 1
    assert today["bytes_in"] > 5
    assert today["bytes_out"] >= size + 50
    assert as_admin.get("/usage?userid=1").json()["keys"] == 1
    assert as_admin.get("/usage").json()["id"] == 0
    assert as_admin.get("/usage?userid=99").status_code == 404
    assert as_uli.get("/usage?userid=0").status_code == 403


def test_a_named_token_is_named_by_its_id(http, as_uli):
    wanted = {"name": "ci", "scopes": ["audit:read", "keys:read"]}
    made = as_uli.post("/tokens", json=wanted).json()
    with Http(http.url, made["token"]) as ci:
        assert ci.put("/keys/a", data=b"x").status_code == 403
        assert ci.get(f"/keys/{made['token']}").status_code == 404
        assert ci.delete(f"/keys/{made['token']}").status_code == 403
        [entry] = entries(ci, "action=forbidden")
        assert ci.get("/usage").status_code == 200
    assert (entry["token"], entry["outcome"]) == (made["id"], "insufficient_scope")
    assert made["token"] not in str(entries(as_uli))
    blind = as_uli.post("/tokens", json={"name": "no", "scopes": ["keys:read"]}).json()
    with Http(http.url, blind["token"]) as other:
        assert other.delete(f"/keys/{blind['token']}").status_code == 403
        assert other.get("/audit").status_code == 403
    assert entries(as_uli, "action=forbidden")[-1]["target"] == "DELETE /keys/[token]"
