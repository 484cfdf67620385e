"""The ways to engines: by Sentinel's word, by a Cluster's map of slots, over TLS."""

from contextlib import closing

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.errors import StoreUnavailable
from bambleweeny.store import open_store
from bambleweeny.store.client.cluster import slot_of
from bambleweeny.store.client.link import Link
from bambleweeny.store.client.topology import Engine
from bambleweeny.store.client.url import parse_engine_url
from engines import LOCAL, Cluster, RedisServer, Sentinels, make_certificates

ULI = Caller("1", "uli", "")
KEYS = [f"k{number}" for number in range(100)]


@pytest.fixture(scope="module")
def sentinels(tmp_path_factory):
    made = Sentinels(tmp_path_factory.mktemp("sentinels"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()


def hears_a_push(store, channel):
    """Tell whether a message on a channel ends a wait."""
    told = iter([None, None, "item"])
    with closing(open_store(store.address)) as other:

        def look():
            other.write(("PUBLISH", channel, ""))
            return next(told)

        return LongPolls(store, 1).poll(look, channel, 10, lambda: True, caller=ULI) == "item"


def test_sentinels_name_the_master(sentinels):
    with closing(open_store(sentinels.url)) as store:
        store.write(("SET", "a", "b"))
        assert store.read(("GET", "a")) == [b"b"]
        assert hears_a_push(store, "c")
    with sentinels.primary.client() as primary:
        assert primary.get("a") == b"b"


def test_a_master_that_nobody_knows_is_unavailable(sentinels):
    with closing(open_store(sentinels.url.replace("/m", "/other"))) as store:
        with pytest.raises(StoreUnavailable) as caught:
            store.read(("PING",))
    assert "knows no master" in str(caught.value.__cause__)


def test_who_is_no_master_any_more_is_left(sentinels):
    engine = Engine(parse_engine_url(sentinels.url))
    connection = engine.connection()
    connection._link = Link(engine.url.addresses[0].at(LOCAL, sentinels.replica.port))
    [refused] = connection.ask([("SET", "a", "1")])
    assert "READONLY" in str(refused)
    assert connection.ask([("SET", "a", "2")]) == [b"OK"]
    connection.close()


def test_sentinels_that_are_all_away_are_unavailable():
    with closing(open_store("redis+sentinel://127.0.0.1:1,127.0.0.1:2/m")) as store:
        with pytest.raises(StoreUnavailable):
            store.read(("PING",))


def test_a_slot_is_that_of_the_tag():
    assert slot_of(b"123456789") == 12739
    assert slot_of(b"b9y:{7}:user") == slot_of(b"7") == slot_of(b"other:{7}:x")
    assert slot_of(b"{}x") == slot_of(b"{}x")


def test_commands_go_to_the_masters_of_their_keys(cluster):
    with closing(open_store(cluster.url, replicas=1)) as store:
        store.write(*(("SET", key, key) for key in KEYS))
        assert store.read(*(("GET", key) for key in KEYS)) == [key.encode() for key in KEYS]
        assert store.read(("PING",), ("GET", "k0")) == [b"PONG", b"k0"]
        assert hears_a_push(store, "c")
    owners = {cluster.master_of(key).port for key in KEYS}
    assert len(owners) == 3


def test_a_write_that_too_few_replicas_confirm_is_told(cluster, monkeypatch):
    monkeypatch.setattr("bambleweeny.store.store._REPLICA_MILLISECONDS", 10)
    with closing(open_store(cluster.url, replicas=5)) as store:
        with pytest.raises(StoreUnavailable, match=r"1 of 5 replicas have it"):
            store.write(("SET", "k0", "x"))


def test_a_command_that_was_sent_to_the_wrong_master_follows(cluster):
    engine = Engine(parse_engine_url(cluster.url))
    connection = engine.connection()
    wrong = engine.slot_map.ranges()[0][2]
    engine.slot_map._ranges = [(0, 16383, wrong)]
    assert connection.ask([("SET", key, key) for key in KEYS]) == [b"OK"] * len(KEYS)
    engine.slot_map._ranges = [(0, 16383, wrong)]
    replies = connection.ask([*(("SET", key, key) for key in KEYS), ("WAIT", 0, 10)])
    assert replies[-1] >= 0
    connection.close()


def test_a_command_on_a_slot_that_moves_is_asked_where_it_goes(cluster):
    key = "moving"
    source, slot = cluster.master_of(key), slot_of(key.encode())
    target = next(cluster.master_of(k) for k in KEYS if cluster.master_of(k) is not source)
    with source.client() as old, target.client() as new:
        old.execute_command(
            "CLUSTER", "SETSLOT", slot, "MIGRATING", new.execute_command("CLUSTER", "MYID")
        )
        new.execute_command(
            "CLUSTER", "SETSLOT", slot, "IMPORTING", old.execute_command("CLUSTER", "MYID")
        )
        with closing(open_store(cluster.url)) as store:
            store.write(("SET", key, "there"))
            assert store.read(("GET", key)) == [b"there"]
        for client in (old, new):
            client.execute_command("CLUSTER", "SETSLOT", slot, "STABLE")
        assert old.execute_command("CLUSTER", "COUNTKEYSINSLOT", slot) == 0


def test_a_slot_that_nobody_holds_is_unavailable(cluster):
    engine = Engine(parse_engine_url(cluster.url))
    engine.slot_map._ranges = [(0, 0, engine.url.addresses[0])]
    with pytest.raises(StoreUnavailable):
        engine.connection().ask([("GET", "k1")])


def test_a_master_that_is_away_makes_the_map_be_asked_for_again(cluster):
    engine = Engine(parse_engine_url(cluster.url))
    connection = engine.connection()
    engine.slot_map._ranges = [(0, 16383, engine.url.addresses[0].at(LOCAL, 1))]
    with pytest.raises(StoreUnavailable):
        connection.ask([("GET", "k1")])
    assert connection.ask([("SET", "k1", "x")]) == [b"OK"]
    connection.close()


def test_tls_is_checked_against_its_authority(tmp_path):
    make_certificates(tmp_path)
    engine = RedisServer(
        tmp_path, "--tls-cert-file", str(tmp_path / "server.crt"), "--tls-key-file", str(tmp_path / "server.key"),
        "--tls-ca-cert-file", str(tmp_path / "ca.crt"), tls=True,
    )  # fmt: skip
    url = f"rediss://127.0.0.1:{engine.port}/?cert={tmp_path}/client.crt&key={tmp_path}/client.key"
    with closing(open_store(f"{url}&ca={tmp_path}/ca.crt", timeout=9)) as store:
        assert store.read(("PING",)) == [b"PONG"]
    for other in (url, f"{url}&ca={tmp_path}/none"):
        with closing(open_store(other)) as store, pytest.raises(StoreUnavailable):
            store.read(("PING",))
    engine.stop()
