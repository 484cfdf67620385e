"""Answers that are sent later: in order, without a thread, within bounds."""

import gc
import json
import socket
import statistics
import time
import weakref
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from bambleweeny.errors import TooManyDelayed
from bambleweeny.server.http.buffers.limits import Limits
from server.http.delayed import (
    answer,
    break_off,
    everything,
    get,
    is_closed,
    logged,
    serving,
)
from servers import until
from waitress.parser import HTTPRequestParser

MB = 1 << 20
HASTY = Limits(
    buffered=2 * MB, small=10_000, head_seconds=0.2, window_seconds=0.1, window_bytes=1000,
    bytes_with_waiters=1000, room_timeout_seconds=0.2, check_seconds=0.02,
)  # fmt: skip
PATIENT = replace(HASTY, head_seconds=60, window_seconds=60, room_timeout_seconds=60)
MOST = 256
LONG = 25


@pytest.mark.parametrize("short", [True, False])
def test_delayed_answers_take_no_thread_and_delay_nobody_else(short):
    with serving(threads=1, short_requests=short) as served:
        for _ in range(50):
            served.dial(get(text="x", seconds=LONG))
        until(lambda: served.delayed == 50)
        wire, times = served.dial(), []
        for _ in range(50):
            before = time.monotonic()
            wire.sendall(get("/plain"))
            assert answer(wire)[2] == b"plain"
            times.append(time.monotonic() - before)
        assert served.delayed == 50
        assert statistics.median(times) < 0.5


@pytest.mark.parametrize("short", [True, False])
def test_answers_that_are_delayed_together_are_sent_together(short):
    with serving(threads=1, short_requests=short) as served:
        began = time.monotonic()
        delayed = [served.dial(get(text=number, seconds=1)) for number in range(30)]
        assert [answer(one)[2] for one in delayed] == [b"%d" % number for number in range(30)]
        # One after another they would take 30 s.
        assert 1 <= time.monotonic() - began < 15
        until(lambda: served.is_clean)


def test_the_whole_application_answers_while_answers_are_delayed(session_store, services):
    asked = {"services": services, "scheduler": session_store.pipelining}
    with serving(threads=1, **asked) as served:
        began = time.monotonic()
        delayed = [served.dial(get(text=number, seconds=2)) for number in range(20)]
        wire, times = served.dial(), []
        while len(times) < 20 or served.delayed:
            before = time.monotonic()
            wire.sendall(get("/healthz") + get("/readyz"))
            assert [answer(wire)[0] for _ in range(2)] == [200, 200]
            times.append(time.monotonic() - before)
        assert [answer(one)[2] for one in delayed] == [b"%d" % number for number in range(20)]
        assert 2 <= time.monotonic() - began < 20
        assert statistics.median(times) < 0.5


def test_requests_of_a_connection_are_answered_in_order_and_it_stays_open():
    with serving() as served:
        began = time.monotonic()
        wire = served.dial(
            get(text="one", seconds=0.1) + get("/plain") + get(text="two", seconds=0.1)
        )
        assert [answer(wire)[2] for _ in range(3)] == [b"one", b"plain", b"two"]
        assert time.monotonic() - began >= 0.2
        for text in ("three", "four"):
            wire.sendall(get(text=text, seconds=0.02))
            status, headers, body = answer(wire)
            assert (status, body) == (200, text.encode())
            assert "Connection" not in headers
        wire.sendall(get("/plain"))
        assert answer(wire)[2] == b"plain"


def test_answers_are_sent_in_the_order_in_which_they_are_due(caplog):
    with serving() as served, logged(caplog) as lines:
        wires = [
            served.dial(get(f"/planned?seconds={due}", f"X-Request-ID: {due}"))
            for due in (0.9, 0.3, 0.6)
        ]
        assert [answer(wire)[0] for wire in wires] == [200] * 3
        assert [line.request_id for line in lines()] == ["0.3", "0.6", "0.9"]
        assert all(line.ms >= 1000 * float(line.request_id) for line in lines())
        until(lambda: served.is_clean)


