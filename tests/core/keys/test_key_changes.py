"""Keys that end, that match, and that have a type; counters with bounds."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bambleweeny.core.key_entry import KeyEntry
from bambleweeny.core.keys.conditions import ANY, Bounds, Precondition, WriteOptions, exactly
from bambleweeny.errors import (
    Busy,
    InvalidName,
    InvalidRequest,
    LimitReached,
    NotAnInteger,
    NotFound,
    NotJson,
    PreconditionFailed,
    QuotaExceeded,
    StoreFull,
    TooMuchAtOnce,
    Unauthorized,
)

TYPED = WriteOptions(None, "text/html")
HOUR = WriteOptions(3600)
MISSING = Precondition(if_none_match="*")
PRESENT = Precondition(if_match="*")


def end(raw, *names):
    """Let keys that end have ended just now, as the engine's clock would."""
    for name in names:
        raw.unlink(f"b9y:{{1}}:key:{name}", f"b9y:{{1}}:meta:{name}")
        raw.zadd("b9y:{1}:expiring", {name: time.time_ns() // 1_000_000 - 1})


def test_a_key_has_an_end_and_a_type(services, uli, raw):
    services.key_changes.set_with_options(
        uli, "k", b"v", WriteOptions(600, 'text/html; charset="x"')
    )
    held = services.keys.read(uli, "k")
    assert (held.value, held.content_type) == (b"v", 'text/html; charset="x"')
    assert 580 <= held.seconds_left() <= 600
    ends = str(held.expires).encode()
    assert raw.get("b9y:{1}:meta:k") == ends + b' text/html; charset="x"'
    assert raw.zrange("b9y:{1}:expiring", 0, -1, withscores=True) == [(b"k", held.expires)]
    for name in ("key", "meta"):
        assert abs(raw.pttl(f"b9y:{{1}}:{name}:k") - held.seconds_left() * 1000) < 20_000


def test_a_plain_key_has_nothing_beside_it(services, uli, raw):
    services.key_changes.set_with_options(uli, "k", b"v", WriteOptions(), MISSING)
    assert sorted(raw.keys("b9y:{1}:*")) == [b"b9y:{1}:key:k", b"b9y:{1}:keys", b"b9y:{1}:user"]
    assert services.keys.read(uli, "k") == KeyEntry(b"v", None, "")


@pytest.mark.parametrize(
    "forget",
    [
        lambda s, c: s.keys.set(c, "k", b"w"),
        lambda s, c: s.key_changes.set_with_options(c, "k", b"w", WriteOptions()),
        lambda s, c: s.key_changes.swap(c, "k", b"w", WriteOptions(), PRESENT),
    ],
)
def test_a_write_forgets_the_end_and_the_type(services, uli, raw, forget):
    services.key_changes.set_with_options(uli, "k", b"v", WriteOptions(600, "a/b"))
    forget(services, uli)
    assert services.keys.read(uli, "k") == KeyEntry(b"w", None, "")
    assert raw.pttl("b9y:{1}:key:k") == -1
    assert not raw.exists("b9y:{1}:meta:k", "b9y:{1}:expiring")


def test_a_write_can_keep_the_end(services, uli):
    services.key_changes.set_with_options(uli, "k", b"v", WriteOptions(600, "a/b"))
    before = services.keys.read(uli, "k")
    services.key_changes.set_with_options(uli, "k", b"w", WriteOptions("keep"))
    assert services.keys.read(uli, "k") == KeyEntry(b"w", before.expires, "")
    services.key_changes.set_with_options(uli, "new", b"w", WriteOptions("keep"))
    assert services.keys.read(uli, "new").expires is None


def test_a_key_ends_by_itself(services, uli):
    services.key_changes.set_with_options(uli, "k", b"v", WriteOptions(1))
    assert services.keys.read(uli, "k").seconds_left() == 1
    begun = time.monotonic()
    while services.keys.present(uli, ["k"]):
        assert time.monotonic() - begun < 20
        time.sleep(0.02)
    assert time.monotonic() - begun > 0.9
    with pytest.raises(NotFound):
        services.keys.delete(uli, "k")


def test_what_has_ended_does_not_count_against_the_quota(services, uli, raw):
    services.users.change("1", quota=150)
    for number in range(150):
        services.key_changes.set_with_options(uli, f"k{number}", b"", HOUR)
    with pytest.raises(QuotaExceeded):
        services.keys.set(uli, "more", b"")
    end(raw, *(f"k{number}" for number in range(150)))
    for number in range(150):
        services.keys.set(uli, f"k{number}", b"again")
        assert services.keys.get(uli, f"k{number}") == b"again"
    with pytest.raises(QuotaExceeded):
        services.keys.set(uli, "more", b"")
    assert raw.zcard("b9y:{1}:keys") == 150
    assert not raw.exists("b9y:{1}:expiring")


@pytest.mark.parametrize(
    "make",
    [
        lambda s, c: s.keys.set(c, "k", b"1"),
        lambda s, c: s.keys.incr(c, "k"),
        lambda s, c: s.key_changes.incr_within(c, "k", 1, Bounds(ttl=60)),
        lambda s, c: s.key_changes.set_with_options(c, "k", b"1", HOUR, MISSING),
        lambda s, c: s.key_changes.patch(c, "k", b"1", WriteOptions("keep", "keep")),
    ],
)
def test_a_key_that_has_ended_can_be_made_anew(services, uli, raw, make):
    for number in range(120):  # more than are forgotten at a time
        services.key_changes.set_with_options(uli, f"a{number}", b"", WriteOptions(1000))
    services.key_changes.set_with_options(uli, "k", b"v", WriteOptions(2000))
    end(raw, *(f"a{number}" for number in range(120)))
    end(raw, "k")
    make(services, uli)
    services.keys.set(uli, "other", b"")
    services.keys.set(uli, "another", b"")
    assert services.keys.get(uli, "k") == b"1"
    assert raw.zscore("b9y:{1}:keys", "k") == 0
    assert bool(services.keys.read(uli, "k").expires) == (
        raw.zscore("b9y:{1}:expiring", "k") is not None
    )


def test_deleting_what_has_ended_frees_its_place_once(services, uli, raw):
    services.users.change("1", quota=1)
    services.key_changes.set_with_options(uli, "k", b"v", HOUR)
    end(raw, "k")
    with pytest.raises(NotFound):
        services.keys.delete(uli, "k")
    assert not raw.exists("b9y:{1}:keys", "b9y:{1}:expiring")
    services.keys.set(uli, "k", b"v")
    with pytest.raises(QuotaExceeded):
        services.keys.set(uli, "more", b"")


@pytest.mark.parametrize("write", [
    lambda s, c: s.keys.set(c, "k", b"w"),
    lambda s, c: s.key_changes.set_with_options(c, "k", b"w", HOUR),
    lambda s, c: s.key_changes.change_ttl(c, "k", None),
])  # fmt: skip
def test_a_key_that_lives_on_is_in_the_index_again(services, uli, raw, write):
    """In its last millisecond a key is read still, and its name may be forgotten already."""
    services.key_changes.set_with_options(uli, "k", b"v", WriteOptions(1))
    raw.zrem("b9y:{1}:keys", "k")
    write(services, uli)
    assert raw.zscore("b9y:{1}:keys", "k") == 0


def test_an_end_can_be_moved_and_taken_away(services, uli, raw):
    services.key_changes.set_with_options(uli, "k", b"v", WriteOptions(None, "a/b"))
    services.key_changes.change_ttl(uli, "k", 60)
    held = services.keys.read(uli, "k")
    assert held.content_type == "a/b"
    assert 40 < held.seconds_left() <= 60
    assert 40_000 < raw.pttl("b9y:{1}:key:k") <= 60_000
    assert 580 < services.key_changes.touch(uli, "k", 600).seconds_left() <= 600
    assert raw.zscore("b9y:{1}:expiring", "k") == services.keys.read(uli, "k").expires
    services.key_changes.change_ttl(uli, "k", None)
    assert services.keys.read(uli, "k") == KeyEntry(b"v", None, "a/b")
    assert raw.pttl("b9y:{1}:key:k") == raw.pttl("b9y:{1}:meta:k") == -1
    assert not raw.exists("b9y:{1}:expiring")
    for change in (services.key_changes.touch, services.key_changes.change_ttl):
        with pytest.raises(NotFound):
            change(uli, "none", 60)


def test_terms_hold_or_nothing_changes(services, uli, raw):
    changes = services.key_changes
    changes.set_with_options(uli, "k", b"v", HOUR, MISSING)
    before = raw.get("b9y:{1}:meta:k")
    other = exactly(b"other")
    for terms in (
        MISSING,
        other,
        Precondition("-"),
        Precondition(if_none_match=exactly(b"v").if_match),
    ):
        for change in (
            lambda t: changes.set_with_options(uli, "k", b"w", WriteOptions(), t),
            lambda t: changes.swap(uli, "k", b"w", WriteOptions(), t),
            lambda t: changes.take(uli, "k", t),
            lambda t: changes.change_ttl(uli, "k", 5, t),
            lambda t: changes.patch(uli, "k", b"1", WriteOptions(), t),
        ):
            with pytest.raises(PreconditionFailed):
                change(terms)
    assert services.keys.get(uli, "k") == b"v"
    assert raw.get("b9y:{1}:meta:k") == before
    for terms in (PRESENT, other):
        with pytest.raises(PreconditionFailed):
            changes.set_with_options(uli, "none", b"w", WriteOptions(), terms)
    changes.set_with_options(uli, "k", b"w", WriteOptions(), exactly(b"v"))
    changes.change_ttl(uli, "k", 5, Precondition(f"{other.if_match} {exactly(b'w').if_match}"))
    assert changes.take(uli, "k", exactly(b"w")).value == b"w"
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]
    for change in (lambda: changes.take(uli, "k", PRESENT), lambda: changes.take(uli, "k")):
        with pytest.raises(NotFound):
            change()


def test_only_one_of_many_gets_a_lock_and_each_change_is_counted(services, uli):
    changes = services.key_changes

    def lock(number):
        try:
            changes.set_with_options(uli, "lock", b"%d" % number, HOUR, MISSING)
        except PreconditionFailed:
            return None
        return number

    def count(_):
        done = 0
        while done < 5:
            known = services.keys.get(uli, "n")
            try:
                changes.set_with_options(
                    uli, "n", b"%d" % (int(known) + 1), WriteOptions(), exactly(known)
                )
            except PreconditionFailed:
                continue
            done += 1

    services.keys.set(uli, "n", b"0")
    with ThreadPoolExecutor(8) as pool:
        [winner] = [number for number in pool.map(lock, range(40)) if number is not None]
        list(pool.map(count, range(8)))
    assert services.keys.get(uli, "lock") == b"%d" % winner
    assert services.keys.get(uli, "n") == b"40"


def test_what_was_there_before_is_given(services, uli):
    assert services.key_changes.swap(uli, "k", b"\xff", WriteOptions(60, "a/b")) is None
    old = services.key_changes.swap(uli, "k", b"new", WriteOptions())
    assert (old.value, old.content_type, old.seconds_left()) == (b"\xff", "a/b", 60)
    assert services.key_changes.swap(uli, "k", b"", WriteOptions()).value == b"new"
    assert services.key_changes.take(uli, "k") == KeyEntry(b"", None, "")


def test_a_quota_holds_for_new_keys_and_no_others(services, uli):
    services.users.change("1", quota=1)
    changes = services.key_changes
    changes.set_with_options(uli, "k", b"{}", HOUR)
    for make in (
        lambda: changes.set_with_options(uli, "new", b"", HOUR),
        lambda: changes.swap(uli, "new", b"", WriteOptions()),
        lambda: changes.incr_within(uli, "new", 1, Bounds(10)),
        lambda: changes.patch(uli, "new", b"{}", WriteOptions()),
    ):
        with pytest.raises(QuotaExceeded):
            make()
    changes.set_with_options(uli, "k", b"{}", HOUR, PRESENT)
    changes.patch(uli, "k", b'{"a":1}', WriteOptions("keep", "keep"))
    assert services.keys.get(uli, "k") == b'{"a":1}'


def test_a_patch_keeps_the_end_and_the_type(services, uli):
    patch, keep = services.key_changes.patch, WriteOptions("keep", "keep")
    services.key_changes.set_with_options(uli, "k", b'{"a":{"b":1},"c":2}', WriteOptions(60, "a/b"))
    before = services.keys.read(uli, "k")
    assert patch(uli, "k", b'{"a":{"b":null,"d":[]}}', keep) == b'{"a":{"d":[]},"c":2}'
    assert services.keys.read(uli, "k") == KeyEntry(b'{"a":{"d":[]},"c":2}', before.expires, "a/b")
    patch(uli, "k", b"{}", WriteOptions(600, "keep"), exactly(b'{"a":{"d":[]},"c":2}'))
    assert services.keys.read(uli, "k").seconds_left() == 600
    patch(uli, "made", b'{"a":null,"b":1}', keep)
    assert services.keys.read(uli, "made") == KeyEntry(b'{"b":1}', None, "application/json")


def test_a_patch_that_cannot_be_done_leaves_the_value(services, uli):
    patch, keep = services.key_changes.patch, WriteOptions("keep", "keep")
    for value in (b"", b"x", b"{", b'{"a":"\xff"}'):
        services.keys.set(uli, "k", value)
        with pytest.raises(NotJson):
            patch(uli, "k", b"{}", keep)
        assert services.keys.get(uli, "k") == value
    services.keys.set(uli, "k", b"{}")
    for bad in (b"", b"{", b"\xff", b'{"a":' * 101 + b"1" + b"}" * 101):
        with pytest.raises(InvalidRequest):
            patch(uli, "k", bad, keep)
    services.keys.set(uli, "k", b'"' + b"a" * (16 << 20) + b'"')
    with pytest.raises(TooMuchAtOnce):
        patch(uli, "k", b'"' + b"a" * (16 << 20) + b'"', keep)


def test_patches_at_once_lose_nothing(services, uli):
    def change(number):
        done = 0
        while done < 10:
            try:
                services.key_changes.patch(
                    uli, "k", b'{"n%d":{"%d":true}}' % (number, done), WriteOptions("keep", "keep")
                )
            except Busy:
                continue
            done += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(4)))
    assert services.keys.get(uli, "k").count(b"true") == 40


