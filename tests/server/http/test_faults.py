"""Answers with a fault: what a client sees on the wire, and what the log says."""

import json

import pytest
from server.http.delayed import answer, everything, get, is_closed, logged, serving
from servers import until


@pytest.mark.parametrize("delay", [{}, {"seconds": 0.05}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_reset_and_an_empty_answer_have_no_byte(caplog, delay, method):
    with serving() as served, logged(caplog) as lines:
        with pytest.raises(ConnectionResetError):
            everything(served.dial(get(method=method, text="hello", fault="reset", **delay)))
        asked = get(method=method, text="hello", fault="empty", **delay)
        assert everything(served.dial(asked)) == b""
        # A close with unread bytes of the client would be a reset.
        assert everything(served.dial(asked + get("/plain") * 1000)) == b""
        outcomes = [(line.method, line.status, line.code) for line in lines()]
        assert outcomes == [
            (method, 0, "fault_reset"), (method, 0, "fault_empty"), (method, 0, "fault_empty"),
        ]  # fmt: skip
        assert all(line.ms >= 50 for line in lines()) or not delay


@pytest.mark.parametrize("delay", [{}, {"seconds": 0.05}])
@pytest.mark.parametrize(("text", "times"), [("ab", 3), ("x", 1), ("", 1), ("ab", 300_000)])
def test_a_cut_answer_has_its_head_and_half_of_its_body(caplog, delay, text, times):
    with serving() as served, logged(caplog) as lines:
        wire = served.dial(get(text=text, times=times, fault="cut", status=201, **delay))
        head, _, body = everything(wire).partition(b"\r\n\r\n")
        whole = text.encode() * times
        assert head.startswith(b"HTTP/1.1 201 Created\r\n")
        assert head.lower().count(b"content-length:") == 1
        assert b"\r\nContent-Length: %d" % max(1, len(whole)) in head
        assert b"Connection: close" not in head
        assert body == whole[: len(whole) // 2]
        assert [(line.status, line.code) for line in lines()] == [(201, "fault_cut")]


@pytest.mark.parametrize("asked", [{"method": "HEAD", "text": "hello"}, {"status": 204}])
def test_an_answer_without_a_body_is_closed_after_its_head(asked):
    with serving() as served:
        wire = served.dial(get(fault="cut", **asked))
        assert answer(wire, has_body=False)[0] == asked.get("status", 200)
        assert is_closed(wire)


@pytest.mark.parametrize("fault", ["reset", "empty", "cut"])
def test_answers_before_a_fault_arrive_and_none_after_it(fault):
    with serving() as served:
        wire = served.dial(
            get("/plain")
            + get(text="x", seconds=0.05)
            + get(text="ab", fault=fault)
            + get("/plain")
        )
        assert [answer(wire)[2] for _ in range(2)] == [b"plain", b"x"]
        rest = b""
        try:
            rest = everything(wire)
        except ConnectionResetError:
            assert fault == "reset"
        assert rest.endswith(b"\r\n\r\na") if fault == "cut" else rest == b""
        until(lambda: served.is_clean)


def test_a_large_answer_before_a_fault_arrives_whole():
    with serving() as served:
        wire = served.dial(
            get(text="ab", times=2_000_000) + get(fault="empty"), receive_buffer=4096
        )
        assert len(answer(wire)[2]) == 4_000_000
        assert everything(wire) == b""


def test_a_fault_needs_no_place_and_an_unknown_one_is_a_defect():
    with serving() as served:
        served.places.take = None
        assert everything(served.dial(get(fault="empty"))) == b""
        status, _, body = served.ask(fault="none")
        assert (status, json.loads(body)["code"]) == (500, "internal_error")
        assert served.ask("/plain")[2] == b"plain"
