"""Single items that are delivered, taken back or buried, and the counts of many lists."""

import threading

import pytest
from bambleweeny.core.lists.codec import StoredItem
from bambleweeny.core.lists.found_items import FoundItem
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.usage.byte_counts import used_bytes
from bambleweeny.errors import ItemLeased, NotFound
from queues import check, ids_of, key, numbers_of, pass_time, ready_ids


def change(services, caller, item_id, to, reason=""):
    return services.items.change_state(caller, "q", str(item_id), to, reason)


def bury(services, caller, item_id, reason=""):
    return change(services, caller, item_id, "dead", reason)


def room(raw):
    return int(raw.hget("b9y:{1}:user", "room"))


@pytest.fixture
def exact(services, uli, raw):
    """Hold the list and the counted bytes against what is stored, before and after the test."""

    def hold():
        assert 2**53 - room(raw) == used_bytes(services.lists._store, uli)
        return check(raw)

    yield hold
    hold()


def test_a_delayed_item_is_delivered_at_the_end_with_its_ttl_from_now(services, uli, raw, exact):
    late = services.lists.push(uli, "q", b"late", push_options(delay=3600, ttl=60))
    services.lists.push(uli, "q", b"first")
    before = room(raw), numbers_of(raw).total_in, numbers_of(raw).bytes
    name, item_id, state = change(services, uli, late, "ready")
    assert (name, state) == ("q", "ready")
    assert int(item_id) < late
    found = services.items.find(uli, "q", item_id)
    assert abs(found.item.arrived - int(item_id) // 1000) < 60_000
    assert 59_000 < found.item.expires - int(item_id) // 1000 < 61_000
    exact()
    assert (room(raw), numbers_of(raw).total_in, numbers_of(raw).bytes) == before
    third = services.lists.push(uli, "q", b"third")
    assert third < late
    assert services.lists.pop_many(uli, "q", 9) == [b"first", b"late", b"third"]
    with pytest.raises(NotFound):
        change(services, uli, late, "ready")


def test_an_item_that_waits_for_a_retry_returns_to_its_place(services, uli, raw, exact):
    [first, _] = [services.lists.push(uli, "q", body) for body in (b"1", b"2")]
    [leased] = services.leases.lease(uli, "q")
    services.leases.change(uli, "q", Change("retry", lease_of(leased), 3600))
    assert change(services, uli, first, "ready") == ("q", str(first), "ready")
    assert ready_ids(raw)[0] == first
    exact()
    [again] = services.leases.lease(uli, "q")
    assert (again.id, again.attempts) == (first, 2)


def test_a_dead_item_is_taken_back_as_new(services, uli, raw, exact):
    services.list_policies.set(uli, "q", ListPolicy(max_attempts=1))
    old = services.lists.push(uli, "q", b"1")
    services.leases.lease(uli, "q", 1, 600)
    pass_time(raw, "leased")
    assert services.items.stats(uli, "q").dead == 1
    services.lists.push(uli, "q", b"2")
    before = room(raw)
    _, item_id, _ = change(services, uli, old, "ready")
    assert room(raw) == before
    found = services.items.find(uli, "q", item_id).item
    assert (found.attempts, found.reason, found.body) == (0, "", b"1")
    exact()
    assert services.lists.pop_many(uli, "q", 9) == [b"2", b"1"]


@pytest.mark.parametrize("delay", [0, 3600])
def test_an_item_that_is_not_leased_is_buried(services, uli, raw, exact, delay):
    options = push_options(delay=delay, ttl=60)
    one, two = (services.lists.push(uli, "q", body, options) for body in (b"1", b"22"))
    before = room(raw)
    assert bury(services, uli, two, "löst") == ("q", str(two), "dead")
    assert room(raw) == before
    found = services.items.find(uli, "q", str(two))
    assert (found.state, found.item.reason, found.item.expires) == ("dead", "löst", 0)
    assert ids_of(raw, "ending") == [one]
    exact()
    assert bury(services, uli, two).state == "dead"
    assert services.items.find(uli, "q", str(two)).item.reason == "löst"
    bury(services, uli, two, "another")
    assert services.items.find(uli, "q", str(two)).item.reason == "another"
    assert services.items.find(uli, "q", str(two)).at == found.at
    pass_time(raw, "ending")
    assert services.lists.pop(uli, "q") is None
    assert exact() == [b"22"]


def test_a_buried_item_goes_to_the_dead_letter_list(services, uli, raw, exact):
    services.list_policies.set(uli, "q", ListPolicy(dead_letter="graves"))
    one, two = (services.lists.push(uli, "q", body) for body in (b"1", b"2"))
    place = bury(services, uli, one, "bad")
    assert (place.list, place.state) == ("graves", "ready")
    found = services.items.find(uli, "graves", place.id)
    assert (found.state, found.item.reason, found.item.origin) == ("ready", "bad", "q")
    services.list_policies.set(uli, "graves", ListPolicy(max_len=1))
    assert bury(services, uli, two, "bad") == ("q", str(two), "dead")
    assert check(raw, "graves") == [b"1"]
    exact()


def test_a_dead_letter_list_beyond_the_quota_is_not_made(services, uli):
    services.list_policies.set(uli, "q", ListPolicy(dead_letter="graves"))
    one = services.lists.push(uli, "q", b"1")
    services.users.change(uli.id, quota=1)
    assert bury(services, uli, one).list == "q"
    services.users.change(uli.id, quota=2)
    change(services, uli, one, "ready")
    [item_id] = [one.item.id for one in services.items.read_page(uli, "q", "ready", 9, "")[0]]
    assert bury(services, uli, item_id).list == "graves"


def test_a_leased_item_stays_leased(services, uli, exact):
    one = services.lists.push(uli, "q", b"1")
    [leased] = services.leases.lease(uli, "q")
    for to in ("ready", "dead"):
        with pytest.raises(ItemLeased):
            change(services, uli, one, to)
    services.leases.change(uli, "q", Change("ack", lease_of(leased)))
    for missing in (one, 1 << 52, "x"):
        with pytest.raises(NotFound):
            change(services, uli, missing, "dead")


def test_workers_and_a_burial_never_have_the_same_item(services, uli, raw):
    ids = [services.lists.push(uli, "q", b"%d" % number) for number in range(60)]
    buried, leased, start = [], [], threading.Barrier(3)

    def work():
        start.wait()
        while items := services.leases.lease(uli, "q", 1, 600):
            leased.extend(item.id for item in items)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    start.wait()
    for item_id in reversed(ids):
        try:
            bury(services, uli, item_id)
            buried.append(item_id)
        except ItemLeased:
            assert services.items.find(uli, "q", str(item_id)).state == "leased"
    for worker in workers:
        worker.join()
    assert sorted([*buried, *leased]) == ids
    assert sorted(ids_of(raw, "dead")) == sorted(buried)
    check(raw)


def test_a_worker_that_waits_gets_what_is_delivered(services, uli):
    late = services.lists.push(uli, "q", b"late", push_options(delay=3600))
    taken = []
    waiting = threading.Thread(
        target=lambda: taken.append(services.lists.pop_within(uli, "q", 10, lambda: True))
    )
    waiting.start()
    while not services.metrics.counted().waits:
        pass
    change(services, uli, late, "ready")
    waiting.join(20)
    assert taken == [b"late"]


def test_the_counts_of_many_lists_are_those_of_each(services, uli, raw):
    services.lists.push(uli, "plain", b"12")
    services.list_policies.set(uli, "paused", ListPolicy(paused=True))
    for number in range(5):
        services.lists.push(uli, "q", b"%d" % number)
    services.lists.push(uli, "q", b"late", push_options(delay=3600))
    [one, _] = services.leases.lease(uli, "q", 2)
    services.leases.change(uli, "q", Change("bury", lease_of(one)))
    services.lists.pop(uli, "q")
    names = ["paused", "gone", "plain", "q"]
    counted = dict(services.items.stats_of_each(uli, names))
    assert list(counted) == ["paused", "plain", "q"]
    for name, stats in counted.items():
        policy = ListPolicy(paused=True) if name == "paused" else None
        assert stats == services.items.stats(uli, name)._replace(age=None, policy=policy)
    assert counted["q"][:7] == (2, 1, 1, 1, 8, 6, 1)
    pass_time(raw, "leased")
    assert dict(services.items.stats_of_each(uli, ["q"]))["q"][:2] == (3, 0)
    check(raw)


def test_counting_does_a_bounded_part_of_what_is_due_at_a_time(services, uli, raw, monkeypatch):
    names = [f"q{number}" for number in range(6)]
    for name in names:
        delayed = [FoundItem("delayed", StoredItem(0, b"x"), 1 << 41)] * 300
        services.items.put_all(uli, name, delayed)
        pass_time(raw, "delayed", name)
    runs, run = [], services.lists._store.run
    monkeypatch.setattr(
        type(services.lists._store), "run", lambda _, *args: runs.append(1) or run(*args)
    )
    counted = dict(services.items.stats_of_each(uli, names))
    assert list(counted) == names
    assert len(runs) == 2
    assert {stats.ready for stats in counted.values()} == {200}
    assert not raw.exists(key("ready"))


def test_lists_whose_items_have_all_expired_are_left_out(services, uli, raw):
    services.lists.push(uli, "q", b"1", push_options(ttl=60))
    pass_time(raw, "ending")
    assert list(services.items.stats_of_each(uli, ["q"])) == []
    assert list(services.items.stats_of_each(uli, [])) == []
