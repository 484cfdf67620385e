"""Keys and counters."""

import pytest
from bambleweeny.core.batch.operations import Incr, Set
from bambleweeny.core.keys.conditions import Bounds
from bambleweeny.errors import (
    CounterOverflow,
    InvalidName,
    InvalidRequest,
    NotAnInteger,
    NotFound,
    QuotaExceeded,
    TooMuchAtOnce,
    Unauthorized,
)


@pytest.mark.parametrize(
    "value", [b"", b"bar", bytes(1 << 20), b"\x89PNG\r\n\x1a\n\xff", "ü€😀".encode()]
)
def test_bytes_come_back_identical(services, uli, value):
    services.keys.set(uli, "k", value)
    assert services.keys.get(uli, "k") == value


def test_the_raw_bytes_stand_under_the_name(services, uli, raw):
    services.keys.set(uli, "foo", b"bar")
    assert raw.get("b9y:{1}:key:foo") == b"bar"
    assert raw.zrange("b9y:{1}:keys", 0, -1) == [b"foo"]


def test_a_second_write_replaces(services, uli, raw):
    services.keys.set(uli, "k", b"1")
    services.keys.set(uli, "k", b"2")
    assert services.keys.get(uli, "k") == b"2"
    assert raw.zcard("b9y:{1}:keys") == 1


def test_a_deleted_key_is_gone_everywhere(services, uli, raw):
    services.keys.set(uli, "k", b"1")
    services.keys.delete(uli, "k")
    with pytest.raises(NotFound):
        services.keys.get(uli, "k")
    with pytest.raises(NotFound):
        services.keys.delete(uli, "k")
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]


def test_tenants_do_not_see_each_other(services, uli, admin):
    services.keys.set(uli, "k", b"mine")
    with pytest.raises(NotFound):
        services.keys.get(admin, "k")


def test_a_counter_starts_at_one_and_counts(services, uli):
    assert [services.keys.incr(uli, "n") for _ in range(3)] == [1, 2, 3]
    assert services.keys.incr(uli, "n", -5) == -2


def test_a_counter_is_exact_past_53_bits(services, uli):
    services.keys.set(uli, "n", b"9007199254740992")
    assert services.keys.incr(uli, "n") == 9007199254740993


@pytest.mark.parametrize("value", [b"x", b"", b"1.5", b"9223372036854775808", b" 1"])
def test_what_is_no_integer_does_not_count_and_stays(services, uli, value):
    services.keys.set(uli, "n", value)
    with pytest.raises(NotAnInteger) as caught:
        services.keys.incr(uli, "n")
    assert type(caught.value) is NotAnInteger
    assert services.keys.get(uli, "n") == value


LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("number", "by"),
    [(LARGEST, 1), (LARGEST - 4, 5), (1, LARGEST), (-LARGEST - 1, -1), (-1, -LARGEST - 1)],
)
def test_a_counter_that_would_leave_64_bits_says_so_and_stays(services, uli, number, by):
    services.keys.set(uli, "n", b"%d" % number)
    for count in (
        lambda: services.keys.incr(uli, "n", by),
        lambda: services.key_changes.incr_within(uli, "n", by, Bounds(ttl=5)),
        lambda: services.batch.run_atomic(uli, [Set("a", "1"), Incr("n", by)]),
    ):
        with pytest.raises(CounterOverflow):
            count()
    [outcome] = services.batch.run(uli, [Incr("n", by)])
    assert isinstance(outcome, CounterOverflow)
    assert services.keys.get(uli, "n") == b"%d" % number
    assert services.keys.present(uli, ["a"]) == []
    assert services.keys.incr(uli, "n", 0) == number


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 256, "ä"])
def test_a_bad_name_is_refused_by_every_verb(services, uli, name):
    for verb in (services.keys.get, services.keys.delete, services.keys.incr):
        with pytest.raises(InvalidName, match=r"Key name is invalid\."):
            verb(uli, name)
    with pytest.raises(InvalidName):
        services.keys.set(uli, name, b"")


def test_the_quota_counts_new_keys_only(services, uli):
    services.users.change("1", quota=2)
    services.keys.set(uli, "a", b"")
    services.keys.incr(uli, "n")
    for make in (lambda: services.keys.set(uli, "b", b""), lambda: services.keys.incr(uli, "m")):
        with pytest.raises(QuotaExceeded):
            make()
    services.keys.set(uli, "a", b"again")
    services.keys.incr(uli, "n")
    services.keys.delete(uli, "a")
    services.keys.set(uli, "b", b"")


def test_names_are_looked_up_in_their_order_and_each_once(services, uli, admin):
    for name, value in (("a", b"1"), ("b", b""), ("c", b"\xff")):
        services.keys.set(uli, name, value)
    services.keys.set(admin, "d", b"the admin's")
    names = ["c", "none", "b", "a", "d", "b"]
    assert services.keys.present(uli, names) == ["c", "b", "a"]
    assert list(services.keys.values(uli, names).items()) == [
        ("c", b"\xff"),
        ("b", b""),
        ("a", b"1"),
    ]


def test_a_look_up_has_bounds(services, uli):
    for number in range(17):
        services.keys.set(uli, f"k{number}", bytes(1 << 20))
    names = [f"k{number}" for number in range(17)]
    assert services.keys.present(uli, names) == names
    assert list(services.keys.values(uli, names[:16])) == names[:16]
    with pytest.raises(TooMuchAtOnce):
        services.keys.values(uli, names)
    for look_up in (services.keys.present, services.keys.values):
        assert not look_up(uli, ["none"] * 1000)
        with pytest.raises(InvalidRequest):
            look_up(uli, ["none"] * 1001)
        with pytest.raises(InvalidName):
            look_up(uli, ["a", "a b"])


def test_a_look_up_is_one_round_trip_and_checks_the_token(services, uli, store, monkeypatch):
    services.keys.values(uli, ["a"])
    trips, ask = [], store._ask
    with monkeypatch.context() as patched:
        patched.setattr(store, "_ask", lambda commands: trips.append(commands) or ask(commands))
        services.keys.values(uli, ["a", "b", "c"])
        services.keys.present(uli, ["a", "b", "c"])
    assert len(trips) == 2
    services.users.change("1", password="another")
    for look_up in (services.keys.present, services.keys.values):
        with pytest.raises(Unauthorized):
            look_up(uli, ["a"])


def test_a_walk_gives_every_name_once_in_order(services, uli, raw):
    names = [f"k{number:05}" for number in range(500)]
    raw.zadd("b9y:{1}:keys", dict.fromkeys(names, 0))
    pages = list(services.keys.walk(uli))
    assert [len(page) for page in pages] == [200, 200, 100]
    assert [name for page in pages for name in page] == names


def test_a_walk_ends_when_its_user_goes(services, uli, raw):
    raw.zadd("b9y:{1}:keys", {f"k{number}": 0 for number in range(1500)})
    walk = services.keys.walk(uli)
    next(walk)
    services.users.delete("1")
    with pytest.raises(Unauthorized):
        next(walk)
