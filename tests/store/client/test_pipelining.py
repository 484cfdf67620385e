"""What runs side by side shares its round trips, and gets its own replies, or the one failure."""

from contextlib import suppress

import pytest
from bambleweeny.errors import InternalError, StoreUnavailable
from bambleweeny.store import open_store


def commands_seen(store):
    """Give how many times the engine has been woken with something to read."""
    [text] = store.read(("INFO", "stats"))
    lines = dict(line.split(":") for line in text.decode().splitlines() if ":" in line)
    return int(lines["total_reads_processed"])


def test_what_several_ask_is_one_round_trip_and_each_gets_its_own_replies(store):
    store.write(*(("SET", f"key-{n}", n) for n in range(16)))
    got = {}

    def job(n):
        got[n] = store.read(("GET", f"key-{n}"), ("STRLEN", f"key-{n}"))

    before = commands_seen(store)
    store.pipelining.run([lambda n=n: job(n) for n in range(16)])
    assert got == {n: [b"%d" % n, len(str(n))] for n in range(16)}
    assert commands_seen(store) - before == 2


def test_jobs_that_ask_more_often_than_others_go_on(store):
    got = []

    def job(n):
        for _ in range(n):
            store.write(("INCR", "counter"))
        got.append(n)

    store.pipelining.run([lambda n=n: job(n) for n in (3, 0, 2, 1)])
    assert got == [0, 1, 2, 3]
    assert store.read(("GET", "counter")) == [b"6"]


def test_an_error_reply_is_for_the_one_who_asked(store):
    store.write(("SET", "text", "word"))
    got = []

    def wrong():
        with pytest.raises(InternalError):
            store.write(("INCR", "text"))
        got.append("wrong")

    store.pipelining.run([wrong, lambda: got.extend(store.read(("GET", "text")))])
    assert got == ["wrong", b"word"]


def test_an_engine_that_is_away_is_so_for_all_of_them(tmp_path):
    store = open_store(f"unix://{tmp_path}/nothing")
    refused = []

    def job():
        with pytest.raises(StoreUnavailable):
            store.read(("GET", "key"))
        refused.append(1)

    store.pipelining.run([job] * 5)
    assert refused == [1] * 5


def test_a_broken_connection_is_opened_again_for_all_that_read(store):
    store.write(("SET", "key", "value"))
    got = []

    def leave():
        with suppress(StoreUnavailable):
            store.write(("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"))

    store.pipelining.run([leave, *[lambda: got.extend(store.read(("GET", "key")))] * 3])
    assert got == [b"value"] * 3


def test_who_lets_the_others_end_goes_on_alone(store):
    order = []

    def job(name):
        for _ in range(3):
            store.read(("PING",))
        order.append(name)

    def patient():
        store.pipelining.let_others_end()
        job("patient")

    jobs = iter([lambda: job("one"), lambda: job("two"), patient, lambda: job("three")])
    store.pipelining.run(jobs)
    assert order == ["one", "two", "patient"]
    store.pipelining.run(jobs)
    assert order[3:] == ["three"]


def test_the_first_that_lets_the_others_end_goes_on_last(store):
    order, awaited = [], []

    def patient(name):
        store.read(("PING",))
        awaited.append(store.pipelining.is_awaited())
        store.pipelining.let_others_end()
        store.read(("PING",))
        order.append((name, store.pipelining.is_awaited()))

    store.pipelining.run(iter([lambda: patient("one"), lambda: patient("two")]))
    assert awaited == [False, True]
    assert order == [("two", True), ("one", False)]
    store.pipelining.run(iter([lambda: patient("three")]))
    assert (awaited[-1], order[-1]) == (False, ("three", False))


def test_outside_nobody_is_waited_for(store):
    assert not store.pipelining.is_awaited()
    store.pipelining.let_others_end()
    assert store.read(("PING",)) == [b"PONG"]