def test_head_gets_the_delayed_head_alone():
    with serving() as served:
        wire = served.dial(get(method="HEAD", text="hello", seconds=0.05) + get("/plain"))
        status, headers, _ = answer(wire, has_body=False)
        assert (status, headers["Content-Length"]) == (200, "5")
        assert answer(wire)[2] == b"plain"


def test_a_delayed_answer_has_its_status_its_framing_and_the_date_of_sending():
    with serving() as served:
        before = time.time()
        status, headers, body = served.ask(status=201, text="ab", times=200_000, seconds=1.2)
        assert (status, body) == (201, b"ab" * 200_000)
        assert parsedate_to_datetime(headers["Date"]).timestamp() >= int(before) + 1
        wire = served.dial(get(version="1.0", text="old", seconds=0.02))
        assert everything(wire).endswith(b"\r\n\r\nold")
        wire = served.dial(get("/planned?status=204&seconds=0.02") + get("/plain"))
        assert answer(wire, has_body=False)[0] == 204
        assert answer(wire)[2] == b"plain"


def test_the_body_of_a_request_is_free_while_its_answer_is_delayed():
    with serving() as served:
        head = get("/planned?text=x&seconds=0.5", "Content-Length: 100000", method="POST")
        wire = served.dial(head + bytes(100_000))
        until(lambda: served.delayed and served.buffered < 1000)
        assert answer(wire)[2] == b"x"
        wire.sendall(get("/plain"))
        assert answer(wire)[2] == b"plain"
        until(lambda: served.is_clean)


def test_no_delay_is_over_thirty_seconds_and_none_is_negative():
    with serving() as served:
        for seconds in (30.001, -1, "nan", "inf"):
            assert served.ask(seconds=seconds)[0] == 500
        assert served.ask(text="now", seconds=0)[2] == b"now"
        assert served.is_clean


def test_the_log_line_is_written_when_the_answer_is_sent(caplog):
    with serving() as served, logged(caplog) as lines:
        wire = served.dial(get("/planned?text=x&seconds=0.2", "X-Request-ID: mine"))
        until(lambda: served.delayed)
        assert lines() == []
        assert answer(wire)[1]["X-Request-Id"] == "mine"
        [line] = lines()
        assert (line.method, line.path, line.status, line.code) == ("GET", "/planned", 200, None)
        assert line.request_id == "mine"
        assert 200 <= line.ms < 10_000
        assert served.metrics.counted().requests == {("GET", "/planned", "200"): 1}
        assert served.metrics.counted().seconds["/planned"][0] >= 0.2


def test_without_a_place_a_rule_writes_nothing(services, session_store, uli):
    late = {"path": "/late", "then": [["incr", "n"]], "answers": [{"delay_ms": 25000}]}
    soon = {"path": "/soon", "then": [["incr", "n"]], "answers": [{}, {"delay_ms": 25000}]}
    document = {"name": "shop", "journal": "calls", "rules": [late, soon]}
    services.mocks.documents.create(uli, json.dumps(document).encode())
    asked = {"services": services, "scheduler": session_store.pipelining}
    with serving(**asked) as served:
        wires = [served.dial(get("/routes/@uli/shop/late")) for _ in range(MOST + 20)]
        until(lambda: served.delayed == MOST and services.keys.get(uli, "n") == b"%d" % MOST)
        status, _, body = served.ask("/routes/@uli/shop/late")
        assert (status, json.loads(body)["code"]) == (503, TooManyDelayed.code)
        assert [served.ask("/routes/@uli/shop/soon")[0] for _ in range(3)] == [200, 503, 503]
        assert services.keys.get(uli, "n") == b"%d" % (MOST + 1)
        messages, _ = services.topics.read(uli, "calls", "0-0", 1000)
        found = [json.loads(message.value)["status"] for message in messages]
        assert (len(found), found.count(503)) == (100, 23), "the newest ones"
        for wire in wires:
            break_off(wire)
        until(lambda: served.delayed == 0)


