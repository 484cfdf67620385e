"""The work of scripts of lists: each does so much, and leaves the rest to a later one."""

import time

import pytest
from bambleweeny.core.batch import batch as batch_module
from bambleweeny.core.batch.operations import Pop, Push, Set
from bambleweeny.core.lists.codec import StoredItem, pack_item
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import Lists, push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.errors import Busy, LeaseNotFound, TooMuchAtOnce
from queues import check, key, pass_time, ready_ids, set_numbers


def scripts(raw):
    return raw.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"]


def lay(raw, first_id, count, body=b"", name="q"):
    items = (
        StoredItem(one, body, arrived=one // 1000) for one in range(first_id, first_id + count)
    )
    raw.rpush(key("ready", name), *map(pack_item, items))
    raw.zadd("b9y:{1}:lists", {name: 0})
    set_numbers(raw, name, bytes=len(body) * count, last_id=first_id + count - 1)


@pytest.fixture
def roomy(store):
    """Return lists that hold more than those of the other tests."""
    return Lists(store, LongPolls(store, 1), max_items=100_000, max_bytes=64 << 20)


def lists_with_much_due(services, caller, raw, count):
    names = [f"q{number}" for number in range(count)]
    for name in names:
        services.lists.push_lines(caller, name, b"1\n" + b"2\n" * 199, push_options(delay=60))
        pass_time(raw, "delayed", name)
    raw.config_resetstat()
    return names


@pytest.mark.parametrize(("count", "steps"), [(2, 1), (3, 2), (4, 2), (7, 3)])
def test_a_batch_does_what_is_due_in_steps(services, uli, raw, count, steps):
    names = lists_with_much_due(services, uli, raw, count)
    pops = [Pop(name) for name in names]
    assert services.batch.run(uli, pops + pops) == [b"1"] * count + [b"2"] * count
    assert scripts(raw) == steps
    assert [len(check(raw, name)) for name in names] == [198] * count


def test_a_batch_of_six_hundred_due_items_is_one_step(services, uli, raw):
    names = lists_with_much_due(services, uli, raw, 3)
    assert services.batch.run(uli, [Pop(name) for name in names]) == [b"1"] * 3
    assert scripts(raw) == 1


def test_an_atomic_batch_does_what_is_due_before(services, uli, raw):
    names = lists_with_much_due(services, uli, raw, 4)
    operations = [*(Pop(name) for name in names), Push("q0", "3"), Set("k", "v")]
    assert services.batch.run_atomic(uli, operations) == [b"1"] * 4 + [True, True]
    assert scripts(raw) == 2
    assert [len(check(raw, name)) for name in names] == [200, 199, 199, 199]


def test_an_atomic_batch_gives_up_where_too_much_is_due(services, uli, raw, monkeypatch):
    monkeypatch.setattr(batch_module, "_MOST_ROUNDS", 2)
    names = lists_with_much_due(services, uli, raw, 7)
    operations = [Set("k", "v"), *(Pop(name) for name in names)]
    with pytest.raises(Busy):
        services.batch.run_atomic(uli, operations)
    assert scripts(raw) == 2
    assert not raw.exists("b9y:{1}:key:k")
    assert services.batch.run_atomic(uli, operations) == [True, *[b"1"] * 7]


def test_lists_that_drop_much_for_a_batch_do_so_in_steps(services, uli, raw):
    for name in "abcd":
        services.list_policies.set(uli, name, ListPolicy(max_len=20_000, overflow="drop_oldest"))
        lay(raw, 1000, 10_500, name=name)
        services.list_policies.set(uli, name, ListPolicy(max_len=10, overflow="drop_oldest"))
    pushes = [Push(name, "x") for name in "abc"]
    raw.config_resetstat()
    with pytest.raises(TooMuchAtOnce) as caught:
        services.batch.run_atomic(uli, pushes)
    assert caught.value.index == 2
    assert [raw.llen(key("ready", name)) for name in "abc"] == [10_500] * 3
    assert services.batch.run_atomic(uli, [Push("d", "x")] * 3) == [True] * 3
    raw.config_resetstat()
    assert services.batch.run(uli, pushes) == [True] * 3
    assert scripts(raw) == 2
    assert [raw.llen(key("ready", name)) for name in "abc"] == [501] * 3


def test_leases_that_go_back_amid_a_long_list_do_so_in_steps(services, uli, raw):
    for number in range(5):
        services.lists.push(uli, "q", b"%d" % number)
    leased = services.leases.lease(uli, "q", 5, 3600)
    ids = [item.id for item in leased]
    services.lists.push(uli, "q", b"")
    raw.delete(key("ready"))
    lay(raw, ids[0] - 70_000, 70_000)
    lay(raw, ids[-1] + 1, 70_000)
    set_numbers(raw, bytes=5)
    changes = [Change("retry", lease_of(item)) for item in leased[:4]]
    raw.config_resetstat()
    outcomes = services.leases.change_each(
        uli, "q", [*changes, changes[0], Change("ack", lease_of(leased[4])), changes[3]]
    )
    assert [type(outcome) for outcome in outcomes] == [
        *[type(None)] * 4, LeaseNotFound, type(None), LeaseNotFound,
    ]  # fmt: skip
    assert scripts(raw) == 3
    assert ready_ids(raw)[70_000:70_004] == ids[:4]
    assert services.items.stats(uli, "q")[:5] == (140_004, 0, 0, 0, 4)


def test_leases_near_an_end_go_back_in_one_step(services, uli, raw):
    services.lists.push_lines(uli, "q", b"x\n" * 1000)
    leased = [item for _ in range(10) for item in services.leases.lease(uli, "q", 100)]
    raw.config_resetstat()
    changes = [Change("retry", lease_of(item)) for item in leased]
    assert services.leases.change_each(uli, "q", changes) == [None] * 1000
    assert scripts(raw) == 1
    assert ready_ids(raw) == [item.id for item in leased]


def test_leases_of_many_bytes_change_in_steps(services, roomy, uli, raw):
    for _ in range(12):
        roomy.push(uli, "q", bytes(1 << 20))
    leased = [item for _ in range(12) for item in services.leases.lease(uli, "q")]
    raw.config_resetstat()
    changes = [Change("ack", lease_of(item)) for item in leased]
    assert services.leases.change_each(uli, "q", changes) == [None] * 12
    assert scripts(raw) == 2
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]


