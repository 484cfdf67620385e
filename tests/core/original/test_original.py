"""The data of an original: what is read of them, what is noted, and that all are accounted for."""

import io
import random
import tracemalloc
from itertools import count, pairwise

import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.original.backup_writer import admin_kept, write_backup
from bambleweeny.core.original.key_names import Kind, read_name, shown
from bambleweeny.core.original.original import Original as Reader
from bambleweeny.core.original.sorted_rows import Row, SortedRows
from bambleweeny.core.original.source import OriginalUnreadable, Source
from bambleweeny.core.transfer.restore import NotEmpty, check_backup, restore
from bambleweeny.errors import NotFound, StoreFull
from bambleweeny.names import NAME_RULE
from bambleweeny.store import open_store
from original import Original, fill, uuid

NUMBERS = count(1000)
STATE = {b"_USERID_", b"_B9Y_ID_", b"__SALT__", b"_LASTRUN_"}


@pytest.fixture
def original(raw):
    """An original with an admin and a user, whose id is 1."""
    made = Original(raw)
    made.start()
    made.create_user("uli")
    return made


class Import:
    """What an import reads, and what it notes."""

    def __init__(self, store):
        notes = []
        self.reader = Reader(Source(store), notes.append)
        self.reader.scan(lambda _: None)
        self.file = io.BytesIO()
        write_backup(self.reader, {user.id: "" for user in self.reader.users}, self.file)
        self.reader.close()
        check_backup(self.file)
        # NOTE: what is here already, in the same engine, is not the original's.
        self.notes = [note for note in notes if not note.endswith("s: not the original's")]

    @property
    def counts(self):
        return {kind: (found, taken) for kind, found, taken, _ in self.reader.sums.rows() if found}

    def put(self, store):
        open_instance(store)
        return restore(store, self.file, replace=True)


def everything(raw):
    """Give all that the original holds, with what each name holds."""
    return {name: raw.dump(name) for name in raw.scan_iter(count=1000)}


def test_everything_arrives(raw, store, services):
    fill(raw)
    before = everything(raw)
    done = Import(store)
    assert done.notes == []
    assert everything(raw) == before
    done.put(store)
    values, owners = random.Random(36), [str(number) for number in range(50)]
    for number in range(1000):
        value = (
            values.randbytes(values.randrange(1, 300)) if number % 2 else f"wörld {number}".encode()
        )
        owner = Caller(owners[number % 50], "", "")
        assert services.keys.get(owner, f"key:{number}") == value
    for number, owner in enumerate(owners):
        caller = Caller(owner, "", "")
        popped = [services.lists.pop(caller, "jobs") for _ in range(21)]
        assert popped == [*(b"%d\x00\xff" % item for item in range(20)), None]
        assert services.routes.read(uuid(number)) == (b'{"number": "1"}', "application/json", True)
        services.inboxes.bins.push(services.inboxes.bins.find(uuid(number)), b"new")
        assert [services.lists.pop(caller, "hooks") for _ in range(2)] == [b"\xfe hook", b"new"]
    users = services.users.all()
    assert [user.id for user in users] == owners
    assert [user.quota for user in users] == [0, *(number * 100 for number in range(1, 50))]
    assert users[7].username == "user.7@example.org"


def test_every_name_in_the_redis_is_accounted_for(raw, store):
    fill(raw, users=5, keys=20)
    original = Original(raw)
    user, gone = original.create_user("a b"), original.create_user("gone")
    original.put(user, "a\n", b"1")
    original.put(gone, "x", b"1")
    original.push(gone, "q", b"1", b"2")
    original.create_route(gone, "x", "text/plain", 100)
    original.create_route(user, "not a name", "text/plain", 101)
    original.delete_user(gone)
    raw.set("foreign", "1")
    raw.set("USER:99", "[" * 60_000)
    raw.hset("KEY:1::hash", "field", "value")
    raw.set("BIN:nothing", "{}")
    done = Import(store)
    state = sum(name in STATE or name.startswith(b"NUMRES:") for name in raw.keys())  # noqa: SIM118
    named = {kind: found for kind, (found, _) in done.counts.items() if kind != "items"}
    assert sum(named.values()) == raw.dbsize() - state
    left_out = {
        kind: found - taken for kind, (found, taken) in done.counts.items() if found > taken
    }
    assert left_out == {
        "users": 1, "keys": 3, "lists": 1, "items": 2, "routes": 2, "bins": 1, "other names": 1,
    }  # fmt: skip
    assert done.notes == [
        "changed: the name 'a b' of user 5 cannot be used here; it is user5 now",
        "left out: bin 'nothing': its id is not a UUID",
        "left out: 1 other name: not the original's",
        "left out: key 'hash' of user 1: it is a hash in Redis",
        rf"left out: key 'a\n' of user 5: its name cannot be used: {NAME_RULE}",
        f"left out: route '{uuid(101)}' of user 5: it points at 'not a name', which is no name here",
        "left out: 1 key, 1 list, 1 route: user 6 does not exist any more",
        "left out: user '99': its record cannot be read",
    ]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("uli", True),
        ("uli@example.org", True),
        ("Jürgen Müller", False),
        ("", False),
        ("x" * 65, False),
        ("a/b", False),
        ("admin", False),
        (7, True),
        (None, True),
        (["a"], False),
    ],
)
def test_a_user_whose_name_cannot_be_used_gets_another_and_keeps_its_data(
    raw, store, services, name, kept
):
    original = Original(raw)
    original.start()
    user = original.create_user(name)
    original.put(user, "mine", b"\xff")
    done = Import(store)
    done.put(store)
    assert services.users.get("1").username == (str(name) if kept else "user1")
    assert services.keys.get(Caller("1", "", ""), "mine") == b"\xff"
    assert len(done.notes) == (not kept)


