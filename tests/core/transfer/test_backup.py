"""Backups: what goes into a file comes out of it, and what is damaged stays out."""

import hashlib
import io
import json
import os
import threading
import time

import msgspec
import pytest
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.auth.tenant_deletion import finish_deletions
from bambleweeny.core.bins.receiver import Received
from bambleweeny.core.instance.instance import WrongSchema, open_instance
from bambleweeny.core.keys.conditions import WriteOptions
from bambleweeny.core.lists.leases import Change, lease_of
from bambleweeny.core.lists.lists import push_options
from bambleweeny.core.lists.policies import ListPolicy
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.references import Reference
from bambleweeny.core.services import make_services
from bambleweeny.core.topics import Bounds
from bambleweeny.core.transfer import restore as restoring
from bambleweeny.core.transfer.backup import back_up, count_resources
from bambleweeny.core.transfer.backup_check import BackupRefused
from bambleweeny.core.transfer.restore import NotEmpty, check_backup, restore
from bambleweeny.errors import (
    InvalidCode,
    InvalidSignature,
    NotFound,
    StoreFull,
    StoreUnavailable,
    Unauthorized,
    WrongLogin,
)
from bambleweeny.store import open_store
from bambleweeny.store.schema import VERSION

PAGED = {"most_at_once": 3}
VALUES = [
    b"",
    b"bar",
    b"\x00",
    b"\xff\xfe",
    "€ \u2028".encode(),
    b'"\\\n',
    b"!@[x]",
    bytes(range(256)),
]


@pytest.fixture
def services(services, store):
    open_instance(store)
    return services


@pytest.fixture
def other(engine_url, store):
    """An empty store beside the first one, in the same engine."""
    opened = open_store(engine_url, prefix="other")
    yield opened
    opened.close()


def services_of(store):
    return make_services(
        store, open_instance(store), passwords=Passwords(memory_kib=8, time_cost=1),
        token_lifetime=3000, max_list_items=1000, max_list_bytes=1 << 20, topic_bounds=Bounds(10, 60, 1000), max_waits=1, append_only_file=None,
    )  # fmt: skip


def backed_up(store, **options) -> io.BytesIO:
    file = io.BytesIO()
    back_up(store, file, **options)
    return file


def content(raw, prefix: str) -> dict[bytes, object]:
    """Give everything under a prefix but what stays behind: its id, token versions, logins."""
    found = {}
    for key in raw.scan_iter(f"{prefix}:*", count=10_000):
        name = key.partition(b":")[2]
        if b":login_" in name:
            continue
        kind = raw.type(key)
        if kind == b"string":
            found[name] = raw.get(key)
        elif kind == b"list":
            found[name] = raw.lrange(key, 0, -1)
        elif kind == b"zset":
            found[name] = raw.zrange(key, 0, -1, withscores=True)
        elif kind == b"stream":
            found[name] = raw.xrange(key)
        elif kind == b"set":
            found[name] = raw.smembers(key)
        else:
            stays = (b"id", b"secret", b"version")
            fields = raw.hgetall(key)
            # NOTE: a number that is 0 and one that is not there are the same.
            is_none = [name for name in (b"in", b"out", b"last") if fields.get(name) == b"0"]
            found[name] = {k: v for k, v in fields.items() if k not in (*stays, *is_none)}
    return found


def fill_queues(services, owner):
    """Items in every state, expiring ones among them, and policies."""
    lists, leases = services.lists, services.leases
    services.list_policies.set(owner, "jobs", ListPolicy(max_attempts=3, dead_letter="graves"))
    services.list_policies.set(owner, "empty", ListPolicy(paused=True, ttl=60))
    for number in range(9):
        options = push_options(delay=60 * (number % 3), ttl=900 if number % 2 else None)
        for name in ("jobs", "work"):
            lists.push(owner, name, b"%d" % number, options)
            lists.push(owner, name, b"front %d" % number, push_options(front=True))
    for name in ("jobs", "work"):
        items = leases.lease(owner, name, 8)
        changes = [Change("retry", lease_of(item)) for item in items[:2]]
        changes += [Change("retry", lease_of(items[2]), 30), Change("ack", lease_of(items[3]))]
        changes += [Change("bury", lease_of(item), reason="€") for item in items[4:6]]
        assert leases.change_each(owner, name, changes) == [None] * 6


