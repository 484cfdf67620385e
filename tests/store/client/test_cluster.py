"""Nodes of a Cluster that redirect, refuse or leave: what the store does then."""

import socket
import threading
import time
from contextlib import closing, suppress

import hiredis
import pytest
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.batch.batch import Batch
from bambleweeny.core.batch.operations import Incr
from bambleweeny.core.lists.items import Items
from bambleweeny.core.notify.long_polls import LongPolls
from bambleweeny.core.topics import Bounds
from bambleweeny.errors import StoreUnavailable
from bambleweeny.store import open_store
from bambleweeny.store.client.cluster import SlotMap
from bambleweeny.store.client.url import Address
from bambleweeny.store.scripts import Script
from engines import LOCAL
from moving import Masters, Move

ALL = 16383


class Node:
    """A node that answers each command with the next of its replies, the last one for ever.

    It has all slots; `slots` is the node that its map names, itself at first.
    """

    def __init__(self, *replies):
        self.listener = socket.create_server((LOCAL, 0))
        self.port = self.listener.getsockname()[1]
        self.replies = list(replies)
        self.heard = []
        self.maps = 0
        self.slots = (b"$9\r\n127.0.0.1\r\n", self.port)
        self.connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        reader = hiredis.Reader()
        with suppress(OSError):
            while data := connection.recv(65536):
                reader.feed(data)
                while (command := reader.gets()) is not False:
                    connection.sendall(self._answer(command))

    def _answer(self, command):
        if command[:2] == [b"CLUSTER", b"SLOTS"]:
            self.maps += 1
            host, port = self.slots
            return b"*1\r\n*3\r\n:0\r\n:%d\r\n*2\r\n%s:%d\r\n" % (ALL, host, port)
        self.heard.append(b" ".join(command))
        if command[0] == b"ASKING":
            return b"+OK\r\n"
        if command[0] == b"SUBSCRIBE":
            return b"*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"
        if command[0] == b"PING":
            return b"*2\r\n$4\r\npong\r\n$0\r\n\r\n"
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply() if callable(reply) else reply

    def close(self):
        for one in (self.listener, *self.connections):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def node():
    made = []

    def make(*replies):
        made.append(Node(*replies))
        return made[-1]

    yield make
    for one in made:
        one.close()


def store_at(node):
    return closing(open_store(f"redis+cluster://{LOCAL}:{node.port}"))


def error(text, *nodes):
    """Make an error reply; `{}` in it is the port of a node."""
    return lambda: b"-%s\r\n" % text.format(*(node.port for node in nodes)).encode()


@pytest.mark.parametrize("host", ["", "127.0.0.1", "localhost"])
def test_a_redirection_is_followed_also_without_a_host(node, host):
    target = node(b"+there\r\n")
    first = node(error(f"MOVED 1 {host}:{{}}", target), error(f"ASK 1 {host}:{{}}", target))
    with store_at(first) as store:
        assert store.read(("GET", "a")) == [b"there"]
        assert store.write(("SET", "a", "b")) == [b"there"]
    assert target.heard == [b"GET a", b"ASKING", b"SET a b"]


def test_each_command_that_is_asked_has_asking_in_front_also_a_script_that_is_not_known(node):
    target = node(b"-NOSCRIPT No matching script\r\n", b"+done\r\n")
    first = node(error("ASK 1 :{}", target))
    with store_at(first) as store:
        assert store.run(Script("text", "sha"), ["k"]) == b"done"
    assert target.heard == [b"ASKING", b"EVALSHA sha 1 k", b"ASKING", b"EVAL text 1 k"]


def test_what_is_to_be_tried_again_is(node):
    first = node(*[b"-TRYAGAIN Multiple keys request during rehashing of slot\r\n"] * 3, b"+OK\r\n")
    with store_at(first) as store:
        store.run(Script("text", "sha"), ["k"])
    assert first.heard == [b"EVALSHA sha 1 k"] * 4


REFUSED = b"-TRYAGAIN Multiple keys request during rehashing of slot\r\n"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("bambleweeny.store.client.topology._LONG_RETRY_SECONDS", 0.01)


@pytest.mark.usefixtures("impatient")
def test_what_is_done_in_part_is_not_called_not_done(node):
    """A client would repeat a batch whose first thousand operations are done."""
    thousand = b"*2\r\n*1000\r\n" + b":1\r\n" * 1000 + b":16777216\r\n"
    caller, many = Caller("7", "uli", "1"), [Incr("a")] * 1500
    for replies, hint in (([thousand, REFUSED], "may or may not"), ([REFUSED], "not done")):
        with store_at(node(*replies)) as store, pytest.raises(StoreUnavailable) as caught:
            Batch(store, max_items=9, max_bytes=9, topic_bounds=Bounds(9, 9, 9)).run(caller, many)
        assert hint in caught.value.hint
    moved, bounds = b":500\r\n", (9, 9)
    for replies, hint in (([moved, REFUSED], "may or may not"), ([REFUSED], "not done")):
        with store_at(node(*replies)) as store, pytest.raises(StoreUnavailable) as caught:
            Items(store, LongPolls(store, 0), bounds).move(caller, "q", "other", "ready", 1000)
        assert hint in caught.value.hint


