"""Events of all kinds, which scripts send while a client follows them."""

import time
from types import SimpleNamespace

import pytest
from bambleweeny.core.batch.operations import Incr, Pop, Publish, Push, Set
from bambleweeny.core.keys.conditions import WriteOptions
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.notify.event_kinds import wanted_events
from bambleweeny.core.notify.events import Events, subscribe
from bambleweeny.core.notify.streams import Reader, Streams
from bambleweeny.errors import NotAnInteger, NotFound
from verbs import call, receive

FOLLOWED = "b9y:{1}:followed"


@pytest.fixture
def events(store, uli, services):
    """Returns the events since the last call, until now."""
    with store.pubsub.follow(FOLLOWED) as follower:
        assert follower.wait(20)
        follower.take()
        services.keys.set(uli, "end", b"")
        subscribe(store, uli, 30, "followed")

        def since():
            services.keys.set(uli, "end", b"")
            found = []
            while "key.set end" not in found:
                assert follower.wait(20)
                found += [message.decode() for message in follower.take()]
            return found[:-1]

        yield since


def test_lists_send_what_happens_to_their_items(services, uli, events):
    lists, leases, items = services.lists, services.leases, services.items
    for body in b"abcdefg":
        lists.push(uli, "q", bytes([body]))
    assert events() == ["list.push q"] * 7
    lists.pop(uli, "q")
    lists.pop_many(uli, "q", 2)
    assert events() == ["list.pop q"] * 2
    first, second, third, fourth = leases.lease(uli, "q", 9, 60)
    assert events() == ["list.lease q"]
    leases.change_each(uli, "q", [Change("ack", lease_of(first))])
    assert events() == ["list.ack q"]
    both = [Change("ack", lease_of(second)), Change("retry", lease_of(third), 0)]
    leases.change_each(uli, "q", both)
    assert sorted(events()) == ["list.ack q", "list.change q"]
    leases.change(uli, "q", Change("bury", lease_of(fourth), reason="bad"))
    assert events() == ["list.change q", "list.dead q"]
    lists.pop(uli, "q")
    assert events() == ["list.pop q"]
    items.move(uli, "q", "other", "dead", 9)
    assert sorted(events()) == ["list.change other", "list.change q"]
    lists.push(uli, "other", b"x", push_options(delay=60))
    assert events() == ["list.push other"]
    services.list_policies.set(uli, "other", ListPolicy(paused=True))
    items.purge(uli, "other", ["delayed"])
    pushed = lists.push(uli, "other", b"y")
    items.delete(uli, "other", str(pushed))
    lists.delete(uli, "other")
    assert sorted(events()) == ["list.change other"] * 4 + ["list.push other"]


def test_what_changes_nothing_sends_nothing(services, uli, events):
    services.lists.pop(uli, "q")
    services.leases.lease(uli, "q", 1, 60)
    services.leases.change_each(uli, "q", [Change("ack", "1.1")])
    assert services.items.move(uli, "q", "new", "dead", 9) == 0
    assert events() == []


def test_an_item_dies_after_its_last_lease_has_expired(services, uli, raw, events):
    services.list_policies.set(uli, "q", ListPolicy(max_attempts=1, dead_letter="buried"))
    services.lists.push(uli, "q", b"x")
    services.leases.lease(uli, "q", 1, 60)
    events()
    [item] = raw.zrange("b9y:{1}:leased:q", 0, 0)
    raw.zadd("b9y:{1}:leased:q", {item: 1})
    raw.hset("b9y:{1}:list:q", "due", 1)
    services.items.stats(uli, "q")
    assert events() == ["list.change buried", "list.change q", "list.dead q"]


def test_an_atomic_batch_sends_events_when_it_is_done(services, uli, events):
    services.lists.push(uli, "q", b"x")
    events()
    with pytest.raises(NotAnInteger):
        services.batch.run_atomic(uli, [Set("a", "x"), Pop("q"), Publish("t", "x"), Incr("a")])
    assert events() == []
    services.batch.run_atomic(uli, [Publish("t", "x"), Pop("q"), Push("q", "y")])
    assert events() == ["topic.publish t", "list.pop q", "list.push q"]


def test_public_calls_send_their_public_id(services, uli, events):
    plain = services.inboxes.bins.create(uli, "q")
    services.inboxes.bins.push(services.inboxes.bins.plain(plain.id), b"x")
    assert events() == ["list.push q", f"bin.call {plain.id}"]
    services.list_policies.set(uli, "q", ListPolicy(ttl=60))
    services.inboxes.bins.push(services.inboxes.bins.plain(plain.id), b"x")
    assert events()[1:] == ["list.push q", f"bin.call {plain.id}"]
    inbox = services.inboxes.documents.create(uli, b'{"topic": "hooks"}').id
    receive(services, None, Reference(inbox), b"x")
    assert events() == ["topic.publish hooks", f"bin.call {inbox}"]
    services.inboxes.refusals.add(plain, Call("GET", "/"), NotFound())
    assert events() == [f"bin.refuse {plain.id}"]