@pytest.fixture
def filled(services, admin, uli, store):
    """A store in which there is some of everything, for two users and the admin."""
    services.users.create("ann", "her secret", quota=20)
    services.users.create("gone", "another")
    services.users.delete("3")
    ann = services.logins.log_in("ann", "her secret")
    for owner in (admin, uli, ann):
        for number, value in enumerate(VALUES):
            services.keys.set(owner, f"k{number}", value)
            services.lists.push(owner, "q", value)
            services.lists.push(owner, f"q:{number % 3}", value)
            services.topics.publish(owner, "t", value, "a/b" if number % 2 else "")
    for number, wish in enumerate(
        (WriteOptions(1000), WriteOptions(None, "a/b; c=d"), WriteOptions(3600, "a/b"))
    ):
        services.key_changes.set_with_options(uli, f"w{number}", b"x", wish)
    services.lists.pop(uli, "q")
    fill_queues(services, uli)
    services.routes.create(uli, "k1", 'text/html; charset="utf-8"')
    services.routes.create(ann, "later", "a/b")
    services.inboxes.bins.create(uli, "hooks")
    return store


@pytest.mark.parametrize("options", [{}, PAGED, {"most_bytes_at_once": 100}])
def test_what_was_backed_up_is_restored(filled, other, raw, options):
    file = backed_up(filled, **options)
    check_backup(file)
    done = restore(other, file)
    assert content(raw, "other") == content(raw, "b9y")
    assert (done.users, done.keys, done.items, done.routes, done.bins) == (3, 27, 81, 2, 1)
    assert (done.topics, done.messages) == (3, 24)


def test_a_topic_without_messages_is_still_one(services, uli, store, other):
    message = services.topics.publish(uli, "t", b"x")
    store.write(("XDEL", store.schema.tenant("1").topic("t"), message))
    for options in ({}, PAGED, {"most_bytes_at_once": 1}):
        restore(other, backed_up(store, **options), replace=True)
        there = services_of(other)
        assert list(there.topics.walk(there.logins.log_in("uli", "secret"))) == [["t"]]


def test_a_backup_from_before_there_were_topics_is_restored(filled, other, raw):
    file = io.BytesIO()
    lines = [
        line
        for line in map(json.loads, backed_up(filled).getvalue().splitlines())
        if not line.keys() & {"topic", "message"}
    ]
    end = lines.pop()["end"]
    text = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    old = {kind: count for kind, count in end.items() if kind not in ("topics", "messages")}
    old["sha256"] = hashlib.sha256(text).hexdigest()
    file.write(text + msgspec.json.encode({"end": old}) + b"\n")
    assert restore(other, file).keys == 27
    there = services_of(other)
    assert list(there.topics.walk(there.logins.log_in("uli", "secret"))) == [[]]


def test_the_file_is_the_same_in_one_moment_and_in_pages(filled):
    [whole, paged] = (
        backed_up(filled, **options).getvalue().splitlines() for options in ({}, PAGED)
    )
    assert whole[1:-1] == paged[1:-1]


def test_the_file_says_what_it_is(services, uli):
    services.keys.set(uli, "foo", b"bar")
    services.keys.set(uli, "raw", b"\xff")
    services.lists.push(uli, "q", b"first")
    message = services.topics.publish(uli, "t", b"news", "text/html")
    route = services.routes.create(uli, "foo", "text/plain")
    made = services.inboxes.bins.create(uli, "q")
    header, admin, user, *owned, end = map(
        json.loads, backed_up(services.keys._store).getvalue().splitlines()
    )
    assert (header["bambleweeny"], header["version"]) == ("backup", 1)
    assert (header["layout"], header["last_user"]) == (VERSION, 1)
    assert admin["user"]["role"] == "admin"
    assert set(user["user"]) == {"id", "name", "role", "quota", "hash"}
    assert owned[0] == {"key": {"owner": "1", "name": "foo", "value": "bar"}}
    assert owned[1] == {"key": {"owner": "1", "name": "raw", "value": {"base64": "/w=="}}}
    item = owned[3]["item"]
    assert owned[2] == {"list": {"owner": "1", "name": "q", "in": 1, "last": item["id"]}}
    assert abs(item.pop("id") / 1e6 - time.time()) < 60
    assert item == {"owner": "1", "list": "q", "value": "first"}
    assert owned[4:] == [
        {"topic": {"owner": "1", "name": "t"}},
        {
            "message": {
                "owner": "1",
                "topic": "t",
                "id": message,
                "type": "text/html",
                "value": "news",
            }
        },
        {"route": {"owner": "1", "id": route.id, "key": "foo", "content_type": "text/plain"}},
        {"bin": {"owner": "1", "id": made.id, "list": "q"}},
    ]
    assert end["end"].pop("sha256")
    counts = {
        "users": 2,
        "keys": 2,
        "items": 1,
        "lists": 1,
        "topics": 1,
        "messages": 1,
        "routes": 1,
        "bins": 1,
    }
    assert end == {"end": counts}


