"""What clients make a server buffer, and how slow they may be."""

import gc
import json
import select
import socket
import struct
import threading
import time
import weakref
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pytest
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.shared_counters import SharedCounters
from bambleweeny.server.http.buffers.budget import group_of
from bambleweeny.server.http.buffers.limits import Limits
from bambleweeny.server.http.server import HttpServer
from servers import until
from waitress.channel import ClientDisconnected

MB = 1 << 20
MAX_BODY = 4 * MB
PATIENT = Limits(
    buffered=2 * MB, small=10_000, head_seconds=60, window_seconds=60, window_bytes=1000,
    bytes_with_waiters=1000, room_timeout_seconds=60, check_seconds=0.02,
)  # fmt: skip
HASTY = Limits(
    buffered=2 * MB, small=10_000, head_seconds=0.2, window_seconds=0.2, window_bytes=1000,
    bytes_with_waiters=1000, room_timeout_seconds=0.2, check_seconds=0.02,
)  # fmt: skip
RESET = struct.pack("ii", 1, 0)
LIMITS = {"/small": 100, "/withheld": 0}


class App:
    """Answers the number of a body's bytes, or as many as the query says."""

    def __init__(self):
        self.running = self.most_running = 0
        self.lock = threading.Lock()
        self.go = threading.Event()

    def __call__(self, environ, start_response):
        query = environ["QUERY_STRING"]
        if environ["PATH_INFO"] == "/alone":
            body = self._alone(environ, int(query))
        elif environ["PATH_INFO"] == "/held":
            environ["bambleweeny.yield_leadership"]()
            assert self.go.wait(20)
            body = b"held"
        elif environ["PATH_INFO"] == "/begun":
            start_response("200 OK", [])
            return self._begun(environ, int(query))
        elif query:
            body = bytes(int(query))
        else:
            body = b"%d" % len(environ["wsgi.input"].read())
        start_response("200 OK", [("content-length", str(len(body)))])
        return [body]

    def _begun(self, environ, size):
        """Send so much of an answer, as an export does, and the rest later."""
        environ["bambleweeny.yield_leadership"]()
        yield bytes(size)
        assert self.go.wait(20)
        yield b"the rest"

    def _alone(self, environ, size):
        sent = environ["wsgi.input"].read()
        environ["bambleweeny.connection"].run_alone(size)
        with self.lock:
            self.running += 1
            self.most_running = max(self.running, self.most_running)
        time.sleep(0.01)
        with self.lock:
            self.running -= 1
        return sent or bytes(size)


class Unsightly:
    """A connection that no look can judge."""

    size, connected, group, seconds_stalled, is_evictable = 0, True, "127.0.0.1", 0.0, False

    def note(self, size):
        self.size = size

    def check_speed(self, *, has_waiters):
        raise TypeError("a defect")


class Serving:
    """A server, and connections to it that are closed in the end."""

    def __init__(self, address, server, app, opened):
        self.address, self.server, self.app, self._opened = address, server, app, opened

    def dial(self, data=b"", *, receive_buffer=0):
        wire = self._opened.enter_context(socket.socket())
        if receive_buffer:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        wire.settimeout(10)
        wire.connect(self.address)
        wire.sendall(data)
        return wire

    def ask(self, data):
        with self.dial(data) as wire:
            return answer(wire)

    @property
    def buffered(self):
        return sum(account.size for account in self.server._server.budget.holders())

    @property
    def looked_at(self):
        """Whether there are connections, and each was looked at for its progress."""
        channels = list(self.server._server.active_channels.values())
        return channels and all(one.account._progress._begun for one in channels)


@contextmanager
def serving(limits, **options):
    app, listener = App(), socket.create_server(("127.0.0.1", 0), backlog=1024)
    server = HttpServer(
        app, listener, threads=8, max_body=MAX_BODY, limits=limits,
        body_limit=lambda environ: LIMITS.get(environ["PATH_INFO"], MAX_BODY),
        access_log=AccessLog(Metrics(SharedCounters().part(0))), **options,
    )  # fmt: skip
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        with ExitStack() as opened:
            yield Serving(listener.getsockname(), server, app, opened)
    finally:
        app.go.set()
        server.stop()
        thread.join()


def head(path="/", *lines, method="POST"):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def upload(size, path="/"):
    return head(path, f"Content-Length: {size}")


def answer(wire):
    """Read one answer: its status, its headers and its body."""
    with wire.makefile("rb") as file:
        status = int(file.readline().split()[1])
        headers = {}
        while line := file.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, file.read(int(headers["content-length"]))


