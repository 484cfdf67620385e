"""The limits of failed logins."""

import math
import threading

import pytest
from bambleweeny.core.auth.login_limits import Limit, LoginLimits, origin_of
from bambleweeny.core.auth.logins import Logins
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.errors import Forbidden, TooManyLogins, WrongLogin
from bambleweeny.store import open_store

HOME, AWAY = "127.0.0.1", "127.0.0.2"
OTHERS = [f"10.0.0.{number}" for number in range(1, 30)]
WIDE = Limit(1000, 60)
DAY = 24 * 3600


@pytest.fixture
def limited(store, services, raw):
    """Makes logins with other limits; each limit that is not given is out of reach."""
    services.users.create("uli", "secret")

    def make(**limits):
        wide = {"pair": WIDE, "address": WIDE, "name": WIDE}
        login_limits = LoginLimits(store, **{**wide, **limits})
        passwords = Passwords(memory_kib=8, time_cost=1)
        return Logins(store, passwords, login_limits)

    return make


def fail(logins, times=1, name="uli", address=AWAY):
    for _ in range(times):
        with pytest.raises(WrongLogin):
            logins.log_in(name, "wrong", address)


def refused(logins, name="uli", password="secret", address=AWAY):
    """The seconds for which a login is refused."""
    with pytest.raises(TooManyLogins) as caught:
        logins.log_in(name, password, address)
    assert f"again in {caught.value.retry_after} s" in caught.value.hint
    return caught.value.retry_after


def log_in(logins, address=AWAY, name="uli"):
    return logins.log_in(name, "secret", address).name


def pass_time(raw, seconds):
    """Let the states of all limits be older, as time would."""
    for key in raw.keys("*:login_*"):
        left = raw.pttl(key) - int(1000 * seconds)
        raw.pexpire(key, left) if left > 0 else raw.delete(key)


def test_the_limits_are_those_of_the_design(services, uli, raw):
    fail(services.logins, 10)
    assert 20 <= refused(services.logins) <= 30
    assert log_in(services.logins, HOME) == "uli"
    for name in ("a", "b"):
        fail(services.logins, 10, name)
    assert 40 <= refused(services.logins, "c") <= 60
    for address in OTHERS[:7]:
        fail(services.logins, 10, address=address)
    assert log_in(services.logins, OTHERS[9]) == "uli"
    for address in OTHERS[7:9]:
        fail(services.logins, 10, address=address)
    assert 20 <= refused(services.logins, address=OTHERS[10]) <= 36


@pytest.mark.parametrize("limit", ["pair", "address", "name"])
def test_after_the_time_that_a_refusal_names_a_right_login_works(limited, raw, limit):
    logins = limited(**{limit: Limit(3, 20)})
    fail(logins, 3)
    seconds = refused(logins)
    pass_time(raw, seconds - 10)
    assert 1 <= refused(logins) <= 10
    pass_time(raw, 10)
    assert log_in(logins) == "uli"


@pytest.mark.parametrize("limit", ["pair", "address", "name"])
def test_past_a_burst_one_failure_is_accepted_every_interval(limited, raw, limit):
    logins = limited(**{limit: Limit(3, 20)})
    fail(logins, 3)
    for _ in range(3):
        refused(logins)
        pass_time(raw, 20)
        fail(logins)
    refused(logins)
    pass_time(raw, 60)
    fail(logins, 3)
    refused(logins)


def test_a_refused_login_counts_nothing_and_hashes_nothing(limited, raw):
    logins = limited(pair=Limit(1, 20))
    fail(logins)
    before = {key: raw.pttl(key) for key in raw.keys("*:login_*")}
    # NOTE: a hash would raise Busy, or wait for this one.
    with logins._passwords._places.hashing(origin_of(AWAY)):
        for _ in range(20):
            refused(logins, password="wrong")
    assert all(raw.pttl(key) <= left for key, left in before.items())


def test_a_success_counts_nothing_and_is_remembered_once_a_day(limited, raw):
    logins = limited(pair=Limit(1, 20))
    for _ in range(5):
        assert log_in(logins) == "uli"
    [known] = raw.keys("*:login_*")
    assert 13 * DAY < raw.ttl(known) <= 14 * DAY
    raw.expire(known, 13 * DAY + 60)
    log_in(logins)
    assert raw.ttl(known) <= 13 * DAY + 60
    raw.expire(known, 13 * DAY - 60)
    log_in(logins)
    assert raw.ttl(known) > 13 * DAY


def test_a_name_is_never_locked_by_itself(limited):
    logins = limited(pair=Limit(2, 20), name=Limit(5, 20))
    log_in(logins, HOME)
    for address in OTHERS[:2]:
        fail(logins, 2, address=address)
    fail(logins, address=OTHERS[2])
    refused(logins, address=OTHERS[3])
    refused(logins, address=AWAY)
    for _ in range(3):
        assert log_in(logins, HOME) == "uli"
    fail(logins, address=HOME)
    assert log_in(logins, HOME) == "uli"


