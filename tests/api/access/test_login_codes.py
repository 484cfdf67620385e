"""Codes of logins over HTTP: /auth/code, and the code in place of a password."""

import logging

import pytest


@pytest.fixture
def code(as_uli):
    return as_uli.post("/auth/code").json()["code"]


def test_a_code_is_made_and_logs_in_once(http, as_uli, with_token):
    made = as_uli.post("/auth/code")
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert made.json() == {"code": made.json()["code"], "expires_in": 60}
    answer = http.post("/auth/token", json={"code": made.json()["code"]})
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert (set(body), body["token_type"]) == (
        {"token_type", "access_token", "expires_in"},
        "bearer",
    )
    assert 2990 <= body["expires_in"] <= 3000
    assert with_token(body["access_token"]).get("/auth/test").json()["user"] == "uli"
    again = http.post("/auth/token", json={"code": made.json()["code"]})
    assert (again.status_code, again.json()["code"]) == (401, "invalid_code")
    assert again.headers["WWW-Authenticate"] == "Bearer"
    assert "POST /auth/code" in again.json()["hint"]


def test_a_token_of_a_code_is_given_as_bare_text(http, code):
    assert http.post("/auth/token?raw", json={"code": code}).text.count(".") == 2


@pytest.mark.parametrize(
    "body",
    [
        {"code": 5}, {"code": None}, {"code": ["x"]}, {"code": "x", "username": "uli"},
        {"code": "x", "password": "secret"}, {"username": "uli"}, {},
    ],
)  # fmt: skip
def test_a_code_is_a_text_and_stands_alone(http, body):
    answer = http.post("/auth/token", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_a_named_token_makes_no_code(with_scopes):
    answer = with_scopes("tokens:write", "keys:write").post("/auth/code")
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("path", ["/auth/code?userid=1", "/auth/code?x=1"])
def test_a_code_is_for_the_caller_alone(as_admin, uli, path):
    assert as_admin.post(path).json()["code"] == "unknown_parameter"


def test_without_a_session_there_is_no_code(http, as_uli, code):
    assert http.post("/auth/code").status_code == 401
    as_uli.post("/auth/logout")
    assert as_uli.post("/auth/code").status_code == 401
    assert http.post("/auth/token", json={"code": code}).json()["code"] == "invalid_code"


def test_making_and_using_a_code_are_in_the_audit_trail_without_it(http, as_uli, code, raw, caplog):
    with caplog.at_level(logging.INFO):
        assert http.post("/auth/token", json={"code": code}).ok
        assert http.post("/auth/token", json={"code": code}).status_code == 401
    rows = [(row["action"], row["actor"]) for row in as_uli.get("/audit").json()["entries"]]
    assert rows[-2:] == [("code.created", "uli"), ("login", "uli")]
    stored = b"".join(str(raw.xrange(name)).encode() for name in raw.keys("b9y:*audit*"))
    assert code[-16:].encode() not in stored
    assert code[-16:] not in caplog.text
    assert "refused: invalid_code" in caplog.text
