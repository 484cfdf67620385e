"""Events through the client."""

import threading

import pytest
from bambleweeny.client import Event
from bambleweeny.errors import InvalidRequest, NotFound


def until_told(act):
    """Do something again and again until it was told of; give the thread."""
    told = threading.Event()

    def repeat():
        while not told.wait(0.02):
            act()

    thread = threading.Thread(target=repeat)
    thread.start()
    return told, thread


def test_events_are_given_as_they_happen(client):
    events = client.events(keys="app:*", lists="jobs")
    for act, expected in (
        (lambda: client.set("app:a", "1"), Event("key.set", "app:a")),
        (lambda: client.push("jobs", "x"), Event("list.push", "jobs")),
    ):
        told, thread = until_told(act)
        assert any(event == expected for event in events)
        told.set()
        thread.join()
    events.close()


def test_further_kinds_are_given(client):
    events = client.events(kinds="topic.publish,list.pop", lists="jobs", topics="news:*")
    told, thread = until_told(lambda: (client.push("jobs", "x"), client.pop("jobs")))
    assert next(events) == Event("list.pop", "jobs")
    told.set()
    thread.join()
    told, thread = until_told(lambda: client.topics.publish("news:a", "x"))
    assert any(event == Event("topic.publish", "news:a") for event in events)
    told.set()
    thread.join()
    events.close()


def test_what_cannot_begin_is_told(client):
    with pytest.raises(InvalidRequest, match="keys"):
        next(client.events(keys="a b"))
    with pytest.raises(InvalidRequest, match="kinds"):
        next(client.events(kinds="key.pop"))
    with pytest.raises(NotFound):
        next(client.events(userid=99))
