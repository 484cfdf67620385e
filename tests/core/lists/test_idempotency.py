"""Idempotency keys: digests, for a day, of the last 100,000 pushes at least, gone with their list."""

import time

import pytest
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.lists.idempotency import delete_idempotency_keys, list_digest, push_digest
from bambleweeny.core.lists.lists import push_options
from bambleweeny.errors import NotFound
from queues import check, key

NOW, BEFORE = "b9y:{1}:idempotent", "b9y:{1}:idempotent_old"
DAY = 86_400
LONG = "n" * 255


@pytest.fixture
def push(services, uli):
    def push(name, text, body=b"x"):
        return services.lists.push(uli, name, body, push_options(once=text))

    return push


def member(name, text, at, item_id=7):
    return push_digest(name, text).encode() + int(at * 1e6).to_bytes(7) + item_id.to_bytes(7)


def members(raw):
    return raw.zcard(NOW), raw.zcard(BEFORE)


def test_what_is_kept_is_short_and_says_nothing(push, raw):
    push(LONG, "secret order" + "k" * 243)
    [kept] = raw.zrange(NOW, 0, -1)
    assert len(kept) == 36
    assert not [name for name in raw.keys("*once*") if raw.exists(name)]
    assert kept.startswith(list_digest(LONG).encode())
    assert 2 * DAY - 60 < raw.ttl(NOW) <= 2 * DAY


def test_a_key_costs_less_than_200_bytes_whatever_its_length(services, uli, push, raw):
    for number in range(1000):
        push(LONG, f"{number:0255}", b"")
    assert raw.memory_usage(NOW, samples=0) / 1000 < 200
    services.lists.delete(uli, LONG)
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]


def test_keys_differ_by_list_and_by_text(push):
    pairs = [
        ("a", "b"),
        ("a", "c"),
        ("b", "b"),
        ("a", "b "),
        ("a", "B"),
        ("a:b", "c"),
        ("a", ":b c"),
    ]
    ids = [push(*pair) for pair in pairs]
    assert len(set(ids)) == len(pairs)
    assert [push(*pair) for pair in pairs] == ids


def test_a_key_is_known_for_a_day(push, raw):
    now = time.time()
    raw.zadd(NOW, {member("q", "old", now - DAY - 5): 0, member("q", "young", now - DAY + 60): 0})
    assert push("q", "young") == 7
    new = push("q", "old")
    assert new != 7
    assert push("q", "old") == new


def test_after_a_day_the_known_ones_become_the_old_ones(push, raw):
    first = push("q", "1")
    raw.pexpire(NOW, DAY * 1000 + 60_000)
    second = push("q", "2")
    assert members(raw) == (2, 0)
    raw.pexpire(NOW, DAY * 1000 - 1)
    third = push("q", "3")
    assert members(raw) == (1, 2)
    assert DAY - 60 < raw.ttl(BEFORE) <= DAY
    assert [push("q", text) for text in "123"] == [first, second, third]
    raw.pexpire(NOW, 1000)
    push("q", "4")
    assert members(raw) == (1, 1)
    assert push("q", "3") == third
    assert push("q", "1") != first


def test_the_last_100_000_are_known_and_no_more_than_twice_as_many_kept(push, raw):
    now = time.time()

    def fill(letter):
        for start in range(0, 100_000, 5000):
            numbers = range(start, start + 5000)
            raw.zadd(NOW, {member("q", f"{letter}{n}", now, n + 1): 0 for n in numbers})

    fill("a")
    raw.pexpire(NOW, 2 * DAY * 1000)
    assert push("q", "a0") == 1
    push("q", "new")
    assert members(raw) == (1, 100_000)
    assert push("q", "a99999") == 100_000
    fill("b")
    push("q", "newer")
    assert members(raw) == (1, 100_001)
    assert push("q", "b5") == 6
    assert push("q", "a5") != 6


def test_a_deleted_list_takes_its_keys_along_and_no_others(services, uli, push, raw):
    kept = push("other", "k")
    now = time.time()
    raw.zadd(BEFORE, {member("q", f"{number}", now - 60): 0 for number in range(1234)})
    raw.zadd(BEFORE, {member("other", f"{number}", now - 60): 0 for number in range(10)})
    first = push("q", "k")
    services.lists.delete(uli, "q")
    assert members(raw) == (1, 10)
    assert push("other", "k") == kept
    assert push("q", "k") != first
    assert check(raw) == [b"x"]


