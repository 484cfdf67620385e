"""The instance's record, and what the engine tells of itself."""

import re
from pathlib import Path

import pytest
from bambleweeny.core.instance.instance import WrongSchema, open_instance
from bambleweeny.core.instance.status import Status
from bambleweeny.core.keys.conditions import WriteOptions
from bambleweeny.core.lists.codec import COUNTERS_FIELD, ListCounters
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.usage.byte_counts import used_bytes
from bambleweeny.errors import Busy, StoreFull
from bambleweeny.store.schema import VERSION
from bambleweeny.store.scripts import RAISE_LAYOUT
from queues import check, key, numbers_of


def test_it_is_made_once(store):
    first = open_instance(store)
    assert open_instance(store) == first
    assert len(first.secret) == 32
    assert len(first.id) == 8


def test_data_of_a_newer_version_are_left_alone(store, raw):
    open_instance(store)
    raw.hset("b9y:instance", "schema", 99)
    with pytest.raises(WrongSchema, match=r"layout 99 .* newer"):
        open_instance(store)


@pytest.mark.parametrize("noted", [str(VERSION + 1), "99", "", "one", "-1", "1.5"])
def test_data_of_a_newer_or_unknown_layout_are_refused_untouched(store, raw, noted):
    raw.hset("b9y:instance", mapping={"schema": noted, "id": "ab"})
    with pytest.raises(WrongSchema, match=f"layout {re.escape(noted)} and .* restore a backup"):
        open_instance(store)
    assert raw.hgetall("b9y:instance") == {b"schema": noted.encode(), b"id": b"ab"}


def test_data_of_an_older_layout_are_taken_over_for_good(store, raw, monkeypatch):
    known = open_instance(store)
    monkeypatch.setattr("bambleweeny.store.schema.VERSION", VERSION + 1)
    assert open_instance(store) == known
    assert raw.hget("b9y:instance", "schema") == b"%d" % (VERSION + 1)
    monkeypatch.setattr("bambleweeny.store.schema.VERSION", VERSION)
    with pytest.raises(WrongSchema, match=rf"layout {VERSION + 1} .* up to layout {VERSION}"):
        open_instance(store)


def lay(raw, name, *bodies, **fields):
    """Put ready items into a list as layout 1 had it."""
    ids = range(1_700_000_000_000_000, 1_700_000_000_000_000 + len(bodies))
    raw.rpush(
        key("ready", name), *(id.to_bytes(8) + body for id, body in zip(ids, bodies, strict=True))
    )
    raw.hset(key("list", name), mapping={"bytes": sum(map(len, bodies)), **fields})
    raw.zadd("b9y:{1}:lists", {name: 0})


def test_lists_of_layout_1_go_on(services, uli, store, raw):
    services.users.create("ann", "another")
    raw.delete("b9y:{2}:user")
    lay(raw, "q", b"0", b"1", b"22")
    lay(raw, "known", b"0", **{"in": 5, "out": 3, "last": 1_700_000_000_000_099, "low": 7})
    services.lists.push(uli, "new", b"x")
    new = raw.hgetall(key("list", "new"))
    raw.hset("b9y:instance", "schema", 1)
    for _ in range(2):
        open_instance(store)
        assert numbers_of(raw) == ListCounters(bytes=4, last_id=1_700_000_000_000_002)
    assert numbers_of(raw, "known") == ListCounters(False, 1, 5, 3, 1_700_000_000_000_099)
    assert raw.hkeys(key("list", "known")) == [b"low", COUNTERS_FIELD.encode()]
    assert raw.hgetall(key("list", "new")) == new
    assert services.lists.pop(uli, "q") == b"0"
    [item] = services.leases.lease(uli, "q")
    assert (item.body, item.arrived) == (b"1", 1_700_000_000_000)
    services.lists.push(uli, "q", b"new")
    assert check(raw) == [b"1", b"22", b"new"]


