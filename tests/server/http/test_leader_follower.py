"""Who answers while one request takes long, and in what order the rest are answered."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.shared_counters import SharedCounters
from bambleweeny.server.http.server import HttpServer
from bambleweeny.store.client.pipelining import current

THREADS = 3
PLAIN = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"


class App:
    """Holds who asks for /slow, or for /aside, until it is let go; notes who answered."""

    def __init__(self):
        self.go, self.held, self.threads = threading.Event(), threading.Semaphore(0), []
        self.asking = lambda: None

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/aside":
            environ["bambleweeny.yield_leadership"]()
        if path == "/asks":
            self.asking()
        if path == "/brief":
            time.sleep(0.003)
        if path in ("/slow", "/aside"):
            self.held.release()
            assert self.go.wait(20)
        self.threads.append(threading.get_ident())
        start_response("200 OK", [("content-length", str(len(path)))])
        return [path.encode()]


@contextmanager
def serving(app, **options):
    listener = socket.create_server(("127.0.0.1", 0))
    server = HttpServer(
        app, listener, threads=THREADS, max_body=1 << 20,
        access_log=AccessLog(Metrics(SharedCounters().part(0))), **options,
    )  # fmt: skip
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        app.go.set()
        server.stop()
        thread.join()


def ask(address, *paths):
    wire = socket.create_connection(address, timeout=10)
    wire.sendall("".join(PLAIN.format(path) for path in paths).encode())
    return wire


def answer(wire):
    with wire, wire.makefile("rb") as file:
        while file.readline().strip():
            pass
        return file.read(5)


@pytest.mark.parametrize("slow", ["/slow", "/aside"])
@pytest.mark.parametrize("short", [True, False])
def test_one_slow_request_keeps_nobody_waiting(slow, short):
    app = App()
    with serving(app, short_requests=short) as address:
        held = ask(address, slow)
        assert app.held.acquire(timeout=10)
        assert [answer(ask(address, "/fast")) for _ in range(50)] == [b"/fast"] * 50
        app.go.set()
        assert answer(held) == slow.encode()[:5]


def test_as_many_slow_requests_run_as_there_are_threads_and_the_rest_waits():
    app = App()
    with serving(app) as address:
        held = [ask(address, "/slow") for _ in range(THREADS + 2)]
        for _ in range(THREADS):
            assert app.held.acquire(timeout=10)
        assert not app.held.acquire(timeout=0.05)
        app.go.set()
        assert [answer(wire) for wire in held] == [b"/slow"] * (THREADS + 2)


def test_a_client_who_comes_while_every_thread_is_busy_is_answered_later():
    app = App()
    with serving(app) as address:
        held = [ask(address, "/slow") for _ in range(THREADS)]
        for _ in held:
            assert app.held.acquire(timeout=10)
        late = ask(address, "/late")
        late.settimeout(0.05)
        with pytest.raises(TimeoutError):
            late.recv(1)
        app.go.set()
        late.settimeout(10)
        assert answer(late) == b"/late"
        assert [answer(wire) for wire in held] == [b"/slow"] * THREADS


def test_short_requests_are_answered_by_the_thread_that_read_them():
    app = App()
    with serving(app) as address:
        for _ in range(20):
            assert answer(ask(address, "/fast")) == b"/fast"
    assert len(set(app.threads)) <= 2  # a busy machine may make one of them a slow one


def test_what_follows_a_slow_request_on_its_connection_is_answered_after_it():
    app = App()
    with serving(app) as address:
        wire = ask(address, "/slow", *(f"/{n:04}" for n in range(30)))
        assert app.held.acquire(timeout=10)
        assert answer(ask(address, "/fast")) == b"/fast"
        app.go.set()
        received = b""
        while b"/0029" not in received:
            received += wire.recv(65536)
        wire.close()
    places = [received.index(b"/slow"), *(received.index(b"/%04d" % n) for n in range(30))]
    assert places == sorted(places)


def test_many_slow_requests_in_turn_lose_no_answer():
    app = App()
    app.go.set()
    with serving(app) as address:
        for _ in range(30):
            wires = [ask(address, path) for path in ("/aside", "/fast", "/aside", "/fast")]
            assert [answer(wire) for wire in wires] == [b"/asid", b"/fast"] * 2


def test_the_end_waits_for_a_slow_request():
    app = App()
    with serving(app) as address:
        held = ask(address, "/slow")
        assert app.held.acquire(timeout=10)
        threading.Timer(0.05, app.go.set).start()
    assert answer(held) == b"/slow"


@pytest.mark.parametrize("short", [True, False])
def test_requests_of_several_connections_share_round_trips(store, short):
    app, together = App(), []

    def asking():
        together.append(current())
        store.write(("INCR", "asked"))

    app.asking = asking
    with serving(app, short_requests=short, scheduler=store.pipelining) as address:
        for _ in range(20):
            wires = [ask(address, path) for path in ("/brief", *["/asks"] * 8)]
            assert [answer(wire) for wire in wires[1:]] == [b"/asks"] * 8
            wires[0].close()
    assert store.read(("GET", "asked")) == [b"160"]
    assert any(together) if short else all(together)


def test_who_steps_aside_keeps_nobody_who_came_with_it(store):
    app = App()
    app.asking = lambda: store.write(("INCR", "asked"))
    with serving(app, scheduler=store.pipelining) as address:
        for _ in range(20):
            app.go.clear()
            wires = [ask(address, path) for path in ("/asks", "/aside", "/asks", "/asks")]
            held = wires.pop(1)
            assert [answer(wire) for wire in wires] == [b"/asks"] * 3
            app.go.set()
            assert answer(held) == b"/asid"