def test_ends_and_types_come_along(filled, services, other, raw):
    file = backed_up(filled)
    assert b'"name":"w1","value":"x","content_type":"a/b; c=d"}' in file.getvalue()
    restore(other, file)
    there = services_of(other)
    for name in ("w0", "w1", "w2"):
        held = services.keys.read(services.logins.log_in("uli", "secret"), name)
        assert there.keys.read(there.logins.log_in("uli", "secret"), name) == held
        for kind in ("key", "meta"):
            left = raw.pttl(f"other:{{1}}:{kind}:{name}")
            assert abs(left - raw.pttl(f"b9y:{{1}}:{kind}:{name}")) < 5000
    assert held.expires > 0


def test_a_key_that_has_ended_is_not_written(services, uli, store, other):
    services.key_changes.set_with_options(uli, "gone", b"x", WriteOptions(60))
    services.keys.set(uli, "stays", b"x")
    store.write(("UNLINK", "b9y:{1}:key:gone", "b9y:{1}:meta:gone"))
    for options in ({}, PAGED):
        assert back_up(store, io.BytesIO(), **options).keys == 1


def test_what_ended_after_the_backup_is_gone_after_the_restore(filled, other, raw):
    lines = backed_up(filled).getvalue().splitlines(keepends=True)
    head, end = lines[0], json.loads(lines[-1])
    body = [line.replace(b'"ends":1', b'"ends":') for line in lines[1:-1]]
    end["end"]["sha256"] = hashlib.sha256(b"".join([head, *body])).hexdigest()
    restore(other, io.BytesIO(b"".join([head, *body, json.dumps(end).encode() + b"\n"])))
    there = services_of(other)
    uli = there.logins.log_in("uli", "secret")
    assert there.keys.present(uli, ["w0", "w1", "w2"]) == ["w1"]
    others = sum(raw.zcard(f"other:{{1}}:{noun}") for noun in ("lists", "topics", "routes", "bins"))
    keys = sum(map(len, there.keys.walk(uli)))
    there.users.change("1", quota=others + keys + 1)
    there.keys.set(uli, "new", b"")
    assert raw.zscore("other:{1}:keys", "w0") is None


@pytest.mark.parametrize(
    "change", [("ends", -1), ("ends", 1 << 53), ("content_type", "x"), ("content_type", "a/b\r\nx")]
)
def test_an_impossible_end_or_type_is_refused(filled, change):
    lines = backed_up(filled).getvalue().splitlines(keepends=True)
    at = next(index for index, line in enumerate(lines) if b'"name":"w2"' in line)
    record = json.loads(lines[at])
    record["key"].update([change])
    lines[at] = json.dumps(record).encode() + b"\n"
    with pytest.raises(BackupRefused, match=f"line {at + 1} "):
        check_backup(io.BytesIO(b"".join(lines)))


def test_no_secret_of_the_instance_is_in_the_file(filled, raw):
    record = raw.hgetall("b9y:instance")
    text = backed_up(filled).getvalue()
    assert record[b"secret"] not in text
    assert record[b"id"] not in text


def test_passwords_quotas_and_public_ids_come_along_and_tokens_do_not(filled, services, other):
    uli = services.logins.log_in("uli", "secret")
    token = services.tokens.issue(uli)
    [route], [made] = services.routes.owned_by(uli), services.inboxes.bins.owned_by(uli)
    restore(other, backed_up(filled))
    there = services_of(other)
    assert there.logins.log_in("uli", "secret").id == "1"
    assert there.users.get("2").quota == 20
    assert there.routes.read(route.id) == (b"bar", 'text/html; charset="utf-8"', False)
    there.inboxes.bins.push(made, b"hello")
    assert there.lists.pop(there.logins.log_in("uli", "secret"), "hooks") == b"hello"
    with pytest.raises(Unauthorized):
        there.tokens.verify(token)
    with pytest.raises(Unauthorized):
        there.users.check(uli)  # as with a token of the target, from before
    with pytest.raises(WrongLogin):
        there.logins.log_in("gone", "another")


