"""Users over HTTP: their roles, limits, invitations and resets."""

import pytest
from bambleweeny import __version__


def test_the_life_of_a_user(as_admin, http):
    made = as_admin.post("/users", json={"username": "uli", "password": "secret"})
    assert made.json() == {"info": "created", "id": 1}
    assert as_admin.get("/users/1").json() == {"username": "uli", "quota": "0", "role": "user"}
    assert as_admin.get("/users").json()["users"] == [
        {"id": "0", "username": "admin", "quota": "0", "role": "admin"},
        {"id": "1", "username": "uli", "quota": "0", "role": "user"},
    ]
    for quota in (20, "20"):
        assert as_admin.put("/users/1", json={"quota": quota}).status_code == 200
        assert as_admin.get("/users/1").json()["quota"] == "20"
    assert as_admin.put("/users/1", json={"password": "newest"}).ok
    assert http.post("/auth/token", json={"username": "uli", "password": "newest"}).ok
    assert as_admin.delete("/users/1").json() == {"info": "user deleted"}
    for method in ("GET", "PUT", "DELETE"):
        answer = as_admin.request(method, "/users/1", json={"quota": 1})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_user_can_be_made_with_a_quota(as_admin):
    as_admin.post("/users", json={"username": "uli", "password": "another", "quota": 5})
    assert as_admin.get("/users/1").json()["quota"] == "5"


def test_an_existing_name_is_400(as_admin):
    answer = as_admin.post("/users", json={"username": "admin", "password": "another"})
    assert (answer.status_code, answer.json()["code"]) == (400, "user_exists")


def test_the_admin_cannot_be_deleted(as_admin):
    assert as_admin.delete("/users/0").status_code == 400
    assert as_admin.get("/users").ok


