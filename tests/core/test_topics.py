"""Topics: what is kept of them, and who is told."""

import threading
import time

import pytest
from bambleweeny.core.batch.batch import Batch
from bambleweeny.core.batch.operations import Get, Incr, Publish, Set
from bambleweeny.core.topics import BEGINNING, NOW, Bounds, Topics, id_before, is_message_id
from bambleweeny.errors import (
    InvalidName,
    InvalidRequest,
    NotAnInteger,
    NotFound,
    QuotaExceeded,
    StoreFull,
    Unauthorized,
)

TOPIC = "b9y:{1}:topic:t"


def bounded(services, *bounds):
    """Give topics of other bounds over the same store."""
    known = services.topics
    return Topics(known._store, known._waits, known._streams, Bounds(*bounds))


def values(topics, caller, after=BEGINNING, most=1000):
    return [message.value for message in topics.read(caller, "t", after, most)[0]]


def test_what_was_published_is_read_by_everybody_in_its_order(services, uli):
    ids = [services.topics.publish(uli, "t", body) for body in (b"1", b"", b"\xff\x00")]
    for _ in range(2):
        found, last = services.topics.read(uli, "t", BEGINNING, 100)
        assert [message.value for message in found] == [b"1", b"", b"\xff\x00"]
        assert [message.id for message in found] == ids
        assert last == ids[-1]
    assert values(services.topics, uli, ids[0]) == [b"", b"\xff\x00"]
    assert values(services.topics, uli, most=1) == [b"1"]


def test_a_message_says_its_type(services, uli):
    services.topics.publish(uli, "t", b"{}", "application/json")
    services.topics.publish(uli, "t", b"{}")
    [first, second], _ = services.topics.read(uli, "t", BEGINNING, 100)
    assert (first.type, second.type) == ("application/json", None)


def test_from_now_on_nothing_is_lost(services, uli, raw):
    def now():
        return services.topics.read(uli, "t", NOW, 100)

    found, fresh = now()
    assert found == []
    first = services.topics.publish(uli, "t", b"1")
    assert values(services.topics, uli, fresh) == [b"1"]
    assert now() == ([], first)
    raw.xdel(TOPIC, first)
    assert now() == ([], first)
    services.topics.publish(uli, "t", b"2")
    assert values(services.topics, uli, first) == [b"2"]


def test_a_moment_begins_with_its_first_message(services, uli, raw):
    raw.xadd(TOPIC, {"v": "early"}, id="999-7")
    raw.xadd(TOPIC, {"v": "at"}, id="1000-0")
    topics = bounded(services, 10, 10**10, 1000)
    assert values(topics, uli, id_before(1000)) == [b"at"]
    assert values(topics, uli, id_before(999)) == [b"early", b"at"]
    for moment in (0, -5, 10**17):
        assert is_message_id(id_before(moment))
    assert values(topics, uli, id_before(-5)) == [b"early", b"at"]


def test_the_oldest_are_dropped_past_the_number(services, uli, raw):
    topics = bounded(services, 3, 60, 1000)
    for number in range(10):
        topics.publish(uli, "t", b"%d" % number)
    assert values(topics, uli) == [b"7", b"8", b"9"]
    assert raw.xlen(TOPIC) == 3
    assert raw.hget("b9y:{1}:topic_bytes", "t") == b"3"


def test_the_oldest_are_dropped_past_the_bytes_but_never_the_newest(services, uli, raw):
    topics = bounded(services, 100, 60, 10)
    for body in (b"1", b"22", b"333", b"4444", b"55555"):
        topics.publish(uli, "t", body, "")
    assert values(topics, uli) == [b"4444", b"55555"]
    topics.publish(uli, "t", b"123456789", "a/b")
    assert values(topics, uli) == [b"123456789"]
    assert raw.hget("b9y:{1}:topic_bytes", "t") == b"12"
    topics.publish(uli, "t", b"1234567", "a/b")
    assert raw.hget("b9y:{1}:topic_bytes", "t") == b"10"


