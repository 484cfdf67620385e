"""The audit trail of tokens, sessions, codes and changes of users."""

from types import SimpleNamespace

import pytest
from bambleweeny.core.audit.first_a_minute import FirstAMinute

READ = ["keys:read"]


@pytest.fixture(autouse=True)
def clock(services, monkeypatch):
    """A clock of the events of a minute, of which each test begins with none."""
    clock = SimpleNamespace(now=0.0)
    for name in ("_users", "_strangers"):
        monkeypatch.setattr(services.audit, name, FirstAMinute(clock=lambda: clock.now))
    return clock


@pytest.fixture
def stored(raw):
    """A function that returns all trails as the engine has them."""

    def read() -> str:
        names = [name for name in raw.keys("b9y:*") if b"audit" in name]
        return b"".join(str(raw.xrange(name)).encode() for name in names).decode()

    return read


def shown(http, query="") -> list[tuple]:
    """Return action, outcome, actor and target of each entry."""
    entries = http.get(f"/audit?{query}").json()["entries"]
    return [(e["action"], e["outcome"], e["actor"], e["target"]) for e in entries]


def make_token(http, name="ci") -> tuple[str, str]:
    """Make a named token; return its id and text."""
    made = http.post("/tokens", json={"name": name, "scopes": READ}).json()
    return made["id"], made["token"]


def test_acts_on_named_tokens_are_noted(as_uli, as_admin, stored):
    id, text = make_token(as_uli)
    as_uli.patch(f"/tokens/{id}", json={"name": "cd"})
    new = as_uli.post(f"/tokens/{id}/rotate?overlap=1h").json()["token"]
    assert as_uli.delete(f"/tokens/{id}").ok
    make_token(as_uli)
    make_token(as_uli)
    assert as_uli.delete("/tokens?confirm=1").ok
    assert as_uli.delete(f"/tokens/{id}").status_code == 404
    found = [row for row in shown(as_uli) if "ci" not in row[3]]
    assert found == [
        ("token.changed", "ok", "uli", f"{id} cd"),
        ("token.rotated", "ok", "uli", f"{id} cd"),
        ("token.revoked", "ok", "uli", f"{id} cd"),
        ("token.revoked", "ok", "uli", "all 2"),
    ]
    assert shown(as_uli)[0] == ("token.created", "ok", "uli", f"{id} ci")
    assert shown(as_admin) == shown(as_uli)
    for secret in (text, new, text[-16:], new[-16:]):
        assert secret not in stored()


def test_an_admins_act_on_tokens_of_a_user_is_noted_for_both(as_uli, as_admin):
    as_admin.post("/tokens?userid=1", json={"name": "ci", "scopes": READ})
    [(action, _, actor, _)] = [row for row in shown(as_uli) if row[0] != "act_as"]
    assert (action, actor) == ("token.created", "admin")


def test_a_revocation_is_noted_for_the_user_of_the_token(http, as_uli, stored):
    id, text = make_token(as_uli)
    assert http.post("/auth/revoke", data={"token": text}).ok
    assert http.post("/auth/revoke", data={"token": text}).ok
    assert http.post("/auth/revoke", data={"token": "nothing"}).ok
    assert shown(as_uli)[1:] == [("token.revoked", "ok", "uli", f"{id} ci")]
    assert as_uli.get("/audit?last=1").json()["entries"][0]["token"] == id
    assert text[-16:] not in stored()


def test_the_end_of_a_session_is_noted(http, as_uli, as_admin, with_token, stored):
    login = {"username": "uli", "password": "secret"}
    first, second = (http.post("/auth/token", json=login).json()["access_token"] for _ in "ab")
    assert with_token(first).post("/auth/logout").ok
    assert http.post("/auth/revoke", json={"token": second}).ok
    assert shown(as_uli, "action=logout") == [("logout", "ok", "uli", "")] * 2
    for text in (first, second):
        assert text not in stored()


def test_resets_and_accepted_codes_are_noted_for_the_user(
    http, as_admin, as_uli, with_token, stored
):
    code = as_admin.post("/users/1/reset").json()["code"]
    assert as_admin.post("/users/99/reset").status_code == 404
    sent = {"code": code, "password": "pass-word-1"}
    uli = with_token(http.post("/auth/accept", json=sent).json()["access_token"])
    of_user = [("user.reset", "ok", "admin", "1"), ("password.changed", "ok", "uli", "1")]
    assert shown(uli) == of_user
    missed = ("user.reset", "not_found", "admin", "99")
    assert shown(as_admin) == [of_user[0], missed, of_user[1]]
    for secret in (code, code[-16:], "pass-word-1"):
        assert secret not in stored()


def test_the_first_refused_code_of_a_minute_is_noted(http, as_uli, as_admin, clock, stored):
    sent = {"code": "b9y_code_1_guessed", "password": "pass-word-1"}
    refused = ("code.refused", "invalid_code", "", "")
    for _ in range(3):
        assert http.post("/auth/accept", json=sent).status_code == 401
    assert shown(as_admin) == [refused]
    clock.now = 61.0
    http.post("/auth/accept", json={**sent, "code": "no code"})
    assert shown(as_admin) == [refused] * 2
    assert shown(as_uli) == []
    assert "guessed" not in stored()


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"role": "admin", "rate": "5/s", "max_bytes": "1kb"}, "role=admin max_bytes=1024 rate=5/s"),
        ({"quota": 0}, "quota=0"),
        ({"rate": 0, "burst": 7, "max_tokens": 2}, "rate=0 burst=7 max_tokens=2"),
    ],
)  # fmt: skip
def test_a_changed_user_is_noted_with_the_fields(as_admin, as_uli, fields, target):
    assert as_admin.put("/users/1", json=fields).ok
    assert shown(as_admin) == [("user.changed", "ok", "admin", f"1 {target}")]


def test_a_password_and_other_fields_are_two_entries(as_admin, as_uli, stored):
    both = {"password.changed": "1", "user.changed": "1 quota=9"}
    for password, outcome in (("pass-word-1", "ok"), ("x-x", "weak_password")):
        as_admin.put("/users/1", json={"password": password, "quota": 9})
        rows = shown(as_admin, "last=2")
        assert rows == [(action, outcome, "admin", target) for action, target in both.items()]
        assert password not in stored()
