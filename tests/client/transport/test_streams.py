"""Streams that break: which errors are waited out, and for how long."""

import json
import time

import pytest
from bambleweeny import Client
from bambleweeny.client import Event
from bambleweeny.client.transport import streams
from bambleweeny.errors import CATALOGUE, RateLimited
from receivers import receiving

ROW = b'{"event": "key.set", "name": "a"}\n'


def refused(code, **headers):
    error = CATALOGUE[code]
    return error.status, headers, json.dumps({"info": error.info, "code": code}).encode()


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        ((503, {}, b"<html>"), 1.0),
        ((502, {}, b"<html>"), 1.0),
        ((504, {}, b"<html>"), 1.0),
        (None, 1.0),
        (refused("busy", **{"Retry-After": "2"}), 2),
        (refused("rate_limited"), 1.0),
        (refused("rate_limited", **{"Retry-After": "7"}), 7),
        (refused("rate_limited", **{"Retry-After": "86400"}), 60.0),
    ],
)
def test_a_stream_waits_out_an_outage_and_a_rate(answer, pause, replace_in):
    pauses = []
    replace_in(streams, time, sleep=pauses.append)
    answers = [(200, {}, ROW), answer, (200, {}, ROW)]
    with receiving(lambda _: answers.pop(0)) as receiver:
        events = Client(receiver.url, token="x").events()
        assert [next(events), next(events)] == [Event("key.set", "a")] * 2
    assert pauses == [1.0, pause]


def test_a_stream_that_cannot_begin_is_not_tried_again():
    with receiving(lambda _: refused("rate_limited")) as receiver:
        with pytest.raises(RateLimited):
            next(Client(receiver.url, token="x").events())
        assert len(receiver.received) == 1


@pytest.mark.parametrize("code", ["unauthorized", "insufficient_scope", "internal_error"])
def test_an_error_that_stays_ends_a_stream(code):
    answers = [(200, {}, ROW), refused(code)]
    with receiving(lambda _: answers.pop(0)) as receiver:
        events = Client(receiver.url, token="x").events()
        assert next(events) == Event("key.set", "a")
        with pytest.raises(CATALOGUE[code]):
            next(events)
