"""Named tokens over HTTP: scopes, change, rotation, revocation, and the end of sessions."""

from datetime import datetime

import pytest
from api.access.named_tokens import READER, another_server, made, refusal
from servers import Http


def test_a_reader_of_a_prefix_reads_that_prefix_alone(as_uli, with_token):
    for name in ("app:x", "apple"):
        as_uli.put(f"/keys/{name}", data=b"v")
    reader = with_token(made(as_uli)["token"])
    assert reader.get("/keys/app:x").text == "v"
    for answer in (
        reader.get("/keys/apple"),
        reader.put("/keys/app:x", data=b"w"),
        reader.get("/keys?prefix=ap"),
        reader.get("/keys"),
        reader.get("/keys/app:x?touch=1h"),
        reader.get("/incr/app:n"),
        reader.delete("/keys/app:x"),
    ):
        assert refusal(answer) == (403, "insufficient_scope"), answer.url
    assert "keys:read:app:*" in reader.get("/keys?prefix=ap").json()["hint"]
    assert [row["key"] for row in reader.get("/keys?prefix=app:").json()["keys"]] == ["app:x"]
    assert as_uli.get("/keys/app:x").text == "v"


def test_the_text_is_shown_once_and_never_stored(as_uli, raw):
    text = made(as_uli)["token"]
    assert text not in as_uli.get("/tokens").text
    assert "token" not in as_uli.get("/tokens").json()["tokens"][0]
    for key in raw.scan_iter("*"):
        assert text[-48:].encode() not in str(raw.dump(key)).encode()