def test_a_restored_place_goes_on_as_if_nothing_had_been(filled, other):
    restore(other, backed_up(filled))
    there = services_of(other)
    assert there.users.create("new", "another").id == "4"
    uli = there.logins.log_in("uli", "secret")
    there.lists.push(uli, "q", b"last")
    popped = [there.lists.pop(uli, "q") for _ in range(9)]
    assert popped == [*VALUES[1:], b"last", None]
    there.users.delete("1")
    assert there.users.ids() == ["0", "2", "4"]


def test_a_place_with_data_is_refused_unless_they_may_go(filled, other, raw):
    file = backed_up(filled)
    there = services_of(other)
    there.users.create_admin("newest")
    there.keys.set(there.logins.log_in("admin", "newest"), "mine", b"x")
    before = content(raw, "other")
    with pytest.raises(NotEmpty, match="--replace"):
        restore(other, file)
    assert content(raw, "other") == before
    restore(other, file, replace=True)
    assert content(raw, "other") == content(raw, "b9y")


def test_sandboxes_of_strangers_go_with_the_data_that_are_replaced(filled, other, raw):
    file, opened = backed_up(filled), services_of(other).open_sandboxes
    opened.most = 1
    opened.create("192.0.2.1", "", 3600)
    assert raw.keys("other:{open}*")
    restore(other, file, replace=True)
    assert raw.keys("other:{open}*") == raw.keys("other:sandboxes") == []


def test_a_new_admin_gives_way(filled, other, raw):
    services_of(other).users.create_admin("new")
    restore(other, backed_up(filled))
    assert content(raw, "other") == content(raw, "b9y")


def test_a_user_of_the_target_is_refused(filled, other):
    services_of(other).users.create("somebody", "another")
    with pytest.raises(NotEmpty):
        restore(other, backed_up(filled))


def test_every_byte_that_is_changed_is_seen(services, uli, store):
    services.keys.set(uli, "a", b"some text")
    services.lists.push(uli, "q", b"\xff")
    services.topics.publish(uli, "t", b"x")
    services.inboxes.bins.create(uli, "q")
    good = backed_up(store).getvalue()
    for place in range(len(good)):
        for byte in (good[place] ^ 1, good[place] ^ 128):
            with pytest.raises(BackupRefused):
                check_backup(io.BytesIO(good[:place] + bytes([byte]) + good[place + 1 :]))
    for length in range(len(good)):
        with pytest.raises(BackupRefused):
            check_backup(io.BytesIO(good[:length]))
    with pytest.raises(BackupRefused):
        check_backup(io.BytesIO(good + b"\n"))
    check_backup(io.BytesIO(good))


def test_a_backup_that_was_transferred_as_text_is_whole(filled, other):
    good = backed_up(filled).getvalue()
    read = []
    text = b"\xef\xbb\xbf" + good.replace(b"\n", b"\r\n")
    check_backup(io.BytesIO(text), read.append)
    assert sum(read) == len(text)
    restore(other, io.BytesIO(text))
    for one in (text[:-2], text.replace(b"\r\n", b"\r\r\n", 1), text + b"\r\n"):
        with pytest.raises(BackupRefused):
            check_backup(io.BytesIO(one))
    with pytest.raises(BackupRefused, match="not a backup"):
        check_backup(io.BytesIO(good.decode().encode("utf-16")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"PK\x03\x04",
        b"{}\n",
        b"[1]\n",
        bytes(100_000),
        b'{"a":1}\n' * 9,
        os.urandom(9999),
    ],
)
def test_a_foreign_file_is_refused(data):
    with pytest.raises(BackupRefused, match="not a backup of Bambleweeny"):
        check_backup(io.BytesIO(data))


@pytest.mark.parametrize("change", [{"version": 2}, {"layout": 99}])
def test_a_backup_of_a_newer_version_is_refused(filled, change):
    header, _, rest = backed_up(filled).getvalue().partition(b"\n")
    changed = msgspec.json.encode(json.loads(header) | change)
    with pytest.raises(BackupRefused, match="newer Bambleweeny"):
        check_backup(io.BytesIO(changed + b"\n" + rest))


