"""Leases: given for a while, acknowledged once, and back unless they are."""

import random
import threading
import time
from collections import Counter
from contextlib import suppress

import pytest
from bambleweeny.core.batch.operation_options import PushOptions as OfPush
from bambleweeny.core.batch.operations import Incr, Pop, Push, Set
from bambleweeny.core.lists.codec import StoredItem, pack_item, unpack_item
from bambleweeny.core.lists.found_items import STATES
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import PushOptions, push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.errors import (
    Busy,
    InvalidName,
    InvalidRequest,
    LeaseNotFound,
    ListFull,
    NotAnInteger,
    NotFound,
)
from queues import check, ids_of, key, pass_time, ready_ids


def fill(services, caller, *bodies, name="q"):
    return [services.lists.push(caller, name, body) for body in bodies]


def ack(services, caller, item, name="q"):
    services.leases.change(caller, name, Change("ack", lease_of(item)))


def test_a_leased_item_is_nobody_elses_until_it_is_acknowledged(services, uli, raw):
    [first, second] = fill(services, uli, b"1", b"2")
    [item] = services.leases.lease(uli, "q")
    assert (item.id, item.body, item.attempts, item.arrived) == (first, b"1", 1, first // 1000)
    assert services.lists.pop(uli, "q") == b"2"
    assert services.leases.lease(uli, "q") == []
    check(raw)
    ack(services, uli, item)
    with pytest.raises(LeaseNotFound):
        ack(services, uli, item)
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]
    assert second > first


def test_many_are_leased_at_once_in_their_order(services, uli, raw):
    fill(services, uli, *(b"%d" % number for number in range(7)))
    assert [i.body for i in services.leases.lease(uli, "q", 5)] == [b"0", b"1", b"2", b"3", b"4"]
    assert [i.body for i in services.leases.lease(uli, "q", 5)] == [b"5", b"6"]
    check(raw)


def test_what_is_not_acknowledged_comes_back_at_the_front_in_order(services, uli, raw):
    fill(services, uli, b"1", b"2", b"3", b"4")
    old = services.leases.lease(uli, "q", 3)
    pass_time(raw, "leased")
    [again] = services.leases.lease(uli, "q")
    assert (again.body, again.attempts) == (b"1", 2)
    for item in old:
        with pytest.raises(LeaseNotFound):
            ack(services, uli, item)
    ack(services, uli, again)
    assert [services.lists.pop(uli, "q") for _ in range(4)] == [b"2", b"3", b"4", None]


def test_every_lease_of_many_that_end_at_once_comes_back(services, uli, raw):
    fill(services, uli, *(b"%d" % number for number in range(950)))
    for _ in range(9):
        services.leases.lease(uli, "q", 100)
    pass_time(raw, "leased")
    seen = Counter(services.lists.pop(uli, "q") for _ in range(950))
    assert seen == Counter(b"%d" % number for number in range(950))
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]


def test_a_lease_is_extended_given_back_and_buried(services, uli, raw):
    fill(services, uli, b"1", b"2", b"3", b"4")
    items = services.leases.lease(uli, "q", 4, 10)
    before = dict(raw.zrange("b9y:{1}:leased:q", 0, -1, withscores=True))
    changes = [
        Change("extend", lease_of(items[0]), 300), Change("retry", lease_of(items[1])),
        Change("retry", lease_of(items[2]), 60), Change("bury", lease_of(items[3]), reason="no cat"),
        Change("ack", "1.1"), Change("ack", "nonsense"), Change("ack", lease_of(items[3])),
    ]  # fmt: skip
    outcomes = services.leases.change_each(uli, "q", changes)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 4 + [LeaseNotFound] * 3
    after = dict(raw.zrange("b9y:{1}:leased:q", 0, -1, withscores=True))
    name = b"%d" % items[0].id
    assert after.keys() == {name}
    assert 289_000 <= after[name] - before[name] <= 295_000
    assert ready_ids(raw) == [items[1].id]
    assert ids_of(raw, "delayed") == [items[2].id]
    dead = services.items.find(uli, "q", str(items[3].id))
    assert (dead.state, dead.item.reason, dead.item.attempts) == ("dead", "no cat", 1)
    check(raw)
    services.leases.change(uli, "q", Change("extend", lease_of(items[0]), 0))
    assert ready_ids(raw) == [items[0].id, items[1].id]
    pass_time(raw, "delayed")
    assert [services.lists.pop(uli, "q") for _ in range(4)] == [b"1", b"2", b"3", None]
    assert check(raw) == [b"4"]