def test_a_key_that_never_rests_is_told(services, uli, monkeypatch):
    services.keys.set(uli, "k", b"0")
    read, numbers = services.keys.read, iter(range(1, 100))

    def read_and_change(caller, name):
        known = read(caller, name)
        services.keys.set(caller, name, b"%d" % next(numbers))
        return known

    monkeypatch.setattr(services.keys, "read", read_and_change)
    with pytest.raises(Busy, match="changes too often"):
        services.key_changes.patch(uli, "k", b"{}", WriteOptions("keep", "keep"))
    assert next(numbers) == 11


BIG = 2**63 - 1


@pytest.mark.parametrize(
    "count",
    [  # a number, a step, bounds, the new number
        (None, 1, Bounds(1), 1), (None, 2, Bounds(1), None), (None, -1, Bounds(least=-1), -1),
        (None, -1, Bounds(least=0), None), (9, 1, Bounds(10), 10), (10, 1, Bounds(10), None),
        (10, 0, Bounds(10), 10), (11, 0, Bounds(10), None), (-5, 3, Bounds(-2), -2), (-5, 4, Bounds(-2), None),
        (5, -15, Bounds(least=-10), -10), (5, -16, Bounds(least=-10), None), (99, 1, Bounds(1000), 100),
        (-100, 1, Bounds(0), -99), (BIG - 1, 1, Bounds(BIG), BIG), (BIG, 1, Bounds(BIG), None),
        (BIG - 1, 1, Bounds(BIG - 1), None), (2**53, 1, Bounds(2**53 + 1), 2**53 + 1), (2**53 + 1, 1, Bounds(2**53 + 1), None),
        (-BIG - 1, -1, Bounds(least=-BIG - 1), None), (-BIG, -1, Bounds(least=-BIG - 1), -BIG - 1),
        (3, 1, Bounds(10, 5), None), (4, 1, Bounds(10, 5), 5),
    ],
)  # fmt: skip
def test_a_counter_stays_within_its_bounds(services, uli, raw, count):
    known, by, bounds, expected = count
    if known is not None:
        services.keys.set(uli, "n", b"%d" % known)
    before = raw.get("b9y:{1}:key:n")
    if expected is None:
        with pytest.raises(LimitReached) as caught:
            services.key_changes.incr_within(uli, "n", by, bounds)
        assert caught.value.retry_after is None
        assert raw.get("b9y:{1}:key:n") == before
    else:
        assert services.key_changes.incr_within(uli, "n", by, bounds) == expected
        assert raw.get("b9y:{1}:key:n") == b"%d" % expected
    assert raw.zcard("b9y:{1}:keys") == raw.exists("b9y:{1}:key:n")


