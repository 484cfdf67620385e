"""Leases, policies and items through the client."""

from datetime import UTC, datetime

import pytest
from bambleweeny import Client
from bambleweeny.errors import (
    InvalidName,
    InvalidRequest,
    ItemLeased,
    LeaseNotFound,
    ListFull,
    NotFound,
)


def test_items_are_leased_and_acknowledged(client):
    first, second = client.push("jobs", "1"), client.push("jobs", b"\xff")
    one, two = client.lists.lease("jobs", 5, for_="1m", wait="1s")
    assert (one.id, one.lease, one.attempt, one.value) == (first, f"{first}.1", 1, b"1")
    assert (two.id, two.value) == (second, b"\xff")
    assert abs((datetime.now(UTC) - one.enqueued).total_seconds()) < 60
    client.lists.extend("jobs", one.lease, "5m")
    client.lists.extend("jobs", one.lease)
    client.lists.ack("jobs", one.lease)
    for ended in (client.lists.ack, client.lists.extend):
        with pytest.raises(LeaseNotFound) as refused:
            ended("jobs", one.lease)
    assert isinstance(refused.value, NotFound)
    client.lists.extend("jobs", two.lease, 0)
    [again] = client.lists.lease("jobs")
    assert again.attempt == 2
    with pytest.raises(InvalidName):
        client.lists.ack("jobs", "no lease")


def test_many_leases_are_changed_in_one_call(client):
    client.lists.push_lines("jobs", "1\n2\n3\n4\n")
    one, two, three, four = (item.lease for item in client.lists.lease("jobs", 4))
    outcomes = client.lists.change(
        "jobs",
        ack=[one, one],
        retry=[two],
        extend=[{"lease": three, "for": "5m"}],
        bury=[{"lease": four, "reason": "bad"}],
    )
    assert outcomes["ack"][0] is None
    assert isinstance(outcomes["ack"][1], LeaseNotFound)
    assert outcomes["retry"] == outcomes["extend"] == outcomes["bury"] == [None]
    states = {
        state: list(client.lists.items("jobs", state)) for state in ("ready", "leased", "dead")
    }
    assert {state: [i.value for i in items] for state, items in states.items()} == {
        "ready": [b"2"], "leased": [b"3"], "dead": [b"4"],
    }  # fmt: skip
    [dead] = states["dead"]
    assert (dead.reason, dead.attempt, dead.at is None) == ("bad", 1, False)
    assert client.lists.move("jobs", "jobs") == 1
    assert [item.value for item in client.lists.items("jobs")] == [b"2", b"4"]


def test_a_push_says_how(client):
    late = client.lists.push("jobs", "late", delay="1h", ttl="2h")
    client.lists.push("jobs", "2")
    client.lists.push("jobs", "1", front=True)
    assert client.lists.push("jobs", "3", key="k") == client.lists.push("jobs", "3", key="k")
    assert client.lists.push_lines("jobs", "a\nb", front=True) == 2
    shown = client.lists.item("jobs", late)
    assert (shown.state, shown.value, shown.expires > shown.at) == ("delayed", b"late", True)
    assert client.lists.pop_many("jobs", 4) == [b"a", b"b", b"1", b"2"]
    assert client.lists.pop_many("jobs", wait=0) == [b"3"]
    client.lists.delete_item("jobs", late)
    with pytest.raises(NotFound):
        client.lists.item("jobs", late)
    with client.batch() as batch:
        batch.push("jobs", "2")
        batch.push("jobs", "1", front=True)
        batch.push("jobs", "3", delay="5m", ttl=600)
        popped = batch.pop("jobs")
    assert popped.value == b"1"
    stats = client.lists.stats("jobs")
    assert (stats["ready"], stats["delayed"], stats["bytes"]) == (1, 1, 2)
    assert client.lists.purge("jobs", "delayed") == 1
    assert client.lists.purge("jobs") == 1


def test_a_push_with_a_key_is_sent_again_where_the_connection_broke(cut, proxy):
    proxy.treatments = ["without"]
    cut.lists.push("jobs", "1", key="k")
    assert cut.lists.stats("jobs")["ready"] == 1


def test_a_policy_holds(client):
    with pytest.raises(NotFound):
        client.lists.policy("jobs")
    client.lists.set_policy("jobs", max_len=1, lease="2m")
    assert client.lists.policy("jobs")["lease"] == 120
    client.push("jobs", "1")
    with pytest.raises(ListFull):
        client.push("jobs", "2")
    client.lists.delete_policy("jobs")
    client.push("jobs", "2")
    with pytest.raises(TypeError, match="'color'"):
        client.lists.set_policy("jobs", color="red")


def test_items_come_in_pages(client):
    client.lists.push_lines("jobs", "".join(f"{number}\n" for number in range(250)))
    assert [int(item.value) for item in client.lists.items("jobs")] == list(range(250))


def test_items_are_seen_from_either_end(client):
    client.lists.push_lines("jobs", "".join(f"{number}\n" for number in range(250)))

    def seen(**options):
        return [int(item.value) for item in client.lists.items("jobs", **options)]

    assert seen(order="newest") == list(range(250))[::-1]
    assert seen(order="newest", limit=2, wait="5s") == [249, 248]
    assert seen(limit=120) == list(range(120))
    assert seen(limit=1000) == list(range(250))
    [known] = client.lists.items("jobs", order="newest", limit=1)
    assert seen(after=known.id) == seen(after=known.id, wait=0) == []
    assert seen(order="newest", after=known.id, limit=1) == [248]
    client.push("jobs", "250")
    assert seen(after=known.id, wait="20s") == [250]
    for wrong in ({"limit": 0}, {"order": "best"}, {"state": "dead", "wait": 1}):
        with pytest.raises(InvalidRequest):
            seen(**wrong)


def test_a_look_waits_longer_than_the_time_out(session_url, services):
    with Client(session_url, "admin", "changeme", timeout=0.9) as client:
        assert list(client.lists.items("jobs", wait=1)) == []


def test_the_admin_acts_for_a_user(client, ulis, uli):
    id = int(uli.id)
    client.lists.push("jobs", "1", userid=id)
    [item] = client.lists.lease("jobs", userid=id)
    client.lists.ack("jobs", item.lease, userid=id)
    client.lists.set_policy("jobs", paused=True, userid=id)
    assert ulis.lists.stats("jobs")["paused"]


def test_items_are_delivered_and_buried_one_by_one(client):
    late = client.lists.push("jobs", "a long one", delay="1h")
    place = client.lists.deliver("jobs", late)
    assert place == ("jobs", place.id, "ready")
    [shown] = client.lists.items("jobs", preview=2)
    assert (shown.value, shown.size, shown.id) == (b"a ", 10, place.id)
    assert client.lists.bury("jobs", place.id, "no cat").state == "dead"
    assert client.lists.item("jobs", place.id).reason == "no cat"
    place = client.lists.deliver("jobs", place.id)
    client.lists.lease("jobs")
    with pytest.raises(ItemLeased):
        client.lists.bury("jobs", place.id)
    client.push("more", "1")
    [first, more] = client.lists.list_stats()
    assert (first[0], first[1]["leased"], first[1]["bytes"]) == ("jobs", 1, 10)
    assert more[1].items() < client.lists.stats("more").items()
    assert [name for name, _ in client.lists.list_stats(after="jobs", limit=1)] == ["more"]
