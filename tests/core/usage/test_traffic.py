"""Traffic: counted in memory, flushed, kept for 35 days."""

import pytest
from bambleweeny.core.usage import traffic as module
from bambleweeny.core.usage.traffic import Traffic
from bambleweeny.core.usage.usage import Usage
from bambleweeny.errors import StoreUnavailable
from bambleweeny.store import open_store

DAY = 86400
NOON = 1_763_812_800.0  # 2025-11-22


@pytest.fixture
def clock(clock):
    clock.now = NOON
    return clock


@pytest.fixture
def traffic(store, uli, clock) -> Traffic:
    return Traffic(store, clock)


def test_requests_are_counted_by_day(traffic, store, uli, clock):
    traffic.count("1", 10, 100, 200)
    traffic.count("1", 0, 5, 404)
    traffic.flush()
    traffic.count("1", 1, 1, 503)
    traffic.flush()
    clock.now += DAY
    traffic.count("1", 2, 2, 200)
    traffic.count_bytes_out("1", 40)
    traffic.flush()
    traffic.flush()
    days = Usage(store, clock).of(uli).days
    assert [tuple(day) for day in days] == [
        ("2025-11-22", counts(3, 11, 106, 1, 1)),
        ("2025-11-23", counts(1, 2, 42, 0, 0)),
    ]


def counts(*numbers):
    return dict(zip(module.COUNTS, numbers, strict=True))


def test_35_days_are_kept(traffic, store, uli, clock, raw):
    for _ in range(40):
        traffic.count("1", 1, 1, 200)
        traffic.flush()
        clock.now += DAY
    clock.now -= DAY
    days = [day for day, _ in Usage(store, clock).of(uli).days]
    assert (len(days), days[0], days[-1]) == (35, "2025-11-27", "2025-12-31")
    assert raw.hlen("b9y:{1}:traffic") == 35 * 3
    clock.now += 10 * DAY
    assert len(Usage(store, clock).of(uli).days) == 25


def test_counts_survive_an_outage(traffic, store, uli, clock, monkeypatch):
    def fail(*_):
        raise StoreUnavailable()

    traffic.count("1", 0, 0, 200)
    with monkeypatch.context() as patch:
        patch.setattr(store, "run_each", fail)
        traffic.flush()
        clock.now += DAY
        traffic.count("1", 0, 0, 200)
        traffic.flush()
    traffic.flush()
    assert [(day, all_["requests"]) for day, all_ in Usage(store, clock).of(uli).days] == [
        ("2025-11-22", 1),
        ("2025-11-23", 1),
    ]


def test_memory_is_bounded_without_an_engine(monkeypatch, clock):
    monkeypatch.setattr(module, "_MOST_ROWS", 5)
    away = Traffic(open_store("unix:///nowhere/engine.sock"), clock)
    for _ in range(3):
        for number in range(9):
            away.count(f"{number}", 0, 0, 200)
            away.count_bytes_out(f"{number}", 1)
        away.flush()
        clock.now += DAY
    assert sum(map(len, away._unsent.values())) <= 5
    assert not away._rows


def test_a_user_that_is_gone_gets_no_traffic(traffic, services, raw):
    traffic.count("1", 1, 1, 200)
    services.users.delete("1")
    traffic.flush()
    assert raw.keys("b9y:{1}:*") == []
    assert not any(traffic._unsent.values())


def test_the_usage_counts_each_noun(services, uli):
    services.keys.set(uli, "a", b"x")
    services.lists.push(uli, "l", b"x")
    services.topics.publish(uli, "t", b"x")
    services.routes.create(uli, "a", "text/plain")
    services.inboxes.bins.create(uli, "l")
    services.users.change("1", quota=20)
    used = services.usage.of(uli)
    assert used.counts == {"keys": 1, "lists": 1, "topics": 1, "routes": 1, "bins": 1}
    assert used.limits["quota"] == 20
    assert used.limits["max_bytes"] == 0
    services.keys.delete(uli, "a")
    services.lists.pop(uli, "l")
    assert services.usage.of(uli).counts["keys"] == services.usage.of(uli).counts["lists"] == 0