def test_a_new_counter_ends_and_says_when_it_is_full(services, uli):
    count, minute = services.key_changes.incr_within, Bounds(2, ttl=60)
    assert count(uli, "n", 1, minute) == 1
    ends = services.keys.read(uli, "n").expires
    assert count(uli, "n", 1, Bounds(2, ttl=3600)) == 2
    assert services.keys.read(uli, "n").expires == ends
    with pytest.raises(LimitReached) as caught:
        count(uli, "n", 1, minute)
    assert 40 < caught.value.retry_after <= 60
    services.keys.incr(uli, "n")
    assert services.keys.read(uli, "n").expires == ends


@pytest.mark.parametrize("value", [b"x", b"", b"1.5", b"007", b"-0", b" 1", b"9" * 30])
def test_bounds_do_not_make_a_number_of_what_is_none(services, uli, value):
    services.keys.set(uli, "n", value)
    for bounds in (Bounds(5), Bounds(least=5), Bounds(ttl=5)):
        with pytest.raises(NotAnInteger):
            services.key_changes.incr_within(uli, "n", 1, bounds)
    assert services.keys.read(uli, "n") == KeyEntry(value, None, "")


def test_a_rate_limit_is_exact_under_many(services, uli):
    def ask(_):
        try:
            return services.key_changes.incr_within(uli, "n", 1, Bounds(25, ttl=60))
        except LimitReached:
            return None

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for number in pool.map(ask, range(100)) if number is not None]
    assert sorted(numbers) == list(range(1, 26))


