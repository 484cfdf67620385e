"""Topics through the client."""

import threading
import time

import pytest
from bambleweeny import Client
from bambleweeny.client import Entry, Message
from bambleweeny.errors import InvalidRequest, NotFound, Unauthorized, Unreachable
from servers import running, start


def test_messages_come_as_they_were_published(client):
    ids = [client.topics.publish("t", value) for value in ("ä", b"\xff\x00", b"")]
    ids.append(client.topics.publish("t", json=[1]))
    ids.append(client.topics.publish("t", "<p>", type="text/html"))
    for _ in range(2):
        messages = client.topics.read("t", "all")
        assert [m.value for m in messages] == ["ä".encode(), b"\xff\x00", b"", b"[1]", b"<p>"]
        assert [m.id for m in messages] == ids
        assert [m.type for m in messages] == [None, None, None, "application/json", "text/html"]
        assert messages.next == ids[-1]
    assert messages[3].value.json() == [1]
    assert [m.value for m in client.topics.read("t", messages[0].id, limit=1)] == [b"\xff\x00"]


def test_a_read_waits_longer_than_the_time_out(session_url, services):
    with Client(session_url, "admin", "changeme", timeout=0.9) as client:
        assert client.topics.read("t", wait=1) == []


def test_a_wait_ends_with_the_message(client):
    got, begun = [], client.topics.read("t").next
    waiter = threading.Thread(target=lambda: got.extend(client.topics.read("t", begun, "20s")))
    waiter.start()
    client.topics.publish("t", "now")
    waiter.join()
    assert [message.value for message in got] == [b"now"]


def test_topics_are_listed_and_deleted(client, ulis, uli):
    id = int(uli.id)
    client.topics.publish("b", "1")
    client.topics.publish("a", "1", userid=id)
    assert list(client.topics) == ["b", "a"]
    assert list(client.topics.list(prefix="a", userid=id)) == [Entry("a", id)]
    assert list(client.topics.list(limit=1)) == [Entry("b", 0)]
    assert list(client.topics.list(after="b")) == []
    assert client.topics.count() == client.topics.count(prefix="a", userid=id) == 1
    assert [m.value for m in client.topics.read("a", "all", userid=id)] == [b"1"]
    client.topics.delete("a", userid=id)
    assert list(ulis.topics) == []
    with pytest.raises(NotFound):
        ulis.topics.delete("a")


def test_a_batch_publishes(client):
    with client.batch() as batch:
        ids = [batch.publish("t", "1"), batch.publish("t", json={})]
    assert [m.id for m in client.topics.read("t", "all")] == [one.value for one in ids]


def test_a_subscription_gives_what_comes(client):
    client.topics.publish("t", "before")
    messages = client.topics.subscribe("t")
    published = client.topics.publish("t", b"\xff")
    message = next(messages)
    assert message == Message(published, message.time, None, b"\xff")
    client.topics.publish("t", "2")
    assert next(messages).value == b"2"
    messages.close()
    assert [m.value for m in client.topics.read("t", "all")] == [b"before", b"\xff", b"2"]


def test_a_subscription_begins_where_one_likes(client):
    for value in ("1", "2"):
        client.topics.publish("t", value)
    messages = client.topics.subscribe("t", "all")
    assert [next(messages).value for _ in range(2)] == [b"1", b"2"]
    messages.close()


def test_a_topic_is_read_from_its_last_messages(client):
    for value in range(5):
        client.topics.publish("t", str(value))
    assert [m.value for m in client.topics.read("t", last=2)] == [b"3", b"4"]
    assert client.topics.read("t", last=0) == []
    for wrong in ({"since": "all"}, {"limit": 1}):
        with pytest.raises(InvalidRequest):
            client.topics.read("t", last=1, **wrong)
    for last, expected in ((2, [b"3", b"4", b"5"]), (0, [b"6"])):
        messages = client.topics.subscribe("t", last=last)
        client.topics.publish("t", expected[-1])
        assert [next(messages).value for _ in expected] == expected
        messages.close()


def test_a_subscription_that_begins_a_duration_ago_begins_there_once(client):
    client.topics.publish("t", "1")
    messages = client.topics.subscribe("t", "1s")
    while client.topics.read("t", "1s"):
        time.sleep(0.05)
    client.topics.publish("t", "2")
    assert [next(messages).value for _ in range(2)] == [b"1", b"2"]
    messages.close()


def test_a_subscription_that_cannot_begin_is_told(client, services):
    for act, error in (
        (lambda: client.topics.subscribe("t", userid=99), NotFound),
        (lambda: next(client.topics.subscribe("t", "soon")), InvalidRequest),
        (lambda: Client("http://127.0.0.1:1", token="x").topics.subscribe("t"), Unreachable),
    ):
        with pytest.raises(error):
            act()


def test_a_subscription_ends_with_its_user(client, ulis, uli, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.02)
    monkeypatch.setattr("bambleweeny.client.transport.streams._PAUSE_SECONDS", 0.02)
    messages = ulis.topics.subscribe("t")
    ulis.topics.publish("t", "1")
    assert next(messages).value == b"1"
    client.users.delete(int(uli.id))
    with pytest.raises(Unauthorized):
        next(messages)


def test_streams_give_their_connections_back(client):
    pool = client._connection._pool.pool
    before = pool.qsize()
    for number in range(5):
        client.topics.publish("t", str(number))
        messages = client.topics.subscribe("t", "all")
        next(messages)
        messages.close()
    assert pool.qsize() == before


def test_a_subscription_goes_on_when_the_server_was_away(tmp_path, monkeypatch):
    monkeypatch.setattr("bambleweeny.client.transport.streams._PAUSE_SECONDS", 0.02)
    options = ("--data-dir", str(tmp_path), "--admin-password", "x", "--log-level", "error")
    with running("serve", *options) as server, Client(server.url, "admin", "x") as client:
        messages = client.topics.subscribe("t")
        client.topics.publish("t", "1")
        assert next(messages).value == b"1"
        place = server.url.removeprefix("http://")
        assert server.stop() == 0
        again = start("serve", *options, listen=place)
        try:
            with Client(again.url, "admin", "x") as other:
                for value in ("2", "3"):
                    other.topics.publish("t", value)
            assert [next(messages).value for _ in range(2)] == [b"2", b"3"]
        finally:
            assert again.stop() == 0
