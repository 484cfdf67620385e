"""Users over HTTP."""

import pytest


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
    assert as_admin.put("/users/1", json={"password": "another"}).ok
    assert http.post("/auth/token", json={"username": "uli", "password": "another"}).ok
    assert as_admin.delete("/users/1").json() == {"info": "user deleted"}
    for method in ("GET", "PUT", "DELETE"):
        answer = as_admin.request(method, "/users/1", json={"quota": 1})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_user_can_be_made_with_a_quota(as_admin):
    as_admin.post("/users", json={"username": "uli", "password": "secret", "quota": 5})
    assert as_admin.get("/users/1").json()["quota"] == "5"


def test_an_existing_name_is_400(as_admin):
    answer = as_admin.post("/users", json={"username": "admin", "password": "secret"})
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
    assert as_admin.put("/config/admin", json={"password": "another"}).json() == {"info": "updated"}
    assert as_admin.get("/users").status_code == 401
    assert http.post("/auth/token", json={"username": "admin", "password": "another"}).ok


def test_the_engine_is_shown_and_saved(as_admin):
    info = as_admin.get("/info").json()
    assert set(info) >= {"redis_connection", "redis_dbsize", "redis_client_list", "redis_info"}
    assert as_admin.get("/save").json() == {"info": "ok"}