def test_past_the_places_of_a_worker_the_answer_is_503_at_once(caplog):
    with serving() as served, logged(caplog) as lines:
        wires = [served.dial(get(text="x", seconds=LONG)) for _ in range(MOST)]
        until(lambda: served.delayed == MOST)
        status, headers, body = served.ask(text="x", seconds=LONG)
        assert (status, json.loads(body)["code"]) == (503, TooManyDelayed.code)
        assert headers["Retry-After"] == "1"
        assert served.ask("/plain")[2] == b"plain"
        assert served.ask(text="now", seconds=0)[2] == b"now"
        assert served.ask(text="cut", fault="empty", seconds=LONG)[0] == 503, "not the fault"
        break_off(wires.pop())
        until(lambda: served.delayed == MOST - 1)
        assert served.ask(text="x", seconds=0.02)[2] == b"x"
        assert {line.code for line in lines() if line.status == 503} == {TooManyDelayed.code}
        for wire in wires:
            break_off(wire)
        until(lambda: served.is_clean)


def test_clients_that_closed_their_side_give_way_to_others():
    with serving() as served:
        for _ in range(MOST):
            served.dial(get(text="x", seconds=LONG)).close()
        for _ in range(3):
            wires = [served.dial(get(text="y", seconds=0.05)) for _ in range(20)]
            assert [answer(wire)[2] for wire in wires] == [b"y"] * 20
        assert served.delayed < MOST
    assert not served.delayed


def test_a_client_that_closed_its_side_still_gets_its_answer():
    with serving() as served:
        wire = served.dial(get(text="x", seconds=0.1))
        wire.shutdown(socket.SHUT_WR)
        assert everything(wire).endswith(b"\r\n\r\nx")
        until(lambda: served.is_clean)


def test_a_client_that_leaves_is_logged_without_a_status(caplog):
    with serving() as served, logged(caplog) as lines:
        wire = served.dial(get(text="x", seconds=LONG) + get("/plain"))
        until(lambda: served.delayed)
        break_off(wire)
        until(lines)
        [line] = lines()
        assert (line.path, line.status, line.code) == ("/planned", 0, "client_left")
        until(lambda: served.is_clean)
        assert served.metrics.counted().requests == {("GET", "/planned", "0"): 1}


def test_what_a_client_that_left_held_is_free_at_once():
    gc.collect()
    gc.disable()
    try:
        with serving() as served:
            wire = served.dial(get(text="ab", times=300_000, seconds=LONG))
            until(lambda: served.delayed)
            assert served.buffered > 600_000
            [connection] = map(weakref.ref, served.server._server.active_channels.values())
            request = weakref.ref(connection().requests[0])
            assert isinstance(request(), HTTPRequestParser)
            break_off(wire)
            until(lambda: connection() is None and request() is None)
            assert served.is_clean
    finally:
        gc.enable()


def test_the_bytes_of_delayed_answers_are_bounded():
    with serving(limits=PATIENT) as served:
        first = served.dial(get(text="ab", times=300_000, seconds=LONG))
        until(lambda: served.buffered > 600_000)
        status, _, body = served.ask(text="ab", times=300_000, seconds=LONG)
        assert (status, json.loads(body)["code"]) == (503, TooManyDelayed.code)
        assert served.ask(text="ab", times=300_000)[2] == b"ab" * 300_000
        assert served.ask(text="ab", times=100_000, seconds=0.02)[2] == b"ab" * 100_000
        assert served.buffered < PATIENT.buffered
        # Its client may have left: so it gives way.
        first.close()
        assert served.ask(text="ab", times=300_000, seconds=0.02)[2] == b"ab" * 300_000
        until(lambda: served.is_clean)