def test_past_its_attempts_an_item_is_dead(services, uli, raw):
    services.list_policies.set(uli, "q", ListPolicy(max_attempts=2))
    fill(services, uli, b"1", b"2")
    for _ in range(2):
        services.leases.lease(uli, "q", 2)
        pass_time(raw, "leased")
    assert services.leases.lease(uli, "q") == []
    sums = services.items.stats(uli, "q")
    assert (sums.ready, sums.dead, sums.total_in, sums.total_out) == (0, 2, 2, 0)
    [row, _], after = services.items.read_page(uli, "q", "dead", 10, "")
    assert (row.item.reason, row.item.attempts, after) == ("max_attempts", 2, None)
    check(raw)


def test_dead_items_go_to_the_list_for_them_with_their_story(services, uli, raw):
    services.list_policies.set(uli, "q", ListPolicy(max_attempts=1, dead_letter="graves"))
    fill(services, uli, b"1", b"2")
    services.leases.lease(uli, "q")
    pass_time(raw, "leased")
    [item] = services.leases.lease(uli, "q")
    services.leases.change(uli, "q", Change("bury", lease_of(item), reason="why not"))
    rows, _ = services.items.read_page(uli, "graves", "ready", 10, "")
    told = [(r.item.body, r.item.attempts, r.item.reason, r.item.origin) for r in rows]
    assert told == [(b"1", 1, "max_attempts", "q"), (b"2", 1, "why not", "q")]
    check(raw)
    check(raw, "graves")
    assert services.items.move(uli, "graves", "q", "ready", 10) == 2
    assert [i.attempts for i in services.leases.lease(uli, "q", 2)] == [1, 1]
    assert raw.exists("b9y:{1}:ready:graves", "b9y:{1}:list:graves") == 0


def test_without_room_for_it_a_dead_item_stays(services, uli, raw):
    services.list_policies.set(uli, "q", ListPolicy(max_attempts=1, dead_letter="graves"))
    fill(services, uli, b"1")
    services.leases.lease(uli, "q")
    services.users.change("1", quota=1)
    pass_time(raw, "leased")
    assert services.items.stats(uli, "q").dead == 1
    assert raw.exists("b9y:{1}:ready:graves") == 0
    with pytest.raises(Exception, match="Quota exceeded"):
        services.items.move(uli, "q", "other", "dead", 1)
    assert services.items.move(uli, "q", "q", "dead", 1) == 1
    assert services.lists.pop(uli, "q") == b"1"
    check(raw)


def test_all_states_count_in_the_bounds(services, uli, raw):
    services.list_policies.set(uli, "q", ListPolicy(max_len=3))
    fill(services, uli, b"1", b"2", b"3")
    services.leases.lease(uli, "q", 3)
    with pytest.raises(ListFull):
        fill(services, uli, b"4")
    check(raw)


def test_the_oldest_make_room_where_the_policy_says_so(services, uli, raw):
    services.list_policies.set(uli, "q", ListPolicy(max_len=3, overflow="drop_oldest"))
    fill(services, uli, b"1", b"2", b"3", b"4")
    assert check(raw) == [b"2", b"3", b"4"]
    services.leases.lease(uli, "q", 2)
    with pytest.raises(ListFull):
        services.lists.push_lines(uli, "q", b"5\n6\n")
    assert check(raw) == [b"2", b"3", b"4"]
    assert services.lists.push_lines(uli, "q", b"5\n") == 1
    assert check(raw) == [b"2", b"3", b"5"]


def popped_once_it_goes_on(services, uli):
    """Wait for an item of a paused list, let the list go on, and give what came."""
    got = []
    waiter = threading.Thread(
        target=lambda: got.append(services.lists.pop_within(uli, "q", 20, lambda: True))
    )
    waiter.start()
    while b"b9y:{1}:pushed:q" not in services.lists._store.pubsub._waiting:
        time.sleep(0.001)
    services.list_policies.set(uli, "q", ListPolicy())
    waiter.join()
    [item] = got
    return item


def test_who_waited_on_a_paused_list_is_given_what_is_due_later(services, uli):
    services.list_policies.set(uli, "q", ListPolicy(paused=True))
    services.lists.push(uli, "q", b"1", PushOptions(delay=300))
    assert popped_once_it_goes_on(services, uli) == b"1"


def test_a_lease_is_extended_though_the_store_is_full(services, uli, raw):
    fill(services, uli, b"1")
    [item] = services.leases.lease(uli, "q")
    before = raw.config_get("maxmemory")["maxmemory"]
    raw.config_set("maxmemory", "1")
    try:
        services.leases.change(uli, "q", Change("extend", lease_of(item), 600))
    finally:
        raw.config_set("maxmemory", before)
    [[_, ends]] = raw.zrange("b9y:{1}:leased:q", 0, -1, withscores=True)
    assert ends > time.time() * 1000 + 500_000


