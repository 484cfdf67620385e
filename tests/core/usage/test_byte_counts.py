"""The bytes that a user uses: exact after every operation, and never beyond their limit."""

import time
from contextlib import nullcontext
from random import Random

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.batch.operations import Publish, Push, Set
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.keys.conditions import WriteOptions
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.usage.byte_counts import recount, used_bytes
from bambleweeny.errors import Busy, MaxBytesExceeded
from faults.tenant_work import SOON_MS, Work, bytes_of_export, bytes_of_pushes, bytes_of_topics


def set_max_bytes(services, user_id, limit):
    services.users.change(user_id, limits={"max_bytes": limit})


@pytest.mark.parametrize("limit", [0, 4000, 7000])
def test_the_count_is_exact_after_random_work(services, uli, store, raw, limit):
    set_max_bytes(services, "1", limit)
    work = Work(services, uli, raw, Random(limit))
    for _ in range(40):
        for _ in range(30):
            work.step()
        time.sleep(SOON_MS / 1000)
        used = used_bytes(store, uli)
        assert used == recount(store, uli)
        assert not limit or used <= limit
    empty = bytes_of_topics(raw)
    assert used == bytes_of_export(services, uli) + bytes_of_pushes(raw) + empty
    assert bool(limit) == ("max_bytes_exceeded" in work.refused)


def test_new_users_and_the_admin_use_nothing(services, admin, uli, store):
    for caller in (admin, uli):
        assert used_bytes(store, caller) == recount(store, caller) == 0
        services.keys.set(caller, "k", b"1234")
        assert used_bytes(store, caller) == 1 + 4 + 64


def test_each_kind_counts_as_it_is_documented(services, uli, store, raw):
    def grown():
        nonlocal before
        grows = used_bytes(store, uli) - before
        before += grows
        return grows

    before = 0
    services.lists.push(uli, "jobs", b"12345")
    assert grown() == (4 + 64) + (5 + 64)
    services.lists.push(uli, "jobs", b"", push_options(delay=60, once="a"))
    assert grown() == 64 + 64
    services.topics.publish(uli, "news", b"abc", "a/b")
    assert grown() == (4 + 64) + (3 + 3 + 64)
    services.routes.create(uli, "k", "text/plain")
    assert grown() == 36 + 64
    document = b'{"rules":[{}]}'
    services.mocks.documents.create(uli, document)
    assert grown() == 36 + len(document) + 64
    services.lists.delete(uli, "jobs")
    services.topics.delete(uli, "news")
    assert used_bytes(store, uli) == 2 * (36 + 64) + len(document)


def test_more_than_the_limit_is_refused_and_a_shorter_value_makes_room(services, uli, store):
    set_max_bytes(services, "1", 65 + 100)
    services.keys.set(uli, "k", bytes(100))
    for write in (
        lambda: services.keys.set(uli, "k", bytes(101)),
        lambda: services.keys.set(uli, "new", b""),
        lambda: services.keys.incr(uli, "new"),
        lambda: services.lists.push(uli, "new", b""),
        lambda: services.lists.push(uli, "new", b"", push_options(delay=9)),
        lambda: services.list_policies.set(uli, "new", ListPolicy()),
        lambda: services.topics.publish(uli, "new", b""),
        lambda: services.routes.create(uli, "k", "text/plain"),
        lambda: services.inboxes.bins.create(uli, "new"),
        lambda: services.mocks.documents.create(uli, b'{"rules":[{}]}'),
        lambda: services.key_changes.set_with_options(uli, "new", b"", WriteOptions(9)),
    ):
        with pytest.raises(MaxBytesExceeded) as caught:
            write()
        assert (caught.value.code, caught.value.status) == ("max_bytes_exceeded", 507)
        assert used_bytes(store, uli) == 165
    services.keys.set(uli, "k", bytes(30))
    assert used_bytes(store, uli) == 95
    services.keys.set(uli, "new", b"123")
    assert used_bytes(store, uli) == recount(store, uli) == 165


def test_a_batch_beyond_the_limit_leaves_nothing(services, uli, store):
    services.keys.set(uli, "k", b"v")
    set_max_bytes(services, "1", 500)
    many = [Set("k", "longer"), Push("q", "x"), Publish("t", "x"), Set("new", "y" * 200)]
    with pytest.raises(MaxBytesExceeded) as caught:
        services.batch.run_atomic(uli, [*many, Set("more", "z" * 200)])
    assert caught.value.index in (3, 4)
    assert used_bytes(store, uli) == recount(store, uli) == 66
    outcomes = services.batch.run(uli, [Set("a", "x" * 400), Set("b", "")])
    assert isinstance(outcomes[0], MaxBytesExceeded)
    assert outcomes[1] is True


