"""Can this engine be used?"""

import socket
import threading
from contextlib import closing

import pytest
from bambleweeny.errors import StoreUnavailable
from bambleweeny.store import open_store
from bambleweeny.store.engine.probe import EngineUnfit, check_engine, reason_of
from hiredis import ProtocolError, ReplyError


def answering(*answers):
    """Listen, and answer each connection with some bytes; gives a URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return f"redis://127.0.0.1:{listener.getsockname()[1]}"


def check(url):
    with closing(open_store(url)) as store:
        check_engine(store)


def test_a_good_engine_is_good(store, raw):
    check_engine(store)
    assert raw.keys() == [b"b9y:instance"]


def test_a_full_engine_can_be_used(store, raw):
    before = raw.config_get("maxmemory")["maxmemory"]
    try:
        raw.config_set("maxmemory", "1")
        check_engine(store)
    finally:
        raw.config_set("maxmemory", before)


def test_one_that_is_too_old_cannot():
    info = b"redis_version:6.0.16\r\n"
    with pytest.raises(EngineUnfit, match=r"it is Redis 6\.0, and 6\.2 is the oldest") as caught:
        check(answering(b"$%d\r\n%s\r\n" % (len(info), info)))
    assert not caught.value.may_pass


def test_what_is_no_redis_cannot():
    with pytest.raises(EngineUnfit, match="does not speak the protocol of Redis") as caught:
        check(answering(*[b"HTTP/1.1 400 Bad Request\r\n\r\n"] * 2))
    assert not caught.value.may_pass


def test_one_that_is_away_may_come():
    with pytest.raises(EngineUnfit, match="Connection refused") as caught:
        check("redis://127.0.0.1:1")
    assert caught.value.may_pass


def test_one_that_gives_no_permission_cannot(store, raw, engine_url):
    raw.execute_command("ACL", "SETUSER", "weak", "on", ">x", "~*", "+@read", "+info")
    with pytest.raises(EngineUnfit, match="NOPERM"):
        check(f"unix://weak:x@{engine_url.removeprefix('unix://')}")


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (ReplyError("ERR unknown command 'X'."), "unknown command 'X'"),
        (ProtocolError("x"), "it does not speak the protocol of Redis"),
        (
            ConnectionResetError("the engine closed the connection"),
            "the engine closed the connection",
        ),
        (None, "The store is not available"),
    ],
)
def test_reasons_are_words(cause, reason):
    error = StoreUnavailable()
    error.__cause__ = cause
    assert reason_of(error) == reason