def code(answered):
    return answered[0], json.loads(answered[2])["code"]


def is_closed(wire):
    with suppress(ConnectionResetError):
        return wire.recv(1) == b""
    return True


def break_off(wire):
    """Close a connection so that the other side sees it at once, whatever it waits for."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()


def is_reset(wire):
    """Whether the other side has broken the connection off, without reading from it."""
    polled = select.poll()
    polled.register(wire, 0)
    return bool(polled.poll(0))


@pytest.mark.parametrize(
    "begun",
    [
        b"G",
        b"GET / HTTP/1.1\r\nHost: local",
        upload(1000) + b"x" * 999,
        upload(100_000) + b"x" * 50_000,
        head("/", "Transfer-Encoding: chunked") + b"5\r\nhel",
        head("/", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n",
    ],
)
def test_a_request_that_does_not_come_to_its_end_is_answered_408(begun):
    with serving(HASTY) as served:
        wire = served.dial(begun)
        assert code(answer(wire)) == (408, "request_timeout")
        assert is_closed(wire)
        until(lambda: served.buffered == 0)


def test_a_head_that_trickles_is_answered_408():
    with serving(HASTY) as served:
        wire = served.dial(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        with suppress(OSError):
            for number in range(1000):
                wire.sendall(b"X-Fill-%d: %s\r\n" % (number, b"x" * 40))
                wire.settimeout(0.01)
                with suppress(TimeoutError):
                    assert wire.recv(12) == b"HTTP/1.1 408"
                    break
        assert time.monotonic() - began < 15


def test_a_body_that_trickles_is_answered_408():
    with serving(HASTY) as served:
        wire = served.dial(upload(1000))
        wire.settimeout(0.02)
        for _ in range(500):
            wire.sendall(b"x")
            with suppress(TimeoutError):
                assert wire.recv(12) == b"HTTP/1.1 408"
                return
    pytest.fail("the body was still awaited")


def test_what_is_around_chunks_does_not_count_as_body():
    with serving(PATIENT) as served:
        wire = served.dial(head("/small", "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 100)
        until(lambda: served.buffered)
        wire.sendall(b"0\r\n\r\n")
        assert answer(wire)[::2] == (200, b"100")
        wire.sendall(head("/small", "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 101)
        assert code(answer(wire)) == (413, "body_too_large")


def test_a_slow_body_that_keeps_on_is_received():
    with serving(replace(HASTY, window_seconds=0.5)) as served:
        wire = served.dial(upload(30_000))
        for _ in range(50):  # 1.5 s: three windows
            wire.sendall(b"x" * 600)
            time.sleep(0.03)
        assert answer(wire)[2] == b"30000"


def test_an_idle_connection_stays():
    with serving(HASTY) as served:
        wire = served.dial(head() + b"\r\n")
        assert answer(wire)[2] == b"0"
        time.sleep(0.05)
        deadline = time.monotonic() + 0.6
        while time.monotonic() < deadline:
            assert served.ask(head())[0] == 200
        wire.sendall(upload(3) + b"abc")
        assert answer(wire)[2] == b"3"


def test_an_answer_that_is_not_read_is_broken_off():
    with serving(HASTY) as served:
        wire = served.dial(head("/?16000000"), receive_buffer=4096)
        until(lambda: is_reset(wire))
        received = 0
        with pytest.raises(ConnectionResetError):
            while data := wire.recv(MB):
                received += len(data)
        assert received < 16_000_000
        until(lambda: served.buffered == 0)


def test_an_answer_that_is_read_slowly_is_read_to_its_end():
    with serving(replace(PATIENT, buffered=16 * MB, window_seconds=0.6)) as served:
        wire = served.dial(head("/?9000000"), receive_buffer=4096)
        received = 0
        for _ in range(60):  # 1.5 s, while the system tells of room for much more at a time
            received += len(wire.recv(1000))
            time.sleep(0.025)
        while received < 9_000_000:
            received += len(wire.recv(MB))


def test_the_body_limit_of_a_path_holds_before_the_body_comes():
    with serving(PATIENT) as served:
        assert code(served.ask(upload(101, "/small") + b"x")) == (413, "body_too_large")
        chunked = head("/small", "Transfer-Encoding: chunked") + b"ff\r\n" + bytes(200)
        wire = served.dial(chunked[:-150])
        time.sleep(0.01)
        wire.sendall(chunked[-150:])
        assert code(answer(wire)) == (413, "body_too_large")
        assert served.ask(upload(100, "/small") + bytes(100))[2] == b"100"


def test_a_body_that_nobody_reads_is_not_waited_for():
    with serving(PATIENT) as served:
        for coding in ("Content-Length: 1000000", "Transfer-Encoding: chunked"):
            wire = served.dial(head("/withheld?5", coding) + b"5\r\n")
            status, _, body = answer(wire)
            assert (status, body) == (200, bytes(5))
            with suppress(OSError):
                wire.sendall(b"x" * MB)
            assert is_closed(wire)
        wire = served.dial(upload(1000, "/withheld") + b"x")
        assert answer(wire)[0] == 500, "such a body cannot be read as if it were empty"


@pytest.mark.parametrize(
    "endless", [b"a" * 20_000, b"5;" + b"x" * 20_000, b"0\r\nX: " + b"y" * 20_000]
)
def test_a_line_of_chunks_that_does_not_end_is_refused(endless):
    with serving(PATIENT) as served:
        wire = served.dial(head("/", "Transfer-Encoding: chunked") + b"1\r\nx\r\n")
        wire.sendall(endless)
        assert code(answer(wire)) == (400, "invalid_request")


def test_withheld_uploads_hold_no_more_than_the_budget_and_give_way():
    with serving(HASTY) as served:
        held = [served.dial() for _ in range(30)]
        for wire in held:
            wire.settimeout(0.05)
            with suppress(TimeoutError):
                wire.sendall(upload(400_000) + bytes(399_999))
        assert served.buffered <= HASTY.most_buffered + 400_000
        for _ in range(5):
            status, _, body = served.ask(upload(300_000) + bytes(300_000))
            assert (status, body) == (200, b"300000")


def test_who_is_refused_for_want_of_room_is_told_to_come_again():
    # No window ends: it is only the room that others wait for.
    with serving(replace(PATIENT, room_timeout_seconds=0.1)) as served:
        held = [served.dial(upload(MB) + bytes(9_000)) for _ in range(3)]
        status, headers, body = answer(held[0])
        assert (status, json.loads(body)["code"], headers["retry-after"]) == (503, "busy", "1")


def test_uploads_that_go_on_wait_for_room_and_all_succeed():
    with serving(PATIENT) as served:
        answers = []

        def send():
            answers.append(served.ask(upload(900_000) + bytes(900_000)))

        threads = [threading.Thread(target=send) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [(status, body) for status, _, body in answers] == [(200, b"900000")] * 12
        until(lambda: served.buffered == 0)


def test_a_body_larger_than_the_budget_passes_alone():
    with serving(PATIENT) as served:
        assert served.ask(upload(MAX_BODY) + bytes(MAX_BODY))[2] == b"%d" % MAX_BODY


def test_half_sent_heads_hold_no_more_than_the_budget_and_others_are_served():
    with serving(PATIENT) as served:
        for _ in range(150):
            with suppress(OSError):
                served.dial(b"GET / HTTP/1.1\r\nX: " + b"x" * 60_000)
            assert served.ask(upload(3) + b"abc")[2] == b"3"
        until(lambda: served.buffered <= PATIENT.most_buffered)


def test_unread_answers_hold_no_more_than_the_budget():
    with serving(PATIENT) as served:
        for _ in range(40):
            served.dial(head("/?3000000"), receive_buffer=4096)
        until(lambda: served.buffered <= PATIENT.most_buffered + 3_000_000)
        assert served.ask(upload(3) + b"abc")[2] == b"3"


def test_large_answers_are_made_one_at_a_time_and_none_is_lost():
    with serving(PATIENT) as served:
        asked = [served.dial(head("/alone?500000")) for _ in range(10)]
        assert served.ask(head("/?7"))[2] == bytes(7)
        assert [len(answer(wire)[2]) for wire in asked] == [500_000] * 10
        assert served.app.most_running == 1
        until(lambda: served.buffered == 0)


def test_a_request_that_has_to_wait_for_its_turn_keeps_its_body():
    with serving(PATIENT) as served:
        sent = [b"%06d" % number * 10_000 for number in range(8)]
        asked = [served.dial(upload(60_000, "/alone?60000") + body) for body in sent]
        assert [answer(wire)[2] for wire in asked] == sent


def test_who_leaves_while_waiting_for_a_turn_keeps_nobody():
    with serving(PATIENT) as served:
        for _ in range(20):
            served.dial(head("/alone?500000")).close()
        assert len(served.ask(head("/alone?500000"))[2]) == 500_000
        until(lambda: served.buffered == 0)


def test_a_request_that_runs_is_no_slow_client():
    with serving(HASTY) as served:
        wire = served.dial(upload(50_000, "/held") + bytes(50_000))
        deadline = time.monotonic() + 0.6
        while time.monotonic() < deadline:
            assert served.ask(head())[0] == 200
        served.app.go.set()
        assert answer(wire)[2] == b"held"


def test_who_leaves_while_waiting_for_room_holds_none():
    with serving(PATIENT) as served:
        held = served.dial(upload(MB) + bytes(9_000))
        until(lambda: served.buffered >= MB)
        for _ in range(3):
            wire = served.dial(upload(50_000, "/alone?900000") + bytes(50_000))
            until(lambda: served.buffered >= MB + 50_000)
            break_off(wire)
        held.close()
        until(lambda: served.buffered == 0)


@pytest.mark.parametrize("leave", [socket.socket.close, break_off])
@pytest.mark.parametrize(
    "begun",
    [
        upload(100_000) + bytes(99_999),
        head("/", "Transfer-Encoding: chunked") + b"20000\r\n" + bytes(100_000),
        b"GET / HTTP/1.1\r\nX: " + b"x" * 60_000,
        head("/?3000000", method="GET"),
        head("/?3000000", method="GET") + b"GET / HTTP/1.1\r\nX: " + b"x" * 5_000,
    ],
)
def test_what_a_closed_connection_held_is_free_at_once(begun, leave):
    # Without the collector of cycles, which looks at what is old very seldom.
    gc.collect()
    gc.disable()
    try:
        with serving(PATIENT) as served:
            wire = served.dial(begun, receive_buffer=4096)
            until(lambda: served.looked_at)
            [connection] = map(weakref.ref, served.server._server.active_channels.values())
            parsers = [weakref.ref(one) for one in (connection().request,) if one is not None]
            leave(wire)
            until(lambda: connection() is None)
            assert [one for one in parsers if one() is not None] == []
            assert served.buffered == 0
    finally:
        gc.enable()


def reset_in_the_midst(served):
    """Break off a client that reads an answer which is still made, and return its connection."""
    wire = served.dial(head("/begun?9000000"), receive_buffer=4096)
    until(lambda: served.buffered > 100_000)
    [connection] = served.server._server.active_channels.values()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    wire.close()
    until(lambda: connection.socket is None)
    return connection


def test_a_client_that_breaks_off_does_not_end_the_look_at_the_others(caplog):
    with serving(replace(HASTY, buffered=16 * MB, window_seconds=60)) as served:
        connection = reset_in_the_midst(served)
        assert code(answer(served.dial(b"GET / HTTP/1.1\r\n"))) == (408, "request_timeout")
        assert connection.account.size, "its request still runs"
        served.app.go.set()
        until(lambda: served.buffered == 0)
    assert not [record for record in caplog.records if record.exc_info]


def test_a_defect_in_the_look_at_one_connection_spares_the_others(caplog):
    with serving(HASTY) as served:
        served.server._server.budget.hold(Unsightly(), 1)
        assert code(answer(served.dial(b"GET / HTTP/1.1\r\n"))) == (408, "request_timeout")
    assert "could not be looked for" in caplog.text


def test_a_closed_connection_can_be_asked_by_the_thread_that_still_answers_it():
    with serving(replace(PATIENT, buffered=16 * MB)) as served:
        connection = reset_in_the_midst(served)
        assert connection.accepted_bytes() == connection.account.sent
        for connection.connected in (True, False):  # True: it is closed between look and act
            assert connection.check_client_disconnected()
        assert connection.send(b"x") == connection.send(b"x", do_close=False) == 0
        with pytest.raises(ClientDisconnected):
            connection.write_soon(b"x")


def test_idle_connections_make_room_for_new_ones():
    with serving(PATIENT) as served:
        served.server._server.adj.connection_limit = 60
        idle = [served.dial() for _ in range(50)]
        until(lambda: len(served.server._server.active_channels) >= 50)
        for _ in range(40):
            idle.append(served.dial())
            assert served.ask(head())[0] == 200
        assert is_closed(idle[0])


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("10.0.0.1", "::ffff:10.0.0.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("localhost", "localhost", True),
    ],
)
def test_clients_are_told_apart_by_address_and_by_ipv6_network(one, other, is_same):
    assert (group_of(one) == group_of(other)) is is_same