def test_redirections_in_a_circle_end(node):
    one, other = node(b""), node(b"")
    one.replies, other.replies = [error("MOVED 1 :{}", other)], [error("MOVED 1 :{}", one)]
    begun = time.monotonic()
    with store_at(one) as store:
        with pytest.raises(StoreUnavailable, match="not available"):
            store.write(("SET", "a", "b"))
        with pytest.raises(StoreUnavailable) as caught:
            store.run(Script("text", "sha"), ["k"])
        assert "not done" in caught.value.hint
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    "text",
    [
        "CLUSTERDOWN Hash slot not served",
        "LOADING Redis is loading the dataset in memory",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "READONLY You can't write against a read only replica.",
    ],
)
def test_who_cannot_answer_is_unavailable_and_the_map_is_asked_for_again(node, text):
    first = node(error(text), b"+OK\r\n")
    with store_at(first) as store:
        with pytest.raises(StoreUnavailable):
            store.write(("SET", "a", "b"))
        assert first.heard == [b"SET a b"]
        store.write(("SET", "a", "b"))
    assert first.maps == 2


@pytest.mark.parametrize(
    "text",
    [
        "ERR Error running script (call to f_1): @user_script:1: Lua script attempted to access a "
        "non local key in a cluster node",
        "ERR Script attempted to access a non local key in a cluster node script: 1, on @user_script:1.",
        "ERR Unable to execute command 'set' in script because undeclared keys were accessed during "
        "rehashing of the slot",
        "ERR Script attempted to access a slot not served script: 1",
        "ERR Script attempted to execute a command while the cluster is down",
    ],
)
def test_a_script_that_ends_for_want_of_a_key_is_unavailable(node, text):
    with store_at(node(error(text))) as store, pytest.raises(StoreUnavailable):
        store.run(Script("text", "sha"), ["k"])


def test_a_master_without_a_host_in_the_map_is_where_the_map_was_asked_for(node):
    target = node(b"+OK\r\n")
    for host in (b"$0\r\n\r\n", b"$-1\r\n", b"$1\r\n?\r\n"):
        first = node(b"-ERR not here\r\n")
        first.slots = (host, target.port)
        with store_at(first) as store:
            store.write(("SET", "a", "b"))


def test_where_nobody_knows_the_host_the_map_does_or_the_move_is_waited_for(node):
    target = node(b"+OK\r\n")
    moved, asked = (
        node(error("MOVED 1 ?:{}", target)),
        node(error("ASK 1 ?:{}", target), b"+OK\r\n"),
    )
    with store_at(moved) as store:
        store._engine.slot_map.ranges()
        moved.slots = (b"$9\r\n127.0.0.1\r\n", target.port)
        store.write(("SET", "a", "b"))
    with store_at(asked) as store:
        store.write(("SET", "a", "b"))
    assert target.heard == [b"SET a b"]
    assert asked.heard == [b"SET a b"] * 2


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("MOVED 1 10.0.0.1:7", "10.0.0.1"), ("MOVED 1 ::1:7", "::1"), ("ASK 1 [::1]:7", "::1"),
        ("ASK 1 redis-2.example:7", "redis-2.example"), ("ASK 1 :7", "asked"),
    ],
)  # fmt: skip
def test_a_host_may_be_an_address_or_a_name(text, host):
    asked = Address(host="asked", port=1, password="p")
    assert SlotMap(()).redirected(text, asked) == Address(host=host, port=7, password="p")


def test_who_listens_at_a_server_that_has_left_is_woken(node, monkeypatch):
    monkeypatch.setattr("bambleweeny.store.client.pubsub._PING_SECONDS", 0.05)
    left = node(b"")
    with store_at(left) as store:
        with store.pubsub.listen("c") as waiter:
            assert waiter.wait(20)
            waiter.rest()
            stays = node(b"")
            left.slots = stays.slots
            with pytest.raises(StoreUnavailable):
                waiter.wait(20)
        with store.pubsub.listen("c") as waiter:
            assert waiter.wait(20)
            assert stays.heard == [b"SUBSCRIBE c"]


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    made = Masters(tmp_path_factory.mktemp("masters"))
    yield made
    made.stop()


@pytest.mark.parametrize("named", ["unknown-endpoint", "hostname"])
def test_a_cluster_that_does_not_name_its_hosts_is_followed(masters, named):
    masters.hide_hosts(named)
    try:
        with closing(open_store(masters.url)) as store:
            store.write(("SET", "moving", "1"))
            move = Move(masters, "moving")
            move.open()
            move.carry(["moving"])
            threading.Timer(0.1, move.close).start()
            assert store.write(("INCR", "moving")) == [2]
            assert store.read(("MGET", "moving", "{moving}")) == [[b"2", None]]
    finally:
        masters.hide_hosts("ip")


def test_a_map_that_knows_of_a_move_is_not_asked_for_again(node):
    target = node(b"+OK\r\n")
    first = node(error("MOVED 1 127.0.0.1:{}", target))
    with store_at(first) as store:
        first.slots = (first.slots[0], target.port)
        store.write(("SET", "a", "b"))
        assert first.maps == 1
        place = store._engine.slot_map.master_of(1)
        assert place.port == target.port
        store._engine.slot_map.redirected(f"MOVED 1 127.0.0.1:{target.port}", place)
        assert store._engine.slot_map.master_of(1) == place
    assert (first.maps, target.maps) == (1, 0)


def test_only_on_a_cluster_scripts_declare_more_than_the_record():
    record = "b9y:{7}:user"
    for url, declared in {
        "redis://h": (record,),
        "unix:///s": (record,),
        "redis+sentinel://h/m": (record,),
        "redis+cluster://h": (record, "b9y:{7}:never"),
    }.items():
        assert open_store(url).schema.tenant("7").declared == declared