def test_expired_keys_give_their_bytes_back(services, uli, store, raw):
    set_max_bytes(services, "1", 200)
    services.key_changes.set_with_options(uli, "old", bytes(100), WriteOptions(60))
    with pytest.raises(MaxBytesExceeded):
        services.keys.set(uli, "new", bytes(100))
    raw.zadd("b9y:{1}:expiring", {"old": 1})
    raw.delete("b9y:{1}:key:old", "b9y:{1}:meta:old")
    services.keys.set(uli, "new", bytes(100))
    assert used_bytes(store, uli) == recount(store, uli) == 167


@pytest.mark.parametrize("limit", [199, 60])
def test_an_expired_counter_gives_its_bytes_back_behind_many_others(
    services, uli, store, raw, limit
):
    names = [*(f"k{number:03}" for number in range(101)), "n"]
    for name in names:
        services.key_changes.set_with_options(uli, name, b"5", WriteOptions(60))
    for place, name in enumerate(names, 1):
        raw.zadd("b9y:{1}:expiring", {name: place})
        raw.delete(f"b9y:{{1}}:key:{name}", f"b9y:{{1}}:meta:{name}")
    set_max_bytes(services, "1", limit)
    has_room = limit > 66
    with nullcontext() if has_room else pytest.raises(MaxBytesExceeded):
        assert services.keys.incr(uli, "n") == 1
    assert used_bytes(store, uli) == recount(store, uli) == 66 * has_room
    assert raw.zrange("b9y:{1}:keys", 0, -1) == [b"n"] * has_room


def test_thousands_of_expired_keys_are_freed(services, uli, store, raw):
    for number in range(2500):
        services.key_changes.set_with_options(uli, f"k{number}", b"x", WriteOptions(60))
    for name in raw.zrange("b9y:{1}:expiring", 0, -1):
        raw.zadd("b9y:{1}:expiring", {name: 1})
        raw.delete(b"b9y:{1}:key:" + name, b"b9y:{1}:meta:" + name)
    assert used_bytes(store, uli) == 0
    assert raw.exists("b9y:{1}:sizes", "b9y:{1}:expiring") == 0


def test_a_full_list_that_drops_its_oldest_item_goes_on_at_the_limit(services, uli, store):
    services.list_policies.set(uli, "q", ListPolicy(max_len=2, overflow="drop_oldest"))
    set_max_bytes(services, "1", 65 + 2 * 74)
    for _ in range(5):
        services.lists.push(uli, "q", bytes(10))
    with pytest.raises(MaxBytesExceeded):
        services.lists.push(uli, "q", bytes(11))
    assert used_bytes(store, uli) == recount(store, uli) == 65 + 2 * 74
    assert services.items.stats(uli, "q").ready == 2


def test_a_lower_limit_keeps_the_data_and_no_limit_ends_it(services, uli, store):
    services.keys.set(uli, "k", bytes(1000))
    set_max_bytes(services, "1", 100)
    assert used_bytes(store, uli) == 1065
    assert services.keys.get(uli, "k") == bytes(1000)
    with pytest.raises(MaxBytesExceeded):
        services.keys.set(uli, "new", b"")
    services.keys.set(uli, "k", bytes(999))
    set_max_bytes(services, "1", 0)
    services.keys.set(uli, "new", bytes(10_000))
    assert used_bytes(store, uli) == recount(store, uli) == 1064 + 10_067


def test_an_upgrade_counts_everything(services, uli, store, raw):
    work = Work(services, uli, raw, Random(9))
    for _ in range(600):
        work.step()
    time.sleep(SOON_MS / 1000)
    used = used_bytes(store, uli)
    for layout in (1, 2, 3):
        raw.hdel("b9y:{1}:user", "room")
        raw.hdel("b9y:{0}:user", "room")
        raw.delete("b9y:{1}:sizes")
        raw.hset("b9y:instance", "schema", layout)
        open_instance(store)
        assert used_bytes(store, uli) == recount(store, uli) == used
        assert used_bytes(store, Caller("0", "", "")) == 0


def test_a_server_that_comes_second_to_an_upgrade_changes_nothing(services, uli, store, raw):
    services.keys.set(uli, "k", b"v")
    raw.hset("b9y:{1}:user", "room", 77)
    assert recount(store, uli, lambda: False) == -1
    assert raw.hget("b9y:{1}:user", "room") == b"77"


def test_a_count_of_data_that_always_change_gives_up(services, uli, store, raw):
    def change():
        return bool(raw.hincrby("b9y:{1}:user", "room", -1))

    with pytest.raises(Busy):
        recount(store, uli, change)
