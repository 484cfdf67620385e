"""Large lists and topics: no single call keeps the engine from others for long."""

import time

import pytest
from bambleweeny.core.lists.codec import StoredItem, pack_item
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.errors import ListFull
from queues import check, ids_of, key, pass_time, ready_ids, set_numbers


def lay(raw, first_id, count, body=b"", name="q"):
    """Put ready items into a list, as an engine keeps them."""
    items = (
        StoredItem(one, body, arrived=one // 1000) for one in range(first_id, first_id + count)
    )
    raw.rpush(key("ready", name), *map(pack_item, items))
    raw.zadd("b9y:{1}:lists", {name: 0})
    length = len(body) * raw.llen(key("ready", name))
    set_numbers(raw, name, bytes=length, last_id=first_id + count - 1)


def calls(raw, command):
    return raw.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"]


def test_items_with_one_delay_each_find_their_id_at_once(services, uli, raw):
    raw.config_resetstat()
    services.lists.push_lines(uli, "q", b"x\n" * 500, push_options(delay=60))
    assert calls(raw, "hexists") < 600
    assert len(ids_of(raw, "delayed")) == 500
    check(raw)


def test_an_item_that_belongs_far_from_both_ends_moves_no_other(services, uli, raw):
    services.lists.push(uli, "q", b"x", push_options(delay=60))
    [item_id] = ids_of(raw, "delayed")
    lay(raw, item_id - 400, 400)
    lay(raw, item_id + 1, 200)
    pass_time(raw, "delayed")
    raw.config_resetstat()
    assert services.items.stats(uli, "q").ready == 601
    assert calls(raw, "rpush") == 0
    assert ready_ids(raw)[400] == item_id


def test_what_takes_long_to_put_back_is_put_back_step_by_step(services, uli, raw):
    ids = [services.lists.push(uli, "q", b"x", push_options(delay=60)) for _ in range(3)]
    lay(raw, ids[0] - 70_000, 70_000)
    lay(raw, ids[2] + 1, 70_000)
    pass_time(raw, "delayed")
    assert services.items.stats(uli, "q").delayed == 1
    assert services.items.stats(uli, "q").delayed == 0
    assert ready_ids(raw)[70_000:70_003] == ids


def test_what_expires_amid_a_long_list_goes_step_by_step(services, uli, raw):
    now = time.time_ns() // 1000
    lay(raw, now, 120_000)
    for place in range(59_000, 59_003):
        item = StoredItem(now + place, b"", arrived=now // 1000, expires=1)
        raw.lset(key("ready"), place, pack_item(item))
        raw.zadd(key("ending"), {str(item.id): 1})
    pass_time(raw, "ending")
    assert services.items.stats(uli, "q").ready == 120_000 - 2
    assert services.items.stats(uli, "q").ready == 120_000 - 3


def test_a_policy_that_allows_less_than_there_is_is_reached_step_by_step(services, uli, raw):
    lay(raw, 1000, 10_500, b"12")
    services.list_policies.set(uli, "q", ListPolicy(max_len=10, overflow="drop_oldest"))
    newest = services.lists.push(uli, "q", b"x")
    assert ready_ids(raw) == [*range(11_000, 11_500), newest]
    services.lists.push(uli, "q", b"y")
    assert check(raw) == [b"12"] * 8 + [b"x", b"y"]


def test_who_asks_for_more_room_than_can_be_made_drops_nothing(services, uli, raw):
    lay(raw, 1000, 10_500, b"")
    set_numbers(raw, bytes=4 << 20)
    services.list_policies.set(uli, "q", ListPolicy(max_len=20_000, overflow="drop_oldest"))
    with pytest.raises(ListFull):
        services.lists.push(uli, "q", b"x")
    assert raw.llen(key("ready")) == 10_500


def test_nothing_is_dropped_for_no_item(services, uli, raw):
    lay(raw, 1000, 5, b"1")
    services.list_policies.set(uli, "q", ListPolicy(max_len=2, overflow="drop_oldest"))
    assert services.lists.push_lines(uli, "q", b"") == 0
    assert check(raw) == [b"1"] * 5


def test_many_items_are_purged_and_moved_in_steps(services, uli, raw):
    lay(raw, 1000, 1000, b"1")
    assert services.items.purge(uli, "q", ["ready"]) == 1000
    assert raw.keys("b9y:{1}:*") == [b"b9y:{1}:user"]
    lay(raw, 1000, 900, b"1")
    assert services.items.move(uli, "q", "r", "ready", 700) == 700
    assert (len(check(raw)), len(check(raw, "r"))) == (200, 700)


def test_a_topic_that_keeps_too_much_gets_there_step_by_step(services, uli, raw):
    services.topics.publish(uli, "t", b"1")
    pipeline = raw.pipeline()
    for _ in range(10_150):
        pipeline.xadd("b9y:{1}:topic:t", {"v": b"12"})
    pipeline.execute()
    raw.hincrby("b9y:{1}:topic_bytes", "t", 2 * 10_150)
    services.topics.publish(uli, "t", b"x")
    assert raw.xlen("b9y:{1}:topic:t") == 152
    services.topics.publish(uli, "t", b"y")
    assert raw.xlen("b9y:{1}:topic:t") == 100
    assert raw.hget("b9y:{1}:topic_bytes", "t") == b"198"
