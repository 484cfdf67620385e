"""The store's vocabulary against real engines, and against engines that misbehave."""

import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from bambleweeny.errors import (
    InternalError,
    NotFound,
    QuotaExceeded,
    StoreFull,
    StoreUnavailable,
)
from bambleweeny.store import open_store
from bambleweeny.store.guard import translate
from bambleweeny.store.scripts import Script
from engines import RedisServer, wait_until
from hiredis import ReplyError


class Impostor:
    """A listener that answers each connection as it is told to."""

    def __init__(self, *answers):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.listener.getsockname()[1]}"
        self.heard = []
        self._thread = threading.Thread(target=self._serve, args=(answers,))
        self._thread.start()

    def _serve(self, answers):
        for answer in answers:
            connection, _ = self.listener.accept()
            with connection:
                self.heard.append(connection.recv(65536))
                connection.sendall(answer)

    def close(self):
        self._thread.join()
        self.listener.close()


@pytest.fixture
def impostor():
    made = []

    def make(*answers):
        made.append(Impostor(*answers))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_commands_of_one_call_are_answered_in_order(store):
    store.write(("SET", "a", b"\x00\xff"), ("INCRBY", "n", 2))
    assert store.read(("GET", "a"), ("GET", "n"), ("GET", "none")) == [b"\x00\xff", b"2", None]


def test_an_error_reply_becomes_ours_and_the_connection_stays_good(store):
    store.write(("SET", "a", "x"))
    with pytest.raises(InternalError):
        store.write(("LPUSH", "a", "y"))
    assert store.read(("GET", "a")) == [b"x"]


def test_a_script_is_run_on_an_engine_that_does_not_know_it(store, raw):
    script = Script("return {KEYS[1], ARGV[1]}", "0" * 40)
    assert store.run(script, ["k"], "v") == [b"k", b"v"]


def test_a_script_refuses_with_an_error_of_ours(store):
    script = Script("return redis.error_reply('B9Y quota_exceeded')", "0" * 40)
    with pytest.raises(QuotaExceeded):
        store.run(script, [])


def test_a_read_is_tried_once_more(impostor):
    engine = impostor(b"", b"$1\r\nx\r\n")
    store = open_store(engine.url)
    assert store.read(("GET", "a")) == [b"x"]
    store.close()
    assert len(engine.heard) == 2


def test_a_script_that_only_reads_is_tried_once_more(impostor):
    engine = impostor(b"", b"+x\r\n")
    store = open_store(engine.url)
    assert store.read_with(Script("", ""), []) == b"x"
    store.close()


def test_a_write_is_never_tried_twice(impostor):
    engine = impostor(b"")
    store = open_store(engine.url)
    with pytest.raises(StoreUnavailable):
        store.write(("SET", "a", "b"))
    with pytest.raises(StoreUnavailable):
        open_store("redis://127.0.0.1:1").run(Script("", ""), [])
    assert len(engine.heard) == 1
    store.close()


def test_a_connection_that_the_engine_closed_is_replaced_before_a_write(store, raw):
    store.write(("SET", "a", "b"))
    raw.client_kill_filter(_type="normal", skipme=True)
    store.write(("SET", "a", "c"))
    assert raw.get("a") == b"c"


def test_a_call_that_a_signal_interrupts_leaves_no_reply_for_the_next_one(store):
    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            store.read(("BLPOP", "nothing", 0.3))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert store.read(("ECHO", "mine")) == [b"mine"]


def test_what_is_no_redis_is_unavailable(impostor):
    store = open_store(impostor(b"HTTP/1.1 400 Bad Request\r\n\r\n", b"HTTP/1.1 400\r\n").url)
    with pytest.raises(StoreUnavailable):
        store.read(("GET", "a"))
    store.close()


def test_an_engine_that_does_not_answer_in_time_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = open_store(f"redis://127.0.0.1:{silent.getsockname()[1]}?timeout=1s")
        with pytest.raises(StoreUnavailable):
            store.write(("SET", "a", "b"))
        store.close()


def test_no_socket_is_unavailable(tmp_path):
    with pytest.raises(StoreUnavailable):
        open_store(f"unix://{tmp_path}/none").read(("PING",))


def test_it_logs_in_and_selects_a_database(store, raw, engine_url):
    raw.execute_command("ACL", "SETUSER", "ann", "on", ">p@ss", "~*", "+@all")
    path = engine_url.removeprefix("unix://")
    theirs = open_store(f"unix://ann:p%40ss@{path}?db=3")
    theirs.write(("SET", "a", "there"))
    assert theirs.read(("CLIENT", "LIST"))[0].count(b"db=3") == 1
    assert raw.get("a") is None
    theirs.close()


def test_a_wrong_password_is_unavailable(store, engine_url):
    path = engine_url.removeprefix("unix://")
    with pytest.raises(StoreUnavailable) as caught:
        open_store(f"unix://nobody:x@{path}").read(("PING",))
    assert str(caught.value.__cause__).startswith("WRONGPASS")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("B9Y not_found", NotFound),
        ("ERR Error running script: @user_script: 9: B9Y not_found", NotFound),
        ("OOM command not allowed when used memory > 'maxmemory'.", StoreFull),
        ("ERR Error running script (call to f_1): -OOM command not allowed when", StoreFull),
        ("MISCONF Errors writing to the AOF file: No space left on device", StoreFull),
        ("LOADING Redis is loading the dataset in memory", StoreUnavailable),
        ("READONLY You can't write against a read only replica.", StoreUnavailable),
        ("WRONGTYPE Operation against a key", InternalError),
    ],
)
def test_error_replies_are_translated(text, kind):
    assert type(translate(ReplyError(text))) is kind


@pytest.mark.parametrize(
    ("words", "seconds"), [("", None), (" 60", 60), (" 0 script: f_1", 0), (" script: f_1", None)]
)
def test_a_refusal_may_say_when_it_passes(words, seconds):
    assert translate(ReplyError(f"B9Y limit_reached{words}")).retry_after == seconds


def test_a_wait_that_a_failover_ends_is_unavailable(tmp_path):
    server = RedisServer(tmp_path)
    try:
        with redis.Redis(port=server.port) as waiting, redis.Redis(port=server.port) as other:
            wait_until(waiting.ping)
            with ThreadPoolExecutor(1) as threads:
                reply = threads.submit(waiting.execute_command, "WAIT", 1, 0)
                wait_until(lambda: other.info("clients")["blocked_clients"] == 1)
                other.replicaof("127.0.0.1", server.port)
                with pytest.raises(redis.ResponseError) as caught:
                    reply.result()
    finally:
        server.stop()
    assert str(caught.value).startswith("UNBLOCKED")
    assert type(translate(ReplyError(str(caught.value)))) is StoreUnavailable