CHANGES = {
    "touch": lambda s, c, n: s.touch(c, n, 5),
    "change_ttl": lambda s, c, n: s.change_ttl(c, n, 5),
    "set_with_options": lambda s, c, n: s.set_with_options(c, n, b"", TYPED, ANY),
    "swap": lambda s, c, n: s.swap(c, n, b"", TYPED),
    "patch": lambda s, c, n: s.patch(c, n, b"{}", WriteOptions("keep", "keep")),
    "incr_within": lambda s, c, n: s.incr_within(c, n, 1, Bounds(5)),
    "take": lambda s, c, n: s.take(c, n),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_checks_the_name_and_the_token(services, uli, admin, raw, change):
    services.keys.set(uli, "k", b"1")
    with pytest.raises(InvalidName):
        change(services.key_changes, uli, "a b")
    services.users.change("1", password="another")
    with pytest.raises(Unauthorized):
        change(services.key_changes, uli, "k")
    assert raw.get("b9y:{1}:key:k") == b"1"
    assert not raw.exists("b9y:{1}:meta:k")


def test_a_full_store_takes_no_more_and_deletes(services, uli, raw):
    services.key_changes.set_with_options(uli, "k", b"1", HOUR)
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        for name in ("set_with_options", "swap", "patch", "incr_within", "change_ttl", "touch"):
            with pytest.raises(StoreFull):
                CHANGES[name](services.key_changes, uli, "k")
        for name in ("set_with_options", "incr_within"):
            with pytest.raises(StoreFull):
                CHANGES[name](services.key_changes, uli, "new")
        assert raw.exists("b9y:{1}:key:new") == 0
        assert services.keys.get(uli, "k") == b"1"
        assert services.key_changes.take(uli, "k", exactly(b"1")).value == b"1"
    finally:
        raw.config_set("maxmemory", before)
