"""Users, passwords and tokens through the client."""

import pytest
from bambleweeny import Client
from bambleweeny.client import User
from bambleweeny.errors import (
    Forbidden,
    InvalidRequest,
    NotFound,
    TooManyLogins,
    Unauthorized,
    UserExists,
    WrongLogin,
)


def test_users_are_made_shown_changed_and_deleted(client):
    id = client.users.create("uli", "secret", quota=3)
    assert client.users.get(id) == User(id, "uli", 3)
    assert client.users.list() == [User(0, "admin", 0, "admin"), User(id, "uli", 3)]
    with pytest.raises(UserExists):
        client.users.create("uli", "another")
    client.users.update(id, quota=0)
    assert client.users.get(id).quota == 0
    client.users.delete(id)
    for call in (client.users.get, client.users.delete):
        with pytest.raises(NotFound):
            call(id)
    with pytest.raises(InvalidRequest):
        client.users.delete(0)
    with pytest.raises(InvalidRequest):
        client.users.update(0)


def test_a_user_is_told_what_is_the_admins(ulis):
    for call in (ulis.users.list, ulis.info, ulis.save):
        with pytest.raises(Forbidden):
            call()


def test_a_wrong_login_is_told_at_the_first_call_that_needs_one(session_url, services):
    with Client(session_url, "admin", "wrong") as client:
        assert client.health() == {"info": "ok"}
        for call in (client.tokens.create, lambda: client.get("a"), lambda: list(client.keys)):
            with pytest.raises(WrongLogin) as caught:
                call()
            assert (caught.value.code, caught.value.status) == ("wrong_login", 401)


def test_too_many_failed_logins_are_raised_with_the_seconds_to_wait(session_url, services):
    with Client(session_url, "admin", "wrong") as client:
        for _ in range(10):
            with pytest.raises(WrongLogin):
                client.get("a")
        with pytest.raises(TooManyLogins, match="Too many failed logins") as caught:
            client.get("a")
        assert 1 <= caught.value.retry_after <= 30
        assert f"{caught.value.retry_after} s" in caught.value.hint


def test_a_client_of_nobody_reads_what_is_public(session_url, services):
    with Client(session_url) as client:
        assert client.tokens.test()["authenticated"] == "False"
        for call in (client.tokens.create, lambda: client.get("a")):
            with pytest.raises(Unauthorized) as caught:
                call()
            assert "a token" in caught.value.hint


@pytest.mark.parametrize("login", [("admin", None, None), (None, "x", None), ("a", "b", "token")])
def test_half_a_login_or_two_are_refused(login):
    with pytest.raises(ValueError, match="user name and a password"):
        Client("http://127.0.0.1", *login)


def test_a_given_token_is_used_and_not_renewed(client, session_url, services):
    with Client(session_url, token=client.tokens.create()) as other:
        assert other.tokens.test()["user"] == "admin"
        with pytest.raises(InvalidRequest, match="current password"):
            other.set_password("newest")
        other.set_password("newest", current="changeme")
        with pytest.raises(Unauthorized):
            other.get("a")


@pytest.mark.parametrize(
    "change",
    [
        lambda client: client.set_password("newest"),
        lambda client: client.set_admin_password("newest"),
        lambda client: client.users.update(0, password="newest"),
    ],
)
def test_a_client_goes_on_after_it_changed_its_password(client, session_url, change):
    client.set("a", "1")
    change(client)
    assert client.get("a") == b"1"
    with Client(session_url, "admin", "changeme") as late, pytest.raises(WrongLogin):
        late.get("a")


def test_a_wrong_current_password_changes_nothing(ulis):
    with pytest.raises(Forbidden):
        ulis.set_password("newest", current="wrong")
    assert list(ulis.keys) == []


def test_a_token_that_was_ended_is_renewed_once(client, ulis, uli):
    ulis.set("a", "1")
    client.users.update(int(uli.id), password="secret")
    assert ulis.incr("a") == 2
    client.users.update(int(uli.id), password="another")
    with pytest.raises(WrongLogin):
        ulis.incr("a")


def test_a_deleted_user_is_told(client, ulis, uli):
    ulis.set("a", "1")
    client.users.delete(int(uli.id))
    with pytest.raises(WrongLogin):
        ulis.get("a")
