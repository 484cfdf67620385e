"""Lists through the client."""

import threading

import pytest
from bambleweeny import Client
from bambleweeny.client import Entry
from bambleweeny.errors import InvalidRequest, ListFull, NotFound


def test_items_come_in_their_order_and_as_they_are(client):
    for item in ("ä", b"\xff\x00", b""):
        client.push("jobs", item)
    client.push("jobs", json=[1])
    assert [client.pop("jobs") for _ in range(3)] == ["ä".encode(), b"\xff\x00", b""]
    assert client.pop("jobs").json() == [1]
    assert client.pop("jobs") is None


def test_an_empty_item_is_not_no_item(client):
    client.push("jobs", b"")
    assert client.pop("jobs") == b""
    assert client.pop("jobs") is None


def test_lines_are_items(client):
    assert client.lists.push_lines("jobs", "wash\ndry\n") == 2
    assert client.lists.push_lines("jobs", b"\xff") == 1
    assert [client.pop("jobs"), client.pop("jobs"), client.pop("jobs")] == [
        b"wash",
        b"dry",
        b"\xff",
    ]


def test_a_wait_ends_with_the_item(client):
    got = []
    waiter = threading.Thread(target=lambda: got.append(client.pop("jobs", wait="20s")))
    waiter.start()
    client.push("jobs", "now")
    waiter.join()
    assert got == [b"now"]


@pytest.mark.parametrize("wait", [0, 1, "0s"])
def test_a_wait_for_nothing_ends(client, wait):
    assert client.pop("jobs", wait=wait) is None


def test_a_wait_can_be_longer_than_the_time_out(session_url, services):
    with Client(session_url, "admin", "changeme", timeout=0.9) as client:
        assert client.pop("jobs", wait=1) is None


def test_a_wait_that_is_none_is_refused(client):
    with pytest.raises(InvalidRequest, match="longest wait"):
        client.pop("jobs", wait=31)
    with pytest.raises(ValueError, match="not a duration"):
        client.pop("jobs", wait="soon")


def test_lists_are_listed_and_deleted(client, ulis, uli):
    id = int(uli.id)
    client.push("b", "1")
    client.lists.push("a", "1", userid=id)
    assert list(client.lists) == ["b", "a"]
    assert list(client.lists.list(prefix="a", userid=id)) == [Entry("a", id)]
    assert list(client.lists.list(prefix="b", limit=1)) == [Entry("b", 0)]
    assert client.lists.count(prefix="b") == client.lists.count() == 1
    assert list(ulis.lists.list()) == [Entry("a", id)]
    assert client.lists.push_lines("a", "2\n3", userid=id) == 2
    assert client.lists.pop("a", userid=id) == b"1"
    client.lists.delete("a", userid=id)
    client.lists.delete("b")
    assert list(client.lists) == []
    with pytest.raises(NotFound):
        client.lists.delete("b")


def test_a_full_list_is_an_error_of_its_own(client):
    client.lists.push_lines("jobs", "x\n" * 1000)
    with pytest.raises(ListFull):
        client.push("jobs", "x")