ADMIN = {"user": {"id": "0", "name": "admin", "role": "admin", "quota": 0, "hash": "x"}}
ULI = {"user": {"id": "1", "name": "uli", "role": "user", "quota": 0, "hash": "x"}}
ITEM = {"item": {"owner": "0", "list": "q", "id": 7, "value": "x"}}
TOPIC = {"topic": {"owner": "0", "name": "t"}}
MESSAGE = {"message": {"owner": "0", "topic": "t", "id": "7-0", "type": None, "value": "x"}}
UUID = "3f8ab8ba-715d-47b9-b645-798caded306b"


@pytest.mark.parametrize(
    "lines",
    [
        [{"key": {"owner": "0", "name": "a", "value": ""}}],
        [ADMIN, {"key": {"owner": "1", "name": "a", "value": ""}}],
        [ADMIN, {"key": {"owner": "0", "name": "a b", "value": ""}}],
        [ADMIN, {"key": {"owner": "0", "name": "a", "value": 7}}],
        [ADMIN, {"key": {"owner": "0", "name": "a", "value": {"base64": "?"}}}],
        [ADMIN, {"key": {"owner": "0", "name": "a", "value": "", "more": 1}}],
        [ADMIN, {"else": {}}],
        [ADMIN, {}],
        [ADMIN, {**ULI, **ITEM}],
        [ADMIN, ADMIN],
        [ADMIN, {"user": ULI["user"] | {"name": "admin"}}],
        [{"user": ADMIN["user"] | {"role": "user"}}],
        [{"user": ULI["user"] | {"rate": "1/y"}}],
        [{"user": ULI["user"] | {"rate": "01/s"}}],
        [{"user": ULI["user"] | {"max_bytes": -1}}],
        [{"user": ULI["user"] | {"burst": 1 << 40}}],
        [{"user": ULI["user"] | {"role": "king"}}],
        [{"user": ULI["user"] | {"id": "01"}}],
        [{"user": ULI["user"] | {"id": "{0}"}}],
        [{"user": ULI["user"] | {"quota": -1}}],
        [{"user": ULI["user"] | {"name": "a b"}}],
        [ADMIN, ITEM, ITEM],
        [ADMIN, {"item": ITEM["item"] | {"state": "lost"}}],
        [ADMIN, {"item": ITEM["item"] | {"state": "dead"}}],
        [ADMIN, {"item": ITEM["item"] | {"at": 5}}],
        [ADMIN, {"item": ITEM["item"] | {"attempts": 70_000}}],
        [ADMIN, {"item": ITEM["item"] | {"reason": "x" * 256}}],
        [ADMIN, {"item": ITEM["item"] | {"expires": -1}}],
        [ADMIN, {"list": {"owner": "0", "name": "a b"}}],
        [ADMIN, {"list": {"owner": "0", "name": "a", "in": -1}}],
        [ADMIN, {"list": {"owner": "0", "name": "a", "policy": {"dead_letter": "a b"}}}],
        [ADMIN, {"list": {"owner": "0", "name": "a", "policy": {"lease": 0}}}],
        [ADMIN, {"item": ITEM["item"] | {"id": -1}}],
        [ADMIN, {"item": ITEM["item"] | {"id": 1 << 60}}],
        [ADMIN, {"topic": {"owner": "0", "name": "a b"}}],
        [ADMIN, MESSAGE],
        [ADMIN, TOPIC, MESSAGE, MESSAGE],
        [ADMIN, TOPIC, MESSAGE, {"topic": TOPIC["topic"] | {"name": "u"}}, MESSAGE],
        [ADMIN, TOPIC, ULI, MESSAGE],
        [ADMIN, TOPIC, {"message": MESSAGE["message"] | {"id": "0-0"}}],
        [ADMIN, TOPIC, {"message": MESSAGE["message"] | {"id": "7"}}],
        [ADMIN, TOPIC, {"message": MESSAGE["message"] | {"type": "a/b\r\nX: y"}}],
        [ADMIN, {"route": {"owner": "0", "id": "x", "key": "a", "content_type": "a/b"}}],
        [ADMIN, {"route": {"owner": "0", "id": UUID, "key": "a", "content_type": "a/b\r\nX: y"}}],
        [ADMIN, {"bin": {"owner": "0", "id": UUID, "list": ""}}],
    ],
)
def test_a_line_that_breaks_a_rule_is_refused_though_the_digest_fits(lines, filled):
    header = backed_up(filled).getvalue().splitlines()[0]
    text = b"".join(line + b"\n" for line in [header, *map(msgspec.json.encode, lines)])
    count = {
        f"{kind}s": sum(kind in line for line in lines)
        for kind in ("user", "key", "list", "item", "topic", "message", "route", "bin")
    }
    end = {"end": count | {"sha256": hashlib.sha256(text).hexdigest()}}
    with pytest.raises(BackupRefused, match="line"):
        check_backup(io.BytesIO(text + msgspec.json.encode(end) + b"\n"))