def test_a_push_of_no_lines_drops_nothing(services, uli, raw):
    fill(services, uli, b"1", b"22", b"333")
    services.list_policies.set(uli, "q", ListPolicy(max_len=2, overflow="drop_oldest"))
    assert services.lists.push_lines(uli, "q", b"") == 0
    assert check(raw) == [b"1", b"22", b"333"]


def test_a_paused_list_gives_nothing_until_it_goes_on(services, uli, raw):
    fill(services, uli, b"1")
    services.list_policies.set(uli, "q", ListPolicy(paused=True))
    assert services.lists.pop(uli, "q") is None
    assert services.leases.lease(uli, "q") == []
    assert services.lists.pop_many(uli, "q", 5) == []
    assert popped_once_it_goes_on(services, uli) == b"1"
    assert services.list_policies.get(uli, "q") == ListPolicy()
    services.list_policies.delete(uli, "q")
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]
    with pytest.raises(NotFound):
        services.list_policies.delete(uli, "q")


@pytest.mark.parametrize("take", ["pop", "lease", "pop_many"])
def test_who_waits_gets_what_a_lease_that_ends_gives_back(services, uli, take):
    fill(services, uli, b"1")
    takes = {
        "pop": lambda: services.lists.pop_within(uli, "q", 10, lambda: True),
        "lease": lambda: services.leases.lease(uli, "q", seconds=10)[0].body,
        "pop_many": lambda: services.lists.pop_many(uli, "q", 1, 10)[0],
    }
    got = []
    waiters = [threading.Thread(target=lambda: got.append(takes[take]())) for _ in range(3)]
    leased = services.leases.lease(uli, "q", 1, 1)
    before = time.monotonic()
    for waiter in waiters:
        waiter.start()
    while not got:
        time.sleep(0.001)
    assert 0.5 < time.monotonic() - before < 9
    fill(services, uli, b"1", b"1")
    for waiter in waiters:
        waiter.join()
    assert got == [b"1"] * 3
    with pytest.raises(LeaseNotFound):
        ack(services, uli, leased[0])


def test_who_waited_before_learns_of_a_lease_that_another_took(services, uli):
    """The item never reaches the one who waits first; its lease ends all the same."""
    got = []
    waiter = threading.Thread(
        target=lambda: got.append(services.lists.pop_within(uli, "q", 10, lambda: True))
    )
    waiter.start()
    pubsub, channel = services.lists._store.pubsub, b"b9y:{1}:pushed:q"
    while not (waiting := pubsub._waiting.get(channel)) or waiting[0].is_awake:
        time.sleep(0.001)
    services.lists.push(uli, "q", b"1", push_options(delay=1))
    before = time.monotonic()
    waiter.join()
    assert got == [b"1"]
    assert 0.5 < time.monotonic() - before < 9


def test_who_waits_for_a_lease_to_end_does_not_ask_meanwhile(services, uli, raw):
    def calls():
        return raw.info("commandstats")["cmdstat_evalsha"]["calls"]

    fill(services, uli, b"1")
    services.leases.lease(uli, "q", 1, 1)
    before = calls()
    assert services.lists.pop_within(uli, "q", 10, lambda: True) == b"1"
    assert calls() - before <= 5


def test_delayed_items_come_when_it_is_time(services, uli, raw):
    late = services.lists.push(uli, "q", b"late", push_options(delay=60))
    fill(services, uli, b"now")
    assert services.items.find(uli, "q", str(late)).state == "delayed"
    assert services.lists.pop(uli, "q") == b"now"
    assert services.lists.pop(uli, "q") is None
    assert check(raw) == [b"late"]
    pass_time(raw, "delayed")
    assert services.items.find(uli, "q", str(late)).state == "ready"
    check(raw)
    assert services.lists.pop(uli, "q") == b"late"
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]


def test_a_purge_of_all_misses_nothing_that_is_due_meanwhile(services, uli, raw):
    services.lists.push_lines(uli, "q", b"x\n" * 900, push_options(delay=60))
    pass_time(raw, "delayed")
    assert services.items.purge(uli, "q", STATES) == 900
    assert check(raw) == []