def test_two_users_of_one_name_stay_two(raw, store, original):
    original.create_user("uli")
    original.create_user("user4")
    original.create_user("uli")
    done = Import(store)
    assert [user.name for user in done.reader.users] == ["admin", "uli", "user2", "user4", "user4_"]
    assert len(done.notes) == 2


@pytest.mark.parametrize(
    ("quota", "here"),
    [
        ("0", 0), (20, 20), ("20", 20), (" 7 ", 7), (20.9, 20), (-1, 1), ("-5", 1), ("many", 1), (None, 1),
        ([], 1), (10**13, 10**12), ("9" * 5000, 1),
    ],
)  # fmt: skip
def test_a_quota_is_read_as_the_original_reads_it(raw, store, original, quota, here):
    original.create_user("q", quota=quota)
    done = Import(store)
    assert done.reader.users[2].quota == here
    assert len(done.notes) == (here in (1, 10**12))


def test_a_user_over_its_quota_is_noted(raw, store, original):
    user = original.create_user("small", quota="2")
    original.put(user, "a", b"")
    original.create_bin(user, "hooks", 1)
    assert Import(store).notes == []
    original.create_route(user, "a", "text/plain", 2)
    [note] = Import(store).notes
    assert note.startswith("changed: user 2 (small) owns 3 of a quota of 2, and can add nothing")


@pytest.mark.parametrize("given", ["html", "", "text/html\r\nX: y", "text/", 5, None, "a/b; c"])
def test_a_route_with_an_odd_content_type_goes_on_as_text(raw, store, services, original, given):
    original.put("1", "page", b"hello")
    # NOTE: a process remembers what an id points at, so that each case has one of its own.
    public_id = original.create_route("1", "page", given, next(NUMBERS))
    done = Import(store)
    done.put(store)
    assert services.routes.read(public_id) == (b"hello", "text/plain", False)
    assert len(done.notes) == 1
    assert "\n" not in done.notes[0]


def test_a_key_that_expires_goes_on_expiring(raw, store, services, original):
    original.put("1", "short", b"x")
    raw.pexpire("KEY:1::short", 5_000_000)
    Import(store).put(store)
    assert 4900 < services.keys.read(Caller("1", "", ""), "short").seconds_left() <= 5001


def test_an_id_of_a_deleted_user_is_not_given_again(raw, store, services, original):
    original.delete_user(original.create_user("gone"))
    Import(store).put(store)
    assert services.users.create("new", "secret").id == "3"


@pytest.mark.parametrize("text", [b"", b"x", b"-3", b"9" * 5000, b"9223372036854775807", b"\xff"])
def test_a_counter_of_users_that_is_none_is_no_obstacle(raw, store, original, text):
    raw.set("_USERID_", text)
    assert Import(store).reader.last_user == 1


@pytest.mark.parametrize("data", [{}, {"foo": "bar"}, {"KEY:0::a": "1"}, {"USER:0": "[]"}])
def test_a_redis_without_an_original_is_refused(raw, store, data):
    for name, value in data.items():
        raw.set(name, value)
    with pytest.raises(OriginalUnreadable, match="no user of an original"):
        Import(store)


@pytest.mark.parametrize(
    ("name", "kind", "owner", "text", "is_good"),
    [
        (b"KEY:7::a", Kind.KEY, 7, "a", True),
        (b"KEY:7:::a", Kind.KEY, 7, ":a", True),
        (b"KEY:7::a::b", Kind.KEY, 7, "a::b", True),
        (b"KEY:7::", Kind.KEY, 7, "", False),
        (b"KEY:07::a", Kind.KEY, -1, "a", False),
        (b"KEY:x::a", Kind.KEY, -1, "a", False),
        (b"KEY:7::\xff\n", Kind.KEY, 7, "\\xff\n", False),
        (b"LIST:7::a", Kind.LIST, 7, "a", True),
        (b"KEY:7:a", Kind.OTHER, -1, "KEY:7:a", False),
        (b"USER:7", Kind.USER, 7, "7", True),
        (b"USER:x", Kind.USER, -1, "x", False),
        (b"USER:999999999999999999", Kind.USER, -1, "999999999999999999", False),
        (b"ROUTE:" + uuid(1).encode(), Kind.ROUTE, -1, uuid(1), True),
        (b"ROUTE:" + uuid(1).upper().encode(), Kind.ROUTE, -1, uuid(1).upper(), False),
        (b"BIN:../../x", Kind.BIN, -1, "../../x", False),
        (b"b9y:users", Kind.OTHER, -1, "b9y:users", False),
    ],
)
def test_names_are_taken_apart(name, kind, owner, text, is_good):
    found = read_name(name)
    assert found[:3] == (kind, owner, text)
    assert (found.fault == "") == is_good