def test_a_restore_that_breaks_off_leaves_nothing(filled, other, raw):
    good = backed_up(filled).getvalue()
    with pytest.raises(BackupRefused):
        restore(other, io.BytesIO(good[:-100]))
    assert list(content(raw, "other")) == [b"instance"]
    restore(other, io.BytesIO(good))
    assert content(raw, "other") == content(raw, "b9y")


def test_after_a_kill_each_user_is_there_whole_or_not_at_all(filled, other, raw, monkeypatch):
    monkeypatch.setattr(restoring, "_BATCH", 1)
    lines = backed_up(filled).getvalue().splitlines(keepends=True)
    whole = content(raw, "b9y")
    for length in range(1, len(lines)):
        restoring.clear_all(other)
        # NOTE: what `restore` does, without the clearing for which a kill leaves no time.
        with pytest.raises(BackupRefused):
            restoring._write(other, io.BytesIO(b"".join(lines[:length])), lambda _: None)
        finish_deletions(other)
        left = content(raw, "other")
        users = {name.partition(b"}")[0] for name in left if name.endswith(b"}:user")}
        begun = sum(line.startswith(b'{"user"') for line in lines[:length])
        assert len(users) == max(begun - 1, 0)
        ids = [int(name.rpartition(b"{")[2]) for name in users]
        assert int(raw.hget("other:instance", "last_user") or 0) >= max(ids, default=0)
        for name in left.keys() | whole.keys():
            if name.partition(b"}")[0] in users:
                assert left[name] == whole[name]
            else:
                assert not name.startswith(b"{") or name not in left
    with pytest.raises(NotEmpty):
        restore(other, io.BytesIO(b"".join(lines)))
    restore(other, io.BytesIO(b"".join(lines)), replace=True)
    assert content(raw, "other") == whole


def test_data_of_a_newer_layout_are_left_alone(filled, other, raw):
    file = backed_up(filled)
    for prefix, act in (
        ("b9y", lambda: backed_up(filled)),
        ("other", lambda: restore(other, file, replace=True)),
    ):
        raw.hset(f"{prefix}:instance", "schema", 99)
        with pytest.raises(WrongSchema):
            act()


def test_a_store_that_nobody_has_used_has_no_backup(store):
    with pytest.raises(NotFound, match="no data"):
        backed_up(store)


def test_an_engine_that_is_away_is_said():
    away = open_store("unix:///nowhere")
    for act in (
        lambda: backed_up(away),
        lambda: restore(away, io.BytesIO()),
        lambda: count_resources(away),
    ):
        with pytest.raises(StoreUnavailable):
            act()


def test_progress_counts_every_resource(filled):
    told = []
    back_up(filled, io.BytesIO(), told.append)
    paged = []
    back_up(filled, io.BytesIO(), paged.append, **PAGED)
    assert sum(told) == sum(paged) == count_resources(filled) == 49
    file, read = backed_up(filled), []
    check_backup(file, read.append)
    assert sum(read) == len(file.getvalue())


def test_what_a_user_owns_is_of_one_moment(services, uli, store):
    """A writer sets a then b to the same number; no backup may have b ahead of a."""
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            services.keys.set(uli, "z", b"%d" % number)
            services.keys.set(uli, "a", b"%d" % number)

    for number in range(300):
        services.keys.set(uli, f"k{number}", b"x" * 500)
    services.keys.set(uli, "a", b"0")
    services.keys.set(uli, "z", b"0")
    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(30):
            rows = [
                json.loads(line).get("key", {}) for line in backed_up(store).getvalue().splitlines()
            ]
            values = {row["name"]: row["value"] for row in rows if row}
            assert 0 <= int(values["z"]) - int(values["a"]) <= 1
    finally:
        done.set()
        thread.join()