CALL = "route.call ID"


@pytest.mark.parametrize(
    ("document", "sent"),
    [
        ('"rules": [{"path": "/x", "answers": [{"text": "x"}]}]', []),
        ('"rules": [{"path": "/x", "answers": [{"text": "!@[$count]"}]}]', [CALL]),
        ('"rules": [{"path": "/x", "then": [["push", "q", "x"]]}]', ["list.push q", CALL]),
        ('"journal": "j", "rules": [{"path": "/x", "answers": [{"text": "!@[a]"}]}]',
         ["topic.publish j", CALL]),
        ('"journal": "j", "rules": [{"path": "/x", "answers": [{"text": "x"}]}]',
         ["topic.publish j", CALL]),
        ('"journal": "j", "rules": [{"path": "/x", "collection": "todo:"}]',
         ["topic.publish j", CALL]),
    ],
)  # fmt: skip
def test_a_call_of_a_route_is_sent_once(services, uli, events, document, sent):
    route = services.mocks.documents.create(uli, f"{{{document}}}".encode()).id
    events()
    call(services, SimpleNamespace(mock=route), "GET", "/x")
    assert [event.replace(route, "ID") for event in events()] == sent


def test_a_changed_ttl_is_sent(services, uli, events):
    services.keys.set(uli, "a", b"x")
    services.key_changes.change_ttl(uli, "a", 60)
    assert events() == ["key.set a", "key.change a"]
    services.key_changes.change_ttl(uli, "a", None)
    with pytest.raises(NotFound):
        services.key_changes.change_ttl(uli, "missing", 60)
    assert events() == ["key.change a"]


def test_an_expired_key_is_sent_once_and_a_renewed_one_never(services, uli, store, raw, events):
    def expire(name):
        services.key_changes.set_with_options(uli, name, b"x", WriteOptions(60))
        raw.unlink(f"b9y:{{1}}:key:{name}", f"b9y:{{1}}:meta:{name}")
        raw.zadd("b9y:{1}:expiring", {name: 1})
        events()

    expire("a")
    services.keys.set(uli, "a", b"y")
    assert events() == ["key.expire a", "key.set a"]
    expire("b")
    services.keys.incr(uli, "b")
    assert events() == ["key.expire b", "key.set b"]
    expire("c")
    services.key_changes.set_with_options(uli, "c", b"x", WriteOptions(60))
    assert events() == ["key.expire c", "key.set c"]
    services.keys.set(uli, "c", b"x")
    services.key_changes.set_with_options(uli, "d", b"x", WriteOptions(60))
    services.keys.delete(uli, "d")
    assert events() == ["key.set c", "key.set d", "key.del d"]
    expire("e")
    with pytest.raises(NotAnInteger):
        services.batch.run_atomic(uli, [Set("e", "x"), Incr("e")])
    assert events() == ["key.expire e"]


def test_a_stream_looks_for_expired_keys(services, uli, store, raw):
    stream = Events(store, Streams(services.waits), 0.01).follow(
        uli, wanted_events("key.expire", {}), Reader(uli.id, lambda: True, lambda: None)
    )
    assert next(stream) == next(stream) == []
    services.key_changes.set_with_options(uli, "a", b"x", WriteOptions(60))
    services.key_changes.set_with_options(uli, "stays", b"x", WriteOptions(60))
    raw.unlink("b9y:{1}:key:a")
    raw.zadd("b9y:{1}:expiring", {"a": 1})
    assert next(found for found in stream if found) == [("key.expire", "a")]
    stream.close()


def test_long_polls_and_basic_streams_hear_nothing_of_further_kinds(services, uli, store):
    channels = ("b9y:{1}:events", "b9y:{1}:changed:q")
    subscribe(store, uli, 30)
    subscribe(store, uli, 30, "followed")
    with store.pubsub.follow(channels[0]) as all_names, store.pubsub.follow(channels[1]) as name:
        for follower in (all_names, name):
            assert follower.wait(20)
            follower.take()
        services.lists.push(uli, "q", b"x")
        services.lists.pop(uli, "q")
        services.lists.push(uli, "q", b"x")
        for follower, pushed in ((all_names, b"list.push q"), (name, b"list.push")):
            heard = []
            while len(heard) < 2:
                assert follower.wait(20)
                heard += follower.take()
            assert heard == [pushed] * 2


def test_nothing_is_sent_without_a_follower(services, uli, store, raw):
    subscribe(store, uli, 30)
    services.lists.push(uli, "q", b"x")
    with raw.monitor() as seen:
        services.lists.pop(uli, "q")
        raw.echo("end")
        commands = []
        while not commands or commands[-1] != "ECHO end":
            commands.append(seen.next_command()["command"])
    assert not [command for command in commands if command.startswith("PUBLISH")]


def test_a_subscription_to_all_kinds_ends(services, uli, raw):
    raw.hset("b9y:{1}:user", mapping={"watched": int((time.time() + 60) * 1000), "followed": 1})
    services.lists.push(uli, "q", b"x")
    assert not raw.hexists("b9y:{1}:user", "followed")
