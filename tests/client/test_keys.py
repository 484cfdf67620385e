"""Keys and counters through the client."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bambleweeny.client import Entry, Meta
from bambleweeny.errors import (
    BodyTooLarge,
    Forbidden,
    InvalidName,
    NotAnInteger,
    NotFound,
    QuotaExceeded,
    TooMuchAtOnce,
)


@pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", os.urandom(1 << 20), "ä€😀\n".encode()])
def test_bytes_come_back_as_they_went_in(client, data):
    client.set("foo", data)
    assert client.get("foo") == data


def test_text_json_and_their_content_types(client):
    client.set("foo", "Käse")
    assert client.get("foo").text() == "Käse"
    assert client.get("foo").content_type == "text/plain; charset=utf-8"
    client.set("foo", json={"a": [None, 1.5]})
    assert client.get("foo").json() == {"a": [None, 1.5]}
    client.set("foo", b"\xff")
    assert client.get("foo").content_type == "text/plain"


@pytest.mark.parametrize("name", ["...", "..a", "a..b", "keys", "None", ":", "-", "x" * 255])
def test_every_name_of_the_grammar_can_be_used(client, name):
    client.set(name, name)
    assert client.incr(f"{name[:254]}1") == 1
    assert client.get(name).text() == name
    assert name in client.keys
    client.delete(name)
    assert name not in client.keys


@pytest.mark.parametrize("name", ["", "a/b", "ä", "a b", "a?b", "a%2Fb", "x" * 256, "a\nb"])
def test_a_bad_name_is_refused(client, name):
    for call in (client.get, client.delete, client.incr, client.pop, client.routes.read):
        with pytest.raises(InvalidName):
            call(name)
    with pytest.raises(InvalidName):
        client.keys.get_many(["a", name])


def test_what_is_not_there_is_not_found(client):
    for call in (client.get, client.delete):
        with pytest.raises(NotFound) as caught:
            call("nothing")
        assert (caught.value.code, caught.value.status, caught.value.info) == (
            "not_found",
            404,
            "Not found.",
        )


def test_counting_goes_to_the_ends_of_the_numbers(client):
    client.set("n", "9223372036854775806")
    assert client.incr("n") == 2**63 - 1
    with pytest.raises(NotAnInteger) as caught:
        client.incr("n")
    assert "-2^63" in caught.value.hint


def test_many_keys_are_read_in_as_many_requests_as_they_need(client):
    names = [f"{i:0200}" for i in range(2500)]
    with client.batch() as batch:
        for name in names:
            batch.set(name, name[-4:])
        batch.set("raw", b"\xff")
    found = client.keys.get_many([*names, "nothing", "raw", "raw"])
    assert found == {name: name[-4:].encode() for name in names} | {"raw": b"\xff"}
    assert client.keys.get_many([]) == {}


def test_many_large_keys_are_read_in_smaller_requests(client):
    names = [f"k{i}" for i in range(20)]
    for name in names:
        client.set(name, os.urandom(1 << 20))
    with pytest.raises(TooMuchAtOnce):
        client.keys._call("GET", "/keys", query={"names": ",".join(names), "values": 1})
    found = client.keys.get_many(names)
    assert list(found) == names
    assert {len(value) for value in found.values()} == {1 << 20}


def test_iteration_gives_every_name_of_many_in_order(client):
    names = [f"k{i:05}" for i in range(12_345)]
    with client.batch() as batch:
        for name in names:
            batch.set(name, "")
    assert list(client.keys) == names
    assert [entry.name for entry in client.keys.list(prefix="k0000")] == names[:10]
    assert next(iter(client.keys)) == "k00000"


@pytest.fixture
def folders(client):
    names = ["a", "app:1", "app:2:x", "app:2:y", "b"]
    with client.batch() as batch:
        for name in names:
            batch.set(name, name)
    return client.keys


def test_a_part_is_listed_in_pages(client):
    names = [f"k{i:05}" for i in range(2_345)]
    with client.batch() as batch:
        for name in names:
            batch.set(name, "")
    keys = client.keys

    def listed(**part):
        return [entry.name for entry in keys.list(**part)]

    assert listed(prefix="k") == names
    assert listed(after="k00999") == names[1000:]
    assert listed(limit=1500) == names[:1500]
    assert listed(limit=1000) == names[:1000]
    assert listed(prefix="k01", after="k01100", limit=3) == names[1101:1104]
    assert listed(limit=0) == []


def test_keys_are_counted_grouped_and_deleted_by_prefix(folders):
    assert (folders.count(), folders.count(prefix="app:2")) == (5, 2)
    assert folders.groups() == (["a", "b"], ["app:"])
    assert folders.groups(prefix="app:") == (["app:1"], ["app:2:"])
    assert folders.groups(after="app:") == (["b"], [])
    assert folders.delete_all("app:") == 3
    assert list(folders) == ["a", "b"]


def test_values_are_listed_with_their_names(client, folders):
    client.set("app:3", b"\xff")
    found = dict(folders.list_values(prefix="app:2", after="app:2:x"))
    assert found == {"app:2:y": b"app:2:y"}
    assert dict(folders.list_values(prefix="app:3")) == {"app:3": b"\xff"}
    for number in range(18):
        client.set(f"big:{number:02}", os.urandom(1 << 20))
    listed = [(name, len(value)) for name, value in folders.list_values(prefix="big:")]
    assert listed == [(f"big:{number:02}", 1 << 20) for number in range(18)]


def test_what_is_known_of_keys_is_listed(folders):
    etag = '"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"'
    assert next(folders.list_meta()) == Meta("a", 1, None, None, etag)
    assert [meta.name for meta in folders.list_meta(prefix="app:2")] == ["app:2:x", "app:2:y"]


def test_a_change_is_waited_for(client, services):
    with pytest.raises(NotFound):
        client.keys.wait("k", seconds=0)
    client.set("k", "old")
    assert client.keys.wait("k", b"old", 0) is None
    assert client.keys.wait("k", b"older", "20s") == b"old"
    assert client.keys.wait("k") == b"old"
    channel = b"b9y:{0}:changed:k"
    pubsub = services.lists._store.pubsub
    with ThreadPoolExecutor(1) as pool:
        changed = pool.submit(client.keys.wait, "k", b"old")
        while channel not in pubsub._waiting:
            time.sleep(0.001)
        client.set("k", "new")
        assert changed.result(20) == b"new"


def test_the_admin_sees_everybodys_and_acts_for_them(client, ulis, uli):
    ulis.set("a", "uli's")
    client.set("b", "mine")
    id = int(uli.id)
    assert list(client.keys.list()) == [Entry("b", 0), Entry("a", id)]
    assert list(ulis.keys.list()) == [Entry("a", id)]
    assert client.keys.get("a", userid=id).text() == "uli's"
    client.keys.set("n", "1", userid=id)
    assert client.keys.incr("n", userid=id) == 2
    assert client.keys.get_many(["a", "n"], userid=id) == {"a": b"uli's", "n": b"2"}
    assert list(client.keys.list(userid=id)) == [Entry("a", id), Entry("n", id)]
    assert list(client.keys.list(limit=9)) == [Entry("b", 0)]
    assert list(client.keys.list(prefix="n", userid=id)) == [Entry("n", id)]
    assert client.keys.count(userid=id) == 2
    client.keys.delete("a", userid=id)
    assert list(ulis.keys) == ["n"]
    with pytest.raises(Forbidden):
        ulis.keys.get("b", userid=0)


def test_quota_and_body_limit_are_errors_of_their_own(client, ulis, uli):
    client.users.update(int(uli.id), quota=1)
    ulis.set("a", "1")
    with pytest.raises(QuotaExceeded):
        ulis.set("b", "1")
    with pytest.raises(BodyTooLarge) as caught:
        client.set("big", bytes((2 << 20) + 1))
    assert "--max-body" in caught.value.hint