def test_a_backup_takes_no_room_from_those_who_write(services, uli, store):
    for number in range(60):
        services.keys.set(uli, f"k{number}", bytes(1 << 18))
    [[_, bound]] = store.read(("CONFIG", "GET", "maxmemory"))
    used = int(store.read(("INFO", "memory"))[0].partition(b"used_memory:")[2].split()[0])
    done, failed = threading.Event(), []

    def write() -> None:
        while not done.is_set():
            try:
                services.keys.set(uli, "counter", b"x")
            except StoreFull as ex:
                failed.append(ex)

    store.write(("CONFIG", "SET", "maxmemory", used + (6 << 20)))
    thread = threading.Thread(target=write)
    thread.start()
    try:
        check_backup(backed_up(store))
    finally:
        done.set()
        thread.join()
        store.write(("CONFIG", "SET", "maxmemory", bound))
    assert failed == []


def test_a_list_read_in_pages_loses_nothing_to_pops(services, uli, store):
    for number in range(900):
        services.lists.push(uli, "q", b"%d" % number)
    ids = []

    class PoppingFile(io.BytesIO):
        def write(self, data):
            ids.append(data)
            if b'"item"' in data and len(ids) % 2:
                services.lists.pop(uli, "q")
            return super().write(data)

    file = PoppingFile()
    back_up(store, file, most_bytes_at_once=100)
    bodies = [
        json.loads(line)["item"]["value"]
        for line in file.getvalue().splitlines()
        if b'"item"' in line
    ]
    assert bodies == [str(number) for number in range(900)]


def test_a_user_that_goes_meanwhile_spoils_nothing(filled, services, other):
    class DeletingFile(io.BytesIO):
        def write(self, data):
            if b'"name":"k1"' in data and b'"owner":"1"' in data:
                services.users.delete("1")
            return super().write(data)

    file = DeletingFile()
    back_up(filled, file, **PAGED)
    check_backup(file)
    restore(other, file)
    assert services_of(other).users.ids() == ["0", "1", "2"]


@pytest.mark.parametrize("options", [{}, {"most_at_once": 1}, {"most_bytes_at_once": 100}])
def test_documents_of_routes_come_along_with_ids_and_names(services, store, uli, other, options):
    document = b'{"name":"shop","rules":[{"answers":[{"text":"a\\n!@[$count]"}]}]}'
    made = services.mocks.documents.create(uli, document)
    plain = services.routes.create(uli, "k", "a/b")
    services.mocks.documents.replace(uli, plain.id, b'{"rules":[{"answers":[{"status":418}]}]}')
    restore(other, backed_up(store, **options))
    there = services_of(other)
    user = there.logins.log_in("uli", "secret")
    assert there.mocks.documents.read(user, made.id) == document

    def ask(reference):
        return there.mocks.answers.answer(reference, Call("GET", "/"), "", bool).content

    assert ask(Reference(made.id)).body == b"a\n1"
    assert ask(Reference(user="uli", name="shop")).body == b"a\n2"
    assert ask(Reference(plain.id)).status == 418
    there.mocks.documents.delete(user, "@uli/shop")
    with pytest.raises(NotFound):
        ask(Reference(user="uli", name="shop"))


@pytest.mark.parametrize("document", ['{"rules":[{"path":"x"}]}', "{", "\ud800"])
def test_a_document_that_cannot_be_used_is_damage(services, store, uli, document):
    services.mocks.documents.create(uli, b'{"rules":[{}]}')
    out = backed_up(store).getvalue().splitlines(keepends=True)
    place = next(n for n, line in enumerate(out) if b'"document"' in line)
    record = json.loads(out[place])
    record["route"]["document"] = document
    out[place] = json.dumps(record).encode() + b"\n"
    with pytest.raises(BackupRefused, match=f"line {place + 1} "):
        check_backup(io.BytesIO(b"".join(out)))


BIN = {
    "list": "hooks",
    "name": "gh",
    "keep": "request",
    "answer": {"json": {"got": "!@[$body.id]"}},
    "verify": {"scheme": "gitlab", "secrets": ["the secret"]},
    "ends": "7d",
}


def documents_of_bins(services, owner):
    """A bin with all kinds of fields, one that was plain before, and a plain one; their ids."""
    inboxes = services.inboxes
    named = inboxes.documents.create(owner, msgspec.json.encode(BIN)).id
    later, plain = (inboxes.bins.create(owner, "q").id for _ in range(2))
    inboxes.documents.replace(owner, later, b'{"topic":"news","rate":"2/d"}')
    return named, later, plain