def test_a_list_that_ran_empty_keeps_its_keys_until_it_is_deleted(services, uli, push, raw):
    first = push("q", "k")
    assert services.lists.pop(uli, "q") == b"x"
    assert push("q", "k") == first
    services.items.purge(uli, "q", ["ready"])
    assert push("q", "k") == first
    assert services.usage.of(uli).idempotency_keys == 1
    assert services.usage.of(uli).bytes == 64
    services.lists.delete(uli, "q")
    assert members(raw) == (0, 0)
    assert services.usage.of(uli).bytes == services.usage.of(uli).idempotency_keys == 0
    with pytest.raises(NotFound):
        services.lists.delete(uli, "q")
    assert push("q", "k") != first


def test_what_is_pushed_while_a_list_is_deleted_is_not_forgotten(store, uli, push, raw):
    now = time.time()
    before = {member("q", f"{number}", now - 5): 0 for number in range(1500)}
    after = {member("q", f"new{number}", now + 5): 0 for number in range(1500)}
    raw.zadd(NOW, before | after)
    delete_idempotency_keys(store, uli, "q", int(now * 1e6))
    assert set(raw.zrange(NOW, 0, -1)) == set(after)


def test_a_users_keys_go_with_the_user(services, push, raw):
    push("q", "k")
    raw.rename(NOW, BEFORE)
    push("q", "other")
    services.users.delete("1")
    assert not raw.keys("b9y:{1}:*")


def test_an_import_that_replaces_forgets_them(as_uli, raw):
    keyed = {"Idempotency-Key": "k"}
    as_uli.post("/lists/q", data=b"1", headers=keyed)
    as_uli.post("/import?mode=replace", data=b"")
    assert as_uli.post("/lists/q", data=b"2", headers=keyed).ok
    assert as_uli.get("/lists/q").text == "2"


def lay(raw, *texts, at):
    """Note pushes as layout 2 had them."""
    for number, text in enumerate(texts, start=1):
        raw.hset("b9y:{1}:once", text, str(number))
        raw.zadd("b9y:{1}:once_at", {text: int(at * 1000)})


def test_keys_of_layout_2_stay_known(services, uli, push, store, raw):
    services.users.create("ann", "another")
    raw.delete("b9y:{2}:user")
    raw.zadd("b9y:{2}:once_at", {"q k": 1})
    open_instance(store)
    lay(
        raw,
        "q order 7",
        "q order 7 b",
        f"{LONG} k",
        *(f"many {n}" for n in range(1100)),
        at=time.time() - 60,
    )
    raw.zadd("b9y:{1}:once_at", {"q without id": int(time.time() * 1000)})
    raw.hset("b9y:instance", "schema", 2)
    for _ in range(2):
        open_instance(store)
        assert members(raw) == (1103, 0)
        assert not raw.exists("b9y:{1}:once", "b9y:{1}:once_at")
    assert 2 * DAY - 60 < raw.ttl(NOW) <= 2 * DAY
    assert [
        push("q", "order 7"),
        push("q", "order 7 b"),
        push(LONG, "k"),
        push("many", "1099"),
    ] == [1, 2, 3, 1103]
    assert not raw.exists(key("ready"))


def test_a_key_of_layout_2_ends_when_it_would_have(push, store, raw):
    open_instance(store)
    lay(raw, "q old", at=time.time() - DAY - 5)
    raw.hset("b9y:instance", "schema", 2)
    open_instance(store)
    assert push("q", "old") != 1


def test_a_full_engine_takes_keys_of_layout_2_over(push, store, raw):
    open_instance(store)
    lay(raw, "q k", at=time.time())
    raw.hset("b9y:instance", "schema", 2)
    before = raw.config_get("maxmemory")["maxmemory"]
    raw.config_set("maxmemory", 1)
    try:
        open_instance(store)
    finally:
        raw.config_set("maxmemory", before)
    assert push("q", "k") == 1
