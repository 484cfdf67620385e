"""One-time codes of logins: once, for a minute, within the session that made them."""

import threading

import pytest
from bambleweeny.core.auth.login_codes import LoginCodes
from bambleweeny.core.auth.login_limits import Limit, LoginLimits
from bambleweeny.core.auth.sessions import Session
from bambleweeny.errors import InvalidCode, TooManyLogins, Unauthorized, WrongLogin

HERE, THERE = "192.0.2.1", "192.0.2.2"
NOW = 1_000_000


@pytest.fixture
def clock(clock):
    clock.now = NOW
    return clock


@pytest.fixture
def codes(store, services, clock):
    return LoginCodes(store, LoginLimits(store), clock)


@pytest.fixture
def session(uli):
    return Session("5e55", uli, NOW + 3000)


def test_a_code_leads_once_to_a_session_of_the_same_user(codes, uli, session, services):
    code = codes.create(uli, session)
    assert code.expires_in == 60
    assert code.text.startswith(f"b9y_code_{uli.id}_")
    caller, left = codes.log_in(code.text, HERE)
    assert (caller, left) == (uli, 3000)
    assert services.tokens.verify(services.tokens.issue(caller, left)) == uli
    with pytest.raises(InvalidCode):
        codes.log_in(code.text, HERE)


def test_only_a_digest_is_stored_and_only_for_a_minute(codes, uli, session, raw):
    code = codes.create(uli, session)
    name = f"b9y:{{{uli.id}}}:login_codes"
    assert code.text.encode() not in raw.dump(name)
    assert code.text[-40:].encode() not in raw.dump(name)
    assert 0 < raw.ttl(name) <= 60


def test_a_code_expires_after_a_minute(codes, uli, session, clock):
    code = codes.create(uli, session)
    clock.now += 59
    codes.log_in(code.text, HERE)
    code = codes.create(uli, session)
    clock.now += 60
    with pytest.raises(InvalidCode):
        codes.log_in(code.text, HERE)


def test_a_session_of_a_code_ends_with_the_one_that_made_it(codes, uli, clock):
    code = codes.create(uli, Session("5e55", uli, NOW + 30))
    clock.now += 10
    assert codes.log_in(code.text, HERE)[1] == 20
    code = codes.create(uli, Session("5e55", uli, NOW + 30))
    clock.now += 20
    with pytest.raises(InvalidCode):
        codes.log_in(code.text, HERE)


def test_the_end_of_its_session_or_a_new_password_ends_a_code(codes, uli, session, services):
    other, code = Session("07e4", uli, NOW + 3000), codes.create(uli, session)
    kept = codes.create(uli, other)
    services.sessions.end(session._replace(expires=2_000_000_000))
    with pytest.raises(InvalidCode):
        codes.log_in(code.text, HERE)
    caller, _ = codes.log_in(kept.text, HERE)
    code = codes.create(caller, other)
    services.users.change(uli.id, password="another one")
    with pytest.raises(InvalidCode):
        codes.log_in(code.text, HERE)


def test_a_session_that_is_not_valid_makes_no_code(codes, uli, session, services):
    services.users.change(uli.id, password="another one")
    with pytest.raises(Unauthorized):
        codes.create(uli, session)


def test_of_a_user_the_newest_ten_codes_are_valid(codes, uli, session, clock, raw):
    made = []
    for _ in range(12):
        made.append(codes.create(uli, session).text)
        clock.now += 1
    assert raw.zcard(f"b9y:{{{uli.id}}}:login_codes") == 10
    for text in made[:2]:
        with pytest.raises(InvalidCode):
            codes.log_in(text, HERE)
    for text in made[2:]:
        codes.log_in(text, HERE)


@pytest.mark.parametrize(
    "text", ["", "x", "b9y_code_1_", "b9y_code_99_0", "b9y_code_1_*", "b9y_code_{1}_0", "\udc80"]
)
def test_what_is_no_code_is_refused(codes, uli, session, text):
    codes.create(uli, session)
    with pytest.raises(InvalidCode):
        codes.log_in(text, HERE)


def test_a_code_of_another_kind_is_refused(codes, uli, session, services):
    _, reset = services.users.reset(uli.id)
    with pytest.raises(InvalidCode):
        codes.log_in(reset.text, HERE)
    with pytest.raises(InvalidCode):
        services.users.accept(codes.create(uli, session).text, "another one")


def test_guesses_count_as_failed_logins_of_their_address_and_lock_out_no_other(
    store, services, uli, session, clock
):
    wide = Limit(1000, 1)
    limits = LoginLimits(store, pair=wide, address=Limit(3, 60), name=wide)
    codes = LoginCodes(store, limits, clock)
    for _ in range(2):
        with pytest.raises(InvalidCode):
            codes.log_in("guessed", HERE)
    with pytest.raises(WrongLogin):
        services.logins.log_in("uli", "wrong", HERE)
    code = codes.create(uli, session)
    with pytest.raises(TooManyLogins):
        codes.log_in(code.text, HERE)
    assert codes.log_in(code.text, THERE)[0] == uli


def test_of_two_calls_with_one_code_one_succeeds(codes, uli, session):
    code, outcomes = codes.create(uli, session), []

    def use():
        try:
            codes.log_in(code.text, HERE)
        except InvalidCode:
            outcomes.append(False)
        else:
            outcomes.append(True)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 7 + [True]


def test_a_deleted_user_leaves_no_code(codes, uli, session, services, raw):
    code = codes.create(uli, session)
    services.users.delete(uli.id)
    assert not raw.exists(f"b9y:{{{uli.id}}}:login_codes")
    with pytest.raises(InvalidCode):
        codes.log_in(code.text, HERE)


def test_a_full_store_makes_and_takes_codes(codes, uli, session, raw):
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        assert codes.log_in(codes.create(uli, session).text, HERE)[0] == uli
    finally:
        raw.config_set("maxmemory", before)


@pytest.mark.parametrize("text", ["", "x", "b9y_code_", "b9y_code_x_0", "b9y_code_1~abcdef_0"])
def test_what_is_no_code_is_looked_up_for_no_tenant(codes, store, monkeypatch, text):
    run, keys_of = store.run, []
    monkeypatch.setattr(store, "run", lambda *call: keys_of.extend(call[1]) or run(*call))
    with pytest.raises(InvalidCode):
        codes.log_in(text, HERE)
    # NOTE: on a Cluster, keys without a tenant in their hash tags are in different slots.
    assert keys_of
    assert not [key for key in keys_of if "{}" in key]
