"""Streams: places, checks, and how they end."""

import threading

import pytest
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.core.notify.streams import Reader, Streams
from bambleweeny.errors import Busy, StoreUnavailable, Unauthorized


def reader(is_connected=lambda: True, check=lambda: None):
    return Reader("1", is_connected, check)


def echo(messages):
    return list(messages)


def begun(streams, who):
    """A stream that hears everything."""
    stream = streams.follow("c", echo, who)
    assert [next(stream), next(stream)] == [[], []]
    return stream


def test_every_message_is_read_once(store, raw):
    stream = begun(Streams(LongPolls(store, 1)), reader())
    for message in (b"1", b"2"):
        raw.publish("c", message)
        assert next(stream) == [message]
    stream.close()


def test_a_place_is_taken_and_given_back_and_counted(store):
    counts = []
    streams = Streams(LongPolls(store, 1), counts.append)
    stream = begun(streams, reader())
    with pytest.raises(Busy):
        next(streams.follow("c", echo, reader()))
    stream.close()
    begun(streams, reader()).close()
    assert counts == [1, -1, 1, -1]


def test_a_reader_who_left_ends_it(store):
    gone = threading.Event()
    stream = begun(Streams(LongPolls(store, 1)), reader(is_connected=lambda: not gone.is_set()))
    gone.set()
    assert next(stream, None) is None


def test_the_end_of_the_waits_ends_it_and_none_begins(store):
    waits = LongPolls(store, 1)
    stream = begun(Streams(waits), reader())
    threading.Timer(0.05, waits.stop).start()
    assert next(stream, None) is None
    with pytest.raises(Busy):
        next(Streams(waits).follow("c", echo, reader()))


def test_a_check_is_made_again_and_again_and_what_it_raises_ends_it(store, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.01)
    checks = [None, None, None, Unauthorized()]

    def check():
        if error := checks.pop(0):
            raise error

    stream = begun(Streams(LongPolls(store, 1)), reader(check=check))
    assert next(stream) == []
    with pytest.raises(Unauthorized):
        next(stream)


def test_a_broken_connection_is_made_again(store, raw, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._PAUSE_SECONDS", 0.01)
    stream = begun(Streams(LongPolls(store, 1)), reader())
    raw.client_kill_filter(_type="pubsub")
    assert [next(stream), next(stream)] == [[], []]
    raw.publish("c", b"x")
    assert next(stream) == [b"x"]
    stream.close()


def test_an_engine_that_is_away_at_the_beginning_is_told(store):
    def away(_):
        raise StoreUnavailable

    streams = Streams(LongPolls(store, 1))
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            next(streams.follow("c", away, reader()))