def test_items_expire_wherever_they_wait(services, uli, raw):
    fill(services, uli, b"stays")
    for number in range(3):
        services.lists.push(uli, "q", b"%d" % number, push_options(ttl=60))
    fill(services, uli, b"too")
    services.lists.push(uli, "q", b"later", push_options(ttl=60, delay=30))
    assert len(check(raw)) == 6
    pass_time(raw, "ending")
    assert services.items.stats(uli, "q").ready == 2
    assert check(raw) == [b"stays", b"too"]
    services.list_policies.set(uli, "q", ListPolicy(ttl=60))
    fill(services, uli, b"short")
    leased = services.leases.lease(uli, "q", 3)
    assert [item.body for item in leased] == [b"stays", b"too", b"short"]
    check(raw)


def test_the_front_is_before_everything(services, uli, raw):
    fill(services, uli, b"2", b"3")
    services.lists.push(uli, "q", b"1", push_options(front=True))
    assert services.lists.push_lines(uli, "q", b"a\nb\n", push_options(front=True)) == 2
    check(raw)
    assert services.lists.pop_many(uli, "q", 10) == [b"a", b"b", b"1", b"2", b"3"]
    assert services.lists.push(uli, "q", b"x", push_options(front=True)) > 0
    assert services.lists.pop(uli, "q") == b"x"


def test_an_id_at_the_front_is_not_given_again(services, uli):
    fill(services, uli, b"stays")
    front = push_options(front=True)
    services.lists.push(uli, "q", b"1", front)
    [old] = services.leases.lease(uli, "q")
    ack(services, uli, old)
    services.lists.push(uli, "q", b"2", front)
    [new] = services.leases.lease(uli, "q")
    assert new.body == b"2"
    with pytest.raises(LeaseNotFound):
        ack(services, uli, old)
    ack(services, uli, new)


def test_more_expired_items_than_one_call_drops_are_given_to_nobody(services, uli, raw):
    services.list_policies.set(uli, "q", ListPolicy(ttl=60))
    services.lists.push_lines(uli, "q", b"x\n" * 500)
    raw.hset("b9y:{1}:list:q", "due", 1)
    for item in raw.lrange("b9y:{1}:ready:q", 0, -1):
        stored = unpack_item(item)
        raw.rpush("b9y:{1}:ready:q", pack_item(stored._replace(expires=1)))
        raw.zadd("b9y:{1}:ending:q", {str(stored.id): 1})
        raw.lpop("b9y:{1}:ready:q")
    assert services.lists.pop(uli, "q") is None
    assert check(raw) == []
    services.list_policies.delete(uli, "q")
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]


def take_one(services, caller):
    return services.lists.pop(caller, "q")


def take_many(services, caller):
    return services.lists.pop_many(caller, "q", 5)[0]


def lease_one(services, caller):
    return services.leases.lease(caller, "q")[0].body


@pytest.mark.parametrize("take", [take_one, take_many, lease_one])
def test_many_expired_items_are_dropped_in_steps(services, uli, raw, take):
    first = services.lists.push(uli, "q", b"stays")
    [stays] = raw.lrange(key("ready"), 0, -1)
    items = [StoredItem(first - number, b"", expires=1) for number in range(5000, 0, -1)]
    raw.rpush(key("ready"), *map(pack_item, items), stays)
    raw.lpop(key("ready"))
    raw.zadd(key("ending"), {str(item.id): 1 for item in items})
    raw.hset(key("list"), mapping={"due": 1, "careful": 1})
    [outcome] = services.batch.run(uli, [Pop("q")])
    assert isinstance(outcome, Busy)
    left = services.items.stats(uli, "q").ready
    assert 2500 < left < 3000
    assert take(services, uli) == b"stays"
    assert check(raw) == ([b"stays"] if take is lease_one else [])


def test_the_same_push_is_done_once(services, uli, raw):
    once = push_options(once="order 7")
    first = services.lists.push(uli, "q", b"1", once)
    assert services.lists.push(uli, "q", b"1", once) == first
    assert services.lists.push(uli, "other", b"1", once) != first
    assert services.lists.pop_many(uli, "q", 5) == [b"1"]
    assert services.lists.push(uli, "q", b"1", once) == first
    assert services.lists.pop(uli, "q") is None
    assert services.lists.push_lines(uli, "q", b"1\n2", push_options(once="lines")) == 2
    assert services.lists.push_lines(uli, "q", b"1\n2", push_options(once="lines")) == 0
    services.users.delete("1")
    assert raw.keys("b9y:{1}:*") == []


