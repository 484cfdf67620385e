"""Invitations and resets: one-time codes with which a user sets a password."""

import threading

import pytest
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.auth.users import Users
from bambleweeny.errors import (
    InvalidCode,
    InvalidRequest,
    NotFound,
    Unauthorized,
    UserExists,
    WeakPassword,
    WrongLogin,
)
from bambleweeny.store.scripts import CHANGE_USER


@pytest.fixture
def users(store, services, clock) -> Users:
    return Users(store, Passwords(memory_kib=8, time_cost=1), clock=clock)


def test_an_invited_user_sets_its_password_once(users, services, raw):
    user, code = users.invite("ann", 5, role="admin")
    assert (user.id, user.is_invited, code.expires_in) == ("1", True, 7 * 86400)
    assert code.text.startswith("b9y_code_1_")
    assert code.text.encode() not in b"".join(raw.hvals("b9y:{1}:user"))
    assert users.get("1") == user
    for password in ("", "None", "secret"):
        with pytest.raises(WrongLogin):
            services.logins.log_in("ann", password)
    caller = users.accept(code.text, "secret")
    assert users.check(caller)
    assert services.logins.log_in("ann", "secret") == caller
    assert users.get("1") == user._replace(is_invited=False)
    with pytest.raises(InvalidCode):
        users.accept(code.text, "secret")
    with pytest.raises(UserExists):
        users.invite("ann")


def test_a_reset_keeps_password_and_sessions_until_the_code_is_used(users, services, uli, admin):
    for before in (uli, admin):
        user, code = users.reset(before.id)
        assert (user.username, code.expires_in) == (before.name, 86400)
        users.check(before)
        with pytest.raises(WeakPassword):
            users.accept(code.text, before.name.upper())
        with pytest.raises(WeakPassword):
            users.accept(code.text, "short")
        assert users.accept(code.text, "better one") == services.logins.log_in(
            before.name, "better one"
        )
        with pytest.raises(Unauthorized):
            users.check(before)
    with pytest.raises(NotFound):
        users.reset("9")


def test_the_file_of_the_first_password_goes_with_a_reset(store, services, tmp_path):
    file = tmp_path / "admin-password"
    file.write_text("changeme")
    users = Users(store, Passwords(memory_kib=8, time_cost=1), file)
    users.accept(users.reset("0")[1].text, "better one")
    assert not file.exists()


def test_a_replaced_code_and_an_expired_one_are_refused(users, uli, clock):
    first, second = (users.reset("1", 60)[1].text for _ in range(2))
    with pytest.raises(InvalidCode):
        users.accept(first, "better one")
    clock.now += 60
    with pytest.raises(InvalidCode):
        users.accept(second, "better one")
    users.accept(users.reset("1", 60)[1].text, "better one")


def test_another_new_password_ends_an_open_code(users, uli):
    code = users.reset("1")[1].text
    users.change("1", password="another")
    with pytest.raises(InvalidCode):
        users.accept(code, "better one")


@pytest.mark.parametrize(
    "text",
    ["", "b9y_code_", "b9y_code_1", "b9y_code_1_", "b9y_code_1_0", "b9y_code_9_" + "0" * 40,
     "b9y_code_01_" + "0" * 40, "b9y_code_x_0", "\ud800", "b9y_code_1_\ud800"],
)  # fmt: skip
def test_a_wrong_code_is_refused_before_anything_is_hashed(store, services, uli, text):
    services.users.reset("1")
    users = Users(store, None)
    with pytest.raises(InvalidCode):
        users.accept(text, "better one")


@pytest.mark.parametrize("seconds", [0, 59, 30 * 86400 + 1, 10**12])
def test_the_lifetime_of_a_code_has_bounds(users, uli, seconds):
    with pytest.raises(InvalidRequest, match="1m and 30d"):
        users.reset("1", seconds)
    with pytest.raises(InvalidRequest, match="1m and 30d"):
        users.invite("ann", seconds=seconds)
    assert [user.username for user in users.all()] == ["admin", "uli"]


def test_of_many_that_accept_one_code_at_once_one_succeeds(store, services, uli):
    users = Users(store, Passwords(memory_kib=8, time_cost=1, at_once=8))
    code, won, lost = users.reset("1")[1].text, [], []
    barrier = threading.Barrier(6)

    def accept(password: str) -> None:
        barrier.wait()
        try:
            users.accept(code, password)
            won.append(password)
        except InvalidCode:
            lost.append(password)

    threads = [threading.Thread(target=accept, args=(f"password{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [password] = won
    assert len(lost) == 5
    services.logins.log_in("uli", password)


def test_a_user_that_is_deleted_meanwhile_gets_no_code(users, uli, meanwhile):
    meanwhile(CHANGE_USER, lambda: users.delete(uli.id))
    with pytest.raises(NotFound):
        users.reset(uli.id)