def post(services, reference, body=b"{}", **headers):
    call = Call("POST", "/", "", headers, body)
    received = Received("POST", headers, body, "application/json", lambda _: (call, body, ""))
    return services.inboxes.receiver.receive(reference, received, bool).body


@pytest.mark.parametrize("options", [{}, {"most_at_once": 1}, {"most_bytes_at_once": 100}])
def test_documents_of_bins_are_restored_with_ids_names_and_secrets(
    services, store, uli, other, options
):
    named, later, plain = documents_of_bins(services, uli)
    file = backed_up(store, **options)
    assert json.loads(file.getvalue().splitlines()[-1])["end"]["bins"] == 3
    assert restore(other, file).bins == 3
    there = services_of(other)
    for reference in (Reference(named), Reference(user="uli", name="gh")):
        assert (
            post(there, reference, b'{"id":7}', **{"x-gitlab-token": "the secret"}) == b'{"got":7}'
        )
        with pytest.raises(InvalidSignature):
            post(there, reference)
    assert post(there, Reference(later)) == b"OK"
    there.inboxes.bins.push(there.inboxes.bins.plain(plain), b"hello")
    user = there.logins.log_in("uli", "secret")
    assert there.lists.pop(user, "q") == b"hello"
    assert b"[secret]" in there.inboxes.documents.read(user, named)
    there.inboxes.documents.delete(user, "@uli/gh")
    with pytest.raises(NotFound):
        post(there, Reference(user="uli", name="gh"))


@pytest.mark.parametrize(
    "document",
    [
        '{"list":"a","keep":"x"}',
        "{",
        "\ud800",
        '{"list":"q","ends":"7d"}',
        '{"list":"q","verify":{"scheme":"gitlab","secrets":["[secret]"]}}',
        '{"list":"q","paths":true}' + " " * (64 << 10),
    ],
)
def test_a_bin_document_that_was_not_stored_is_damage(services, store, uli, document):
    services.inboxes.documents.create(uli, b'{"list":"q","paths":true}')
    out = backed_up(store).getvalue().splitlines(keepends=True)
    place = next(n for n, line in enumerate(out) if b'"document"' in line)
    record = json.loads(out[place])
    record["bin"]["document"] = document
    out[place] = json.dumps(record).encode() + b"\n"
    with pytest.raises(BackupRefused, match=f"line {place + 1} "):
        check_backup(io.BytesIO(b"".join(out)))


def test_a_backup_without_documents_of_bins_is_restored(services, store, uli, other):
    """Earlier versions wrote no more than the list."""
    made = services.inboxes.bins.create(uli, "q")
    file = backed_up(store)
    [line] = [line for line in file.getvalue().splitlines() if b'"bin"' in line and b'"q"' in line]
    assert json.loads(line) == {"bin": {"owner": "1", "id": made.id, "list": "q"}}
    restore(other, file)
    there = services_of(other).inboxes
    there.bins.push(there.bins.plain(made.id), b"x")


def test_many_bytes_of_bin_documents_are_read_in_pages(services, store, uli, other, raw):
    _, later, _ = documents_of_bins(services, uli)
    # NOTE: the record of a bin that got its document later does not show it, until a restore.
    raw.hset(f"b9y:bin:{later}", "document", 1)
    text = "x" * (60 << 10)
    for _ in range(40):
        document = msgspec.json.encode({"list": "q", "paths": True, "answer": {"text": text}})
        services.inboxes.documents.create(uli, document)
    file = backed_up(store, most_bytes_at_once=2 << 20)
    assert restore(other, file).bins == 43
    assert content(raw, "other") == content(raw, "b9y")


def test_roles_and_limits_come_back_and_an_invited_user_is_invited_again(filled, other):
    users = services_of(filled).users
    limits = {"max_bytes": 1 << 20, "rate": "5/m", "burst": 7, "max_value": 9, "max_tokens": 3}
    made = users.create("limited", "secret", role="admin", limits=limits)
    invited, code = users.invite("invited", limits={"max_tokens": 1})
    restore(other, backed_up(filled))
    restored = services_of(other)
    there = restored.users
    assert there.get(made.id) == made
    assert restored.logins.log_in("limited", "secret").version.endswith("r")
    assert there.get(invited.id) == invited
    with pytest.raises(InvalidCode):
        there.accept(code.text, "a new one")
    there.accept(there.reset(invited.id)[1].text, "a new one")