def test_an_address_is_refused_but_for_the_names_that_logged_in_there(limited, services):
    services.users.create("ann", "secret")
    logins = limited(pair=Limit(2, 20), address=Limit(4, 20))
    log_in(logins)
    for name in ("a", "b"):
        fail(logins, 2, name)
    refused(logins, "ann")
    assert log_in(logins) == "uli"
    fail(logins, 2)
    refused(logins)
    assert log_in(logins, HOME, "ann") == "ann"


@pytest.mark.parametrize("limit", ["pair", "address", "name"])
def test_unknown_names_are_refused_as_known_ones(limited, raw, limit):
    logins = limited(**{limit: Limit(3, 20)})
    for name, address in (("uli", AWAY), ("nobody", HOME), ("\ud800", "10.0.0.1")):
        fail(logins, 3, name, address)
        assert len(raw.keys("*:login_*")) == 3
        assert 10 <= refused(logins, name, address=address) <= 20
        raw.delete(*raw.keys("*:login_*"))


def test_what_is_kept_is_short_has_an_end_and_is_not_readable(limited, raw):
    logins = limited()
    for name in ("uli", "nobody", "n" * 5000):
        fail(logins, name=name)
    log_in(logins)
    keys = raw.keys("*login*")
    assert len(keys) == 3 * 2 + 1 + 1
    assert all(raw.pttl(key) > 0 and len(key) < 80 for key in keys)
    assert not [key for key in keys if b"uli" in key or b"127.0.0.2" in key]
    assert max(raw.pttl(key) for key in keys if b"known" not in key) <= 180_000


def test_a_limit_is_never_used_up_for_longer_than_it_says(limited, raw):
    """Failures that pass the check together may be more than the burst."""
    logins = limited(pair=Limit(2, 20))
    attempts = [logins._limits.attempt(b"uli", AWAY) for _ in range(9)]
    for attempt in attempts:
        attempt.check(logins._store.read(*attempt.reads))
    for attempt in attempts:
        attempt.note(succeeded=False)
    assert 10 <= refused(logins) <= 20


def test_many_at_once_are_counted(limited):
    logins = limited(pair=Limit(100, 20))
    threads = [threading.Thread(target=fail, args=(logins, 5)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    attempt = logins._limits.attempt(b"uli", AWAY)
    used, *_ = logins._store.read(*attempt.reads)
    assert math.isclose(used, 20 * 20_000, rel_tol=0.02)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:0:1", True),
        ("2001:db8::1", "2001:DB8:0:0:1::", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "192.0.2.1", False),
        ("", "", True),
        ("not an address", "not an address", True),
    ],
)
def test_what_counts_as_one_address(one, other, same):
    assert (origin_of(one) == origin_of(other)) is same


def test_an_ipv6_network_shares_its_limits(limited):
    logins = limited(pair=Limit(2, 20))
    for number in range(2):
        fail(logins, address=f"2001:db8::{number}")
    refused(logins, address="2001:db8::9:9")
    assert log_in(logins, "2001:db8:0:1::1") == "uli"


def test_a_wrong_current_password_counts_as_a_failed_login(limited):
    logins = limited(pair=Limit(3, 20))
    uli = logins.log_in("uli", "secret", HOME)
    fail(logins)
    for _ in range(2):
        with pytest.raises(Forbidden, match="current password"):
            logins.confirm(uli, "wrong", AWAY)
    refused(logins)
    with pytest.raises(TooManyLogins):
        logins.confirm(uli, "secret", AWAY)
    logins.confirm(uli, "secret", HOME)


def test_another_server_on_the_engine_has_the_same_limits(limited, engine_url):
    logins = limited(pair=Limit(2, 20))
    other_store = open_store(engine_url)
    other = Logins(
        other_store,
        Passwords(memory_kib=8, time_cost=1),
        LoginLimits(other_store, pair=Limit(2, 20)),
    )
    fail(logins)
    fail(other)
    refused(logins)
    refused(other)
    other_store.close()


def test_a_full_store_counts_failures_and_lets_users_in(limited, raw):
    logins = limited(pair=Limit(2, 20))
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        assert log_in(logins) == "uli"
        fail(logins, 2)
        refused(logins)
    finally:
        raw.config_set("maxmemory", before)


def test_a_login_costs_two_round_trips_a_failure_or_a_first_success_one_more(limited, monkeypatch):
    logins, asked = limited(), []
    ask = logins._store._exchange
    monkeypatch.setattr(logins._store, "_exchange", lambda c: asked.append(len(c)) or ask(c))
    fail(logins)
    asked.clear()
    fail(logins)
    assert len(asked) == 3
    asked.clear()
    log_in(logins)
    assert len(asked) == 3
    asked.clear()
    log_in(logins)
    assert len(asked) == 2


def test_failed_logins_leave_the_answers_of_routes_in_memory(limited, store, monkeypatch):
    class Changes:
        begun = 0

        def begin(self, name):
            self.begun += 1

        def end(self, place):
            pass

    monkeypatch.setattr(store, "changes", Changes())
    fail(limited())
    assert store.changes.begun == 0
