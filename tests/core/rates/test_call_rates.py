"""The rates of callers: bursts, what is left, what is remembered, and how long."""

import pytest
from bambleweeny.core.auth.caller import CallLimits
from bambleweeny.core.rates.call_rates import CallRates, check_calls
from bambleweeny.errors import RateLimited, StaleToken, StoreFull

DAY = 86400


@pytest.fixture
def rates(store, clock):
    return CallRates(store, clock)


def limited(caller, rate="4/d", burst=0, token_rate="", token=""):
    return caller._replace(limits=CallLimits(rate, burst, 0, token_rate), token=token, version="")


def spent(rates, caller, count):
    return [rates.spend(caller).wait_ms > 0 for _ in range(count)]


def set_back(raw, seconds, user="1"):
    """Let so many seconds pass in the engine."""
    name = f"b9y:{{{user}}}:rates"
    for field, value in raw.hgetall(name).items():
        raw.hset(name, field, int(value) - seconds * 1_000_000)


def test_a_caller_without_a_rate_costs_nothing(rates, uli, raw):
    assert rates.spend(uli) is None
    assert rates.spend(uli._replace(limits=CallLimits(max_value=9))) is None
    assert not raw.exists("b9y:{1}:rates")


def test_as_many_calls_as_the_rate_has_may_come_at_once(rates, uli):
    caller = limited(uli)
    assert [rates.spend(caller).left[0][0] for _ in range(4)] == [3, 2, 1, 0]
    refused = rates.spend(caller)
    assert DAY / 4 - 5 < refused.wait_ms / 1000 <= DAY / 4
    with pytest.raises(RateLimited) as caught:
        check_calls(refused, caller.limits)
    assert caught.value.retry_after == refused.retry_after


@pytest.mark.parametrize(("burst", "expected"), [(1, 1), (6, 6)])
def test_a_burst_is_what_may_come_at_once(rates, uli, burst, expected):
    assert spent(rates, limited(uli, burst=burst), 8).count(False) == expected


def test_after_the_time_to_wait_one_call_is_accepted(rates, uli, raw, clock):
    caller = limited(uli)
    spent(rates, caller, 4)
    wait = rates.spend(caller).retry_after
    clock.now += wait
    set_back(raw, wait)
    assert spent(rates, caller, 2) == [False, True]


def test_rates_of_user_and_token_are_spent_together_or_not_at_all(rates, uli, raw, clock):
    one = limited(uli, "3/d", token_rate="2/d", token="aaaaaa")
    other = limited(uli, "3/d", token_rate="2/d", token="bbbbbb")
    assert spent(rates, one, 3) == [False, False, True]
    clock.now += 1
    assert spent(rates, one, 1) == [True]
    assert [units for units, _ in rates.spend(other).left] == [0, 1]
    clock.now += 1
    refused = rates.spend(other)
    assert [units for units, _ in refused.left] == [0, 1]
    with pytest.raises(RateLimited, match="user"):
        check_calls(refused, other.limits)
    assert len(raw.hgetall("b9y:{1}:rates")) == 3


def test_a_flood_reaches_the_engine_ten_times_a_second(rates, uli, clock, monkeypatch):
    caller = limited(uli)
    spent(rates, caller, 5)
    asked = []
    ask = rates._ask
    monkeypatch.setattr(rates, "_ask", lambda *args: asked.append(args) or ask(*args))
    for _ in range(50):
        clock.now += 0.01
        assert rates.spend(caller).wait_ms
    assert 4 <= len(asked) <= 5


def test_a_higher_rate_counts_without_the_wait_of_the_lower_one(rates, uli, clock):
    spent(rates, limited(uli, "2/d"), 3)
    clock.now += 1
    assert spent(rates, limited(uli, "100/s"), 1) == [False]


def test_what_is_stored_expires_when_the_rates_are_full(rates, uli, raw):
    rates.spend(limited(uli, "1/m"))
    assert 40_000 < raw.pttl("b9y:{1}:rates") <= 60_000


def test_the_caller_is_checked_before_anything_is_spent(rates, uli, raw):
    with pytest.raises(StaleToken):
        rates.spend(limited(uli)._replace(version="7"))
    assert not raw.exists("b9y:{1}:rates")


def test_calls_go_on_uncounted_where_the_engine_cannot_write(rates, uli, monkeypatch):
    def full(*_):
        raise StoreFull()

    monkeypatch.setattr(rates, "_ask", full)
    assert rates.spend(limited(uli)) is None


def test_a_full_engine_still_counts(rates, uli, raw):
    raw.config_set("maxmemory", 1)
    try:
        assert spent(rates, limited(uli, "2/d"), 3) == [False, False, True]
    finally:
        raw.config_set("maxmemory", 0)


def test_the_headers_have_the_form_of_the_draft(rates, uli):
    caller = limited(uli, "100/s", 200, "10/m", "aaaaaa")
    found = rates.spend(caller).headers
    assert found["RateLimit-Policy"] == '"user";q=200;w=2, "token";q=10;w=60'
    assert found["RateLimit"] == '"user";r=199;t=1, "token";r=9;t=6'
