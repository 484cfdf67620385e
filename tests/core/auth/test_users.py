"""Users, logins and what becomes of what they own."""

import threading

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.tenant_deletion import finish_deletions
from bambleweeny.core.auth.user_records import User
from bambleweeny.core.auth.users import Users
from bambleweeny.core.bins.receiver import Received
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.references import Reference
from bambleweeny.errors import (
    Forbidden,
    InvalidRequest,
    NotFound,
    Unauthorized,
    UserExists,
    WrongLogin,
)
from bambleweeny.store import open_store


def test_a_user_is_made_and_logs_in(services):
    assert services.users.create("uli", "pässword", 7) == User("1", "uli", 7)
    assert services.logins.log_in("uli", "pässword") == Caller("1", "uli", "1")
    assert services.users.get("1") == User("1", "uli", 7)
    assert services.users.all() == [User("0", "admin", 0, "admin"), User("1", "uli", 7)]
    assert services.users.ids() == ["0", "1"]


@pytest.mark.parametrize(
    ("username", "password"),
    [("uli", "wrong"), ("uli", ""), ("nobody", "secret"), ("", ""), ("ULI", "secret"),
     ("uli", "x" * 2000), ("\ud800", "x"), ("uli", "\ud800")],
)  # fmt: skip
def test_a_wrong_login_is_refused(services, uli, username, password):
    with pytest.raises(WrongLogin):
        services.logins.log_in(username, password)


@pytest.mark.parametrize("username", ["", "a b", "x" * 65, "ä", "a\n"])
def test_a_bad_user_name_is_refused(services, username):
    with pytest.raises(InvalidRequest, match=r"User name is invalid\."):
        services.users.create(username, "another")


@pytest.mark.parametrize(
    ("password", "reason"),
    [("", "at least 6"), ("short", "at least 6"), ("Anne-Marie", "user's name"),
     ("x" * 1025, "1 to 1024 characters")],
)  # fmt: skip
def test_a_bad_password_is_refused(services, password, reason):
    with pytest.raises(InvalidRequest, match=reason):
        services.users.create("anne-marie", password)
    services.users.create("anne-marie", "secret")
    with pytest.raises(InvalidRequest, match=reason):
        services.users.change("1", password=password)


def test_a_name_is_given_once(services, uli):
    with pytest.raises(UserExists):
        services.users.create("uli", "another")
    with pytest.raises(UserExists):
        services.users.create("admin", "another")
    assert services.users.create("ann", "another").id == "2"


def test_of_many_that_want_one_name_at_once_one_gets_it(services, raw):
    outcomes = []

    def want():
        try:
            outcomes.append(services.users.create("ann", "another").id)
        except UserExists:
            outcomes.append(None)

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [won] = [outcome for outcome in outcomes if outcome]
    assert [user.id for user in services.users.all()] == ["0", won]
    assert sorted(raw.keys("b9y:{*}:user")) == sorted(
        [b"b9y:{0}:user", b"b9y:{%s}:user" % won.encode()]
    )


def test_a_new_password_ends_the_tokens(services, uli):
    services.keys.set(uli, "k", b"x")
    services.users.change("1", password="another")
    for use in (
        lambda: services.keys.get(uli, "k"),
        lambda: services.keys.set(uli, "k", b"y"),
        lambda: services.lists.pop(uli, "q"),
        lambda: services.users.check(uli),
        lambda: services.inboxes.bins.create(uli, "q"),
        lambda: services.inboxes.bins.owned_by(uli),
    ):
        with pytest.raises(Unauthorized):
            use()
    with pytest.raises(WrongLogin):
        services.logins.log_in("uli", "secret")
    assert services.keys.get(services.logins.log_in("uli", "another"), "k") == b"x"


def test_the_admin_is_known_by_its_record(services, uli, admin):
    assert services.users.check(admin)
    assert not services.users.check(uli)
    services.users.require_admin(admin)
    with pytest.raises(Forbidden):
        services.users.require_admin(uli)


def test_a_user_with_much_is_deleted_in_small_steps(services, uli, raw):
    raw.zadd("b9y:{1}:keys", {f"k{number}": 0 for number in range(2500)})
    raw.mset({f"b9y:{{1}}:key:k{number}": b"x" for number in range(2500)})
    raw.config_resetstat()
    services.users.delete("1")
    assert raw.info("commandstats")["cmdstat_evalsha"]["calls"] >= 25
    assert raw.keys("b9y:{1}:*") == []