def test_a_list_of_layout_1_that_held_items_is_treated_carefully(services, uli, store, raw):
    services.lists.push(uli, "q", b"0", push_options(delay=60))
    numbers = numbers_of(raw)
    raw.hdel(key("list"), COUNTERS_FIELD)
    raw.hset(
        key("list"), mapping={"bytes": 1, "in": 1, "out": 0, "last": numbers.last_id, "careful": 1}
    )
    raw.hset("b9y:instance", "schema", 1)
    open_instance(store)
    assert numbers_of(raw) == numbers
    check(raw)


def test_a_full_engine_takes_over_data_of_an_older_layout(services, uli, store, raw):
    lay(raw, "q", b"0")
    services.key_changes.set_with_options(uli, "k", b"12", WriteOptions(60))
    raw.delete("b9y:{1}:sizes")
    raw.hdel("b9y:{1}:user", "room")
    open_instance(store)
    raw.hset("b9y:instance", "schema", 1)
    before = raw.config_get("maxmemory")["maxmemory"]
    raw.config_set("maxmemory", 1)
    try:
        open_instance(store)
    finally:
        raw.config_set("maxmemory", before)
    assert numbers_of(raw).bytes == 1
    assert raw.hgetall("b9y:{1}:sizes") == {b"k": b"2"}
    assert used_bytes(store, uli) == (1 + 64) + (1 + 64) + (1 + 2 + 64)


def test_a_noted_layout_is_never_lowered(store, raw):
    raw.hset("b9y:instance", "schema", 3)
    store.run(RAISE_LAYOUT, ["b9y:instance"], 2)
    assert raw.hget("b9y:instance", "schema") == b"3"


def test_the_admin_sees_everybodys_names(services, uli, admin):
    services.keys.set(uli, "a", b"")
    services.keys.set(admin, "b", b"")
    visible = services.selections.visible
    assert list(visible(admin, "keys")) == [("0", ["b"]), ("1", ["a"])]
    assert list(visible(uli, "keys")) == [("1", ["a"])]


def test_a_user_that_goes_meanwhile_is_passed_over(services, uli, admin):
    services.users.create("ann", "another")
    pages = services.selections.visible(admin, "keys")
    assert next(pages) == ("0", [])
    services.users.delete("1")
    assert list(pages) == [("2", [])]


def test_info_tells_of_the_engine(services, raw):
    info = services.status.info()
    assert info["redis_dbsize"] == raw.dbsize()
    assert info["redis_info"]["tcp_port"] == 0
    assert info["redis_info"]["redis_version"][0] in "678"
    assert info["redis_client_list"][0]["id"].isdigit()
    assert info["redis_connection"].startswith("unix://")


def test_saving_an_external_engine_makes_a_snapshot(services, raw):
    before = raw.info("persistence")["rdb_changes_since_last_save"]
    raw.set("x", "y")
    services.status.save()
    assert raw.info("persistence")["rdb_changes_since_last_save"] <= before


def test_saving_the_embedded_engine_syncs_its_file(store, tmp_path):
    (tmp_path / "appendonly.aof").touch()
    Status(store, tmp_path / "appendonly.aof").save()
    with pytest.raises(StoreFull):
        Status(store, tmp_path / "none").save()


def test_a_snapshot_that_takes_too_long_is_told(store, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.instance.status._SNAPSHOT_TIMEOUT", -1)
    monkeypatch.setattr(
        "bambleweeny.core.instance.status.parse_info",
        lambda text: {"rdb_bgsave_in_progress": 1, "aof_rewrite_in_progress": 0},
    )
    with pytest.raises(Busy):
        Status(store, None).save()


def test_a_snapshot_that_fails_is_told(services, raw, store):
    in_the_way = Path(raw.config_get("dir")["dir"]) / "dump.rdb"
    in_the_way.unlink(missing_ok=True)
    in_the_way.mkdir()
    try:
        with pytest.raises(StoreFull):
            services.status.save()
    finally:
        in_the_way.rmdir()
    services.status.save()
