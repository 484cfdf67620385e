"""Named tokens of an admin: scopes of their own, and no names of other users."""

import pytest
from api.access.named_tokens import is_refused


@pytest.fixture
def admin_token(as_admin, with_scopes):
    return lambda *scopes: with_scopes(*scopes, maker=as_admin)


def test_a_listing_has_the_names_of_the_tokens_user_alone(as_admin, as_uli, admin_token):
    for client in (as_admin, as_uli):
        client.put("/keys/k", data=b"1")
        client.post("/lists/k", data=b"1")
        client.post("/topics/k", data=b"1")
    reader = admin_token("read")
    for noun in ("keys", "lists", "topics"):
        assert len(as_admin.get(f"/{noun}").json()[noun]) == 2
        assert [row["owner"] for row in reader.get(f"/{noun}").json()[noun]] == ["0"]


def test_acting_for_a_user_needs_act_and_the_scope(as_uli, uli, admin_token):
    as_uli.put("/keys/app:a", data=b"v")
    as_uli.put("/keys/b", data=b"v")
    alone = admin_token("keys:read")
    actor = admin_token("keys:read:app:*", f"act:{uli.id}")
    assert alone.get(f"/keys/app:a?userid={uli.id}").status_code == 403
    assert actor.get(f"/keys/app:a?userid={uli.id}").text == "v"
    assert is_refused(actor.get(f"/keys/b?userid={uli.id}"))
    assert is_refused(actor.put(f"/keys/app:a?userid={uli.id}", data=b"w"))
    assert is_refused(actor.get("/keys/app:a?userid=99"))


def test_calls_of_admins_have_scopes(as_admin, admin_token):
    reader, writer = admin_token("users:read"), admin_token("users:write")
    assert reader.get("/users").ok
    assert is_refused(reader.post("/users", json={"username": "x", "password": "secret1"}))
    assert writer.post("/users", json={"username": "x", "password": "secret1"}).ok
    assert is_refused(writer.get("/users"))
    assert is_refused(reader.get("/info"))
    assert is_refused(writer.put("/config/admin", json={"password": "secret2"}))
    assert admin_token("server:read").get("/info").ok
    assert is_refused(admin_token("server:read").get("/save"))
    assert admin_token("server:write").get("/save").ok


def test_a_token_sets_no_password_and_no_role(as_admin, uli, admin_token):
    writer = admin_token("users:write", "users:read")
    path = f"/users/{uli.id}"
    for method, place, body in (
        ("PUT", path, {"password": "another1"}), ("PUT", "/users/0", {"password": "another1"}),
        ("PUT", path, {"role": "admin"}), ("POST", f"{path}/reset", None),
        ("POST", "/users", {"username": "x", "password": "another1", "role": "admin"}),
        ("POST", "/users", {"username": "x", "invite": True, "role": "admin"}),
    ):  # fmt: skip
        assert is_refused(writer.request(method, place, json=body)), (method, place)
    assert writer.put(path, json={"quota": 5}).ok
    assert as_admin.get(path).json()["role"] == "user"


def test_a_token_changes_and_deletes_no_admin(services, as_admin, uli, admin_token):
    writer = admin_token("users:write", "users:read")
    services.users.create("eva", "secret", role="admin")
    eva = services.users.all()[-1].id
    for user_id in ("0", eva):
        path = f"/users/{user_id}"
        assert is_refused(writer.delete(path))
        for fields in ({"rate": "1/d"}, {"quota": 1}, {"max_value": 1}):
            assert is_refused(writer.put(path, json=fields))
        assert writer.get(path).json()["role"] == "admin"
    assert as_admin.put(f"/users/{eva}", json={"role": "user"}).ok
    assert writer.put(f"/users/{eva}", json={"rate": "9/s"}).ok
    for user_id in (uli.id, eva):
        assert writer.delete(f"/users/{user_id}").ok
        assert writer.delete(f"/users/{user_id}").status_code == 404


def test_scopes_make_no_admin(with_scopes):
    client = with_scopes("users:read", "server:read", "act:0", "keys:read")
    for path in ("/users", "/info", "/keys/a?userid=0"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