def test_the_old_are_neither_shown_nor_kept(services, uli, raw):
    topics = bounded(services, 1000, 60, 1 << 20)
    for number in range(150):
        raw.xadd(TOPIC, {"v": b"old"}, id=f"{number + 1}-0")
    raw.zadd("b9y:{1}:topics", {"t": 0})
    raw.hset("b9y:{1}:topic_bytes", "t", 450)
    assert values(topics, uli) == []
    topics.publish(uli, "t", b"new")
    assert values(topics, uli) == [b"new"]
    assert raw.xlen(TOPIC) == 51
    topics.publish(uli, "t", b"newer")
    assert raw.xlen(TOPIC) == 2
    assert raw.hget("b9y:{1}:topic_bytes", "t") == b"8"


def test_a_page_ends_past_its_bytes_and_goes_on_after_it(services, uli):
    for number in range(40):
        services.topics.publish(uli, "t", b"%03d" % number * 100)
    after, seen, pages = BEGINNING, [], 0
    while True:
        found, after = services.topics.read(uli, "t", after, 1000, 1000)
        if not found:
            break
        pages += 1
        assert len(found) <= 4
        seen += [int(message.value[:3]) for message in found]
    assert seen == list(range(40))
    assert pages == 10


def test_the_last_messages_are_found_from_the_end(services, uli, raw):
    ids = [services.topics.publish(uli, "t", b"%d" % number) for number in range(40)]
    for count in (1, 2, 5, 16, 17, 39, 40, 41, 1000):
        after = services.topics.id_before_newest(uli, "t", count)
        assert values(services.topics, uli, after) == [b"%d" % n for n in range(40)][-count:]
    assert services.topics.id_before_newest(uli, "t", 5) == ids[-6]
    assert services.topics.id_before_newest(uli, "t", 0) == NOW
    assert services.topics.id_before_newest(uli, "none", 5) == BEGINNING
    raw.xdel(TOPIC, ids[-1])
    assert services.topics.id_before_newest(uli, "t", 1) == ids[-3]


def test_the_last_of_large_messages_are_found_step_by_step(services, uli, raw):
    for number in range(6):
        services.topics.publish(uli, "t", b"%d" % number * 600_000)
    raw.config_resetstat()
    after = services.topics.id_before_newest(uli, "t", 5)
    assert raw.info("commandstats")["cmdstat_evalsha"]["calls"] > 1
    assert [body[:1] for body in values(services.topics, uli, after)] == [b"1", b"2"]


def test_too_many_last_messages_are_refused(services, uli):
    for count in (-1, 1001):
        with pytest.raises(InvalidRequest, match="'last' takes 0 to 1000"):
            services.topics.id_before_newest(uli, "t", count)
    with pytest.raises(InvalidName):
        services.topics.id_before_newest(uli, "a b", 1)


def test_old_messages_are_not_among_the_last(services, uli, raw):
    raw.xadd(TOPIC, {"v": "old"}, id="1-0")
    services.topics.publish(uli, "t", b"new")
    assert values(services.topics, uli, services.topics.id_before_newest(uli, "t", 5)) == [b"new"]


def test_a_topic_counts_against_the_quota_from_its_first_message_until_it_is_deleted(
    services, uli, raw
):
    services.users.change("1", quota=2)
    services.keys.set(uli, "k", b"x")
    services.topics.publish(uli, "t", b"1")
    services.topics.publish(uli, "t", b"2")
    for act in (
        lambda: services.topics.publish(uli, "u", b"1"),
        lambda: services.keys.set(uli, "l", b"x"),
    ):
        with pytest.raises(QuotaExceeded):
            act()
    services.topics.delete(uli, "t")
    assert not raw.keys("b9y:{1}:topic*")
    with pytest.raises(NotFound):
        services.topics.delete(uli, "t")
    services.topics.publish(uli, "u", b"1")
    assert list(services.topics.walk(uli)) == [["u"]]


