"""Roles and limits of users."""

import pytest
from bambleweeny.core.auth.limits import Limits, UserRules, parse_limits
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.auth.tokens import Caller
from bambleweeny.core.auth.users import Users
from bambleweeny.core.listing.selections import Selections
from bambleweeny.errors import Forbidden, InvalidRequest, Unauthorized, WeakPassword


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"max_bytes": "64mb", "max_value": 1}, {"max_bytes": 64 << 20, "max_value": 1}),
        ({"rate": "0100/s"}, {"rate": "100/s"}),
        ({"rate": "7/d", "burst": "9"}, {"rate": "7/d", "burst": 9}),
        ({"rate": 0, "max_bytes": "0", "burst": 0}, {"rate": "", "max_bytes": 0, "burst": 0}),
        ({"max_tokens": 100}, {"max_tokens": 100}),
    ],
)
def test_limits_are_read(given, stored):
    assert parse_limits(given) == stored


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_bytes", "x"), ("max_bytes", -1), ("max_bytes", "9999999gb"), ("max_value", "1tb"),
     ("max_value", "1.5mb"), ("rate", "100"), ("rate", "0/s"), ("rate", "1/y"), ("rate", "-1/s"),
     ("rate", "1000001/s"), ("rate", "1/s/s"), ("rate", "٣/s"), ("burst", -1), ("burst", 1_000_001),
     ("burst", "1k"), ("max_tokens", 10_001), ("max_tokens", "x"), ("rate", "9" * 5000)],
)  # fmt: skip
def test_a_bad_limit_is_refused_by_name(name, value):
    with pytest.raises(InvalidRequest, match=f"'{name}' cannot be used") as caught:
        parse_limits({name: value})
    assert len(caught.value.info) < 300


def test_a_change_of_request_limits_raises_the_version_but_ends_no_session_for_good(services, uli):
    users = services.users
    users.change("1", limits={"max_bytes": 5, "max_tokens": 3}, quota=2)
    assert services.logins.log_in("uli", "secret").version == "1"
    users.change("1", limits={"rate": "5/s"})
    assert services.logins.log_in("uli", "secret").version == "1.1r"
    users.change("1", limits={"rate": "5/s"}, quota=9)
    assert services.logins.log_in("uli", "secret").version == "1.1r"
    users.change("1", limits={"burst": 7})
    assert services.logins.log_in("uli", "secret").version == "1.2r"
    users.change("1", limits={"max_value": 7, "rate": ""})
    assert services.logins.log_in("uli", "secret").version == "1.3r"
    users.change("1", limits={"max_value": 0})
    assert services.logins.log_in("uli", "secret").version == "1.4"
    users.change("1", limits={"max_value": 9}, password="another")
    assert services.logins.log_in("uli", "another").version == "2.5r"
    assert users.get("1").limits == Limits(5, "", 7, 9, 3)


def test_named_tokens_are_checked_against_new_limits(services, uli, raw):
    raw.hset("b9y:{1}:user", mapping={"t:a": "3", "t:b": "9"})
    services.users.change("1", limits={"rate": "5/s"})
    assert raw.hmget("b9y:{1}:user", "t:a", "t:b") == [b"4", b"10"]
    services.users.change("1", limits={"rate": ""})
    services.users.change("1", password="another", limits={"max_bytes": 9})
    assert raw.hmget("b9y:{1}:user", "t:a", "t:b") == [b"5", b"11"]


def test_versions_of_restored_users_stay_exact(services, uli, raw):
    raw.hset("b9y:{1}:user", "version", "1795833763123456")
    services.users.change("1", limits={"rate": "5/s"})
    services.users.change("1", password="another")
    assert raw.hget("b9y:{1}:user", "version") == b"1795833763123457.1r"


def test_new_users_have_the_default_limits_and_user_0_has_none(store, services):
    rules = UserRules(min_password=9, defaults=Limits(max_bytes=99, rate="5/m"))
    users = Users(store, Passwords(memory_kib=8, time_cost=1), rules=rules)
    assert users.create("ann", "long enough").limits == Limits(99, "5/m")
    assert users.invite("eva", limits={"rate": "", "max_value": 3})[0].limits == Limits(
        99, max_value=3
    )
    assert users.get("1").limits.shown() == {"max_bytes": 99, "rate": "5/m", "burst": 5}
    assert services.logins.log_in("ann", "long enough").version == "1r"
    assert users.get("0").limits == Limits()
    with pytest.raises(WeakPassword, match="at least 9"):
        users.create("max", "too shor")
    users.set_first_password("x")
    services.logins.log_in("admin", "x")


def test_there_can_be_several_admins(services, uli, admin):
    users = services.users
    users.change("1", role="admin")
    users.require_admin(uli)
    services.keys.set(admin, "mine", b"x")
    services.keys.set(uli, "his", b"x")
    seen = [names for _, names in Selections(users._store, users).visible(uli, "keys")]
    assert seen == [["mine"], ["his"]]
    users.change("1", role="user")
    with pytest.raises(Forbidden):
        users.require_admin(uli)
    assert list(services.selections.visible(uli, "keys")) == [("1", ["his"])]


def test_user_0_stays_an_admin(services, admin):
    with pytest.raises(InvalidRequest, match="always an admin"):
        services.users.change("0", role="user")
    services.users.change("0", role="admin", quota=5)
    services.users.require_admin(admin)


def test_an_admin_may_delete_and_reset_another(services, uli):
    services.users.change("1", role="admin")
    services.users.accept(services.users.reset("1")[1].text, "better one")
    services.users.delete("1")
    with pytest.raises(Unauthorized):
        services.users.check(Caller("1", "uli", ""))