def test_a_large_answer_needs_room_in_the_budget_and_a_small_one_none():
    upload = get("/planned", f"Content-Length: {MB}", method="POST")
    with serving(limits=PATIENT) as served:
        held = [served.dial(upload + bytes(9_000)) for _ in range(2)]
        until(lambda: served.buffered >= MB)
        status, _, body = served.ask(text="ab", times=450_000, seconds=0.02)
        assert (status, json.loads(body)["code"]) == (503, TooManyDelayed.code)
        assert served.ask(text="ab", times=100, seconds=0.02)[2] == b"ab" * 100
        for wire in held:
            break_off(wire)
        until(lambda: not served.buffered)
        assert served.ask(text="ab", times=450_000, seconds=0.02)[2] == b"ab" * 450_000


def test_a_delayed_answer_does_not_run_alone():
    with serving(limits=PATIENT) as served:
        size = {"text": "ab", "times": 250_000, "alone": 500_000}
        delayed = served.dial(get(seconds=LONG, **size))
        until(lambda: served.delayed)
        assert served.ask(**size)[2] == b"ab" * 250_000
        assert served.delayed
        break_off(delayed)


def test_a_client_that_waits_is_neither_slow_nor_idle():
    with serving(limits=HASTY) as served:
        served.server._server.adj.connection_limit = 10
        head = get("/planned?text=y&seconds=0.8", "Content-Length: 20000", method="POST")
        wires = [served.dial(get(text="x", seconds=0.8)) for _ in range(4)]
        wires.append(served.dial(head + bytes(20_000)))
        wires += [served.dial(get(text="ab", times=30_000, seconds=0.8)) for _ in range(4)]
        assert [len(answer(wire)[2]) for wire in wires] == [1] * 5 + [60_000] * 4


def test_a_client_that_does_not_read_an_earlier_answer_is_slow_as_ever():
    with serving(limits=HASTY, send_buffer=4096) as served:
        asked = get(text="ab", times=400_000) + get(text="x", seconds=LONG)
        wire = served.dial(asked, receive_buffer=4096)
        until(lambda: served.delayed)
        until(lambda: not served.server._server.active_channels)
        with pytest.raises(ConnectionResetError):
            everything(wire)
        until(lambda: served.is_clean)


def test_an_error_after_the_plan_is_answered_at_once_and_logged_once(caplog):
    with serving() as served, logged(caplog) as lines:
        status, _, body = served.ask(text="x", seconds=LONG, bad=1)
        assert (status, json.loads(body)["code"]) == (500, "internal_error")
        assert [(line.status, line.code) for line in lines()] == [(500, "internal_error")]
        until(lambda: served.is_clean)


def test_at_the_end_what_is_due_soon_is_sent_and_the_rest_is_cut(caplog):
    with logged(caplog) as lines:
        with serving() as served:
            soon = [served.dial(get(text="x", seconds=1)) for _ in range(5)]
            late = [served.dial(get(text="y", seconds=LONG)) for _ in range(5)]
            until(lambda: served.delayed == 10)
            served.server.stop()
            began = time.monotonic()
            assert [is_closed(wire) for wire in late] == [True] * 5
            for wire in soon:
                _, headers, body = answer(wire)
                assert (headers["Connection"], body) == ("close", b"x")
                assert is_closed(wire)
        assert time.monotonic() - began < 15
        outcomes = [(line.status, line.code) for line in lines()]
        assert sorted(outcomes, key=str) == [(0, "shutdown")] * 5 + [(200, None)] * 5
        assert not served.delayed


def test_a_delay_past_the_end_of_the_server_is_refused_or_cut():
    with serving() as served:
        assert is_closed(served.dial(get(text="x", seconds=LONG, ends=1)))
        status, _, body = served.ask(text="x", seconds=LONG)
        assert (status, json.loads(body)["code"]) == (503, "busy")
        assert served.is_clean
