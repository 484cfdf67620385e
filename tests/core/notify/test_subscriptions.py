"""Changes that are told while somebody watches."""

import time

import pytest
from bambleweeny.core.batch.operations import Del, Incr, Push, Set
from bambleweeny.core.keys.conditions import Bounds, WriteOptions
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.notify.events import read_and_subscribe, subscribe
from bambleweeny.errors import NotAnInteger, Unauthorized

EVENTS = "b9y:{1}:events"


def follow_all(store):
    return store.pubsub.follow(EVENTS)


def heard(follower, count):
    """Give the next messages, so many at least."""
    messages = []
    while len(messages) < count:
        assert follower.wait(20)
        messages += follower.take()
    return messages


def begin(follower):
    assert follower.wait(20)
    follower.take()


def test_every_change_is_told_while_somebody_watches(services, uli, store):
    with follow_all(store) as follower:
        begin(follower)
        subscribe(store, uli, 30)
        services.keys.set(uli, "a", b"1")
        services.keys.set(uli, "a", b"2")
        services.keys.incr(uli, "n")
        services.keys.delete(uli, "a")
        services.lists.push(uli, "q", b"x")
        services.lists.push(uli, "q", b"x", push_options(delay=60))
        services.key_changes.set_with_options(uli, "c", b"x", WriteOptions(60))
        services.key_changes.incr_within(uli, "n", 1, Bounds(9))
        services.key_changes.take(uli, "c")
        services.batch.run(uli, [Set("b", "1"), Incr("n"), Push("q", "y"), Del("b")])
        assert heard(follower, 13) == [
            b"key.set a",
            b"key.set a",
            b"key.set n",
            b"key.del a",
            b"list.push q",
            b"list.push q",
            b"key.set c",
            b"key.set n",
            b"key.del c",
            b"key.set b",
            b"key.set n",
            b"list.push q",
            b"key.del b",
        ]


def test_what_changes_nothing_is_not_told(services, uli, store):
    with follow_all(store) as follower:
        begin(follower)
        subscribe(store, uli, 30)
        services.keys.set(uli, "text", b"x")
        services.batch.run(uli, [Del("none"), Incr("text")])
        services.lists.push_lines(uli, "q", b"")
        services.keys.set(uli, "last", b"x")
        assert heard(follower, 2) == [b"key.set text", b"key.set last"]


def test_an_atomic_batch_is_told_when_it_is_done(services, uli, store):
    with follow_all(store) as follower:
        begin(follower)
        subscribe(store, uli, 30)
        with pytest.raises(NotAnInteger):
            services.batch.run_atomic(uli, [Set("a", "x"), Push("q", "x"), Incr("a")])
        services.batch.run_atomic(uli, [Set("b", "x"), Push("q", "x")])
        assert heard(follower, 2) == [b"key.set b", b"list.push q"]


def test_who_waits_for_a_name_hears_of_it_alone(services, uli, store):
    with (
        store.pubsub.follow("b9y:{1}:changed:a") as first,
        store.pubsub.follow("b9y:{1}:changed:a") as second,
    ):
        begin(first)
        begin(second)
        subscribe(store, uli, 30)
        services.keys.set(uli, "b", b"1")
        services.keys.set(uli, "a", b"1")
        assert heard(first, 1) == [b"key.set"]
        assert b"key.set" in heard(second, 1)


def test_nothing_is_told_unless_somebody_watches(services, uli, admin, store, raw):
    subscribe(store, admin, 30)
    with raw.monitor() as seen:
        services.keys.set(uli, "a", b"1")
        commands = []
        while not commands or not commands[-1].startswith("SET "):
            commands.append(seen.next_command()["command"])
        services.keys.delete(uli, "a")
        while not commands[-1].startswith("ZREM "):
            commands.append(seen.next_command()["command"])
    assert not [command for command in commands if command.startswith("PUBLISH")]


def test_a_watch_ends_by_itself_and_is_forgotten(services, uli, store, raw):
    raw.hset("b9y:{1}:user", "watched", 1)
    services.keys.set(uli, "a", b"1")
    assert not raw.hexists("b9y:{1}:user", "watched")


def test_a_watch_is_made_longer_in_time_and_written_only_then(services, uli, store, raw):
    def ends():
        return int(raw.hget("b9y:{1}:user", "watched")) / 1000 - time.time()

    subscribe(store, uli, 30)
    assert 58 < ends() < 62
    raw.hset("b9y:{1}:user", "watched", int((time.time() + 40) * 1000))
    subscribe(store, uli, 30)
    assert ends() < 41
    raw.hset("b9y:{1}:user", "watched", int((time.time() + 20) * 1000))
    subscribe(store, uli, 30)
    assert 58 < ends() < 62


def test_a_key_is_read_with_the_watch(services, uli, store):
    assert read_and_subscribe(store, uli, "k", 30) == (None, None)
    services.keys.set(uli, "k", b"x")
    assert tuple(read_and_subscribe(store, uli, "k", 30)) == (b"x", None)
    services.users.change("1", password="another")
    with pytest.raises(Unauthorized):
        read_and_subscribe(store, uli, "k", 30)


def test_watching_needs_no_room(services, uli, store, raw):
    raw.config_set("maxmemory", 1)
    try:
        subscribe(store, uli, 30)
    finally:
        raw.config_set("maxmemory", 256 << 20)
    assert raw.hexists("b9y:{1}:user", "watched")


def test_who_does_not_read_keeps_the_newest_messages(store, raw):
    pubsub = store.pubsub
    with pubsub.follow("c") as follower, pubsub.follow("after") as after:
        begin(follower)
        begin(after)
        for number in range(1100):
            raw.publish("c", number)
        raw.publish("after", "")
        heard(after, 1)
        assert follower.take() == [b"%d" % number for number in range(100, 1100)]


def test_an_item_that_becomes_ready_by_a_call_is_told(services, uli, store):
    late = services.lists.push(uli, "q", b"x", push_options(delay=60))
    with follow_all(store) as follower:
        begin(follower)
        subscribe(store, uli, 30)
        place = services.items.change_state(uli, "q", str(late), "ready")
        services.items.change_state(uli, "q", place.id, "ready")
        services.items.change_state(uli, "q", place.id, "dead")
        services.items.change_state(uli, "q", place.id, "ready")
        services.keys.set(uli, "last", b"x")
        assert heard(follower, 3) == [b"list.push q", b"list.push q", b"key.set last"]
