"""Pages of items: in both orders, in every state, and with a wait for the first item."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from bambleweeny.core.lists import items
from bambleweeny.core.lists.codec import StoredItem, pack_item
from bambleweeny.core.lists.found_items import STATES
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import push_options
from bambleweeny.errors import InvalidName, InvalidRequest, Unauthorized
from queues import key, pass_time, set_numbers


def wanted():
    return True


def walk(services, caller, state, order, most=7):
    """All bodies of a list in a state, page by page."""
    bodies, after = [], ""
    while after is not None:
        found, after = services.items.read_page(caller, "q", state, most, after, order=order)
        bodies += [one.item.body for one in found]
    return bodies


@contextmanager
def waiting(services, caller, *after, order="oldest", seconds=10, beside=0):
    """Long polls for a page, one for each cursor, beside so many that pop; yields both."""
    channel = f"b9y:{{{caller.id}}}:pushed:q".encode()
    pubsub = services.lists._store.pubsub

    def read(cursor):
        return services.items.wait_for_page(
            caller, "q", 10, cursor, order=order, seconds=seconds, is_connected=wanted
        )

    with ThreadPoolExecutor(len(after) + beside) as pool:
        readers = [pool.submit(read, cursor) for cursor in after]
        poppers = [
            pool.submit(services.lists.pop_within, caller, "q", seconds, wanted)
            for _ in range(beside)
        ]
        while not (
            len(waiters := pubsub._waiting.get(channel, ())) == len(after) + beside
            and not any(waiter.is_awake for waiter in waiters)
        ):
            time.sleep(0.001)
        yield readers, poppers


def bodies_of(future):
    return [one.item.body for one in future.result(20)[0]]


@pytest.mark.parametrize("most", [1, 7, 20, 23, 1000])
def test_the_newest_order_is_the_reverse_in_every_state(services, uli, most):
    for number in range(120):
        services.lists.push(uli, "q", b"%d" % number)
    leased = services.leases.lease(uli, "q", 80, 600)
    changes = [Change("bury", lease_of(item)) for item in leased[:40]]
    changes += [Change("retry", lease_of(item), 60) for item in leased[40:60]]
    services.leases.change_each(uli, "q", changes)
    counts = dict.fromkeys(STATES, 20) | {"ready": 40, "dead": 40}
    for state, count in counts.items():
        oldest = walk(services, uli, state, "oldest", most)
        assert len(oldest) == count
        assert walk(services, uli, state, "newest", most) == oldest[::-1]


def test_a_page_of_the_newest_begins_anywhere_in_a_list(services, uli):
    ids = [services.lists.push(uli, "q", b"%d" % number) for number in range(60)]
    for index, item_id in enumerate(ids):
        for cursor, older in ((item_id, index), (item_id + 1, index + 1)):
            found, _ = services.items.read_page(uli, "q", "ready", 3, str(cursor), order="newest")
            assert [one.item.id for one in found] == ids[max(0, older - 3) : older][::-1]
    for cursor in ("", str(ids[-1] + 9)):
        found, after = services.items.read_page(uli, "q", "ready", 2, cursor, order="newest")
        assert [one.item.id for one in found] == [ids[-1], ids[-2]]
        assert after == str(ids[-2])
    for name in ("q", "none"):
        assert services.items.read_page(uli, name, "ready", 2, "0", order="newest") == ([], None)


def test_a_page_of_the_newest_has_a_megabyte_and_one_item_more(services, uli):
    for number in range(4):
        services.lists.push(uli, "q", b"%d" % number * 600_000)
    found, after = services.items.read_page(uli, "q", "ready", 9, "", order="newest")
    assert [one.item.body[:1] for one in found] == [b"3", b"2"]
    found, after = services.items.read_page(uli, "q", "ready", 9, after, order="newest")
    assert [one.item.body[:1] for one in found] == [b"1", b"0"]


def test_a_page_of_the_newest_reads_no_other_items_of_a_long_list(services, uli, raw):
    items = (StoredItem(one, b"x", arrived=one // 1000) for one in range(10**15, 10**15 + 50_000))
    raw.rpush(key("ready"), *map(pack_item, items))
    raw.zadd("b9y:{1}:lists", {"q": 0})
    set_numbers(raw, bytes=50_000, last_id=10**15 + 49_999)
    raw.config_resetstat()
    after = ""
    for _ in range(5):
        found, after = services.items.read_page(uli, "q", "ready", 5, after, order="newest")
    assert found[-1].item.id == 10**15 + 50_000 - 25
    used = raw.info("commandstats")
    assert "cmdstat_lrange" not in used
    assert used["cmdstat_lindex"]["calls"] < 100


@pytest.mark.parametrize("after", ["x", "1-2-3", "5", "-5"])
def test_a_cursor_of_another_form_is_refused(services, uli, after):
    with pytest.raises(InvalidRequest, match="'after'"):
        services.items.read_page(uli, "q", "dead", 5, after, order="newest")


def test_what_is_there_is_shown_without_a_wait(services, uli):
    first, second = (services.lists.push(uli, "q", body) for body in (b"1", b"2"))
    for after, order, shown in (
        ("", "oldest", [b"1", b"2"]), ("", "newest", [b"2", b"1"]), (str(first), "oldest", [b"2"]),
    ):  # fmt: skip
        found, _ = services.items.wait_for_page(
            uli, "q", 10, after, order=order, seconds=10, is_connected=wanted
        )
        assert [one.item.body for one in found] == shown
    for seconds in (0, 0.05):
        assert services.items.wait_for_page(
            uli, "q", 10, str(second), seconds=seconds, is_connected=wanted
        ) == ([], None)


def test_all_who_wait_see_the_item_and_one_who_pops_gets_it(services, uli):
    with waiting(services, uli, "", "", beside=1) as (readers, [popper]):
        services.lists.push_lines(uli, "q", b"1\n2\n")
        assert popper.result(20) == b"1"
        for reader in readers:
            assert bodies_of(reader)[-1] == b"2"


def test_a_wait_for_a_newer_item_is_not_ended_by_older_ones(services, uli):
    known = services.lists.push(uli, "q", b"known")
    with waiting(services, uli, str(known)) as ([reader], _):
        services.lists.push(uli, "q", b"urgent", push_options(front=True))
        services.lists.push(uli, "q", b"new")
        assert bodies_of(reader) == [b"new"]


def test_a_wait_for_the_newest_item_of_an_empty_list_ends(services, uli):
    with waiting(services, uli, "", order="newest") as ([reader], _):
        services.lists.push(uli, "q", b"new")
        assert bodies_of(reader) == [b"new"]


def test_a_wait_ends_when_a_delay_elapses_also_beside_one_who_pops(services, uli):
    with waiting(services, uli, "") as ([reader], _):
        services.lists.push(uli, "q", b"later", push_options(delay=1))
        assert bodies_of(reader) == [b"later"]
    services.lists.pop(uli, "q")
    with waiting(services, uli, "", beside=1) as ([reader], [popper]):
        for body in (b"1", b"2"):
            services.lists.push(uli, "q", body, push_options(delay=1))
        assert popper.result(20) == b"1"
        assert bodies_of(reader)[-1] == b"2"


def test_who_leaves_passes_a_wake_up_to_one_who_takes_the_item(store):
    pubsub = store.pubsub
    with pubsub.listen("c") as first, pubsub.follow("c") as reader, pubsub.listen("c") as second:
        for waiter in (first, reader, second):
            assert waiter.wait(20)
            waiter.rest()
        first.wake()
        pubsub._leave(b"c", first)
        assert second.wait(20)
        assert not reader.is_awake


def test_due_items_of_a_list_that_shows_none_are_no_page(services, uli, raw):
    services.lists.push(uli, "q", b"x", push_options(delay=60))
    assert services.items.read_page(uli, "q", "ready", 5, "") == ([], None)
    assert len(services.items.read_page(uli, "q", "delayed", 5, "")[0]) == 1
    pass_time(raw, "delayed")
    assert len(services.items.read_page(uli, "q", "ready", 5, "", order="newest")[0]) == 1


def test_who_may_not_read_waits_for_nothing(services, uli):
    for name, error in (("a b", InvalidName), ("q", Unauthorized)):
        if error is Unauthorized:
            services.users.change("1", password="another")
        with pytest.raises(error):
            services.items.wait_for_page(uli, name, 5, "", seconds=9, is_connected=wanted)
    with pytest.raises(InvalidRequest, match="'limit'"):
        services.items.wait_for_page(uli, "q", 1001, "", seconds=9, is_connected=wanted)


def test_a_page_of_previews_reads_a_bounded_number_of_bytes(services, uli, monkeypatch):
    monkeypatch.setattr(items, "_MOST_BYTES_PREVIEWED", 1000)
    bodies = [b"%d" % number * 300 for number in range(9)]
    for body in bodies:
        services.lists.push(uli, "q", body)
    found, after, pages = [], "", 0
    while after is not None:
        page, after = services.items.read_page(uli, "q", "ready", 1000, after, preview=2)
        found, pages = [*found, *page], pages + 1
    assert pages == 3
    assert [one.item.body for one in found] == [body[:2] for body in bodies]
    assert {one.size for one in found} == {300}


def test_a_preview_of_an_item_with_a_header_has_the_beginning_of_its_body(services, uli):
    services.lists.push(uli, "q", b"12345", push_options(ttl=60))
    [leased] = services.leases.lease(uli, "q")
    services.leases.change(uli, "q", Change("bury", lease_of(leased), reason="a long reason"))
    [whole], _ = services.items.read_page(uli, "q", "dead", 9, "")
    [shown], _ = services.items.read_page(uli, "q", "dead", 9, "", preview=3)
    assert shown == whole.cut_to(3)
    assert (shown.item.body, shown.item.reason, shown.size) == (b"123", "a long reason", 5)