def test_a_deleted_user_leaves_nothing(services, uli, raw):
    raw.zadd("b9y:{1}:keys", {f"k{number}": 0 for number in range(2500)})
    raw.mset({f"b9y:{{1}}:key:k{number}": b"x" for number in range(2500)})
    services.keys.set(uli, "k", b"x")
    services.lists.push(uli, "q", b"x")
    services.routes.create(uli, "k", "a/b")
    services.inboxes.bins.create(uli, "q")
    services.users.delete("1")
    assert raw.keys("b9y:{1}:*") + raw.keys("b9y:route:*") + raw.keys("b9y:bin:*") == []
    assert raw.keys("b9y:tenants") == []
    assert [user.username for user in services.users.all()] == ["admin"]
    with pytest.raises(Unauthorized):
        services.keys.get(uli, "k")
    with pytest.raises(WrongLogin):
        services.logins.log_in("uli", "secret")
    with pytest.raises(NotFound):
        services.users.delete("1")


def test_a_deleted_user_leaves_no_document_of_a_bin(services, uli, raw):
    made = services.inboxes.documents.create(uli, b'{"list":"q","name":"gh","rate":"9/d"}')
    call = Call("POST", "/", "", {}, b"x")
    received = Received("POST", {}, b"x", "", lambda _: (call, b"x", ""))
    for reference in (Reference(made.id), Reference(user="uli", name="gh")):
        services.inboxes.receiver.receive(reference, received, bool)
    owned = {b"document:%s", b"counts:%s", b"bin_names"}
    found = {key.removeprefix(b"b9y:{1}:") for key in raw.keys("b9y:{1}:*")}
    assert {name.replace(b"%s", made.id.encode()) for name in owned} <= found
    services.users.delete("1")
    assert raw.keys("b9y:{1}:*") + raw.keys("b9y:bin:*") == []
    for reference in (Reference(made.id), Reference(user="uli", name="gh")):
        with pytest.raises(NotFound):
            services.inboxes.receiver.receive(reference, received, bool)


def test_an_id_is_never_given_again(services, uli):
    services.users.delete("1")
    assert services.users.create("uli", "secret").id == "2"
    with pytest.raises(Unauthorized):
        services.users.check(uli)


@pytest.mark.parametrize("steps_done", [1, 2])
def test_a_deletion_that_broke_off_is_finished_later(services, store, uli, raw, steps_done):
    services.keys.set(uli, "k", b"x")
    raw.delete("b9y:{1}:user")
    if steps_done > 1:
        raw.hdel("b9y:users", "uli")
    finish_deletions(store)
    assert raw.keys("b9y:{1}:*") + raw.keys("b9y:tenants") == []
    assert raw.hkeys("b9y:users") == [b"admin"]


def test_finishing_a_deletion_leaves_who_took_the_name_since(services, store, uli, raw):
    raw.delete("b9y:{1}:user")
    raw.hdel("b9y:users", "uli")
    services.users.create("uli", "another")
    finish_deletions(store)
    assert services.logins.log_in("uli", "another").id == "2"


def test_a_full_store_has_room_for_deletions_and_new_passwords(services, uli, raw):
    services.keys.set(uli, "k", b"x")
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        services.users.change("1", password="another", quota=3)
        with pytest.raises(Unauthorized):
            services.keys.get(uli, "k")
        services.users.delete("1")
    finally:
        raw.config_set("maxmemory", before)
    assert raw.keys("b9y:{1}:*") + raw.keys("b9y:tenants") == []
    assert [user.id for user in services.users.all()] == ["0"]


def test_of_a_change_that_fails_nothing_is_done(services, uli):
    with pytest.raises(InvalidRequest):
        services.users.change("1", quota=5, password="")
    assert services.users.get("1").quota == 0


def test_the_admin_stays(services, admin):
    with pytest.raises(InvalidRequest, match=r"The admin cannot be deleted\."):
        services.users.delete("0")
    assert services.users.check(admin)
    assert not services.users.create_admin("another")
    assert services.users.has_password("0", "changeme")
    assert services.users.has_admin()


@pytest.mark.parametrize("quota", [-1, 10**12 + 1])
def test_a_bad_quota_is_refused(services, uli, quota):
    with pytest.raises(InvalidRequest, match="quota"):
        services.users.change("1", quota=quota)
    with pytest.raises(InvalidRequest, match="quota"):
        services.users.create("ann", "another", quota)


def test_who_is_not_there_cannot_be_changed(services):
    with pytest.raises(NotFound):
        services.users.change("9", quota=1)
    with pytest.raises(NotFound):
        services.users.change("9", password="another")
    with pytest.raises(NotFound):
        services.users.get("9")
    assert not services.users.has_password("9", "x")


def test_another_prefix_is_another_instance(services, uli, store, engine_url):
    other = open_store(engine_url, prefix="other")
    assert Users(other, None).all() == []
    other.close()
