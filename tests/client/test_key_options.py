"""Ends, conditions, types, patches and bounds through the client."""

import copy
import pickle

import pytest
from bambleweeny.errors import (
    InvalidRequest,
    LimitReached,
    NotFound,
    NotJson,
    PreconditionFailed,
)


def test_a_value_knows_its_tag_its_end_and_its_type(client):
    assert client.set("k", "ä") == client.get("k").etag
    etag = client.set("k", "v", ttl="10m", type="text/html")
    value = client.get("k")
    assert (value, value.etag, value.ttl, value.type) == (b"v", etag, 600, "text/html")
    for twin in (copy.copy(value), pickle.loads(pickle.dumps(value))):
        assert (twin.etag, twin.ttl, twin.type) == (etag, 600, "text/html")
    client.set("k", "w", keep_ttl=True)
    value = client.get("k")
    assert (value.ttl, value.type, value.content_type) == (600, *["text/plain; charset=utf-8"] * 2)
    client.set("k", "w")
    assert client.get("k").ttl is None


def test_an_end_can_be_moved(client, uli):
    client.set("k", "v", ttl=600)
    assert client.get("k", touch=60).ttl == 60
    client.keys.expire("k", "1h")
    assert client.get("k").ttl == 3600
    client.keys.persist("k")
    assert client.get("k").ttl is None
    etag = client.get("k").etag
    client.keys.expire("k", 5, if_match=etag)
    with pytest.raises(PreconditionFailed):
        client.keys.expire("k", 500, if_none_match=etag)
    for call in (lambda: client.keys.expire("none", 5), lambda: client.keys.persist("none")):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(InvalidRequest, match="'ttl'"):
        client.keys.expire("k", 0)
    id = int(uli.id)
    client.keys.set("k", "v", ttl=5, userid=id)
    client.keys.persist("k", userid=id)
    assert client.keys.get("k", userid=id).ttl is None


def test_a_lock_and_compare_and_set(client, ulis):
    mine = ulis.set("lock", "me", ttl=30, if_none_match="*")
    with pytest.raises(PreconditionFailed) as caught:
        ulis.set("lock", "you", ttl=30, if_none_match="*")
    assert caught.value.status == 412
    with pytest.raises(PreconditionFailed):
        ulis.delete("lock", if_match='"other"')
    ulis.delete("lock", if_match=mine)
    with pytest.raises(PreconditionFailed):
        ulis.set("lock", "x", if_match="*")
    etag = ulis.set("n", "1")
    etag = ulis.set("n", "2", if_match=f'"other", {etag}')
    assert ulis.get("n").etag == etag


def test_what_was_there_before_is_given(client):
    assert client.keys.replace("k", b"\xff", ttl=5, type="a/b") is None
    old = client.keys.replace("k", json=[1])
    assert (old, old.type) == (b"\xff", "a/b")
    assert client.keys.take("k", if_match=client.get("k").etag).json() == [1]
    with pytest.raises(NotFound):
        client.keys.take("k")


def test_json_values_are_read_and_changed_in_part(client):
    made = client.keys.patch("k", {"a": {"b": [1, None]}, "c": "ä"})
    assert client.get("k").type == "application/json"
    assert client.get("k", path="a.b").json() == [1, None]
    done = client.keys.patch("k", {"a": {"d": 1}, "c": None}, ttl=60, if_match=made)
    value = client.get("k")
    assert (value.json(), value.etag, value.ttl) == ({"a": {"b": [1, None], "d": 1}}, done, 60)
    client.keys.patch("k", b'{"n":1.50}')
    assert client.get("k", path="n") == b"1.50"
    with pytest.raises(NotFound):
        client.get("k", path="x")
    with pytest.raises(PreconditionFailed):
        client.keys.patch("k", {}, if_match=made)
    client.set("k", "text")
    with pytest.raises(NotJson):
        client.keys.patch("k", {})
    with pytest.raises(NotJson):
        client.get("k", path="a")


def test_a_counter_has_steps_and_bounds(client):
    assert [client.incr("n", 5, max=9, ttl="1m"), client.incr("n", -2), client.incr("n")] == [
        5,
        3,
        4,
    ]
    assert 50 < client.get("n").ttl <= 60
    with pytest.raises(LimitReached) as caught:
        client.incr("n", 6, max=9)
    assert caught.value.status == 409
    assert 50 < caught.value.retry_after <= 60
    with pytest.raises(LimitReached):
        client.keys.incr("n", -5, min=0)
    assert client.incr("m", max=1) == 1
    with pytest.raises(LimitReached) as caught:
        client.incr("m", max=1)
    assert caught.value.retry_after is None


def test_a_batch_takes_the_same_options(client):
    with client.batch() as batch:
        made = batch.set("k", json={"a": 1}, ttl="1h", type="application/json", if_none_match="*")
        again = batch.set("k", "x", if_none_match="*")
        kept = batch.set("k", "y", keep_ttl=True)
        counts = [batch.incr("n", 2, max=3, ttl=60) for _ in range(2)]
        gone = batch.delete("k", if_match='"other"')
    assert (made.value, kept.value, counts[0].value) == (None, None, 2)
    assert [result.error.code for result in (again, counts[1], gone)] == [
        "precondition_failed", "limit_reached", "precondition_failed",
    ]  # fmt: skip
    assert (client.get("k"), client.get("k").ttl, client.get("n").ttl) == (b"y", 3600, 60)
    with pytest.raises(PreconditionFailed) as caught, client.batch(atomic=True) as batch:
        batch.set("k", "z")
        batch.delete("k", if_match=client.get("k").etag)
    assert caught.value.index == 1
    assert (client.get("k"), client.get("k").ttl) == (b"y", 3600)