LENGTHS = (0, 1, 2, 3, 1000, 4095, 4096, 4097, 60_000)
"""Of runs of ids that are taken."""


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("options", [push_options(delay=60), push_options(ttl=60)])
def test_an_id_behind_a_run_of_taken_ones_is_found_by_halving(roomy, uli, raw, options, length):
    first = roomy.push(uli, "q", b"x")
    wanted = time.time_ns() // 1000 + 10**9
    set_numbers(raw, last_id=wanted - 1)
    expected = {*range(wanted + length, wanted + length + 3)}
    assert pushed_behind(roomy, uli, raw, options, range(wanted, wanted + length)) == {
        first, *expected,
    }  # fmt: skip


@pytest.mark.parametrize("length", LENGTHS)
def test_an_id_for_the_front_is_found_by_halving(roomy, uli, raw, length):
    first, wanted = roomy.push(uli, "q", b"x"), 1_000_000
    raw.hset(key("list"), "low", wanted + 1)
    taken = range(wanted - length + 1, wanted + 1)
    expected = {wanted - length, wanted - length - 1, wanted - length - 2}
    options = push_options(front=True)
    assert pushed_behind(roomy, uli, raw, options, taken) == {first, *expected}


def pushed_behind(lists, caller, raw, options, taken):
    """Push three items past ids that are taken, and return the ids of all others."""
    if taken:
        raw.hset(key("held"), mapping=dict.fromkeys(taken, b"taken"))
    raw.config_resetstat()
    assert lists.push_lines(caller, "q", b"1\n2\n3\n", options) == 3
    calls = raw.info("commandstats")["cmdstat_hexists"]["calls"]
    assert calls <= 3 + 2 * len(taken).bit_length() + 1
    return {*map(int, raw.hkeys(key("held"))), *ready_ids(raw)} - {*taken}


@pytest.mark.parametrize("count", [1, 2, 500, 501, 502, 1000, 1001, 1002, 10_000])
def test_lines_are_added_in_few_commands(roomy, services, uli, raw, count):
    lines = [b"%d" % number for number in range(count)]
    services.lists.push(uli, "q", b"first")
    raw.config_resetstat()
    assert roomy.push_lines(uli, "q", b"\n".join(lines)) == count
    stats = raw.info("commandstats")
    assert stats["cmdstat_rpush"]["calls"] == 1 + -(-(count - 1) // 500)
    assert stats["cmdstat_publish"]["calls"] == min(count, 1000)
    check(raw)
    assert [data[8:] for data in raw.lrange(key("ready"), 0, -1)] == [b"first", *lines]
    ids = ready_ids(raw)[1:]
    assert ids == [*range(ids[0], ids[0] + count)]


@pytest.mark.parametrize("options", [push_options(ttl=60), push_options(front=True)])
def test_lines_with_options_wake_no_more_than_can_wait(roomy, uli, raw, options):
    raw.config_resetstat()
    assert roomy.push_lines(uli, "q", b"x\n" * 1500, options) == 1500
    announced = raw.info("commandstats")["cmdstat_publish"]["calls"]
    assert announced in {1000, 1001}, "one says when the first item expires"
    check(raw)