def test_what_is_shown_is_one_short_line():
    assert shown("Jürgen\r\n\x1b[31m") == r"'Jürgen\r\n\x1b[31m'"
    assert len(shown("x" * 1000)) < 100


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 127, 128, 129, 1000])
def test_a_list_is_read_from_its_oldest_item_on(raw, store, original, size):
    values = [random.Random(n).randbytes(n % 50) for n in range(size)]
    if values:
        raw.lpush("LIST:1::q", *values)
    assert list(Source(store).items(1, "q", size)) == values


def test_large_values_are_read_few_at_a_time(raw, store, original):
    for number in range(40):
        raw.set(f"KEY:1::k{number}", bytes(1 << 20))
        raw.lpush("LIST:1::q", bytes(1 << 20))
    done = io.BytesIO()
    done.write = len
    reader = Reader(Source(store), lambda _: None)
    reader.scan(lambda _: None)
    tracemalloc.start()
    try:
        write_backup(reader, {0: "", 1: ""}, done)
        assert tracemalloc.get_traced_memory()[1] < 36 << 20
    finally:
        tracemalloc.stop()
    assert reader.sums.taken["item"] == 40


def test_rows_leave_in_order_and_each_once_whatever_fits_into_memory():
    places = [
        (owner, kind, f"k{name}")
        for owner in range(-1, 9)
        for kind in range(4)
        for name in range(9)
    ]
    for most in (1, 7, 100_000):
        rows = SortedRows(most)
        for place in random.Random(most).sample(places * 2, len(places) * 2):
            rows.add(Row(*place, size=random.Random(most).randrange(9)))
        assert [(row.owner, row.kind, row.name) for row in rows] == sorted(places)
        rows.close()


def test_ids_of_items_are_in_order_and_not_of_the_future(raw, store, services, original):
    original.push("1", "q", *(b"%d" % number for number in range(300)))
    Import(store).put(store)
    owner = Caller("1", "", "")
    services.lists.push(owner, "q", b"new")
    ids = [item.item.id for item in services.items.read_page(owner, "q", "ready", 1000, "")[0]]
    assert len(ids) == 301
    assert all(one < other for one, other in pairwise(ids))


@pytest.fixture
def target(engine_url, store):
    """A place beside the original, in the same engine."""
    opened = open_store(engine_url, prefix="other")
    open_instance(opened)
    yield opened
    opened.close()


def test_a_public_id_that_is_in_use_ends_the_import_and_stays_as_it_is(
    raw, store, target, original
):
    original.create_route("1", "a", "text/plain", 1)
    taken = {b"owner": b"9", b"target": b"b", b"content_type": b"text/html"}
    raw.hset(f"other:route:{uuid(1)}", mapping=taken)
    with pytest.raises(NotEmpty, match=f"The public id {uuid(1)} is in use"):
        restore(target, Import(store).file)
    assert raw.hgetall(f"other:route:{uuid(1)}") == taken
    assert raw.hgetall("other:users") == {}


def test_what_a_killed_import_has_left_of_a_public_id_is_no_obstacle(raw, store, target, original):
    original.create_route("1", "a", "text/plain", 1)
    raw.hset(f"other:route:{uuid(1)}", "owner", "1")
    restore(target, Import(store).file)
    assert raw.hget(f"other:route:{uuid(1)}", "target") == b"a"


def test_the_admin_stays_when_an_import_fails(raw, store, services):
    record = raw.hgetall("b9y:{0}:user")
    with pytest.raises(StoreFull), admin_kept(store) as hashed:
        assert hashed.startswith("$argon2id$")
        store.write(("UNLINK", store.schema.tenant("0").user), ("UNLINK", store.schema.users))
        raise StoreFull()
    assert raw.hgetall("b9y:{0}:user") == record
    assert services.logins.log_in("admin", "changeme").id == "0"


def test_a_value_that_is_gone_meanwhile_is_noted(raw, store, original):
    original.put("1", "a", b"1")
    original.push("1", "q", b"1")
    notes = []
    reader = Reader(Source(store), notes.append)
    reader.scan(lambda _: None)
    raw.delete("KEY:1::a", "LIST:1::q")
    write_backup(reader, {0: "", 1: ""}, io.BytesIO())
    assert notes == [
        "left out: key 'a' of user 1: it was deleted meanwhile",
        "changed: list 'q' of user 1 changed while it was read: stop the original first",
    ]
    assert reader.sums.taken["list"] == 0


def test_a_route_of_a_user_that_is_none_is_left_out(raw, store, services, original):
    original.create_route("x", "a", "text/plain", 1)
    done = Import(store)
    done.put(store)
    assert done.notes == [f"left out: route '{uuid(1)}': its owner 'x' is no user"]
    with pytest.raises(NotFound):
        services.routes.read(uuid(1))
