"""Waiting for an item."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.batch.operations import Incr, Push, Set
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.errors import Forbidden, NotAnInteger, StoreUnavailable, Unauthorized
from bambleweeny.store import open_store
from servers import until

ULI = Caller("1", "uli", "")


def wanted():
    return True


@contextmanager
def waiting(services, caller, count=1, seconds=30, is_connected=wanted):
    """So many who wait for an item of `q`; gives what will be theirs."""
    channel = f"b9y:{{{caller.id}}}:pushed:q".encode()
    pubsub = services.lists._store.pubsub
    with ThreadPoolExecutor(count) as pool:
        theirs = [
            pool.submit(services.lists.pop_within, caller, "q", seconds, is_connected)
            for _ in range(count)
        ]
        while not (
            len(pubsub._waiting.get(channel, ())) == count
            and not any(waiter.is_awake for waiter in pubsub._waiting[channel])
        ):
            time.sleep(0.001)
        yield theirs


def test_an_item_that_is_there_is_given_at_once(services, uli):
    services.lists.push(uli, "q", b"x")
    assert services.lists.pop_within(uli, "q", 20, wanted) == b"x"


def test_without_a_wait_nothing_is_waited_for(services, uli):
    assert services.lists.pop_within(uli, "q", 0, wanted) is None


def test_a_wait_ends_with_nothing(services, uli):
    before = time.monotonic()
    assert services.lists.pop_within(uli, "q", 0.05, wanted) is None
    assert 0.05 <= time.monotonic() - before < 15


def test_an_item_that_comes_ends_the_wait(services, uli):
    with waiting(services, uli) as [mine]:
        services.lists.push(uli, "q", b"x")
        assert mine.result(20) == b"x"


def test_each_of_those_who_wait_gets_one_item(services, uli, raw):
    with waiting(services, uli, 3) as theirs:
        for body in (b"1", b"2", b"3"):
            services.lists.push(uli, "q", body)
        assert sorted(one.result(20) for one in theirs) == [b"1", b"2", b"3"]
    assert raw.exists("b9y:{1}:ready:q") == 0


def test_pushes_of_a_batch_and_lines_wake_those_who_wait(services, uli):
    pushes = [Push("q", "1"), Push("q", "2"), Push("other", "3")]
    for push in (
        lambda: services.batch.run(uli, pushes),
        lambda: services.batch.run_atomic(uli, pushes),
        lambda: services.lists.push_lines(uli, "q", b"1\n2\n"),
    ):
        with waiting(services, uli, 2) as theirs:
            push()
            assert sorted(one.result(20) for one in theirs) == [b"1", b"2"]


def test_who_waits_gets_nothing_of_a_batch_that_failed(services, uli):
    with waiting(services, uli) as [mine]:
        with pytest.raises(NotAnInteger):
            services.batch.run_atomic(uli, [Push("q", "1"), Set("k", "x"), Incr("k")])
        services.lists.push(uli, "q", b"2")
        assert mine.result(20) == b"2"


def test_a_push_of_another_tenant_wakes_nobody_in_vain(services, uli, admin):
    with waiting(services, uli) as [mine]:
        services.lists.push(admin, "q", b"the admin's")
        services.lists.push(uli, "q", b"mine")
        assert mine.result(20) == b"mine"


def test_who_is_gone_takes_nothing_and_the_next_one_gets_it(services, uli, monkeypatch):
    gone = threading.Event()
    with waiting(services, uli, is_connected=lambda: not gone.is_set()) as [left]:
        gone.set()
        services.lists.push(uli, "q", b"x")
        assert left.result(20) is None
    assert services.lists.pop(uli, "q") == b"x"


def test_one_who_may_not_take_the_item_leaves_it_to_the_next(services, uli, raw):
    with waiting(services, uli, 2) as theirs:
        raw.hset("b9y:{1}:user", "version", "other")
        raw.publish("b9y:{1}:pushed:q", "")
        for one in theirs:
            with pytest.raises(Unauthorized):
                one.result(20)


def test_who_acts_for_a_user_is_checked_again_when_the_wait_is_over(services, uli, admin, raw):
    acting = uli._replace(version="", actor=admin)
    assert services.lists.pop_within(acting, "q", 0.05, wanted) is None
    raw.hset("b9y:{0}:user", "role", "user")
    assert services.lists.pop_within(acting, "q", 0, wanted) is None
    with pytest.raises(Forbidden):
        services.lists.pop_within(acting, "q", 0.05, wanted)


def test_a_refused_subscription_is_told_and_the_next_wait_works(services, uli, raw, engine_url):
    path = engine_url.removeprefix("unix://")
    raw.execute_command("ACL", "SETUSER", "deaf", "on", ">x", "~*", "+@all", "-subscribe")
    deaf = open_store(f"unix://deaf:x@{path}")
    waits = LongPolls(deaf, 2)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            waits.poll(lambda: None, "c", 30, wanted, caller=ULI)
    raw.execute_command("ACL", "SETUSER", "deaf", "+subscribe", "allchannels")
    assert waits.poll(lambda: None, "c", 0.05, wanted, caller=ULI) is None
    deaf.close()


def test_a_message_that_comes_too_late_for_one_wakes_the_next(store):
    with store.pubsub.listen("c") as first, store.pubsub.listen("c") as second:
        assert first.wait(20)
        assert second.wait(20)
        first.rest()
        second.rest()
        first.wake()
        store.pubsub._leave(b"c", first)
        assert second.wait(20)


def test_past_the_cap_nobody_waits(services, uli):
    with waiting(services, uli, 4) as theirs:
        before = time.monotonic()
        assert services.lists.pop_within(uli, "q", 30, wanted) is None
        assert time.monotonic() - before < 15
        for _ in theirs:
            services.lists.push(uli, "q", b"x")


def test_a_cap_of_none_lets_nobody_wait(store):
    assert LongPolls(store, 0).poll(lambda: None, "c", 30, wanted, caller=ULI) is None


def test_stopping_ends_every_wait(store):
    waits = LongPolls(store, 2)
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(waits.poll, lambda: None, "c", 30, wanted, caller=ULI)
        while b"c" not in store.pubsub._waiting:
            time.sleep(0.001)
        waits.stop()
        assert result.result(20) is None
    assert waits.poll(lambda: None, "c", 30, wanted, caller=ULI) is None


def test_a_broken_connection_is_told_and_the_next_wait_works(services, uli, raw):
    with waiting(services, uli) as [mine]:
        until(lambda: raw.client_kill_filter(_type="pubsub"))
        with pytest.raises(StoreUnavailable):
            mine.result(20)
    with waiting(services, uli) as [mine]:
        services.lists.push(uli, "q", b"x")
        assert mine.result(20) == b"x"


def test_a_quiet_connection_is_asked_whether_it_is_there(services, uli, monkeypatch):
    monkeypatch.setattr("bambleweeny.store.client.pubsub._PING_SECONDS", 0.01)
    pubsub = services.lists._store.pubsub
    pubsub.close()
    while pubsub._line:
        time.sleep(0.001)
    assert services.lists.pop_within(uli, "q", 0.1, wanted) is None
    time.sleep(0.05)
    with waiting(services, uli) as [mine]:
        services.lists.push(uli, "q", b"x")
        assert mine.result(20) == b"x"


def test_one_connection_serves_all_waits(services, uli, raw):
    with waiting(services, uli, 4) as theirs:
        assert len(raw.client_list(_type="pubsub")) == 1
        for _ in theirs:
            services.lists.push(uli, "q", b"x")