@pytest.mark.parametrize("user_id", ["x", "01", "-1", "1.0", "٣", "9" * 30])
def test_what_is_no_user_is_404(as_admin, user_id):
    for method in ("GET", "PUT", "DELETE"):
        assert as_admin.request(method, f"/users/{user_id}", json={"quota": 1}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/users"), ("POST", "/users"), ("GET", "/users/1"), ("PUT", "/users/1"),
     ("DELETE", "/users/1"), ("PUT", "/config/admin"), ("GET", "/info"), ("GET", "/save")],
)  # fmt: skip
def test_a_user_is_told_that_this_is_the_admins(as_uli, http, method, path):
    answer = as_uli.request(method, path, json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert http.request(method, path, json={}).status_code == 401


def test_the_admins_password(as_admin, http):
    assert as_admin.put("/config/admin", json={"password": "newest"}).json() == {"info": "updated"}
    assert as_admin.get("/users").status_code == 401
    assert http.post("/auth/token", json={"username": "admin", "password": "newest"}).ok


def test_the_engine_is_shown_and_saved(as_admin):
    info = as_admin.get("/info").json()
    assert set(info) >= {"redis_connection", "redis_dbsize", "redis_client_list", "redis_info"}
    assert info["memory"]["used"] == info["redis_info"]["used_memory"]
    assert info["memory"]["max"] == info["redis_info"]["maxmemory"]
    assert info["waits"] == {"used": 0, "max": info["limits"]["max_waits"]}
    assert info["limits"]["max_body"] == 2 << 20
    assert (info["version"], info["workers"]) == (__version__, 1)
    assert as_admin.get("/save").json() == {"info": "ok"}


def test_an_invitation_is_accepted(as_admin, http, services):
    answer = as_admin.post("/users", json={"username": "ann", "invite": True, "ttl": "2d"})
    made = answer.json()
    assert (made["info"], made["id"], made["expires_in"]) == ("created", 1, 2 * 86400)
    assert answer.headers["Cache-Control"] == "no-store"
    assert as_admin.get("/users/1").json() == {
        "username": "ann", "quota": "0", "role": "user", "invited": True,
    }  # fmt: skip
    login = {"username": "ann", "password": "secret"}
    assert http.post("/auth/token", json=login).json()["code"] == "wrong_login"
    weak = http.post("/auth/accept", json={"code": made["code"], "password": "ann"})
    assert (weak.status_code, weak.json()["code"]) == (400, "weak_password")
    accepted = http.post("/auth/accept", json={"code": made["code"], "password": "secret"})
    assert accepted.headers["Cache-Control"] == "no-store"
    assert list(accepted.json()) == ["token_type", "access_token", "expires_in"]
    assert services.tokens.verify(accepted.json()["access_token"]).name == "ann"
    again = http.post("/auth/accept", json={"code": made["code"], "password": "secret"})
    assert (again.status_code, again.json()["code"]) == (401, "invalid_code")
    assert "invited" not in as_admin.get("/users").json()["users"][1]


def test_a_reset_answers_a_code_and_raw_a_token(as_admin, as_uli, http, services):
    reset = as_admin.post("/users/1/reset?ttl=1h").json()
    assert (reset["id"], reset["username"], reset["expires_in"]) == (1, "uli", 3600)
    assert as_uli.get("/keys").ok
    body = {"code": reset["code"], "password": "better one"}
    token = http.post("/auth/accept?raw", json=body).text
    assert services.tokens.verify(token).name == "uli"
    assert as_uli.get("/keys").status_code == 401
    assert as_admin.post("/users/9/reset").status_code == 404
    assert as_admin.post("/users/x/reset").status_code == 404
    for ttl in ("59", "31d", "x", ""):
        assert as_admin.post(f"/users/1/reset?ttl={ttl}").status_code == 400
    assert as_admin.post("/users/1/reset?tll=1h").json()["code"] == "unknown_parameter"


@pytest.mark.parametrize(
    "body",
    [
        {"username": "ann"},
        {"username": "ann", "invite": False},
        {"username": "ann", "invite": True, "password": "secret"},
        {"username": "ann", "invite": True, "ttl": "1s"},
        {"username": "ann", "invite": True, "ttl": "9" * 5000},
        {"username": "ann", "invite": "yes"},
        {"username": "ann", "password": "secret", "ttl": "1h"},
        {"username": "ann", "password": "secret", "role": "root"},
        {"username": "ann", "password": "secret", "rate": "1/y"},
        {"username": "ann", "password": "secret", "max_bytes": "x"},
        {"username": "ann", "password": "secret", "max_value": 1.5},
        {"username": "ann", "password": "secret", "burst": -1},
        {"username": "ann", "password": "secret", "max_tokens": True},
        {"username": "ann", "password": "secret", "maxbytes": 1},
    ],
)
def test_a_bad_user_is_not_made(as_admin, body):
    answer = as_admin.post("/users", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert len(answer.json()["info"]) < 300
    assert len(as_admin.get("/users").json()["users"]) == 1


def test_limits_are_set_shown_and_removed(as_admin, uli):
    wanted = {"quota": 20, "max_bytes": "64mb", "rate": "100/s", "max_value": "1mb"}
    assert as_admin.put("/users/1", json={**wanted, "max_tokens": 100}).ok
    assert as_admin.get("/users").json()["users"][1] == {
        "id": "1", "username": "uli", "quota": "20", "role": "user", "max_bytes": 64 << 20,
        "rate": "100/s", "burst": 100, "max_value": 1 << 20, "max_tokens": 100,
    }  # fmt: skip
    assert as_admin.put("/users/1", json={"burst": 200}).ok
    assert as_admin.get("/users/1").json()["burst"] == 200
    none = dict.fromkeys(("max_bytes", "rate", "burst", "max_value", "max_tokens"), "0")
    assert as_admin.put("/users/1", json=none).ok
    assert as_admin.get("/users/1").json() == {"username": "uli", "quota": "20", "role": "user"}
    for bad in ({}, {"rate": None}, {"rate": "x"}, {"limit": 1}, {"invite": True}):
        assert as_admin.put("/users/1", json=bad).status_code == 400


def test_a_demoted_admin_loses_all_with_the_next_call(as_admin, as_uli):
    assert as_admin.put("/users/1", json={"role": "admin"}).ok
    for path in ("/users", "/info", "/keys?userid=0"):
        assert as_uli.get(path).ok
    assert as_uli.get("/auth/test").json()["admin"] == "True"
    assert as_admin.put("/users/1", json={"role": "user"}).ok
    for path in ("/users", "/info", "/keys?userid=0"):
        assert as_uli.get(path).json()["code"] == "forbidden"
    answer = as_admin.put("/users/0", json={"role": "user"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert as_admin.get("/users/0").json()["role"] == "admin"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/users", {"username": "ann", "password": "short"}),
        ("PUT", "/users/1", {"password": "ULI"}),
        ("PUT", "/config/admin", {"password": "ADMIN"}),
        ("PUT", "/auth/password", {"current": "changeme", "password": "short"}),
    ],
)
def test_a_weak_password_is_400(as_admin, uli, method, path, body):
    answer = as_admin.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "weak_password")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"code":"x"}', b'{"code":7,"password":"secret"}'])
def test_a_bad_body_of_accept_is_400(http, body):
    assert http.post("/auth/accept", data=body).json()["code"] == "invalid_request"


def test_wrong_codes_are_limited_as_wrong_logins_are(as_admin, http, uli):
    good = as_admin.post(f"/users/{uli.id}/reset").json()["code"]
    wrong = {"code": f"{good[:-1]}g", "password": "another one"}
    answers = [http.post("/auth/accept", json=wrong) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert answers[-1].json()["code"] == "too_many_logins"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 30
    assert http.post("/auth/accept", json={**wrong, "code": good}).status_code == 429
    actions = [(one["action"], one["outcome"]) for one in as_admin.get("/audit").json()["entries"]]
    assert ("code.refused", "too_many_logins") in actions
    assert http.post("/auth/token", json={"username": "uli", "password": "secret"}).ok


def test_a_weak_password_with_a_right_code_is_no_failed_login(as_admin, http, uli):
    code = as_admin.post(f"/users/{uli.id}/reset").json()["code"]
    answers = [http.post("/auth/accept", json={"code": code, "password": "x"}) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {400}
    assert http.post("/auth/accept", json={"code": code, "password": "another one"}).ok