def test_topics_of_others_are_others(services, uli, admin):
    services.topics.publish(admin, "t", b"the admin's")
    assert values(services.topics, uli) == []


def test_a_token_that_has_ended_reads_and_publishes_nothing(services, uli):
    services.users.change("1", password="another")
    for act in (
        lambda: services.topics.publish(uli, "t", b"x"),
        lambda: services.topics.read(uli, "t", BEGINNING, 1),
        lambda: services.topics.delete(uli, "t"),
    ):
        with pytest.raises(Unauthorized):
            act()


def test_a_name_is_checked(services, uli):
    for act in (
        lambda: services.topics.publish(uli, "a b", b"x"),
        lambda: services.topics.read(uli, "", BEGINNING, 1),
        lambda: services.topics.delete(uli, "ä"),
    ):
        with pytest.raises(InvalidName, match="Topic name"):
            act()


def test_nothing_of_a_deleted_user_is_left(services, uli, raw):
    services.topics.publish(uli, "t", b"x")
    services.users.delete("1")
    assert not raw.keys("b9y:{1}:*")


def test_a_reader_waits_for_a_message_and_all_who_wait_get_it(services, uli):
    got, begun = [], threading.Barrier(4)

    def wait():
        begun.wait()
        got.append(
            services.topics.read_within(uli, "t", NOW, 10, seconds=10, is_connected=lambda: True)
        )

    readers = [threading.Thread(target=wait) for _ in range(3)]
    for reader in readers:
        reader.start()
    begun.wait()
    while len(services.topics._store.pubsub._waiting.get(b"b9y:{1}:published:t", ())) < 3:
        time.sleep(0.001)
    published = services.topics.publish(uli, "t", b"x")
    for reader in readers:
        reader.join(20)
    assert [([m.value for m in found], last) for found, last in got] == [([b"x"], published)] * 3


def test_a_batch_publishes(services, uli):
    first, second, _ = services.batch.run(uli, [Publish("t", "1"), Publish("t", "2"), Get("none")])
    found, _ = services.topics.read(uli, "t", BEGINNING, 10)
    assert [message.id.encode() for message in found] == [first, second]
    assert values(services.topics, uli) == [b"1", b"2"]


def test_an_atomic_batch_that_fails_takes_its_messages_back(services, uli, raw):
    batch = Batch(services.topics._store, max_items=9, max_bytes=9, topic_bounds=Bounds(3, 60, 10))
    kept = [services.topics.publish(uli, "t", body) for body in (b"1", b"2", b"3")]
    failing = [Publish("t", "4"), Publish("u", "x"), Set("k", "x"), Publish("t", "5"), Incr("k")]
    with pytest.raises(NotAnInteger):
        batch.run_atomic(uli, failing)
    found, _ = services.topics.read(uli, "t", BEGINNING, 10)
    assert [message.id for message in found] == kept
    assert raw.hgetall("b9y:{1}:topic_bytes") == {b"t": b"3"}
    assert list(services.topics.walk(uli)) == [["t"]]
    assert not raw.exists("b9y:{1}:topic:u")
    batch.run_atomic(uli, [Publish("t", "4"), Publish("t", "5")])
    assert values(services.topics, uli) == [b"3", b"4", b"5"]
    assert raw.hget("b9y:{1}:topic_bytes", "t") == b"3"


def test_an_atomic_batch_past_the_quota_leaves_the_topics_alone(services, uli):
    services.users.change("1", quota=1)
    services.topics.publish(uli, "t", b"1")
    with pytest.raises(QuotaExceeded) as told:
        services.batch.run_atomic(uli, [Publish("t", "2"), Publish("u", "x")])
    assert told.value.index == 1
    assert values(services.topics, uli) == [b"1"]


def test_a_full_store_takes_no_message(services, uli, raw):
    services.topics.publish(uli, "t", b"1")
    raw.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreFull):
            services.topics.publish(uli, "t", b"2")
        services.topics.delete(uli, "t")
    finally:
        raw.config_set("maxmemory", 256 << 20)