def test_a_revoked_token_is_refused_everywhere_at_once(as_uli, with_token, services):
    token = made(as_uli)
    reader = with_token(token["token"])
    assert reader.get("/keys/app:x").status_code == 404
    with another_server(services):
        assert as_uli.delete(f"/tokens/{token['id']}").ok
    for _ in range(2):
        answer = reader.get("/keys/app:x")
        assert refusal(answer) == (401, "unauthorized")
        assert "revoked" in answer.json()["hint"] and "/auth/token" not in answer.json()["hint"]
    assert as_uli.delete(f"/tokens/{token['id']}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_change_narrows_at_once_on_every_server(as_uli, with_token, services, method):
    token = made(as_uli, ["keys:read", "keys:write"])
    holder = with_token(token["token"])
    assert holder.put("/keys/x", data=b"v").ok
    with another_server(services):
        narrowed = as_uli.patch(f"/tokens/{token['id']}", json={"scopes": ["keys:write:app:*"]})
        assert narrowed.json()["scopes"] == ["keys:write:app:*"]
    assert refusal(holder.request(method, "/keys/x", data=b"w")) == (403, "insufficient_scope")
    assert as_uli.get("/keys/x").text == "v"


def test_a_change_widens_at_once_on_every_server(as_uli, with_token, services):
    token = made(as_uli)
    holder = with_token(token["token"])
    assert refusal(holder.put("/keys/x", data=b"v")) == (403, "insufficient_scope")
    with another_server(services):
        as_uli.patch(f"/tokens/{token['id']}", json={"scopes": ["keys:write"]})
    assert holder.put("/keys/x", data=b"w" * 100).ok
    assert as_uli.get("/keys/x").text == "w" * 100
    assert refusal(holder.get("/keys/x")) == (403, "insufficient_scope")
    with another_server(services):
        as_uli.delete(f"/tokens/{token['id']}")
    assert refusal(holder.get("/keys/x")) == (401, "unauthorized")


def test_a_call_is_repeated_with_its_body_if_the_token_changed(as_uli, with_token, services):
    token = made(as_uli, ["keys:write"])
    holder = with_token(token["token"])
    assert holder.put("/keys/x", data=b"v").ok
    with another_server(services):
        as_uli.patch(f"/tokens/{token['id']}", json={"name": "other"})
    assert holder.put("/keys/x", data=b"w" * 100).ok
    assert as_uli.get("/keys/x").text == "w" * 100


def test_a_rotated_token_overlaps_only_if_asked_to(as_uli, with_token, services):
    token = made(as_uli)
    path = f"/tokens/{token['id']}/rotate"
    old = with_token(token["token"])
    second = as_uli.post(f"{path}?overlap=1h").json()["token"]
    assert old.get("/keys/app:x").status_code == 404
    third = as_uli.post(f"{path}?raw").text
    for text in (token["token"], second):
        assert with_token(text).get("/keys/app:x").status_code == 401
    assert with_token(third).get("/keys/app:x").status_code == 404
    assert refusal(as_uli.post(f"{path}?overlap=31d")) == (400, "invalid_request")


def test_the_101st_token_is_refused(as_uli):
    for _ in range(100):
        made(as_uli)
    answer = as_uli.post("/tokens", json={"name": "ci", "scopes": READER})
    assert refusal(answer) == (409, "too_many_tokens")
    assert as_uli.delete("/tokens?confirm=1").json()["revoked"] == 100
    assert as_uli.get("/tokens").json() == {"tokens": []}


def test_a_token_makes_only_narrower_ones(as_uli, with_token):
    maker = made(as_uli, ["tokens:write", "keys:read:app:*"], ttl="1h")
    broad = made(as_uli, ["keys:read"])
    holder = with_token(maker["token"])
    assert holder.post("/tokens", json={"name": "x", "scopes": ["keys:read:app:1"], "ttl": 60}).ok
    for fields in ({"scopes": ["keys:read"], "ttl": 60}, {"scopes": READER}, {"scopes": ["read"]}):
        answer = holder.post("/tokens", json={"name": "x", **fields})
        assert refusal(answer) == (403, "insufficient_scope")
    assert broad["id"] not in holder.get("/tokens").text
    for answer in (
        holder.post(f"/tokens/{broad['id']}/rotate"),
        holder.delete(f"/tokens/{broad['id']}"),
        holder.patch(f"/tokens/{broad['id']}", json={"name": "y"}),
    ):
        assert answer.status_code == 404
    assert refusal(holder.patch(f"/tokens/{maker['id']}", json={"ttl": 0}))[0] == 403


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"}, {"scopes": READER}, {"name": "", "scopes": READER},
        {"name": "x" * 65, "scopes": READER}, {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["keys:read:a"] * 51}, {"name": "x", "scopes": ["keys"]},
        {"name": "x", "scopes": ["keys:fly"]}, {"name": "x", "scopes": ["routes:read:x"]},
        {"name": "x", "scopes": ["keys:read:a b"]}, {"name": "x", "scopes": ["keys:read:a*b"]},
        {"name": "x", "scopes": ["keys:read:"]}, {"name": "x", "scopes": ["act:x"]},
        {"name": "x", "scopes": READER, "ttl": "1y"}, {"name": "x", "scopes": READER, "ttl": "9999d"},
        {"name": "x", "scopes": READER, "what": 1},
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(as_uli, body):
    assert refusal(as_uli.post("/tokens", json=body)) == (400, "invalid_request")
    assert as_uli.get("/tokens").json() == {"tokens": []}


def test_a_password_and_a_logout_need_a_session(as_uli, with_token):
    holder = with_token(made(as_uli, ["read", "write", "tokens:write"])["token"])
    change = {"current": "secret", "password": "another"}
    assert refusal(holder.put("/auth/password", json=change)) == (403, "insufficient_scope")
    assert refusal(holder.post("/auth/logout")) == (403, "insufficient_scope")


def test_a_logout_ends_one_session_on_every_server(session_url, services, uli):
    one, other = (Http(session_url, services.tokens.issue(uli)) for _ in range(2))
    with one, other:
        for session in (one, other):
            assert session.put("/keys/x", data=b"v").ok
        with another_server(services):
            assert one.post("/auth/logout").ok
        assert refusal(one.get("/keys/x")) == (401, "unauthorized")
        assert other.get("/keys/x").text == "v"
        assert other.put("/keys/x", data=b"w").ok


def test_auth_test_knows_what_has_changed_on_another_server(
    session_url, services, uli, as_uli, with_token
):
    token = made(as_uli)
    holder, other = with_token(token["token"]), Http(session_url, services.tokens.issue(uli))
    for client in (as_uli, holder, other):
        assert client.get("/auth/test").json()["authenticated"] == "True"
    with other, another_server(services):
        assert as_uli.patch(f"/tokens/{token['id']}", json={"name": "other"}).ok
        assert other.post("/auth/logout").ok
    assert as_uli.get("/auth/test").json()["authenticated"] == "True"
    assert holder.get("/auth/test").json()["name"] == "other"
    with Http(session_url, other.token) as ended:
        assert ended.get("/auth/test").json()["authenticated"] == "False"


def test_a_found_token_can_be_revoked(http, as_uli, with_token, services, uli):
    token = made(as_uli)["token"]
    session = services.tokens.issue(uli)
    for text in (token, session, token, "nonsense", "b9y_1_aaaaaa_" + "0" * 48):
        assert http.post("/auth/revoke", data={"token": text}).ok
    assert with_token(token).get("/keys/app:x").status_code == 401
    assert with_token(session).get("/keys/x").status_code == 401
    assert as_uli.get("/tokens").json() == {"tokens": []}
    twice = b'{"token": "x", "token": "y"}'
    for body in ({}, twice):
        assert refusal(http.post("/auth/revoke", data=body)) == (400, "invalid_request")


def test_a_session_that_has_expired_is_not_ended_once_more(http, as_uli, services, uli):
    for _ in range(2):
        expired = services.tokens.issue(uli, seconds=-1)
        assert http.post("/auth/revoke", data={"token": expired}).ok
    assert as_uli.get("/audit?action=logout").json()["entries"] == []


def test_introspection_shows_own_tokens_and_an_admin_all(as_uli, as_admin, services):
    token = made(as_uli, ttl="1h")
    found = as_uli.post("/auth/introspect", data={"token": token["token"]}).json()
    assert (found["active"], found["scope"], found["username"]) == (True, READER[0], "uli")
    assert found["jti"] == token["id"]
    assert found["exp"] == datetime.fromisoformat(token["expires"]).timestamp()
    assert as_admin.post("/auth/introspect", data={"token": token["token"]}).json()["active"]
    of_admin = services.tokens.issue(services.logins.log_in("admin", "changeme"))
    hidden = as_uli.post("/auth/introspect", data={"token": of_admin})
    assert hidden.json() == {"active": False}
    assert as_uli.post("/auth/introspect", json={"token": "x"}).json() == {"active": False}


def test_a_token_in_a_url_may_not_write(http, as_uli):
    writer = made(as_uli, ["keys:write"])["token"]
    reader = made(as_uli, ["keys:read", "lists:push", "topics:publish"])["token"]
    as_uli.put("/keys/x", data=b"v")
    answer = http.get(f"/keys/x?token={reader}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert refusal(http.put(f"/keys/x?token={writer}", data=b"")) == (403, "insufficient_scope")
    in_header = {"Authorization": f"Bearer {writer}"}
    assert http.put("/keys/x?token=", data=b"", headers=in_header).ok
    page = http.get(f"/keys/x?token={reader}", headers={"Sec-Fetch-Dest": "document"})
    assert refusal(page) == (403, "token_in_page_url")


def test_an_expired_token_is_refused(as_uli, with_token, services, monkeypatch):
    token = made(as_uli, ttl="1h")
    reader = with_token(token["token"])
    assert reader.get("/keys/app:x").status_code == 404
    clock = services.tokens._clock
    monkeypatch.setattr(services.tokens, "_clock", lambda: clock() + 3601)
    answer = reader.get("/keys/app:x")
    assert refusal(answer) == (401, "unauthorized")
    assert answer.json()["hint"] == "The token has expired; ask its owner for another one."


def test_the_last_use_is_noted(as_uli, with_token):
    token = made(as_uli)
    assert as_uli.get("/tokens").json()["tokens"][0]["used"] is None
    with_token(token["token"]).get("/keys/app:x")
    assert as_uli.get("/tokens").json()["tokens"][0]["used"].endswith(":00.000Z")


def test_auth_test_shows_what_a_token_may_do(as_uli, with_token):
    token = made(as_uli)
    found = with_token(token["token"]).get("/auth/test").json()
    assert (found["token"], found["name"]) == (token["id"], token["name"])
    assert (found["scopes"], found["user"]) == (READER[0], "uli")


def test_a_deleted_user_has_no_tokens(as_admin, as_uli, with_token, uli, raw):
    reader = with_token(made(as_uli)["token"])
    assert as_admin.delete(f"/users/{uli.id}").ok
    assert reader.get("/keys/app:x").status_code == 401
    assert not [key for key in raw.scan_iter("*") if f"{{{uli.id}}}".encode() in key]


def test_a_replaced_text_ends_with_its_overlap_and_changes_no_tokens(
    as_uli, with_token, services, monkeypatch
):
    token = made(as_uli, ["keys:read", "tokens:write"])
    old = with_token(token["token"])
    as_uli.post(f"/tokens/{token['id']}/rotate?overlap=1h")
    assert old.get("/keys/x").status_code == 404
    assert refusal(old.post(f"/tokens/{token['id']}/rotate")) == (403, "insufficient_scope")
    clock = services.tokens._clock
    for holder in (services.tokens, services.named_tokens):
        monkeypatch.setattr(holder, "_clock", lambda: clock() + 3601)
    assert refusal(old.get("/keys/x")) == (401, "unauthorized")


def test_a_token_manages_no_token_that_lives_longer_or_of_another_user(as_admin, with_token):
    scopes = ["tokens:write", "keys:read", "act:0"]
    lasting = made(as_admin, ["keys:read"])
    short = with_token(made(as_admin, scopes, ttl="1m")["token"])
    assert lasting["id"] not in short.get("/tokens").text
    path = f"/tokens/{lasting['id']}"
    for answer in (short.post(f"{path}/rotate"), short.delete(path)):
        assert answer.status_code == 404
    assert short.delete("/tokens?confirm=1").json()["revoked"] == 1
    other = with_token(made(as_admin, scopes, ttl="1m")["token"])
    for answer in (
        other.post("/tokens?userid=0", json={"name": "x", "scopes": ["keys:read"]}),
        other.patch(f"{path}?userid=0", json={"ttl": "3660d"}),
        other.get("/tokens?userid=0"),
    ):
        assert refusal(answer) == (403, "insufficient_scope")
    assert with_token(lasting["token"]).get("/keys/x").status_code == 404


def test_no_token_given_as_a_name_is_kept(as_uli, http, as_admin, caplog):
    token = made(as_uli)["token"]
    http.post("/auth/token", json={"username": token, "password": "x"})
    assert "[token]" in as_admin.get("/audit?action=login.refused").text
    assert token not in as_admin.get("/audit?action=login.refused").text + caplog.text