def test_what_cannot_be_asked(services, uli):
    for wrong in ({"delay": 8 * 86400}, {"ttl": 0}, {"front": True, "delay": 1}):
        with pytest.raises(InvalidRequest):
            push_options(**wrong)
    leases = services.leases
    for refused in (
        lambda: leases.lease(uli, "q", 0), lambda: leases.lease(uli, "q", 101),
        lambda: leases.lease(uli, "q", 1, 0), lambda: leases.lease(uli, "q", 1, 12 * 3600 + 1),
        lambda: leases.change(uli, "q", Change("extend", "1.1", 12 * 3600 + 1)),
        lambda: leases.change(uli, "q", Change("bury", "1.1", reason="x" * 256)),
        lambda: leases.change_each(uli, "q", [Change("ack", "1.1")] * 1001),
        lambda: services.lists.pop_many(uli, "q", 1001),
        lambda: services.list_policies.set(uli, "q", ListPolicy(dead_letter="q")),
        lambda: services.items.move(uli, "q", "q", "ready", 1),
        lambda: services.items.read_page(uli, "q", "ready", 5, "no place"),
    ):  # fmt: skip
        with pytest.raises(InvalidRequest):
            refused()
    for verb in (leases.lease, services.items.stats, services.list_policies.get):
        with pytest.raises(InvalidName):
            verb(uli, "a b")


def test_an_atomic_batch_takes_back_what_it_did_to_queues(services, uli, raw):
    def everything():
        read = {
            b"string": raw.get, b"hash": raw.hgetall, b"list": lambda k: raw.lrange(k, 0, -1),
            b"zset": lambda k: raw.zrange(k, 0, -1, withscores=True),
        }  # fmt: skip
        return {name: read[raw.type(name)](name) for name in raw.scan_iter("b9y:{1}:*")}

    services.list_policies.set(uli, "q", ListPolicy(max_len=4, overflow="drop_oldest"))
    fill(services, uli, b"1", b"2", b"3")
    services.lists.push(uli, "q", b"4", push_options(ttl=60))
    services.keys.set(uli, "k", b"x")
    before = everything()
    operations = [
        Push("q", "5"), Pop("q"), Push("q", "6", OfPush(front=True)), Pop("q"), Pop("q"), Pop("q"),
        Push("q", "7", OfPush(delay="5m", ttl="1h")), Push("q", "8", OfPush(ttl=60)),
        Push("new", "1", OfPush(delay=5)), Push("other", "1"), Pop("other"), Set("l", "1"), Incr("k"),
    ]  # fmt: skip
    with pytest.raises(NotAnInteger):
        services.batch.run_atomic(uli, operations)
    assert everything() == before
    outcomes = services.batch.run_atomic(uli, operations[:-1])
    assert outcomes[1] == b"2"
    assert check(raw) == [b"5", b"7", b"8"]
    assert check(raw, "new") == [b"1"]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_nothing_is_lost(services, uli, raw, seed):
    """Random calls; each body is in the list, or was taken, acknowledged, expired or deleted."""
    chance, leases, pushed, gone = random.Random(seed), [], set(), set()
    services.list_policies.set(uli, "q", ListPolicy(max_attempts=3, lease=60))

    def push():
        body = b"%d" % len(pushed)
        options = chance.choice(
            [None, None, push_options(front=True), push_options(delay=60), push_options(ttl=600)]
        )
        services.lists.push(uli, "q", body, options)
        pushed.add(body)

    def take():
        gone.update(services.lists.pop_many(uli, "q", 2))

    def lease():
        leases.extend(services.leases.lease(uli, "q", chance.randint(1, 5)))

    def change(verb, *more):
        if leases:
            item = leases.pop(chance.randrange(len(leases)))
            with suppress(LeaseNotFound):
                services.leases.change(uli, "q", Change(verb, lease_of(item), *more))
                if verb == "ack":
                    assert item.body not in gone
                    gone.add(item.body)

    def expire():
        gone.update(
            row.item.body
            for state in ("ready", "delayed")
            for row in services.items.read_page(uli, "q", state, 1000, "")[0]
            if row.item.expires and raw.zscore("b9y:{1}:ending:q", row.item.id)
        )
        pass_time(raw, "ending")

    verbs = [
        push, push, push, push, lease, lease, take, lambda: change("ack"), lambda: change("retry"),
        lambda: change("retry", 60), lambda: change("extend", 5), lambda: change("bury"),
        lambda: pass_time(raw, "leased"), lambda: pass_time(raw, "delayed"), expire,
        lambda: services.items.move(uli, "q", "q", "dead", 3),
    ]  # fmt: skip
    for _ in range(400):
        chance.choice(verbs)()
        services.items.stats(uli, "q")
        assert set(check(raw)) == pushed - gone
