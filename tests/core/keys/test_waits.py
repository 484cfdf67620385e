"""Waiting for a key."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from bambleweeny.core.batch.operations import Set
from bambleweeny.errors import InvalidName, StoreUnavailable
from servers import until

CHANNEL = b"b9y:{1}:changed:k"


def wanted():
    return True


@contextmanager
def waiting(services, caller, is_awaited, count=1, is_connected=wanted):
    """So many who wait for `k`; gives when each is done."""
    pubsub = services.lists._store.pubsub
    with ThreadPoolExecutor(count) as pool:
        theirs = [
            pool.submit(services.key_waits.until, caller, "k", is_awaited, 30, is_connected)
            for _ in range(count)
        ]
        while not (
            len(pubsub._waiting.get(CHANNEL, ())) == count
            and not any(waiter.is_awake for waiter in pubsub._waiting[CHANNEL])
        ):
            time.sleep(0.001)
        yield theirs


def is_there(value):
    return value is not None


def is_not(known):
    return lambda value: value != known


CHANGES = {
    "set": lambda services, uli: services.keys.set(uli, "k", b"new"),
    "batch": lambda services, uli: services.batch.run(uli, [Set("k", "new")]),
    "atomic": lambda services, uli: services.batch.run_atomic(uli, [Set("k", "new")]),
    "delete": lambda services, uli: services.keys.delete(uli, "k"),
    "prefix": lambda services, uli: services.selections.delete_keys(uli, "k"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_ends_the_wait_of_all(services, uli, change):
    services.keys.set(uli, "k", b"old")
    with waiting(services, uli, is_not(b"old"), 4) as theirs:
        CHANGES[change](services, uli)
        for one in theirs:
            one.result(20)


def test_a_key_that_comes_to_be_ends_the_wait(services, uli):
    with waiting(services, uli, is_there) as [mine]:
        services.keys.incr(uli, "k")
        mine.result(20)


def test_a_write_of_the_same_value_and_other_keys_do_not(services, uli, admin):
    services.keys.set(uli, "k", b"old")
    with waiting(services, uli, is_not(b"old")) as [mine]:
        services.keys.set(uli, "k", b"old")
        services.keys.set(uli, "other", b"new")
        services.keys.set(admin, "k", b"new")
        time.sleep(0.05)
        assert not mine.done()
        services.keys.set(uli, "k", b"new")
        mine.result(20)


def test_what_is_so_already_is_not_waited_for(services, uli):
    before = time.monotonic()
    services.key_waits.until(uli, "k", is_not(b"old"), 30, wanted)
    assert time.monotonic() - before < 15


def test_without_seconds_nobody_waits_and_nothing_is_written(services, uli, raw):
    services.key_waits.until(uli, "k", is_there, 0, wanted)
    assert not raw.hexists("b9y:{1}:user", "watched")


def test_who_is_gone_waits_no_longer(services, uli):
    gone = threading.Event()
    with waiting(services, uli, is_there, is_connected=lambda: not gone.is_set()) as [left]:
        gone.set()
        left.result(20)


def test_a_broken_connection_is_told(services, uli, raw):
    with waiting(services, uli, is_there) as [mine]:
        until(lambda: raw.client_kill_filter(_type="pubsub"))
        with pytest.raises(StoreUnavailable):
            mine.result(20)


def test_a_bad_name_is_refused(services, uli):
    with pytest.raises(InvalidName):
        services.key_waits.until(uli, "a b", is_there, 1, wanted)
