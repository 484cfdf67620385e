"""No case of `raw_requests` smuggles a request, and each gets the answer that is decided."""

import socket
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from server.http.raw_requests import CASES, EXPECTATIONS, HIDDEN, MOST_BODY, OTHER_PROTOCOLS, send
from servers import Http, running

# NOTE: with Expect it does matter: a body that is not there yet is asked for by 100.
SHORT = [case for case in CASES if len(case.sent) < 2000 and case not in EXPECTATIONS]


@pytest.fixture(scope="module")
def server():
    with running("sandbox", "--log-level", "error", "--max-body", str(MOST_BODY)) as server:
        place = urlsplit(server.url)
        server.address = (place.hostname, place.port)
        yield server


@pytest.fixture(scope="module")
def http(server):
    with Http(server.url, server.token()) as http:
        yield http


def test_there_are_many_cases_and_each_has_a_name():
    assert len({case.name for case in CASES}) == len(CASES) > 550
    assert sum(HIDDEN in case.sent and not case.runs for case in CASES) > 400


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_raw_request_is_answered_as_decided(case, server, http):
    outcome = send(case, http, server.address)
    assert outcome.is_right(case), outcome


@pytest.mark.parametrize("case", SHORT, ids=lambda case: case.name)
def test_it_does_not_matter_where_the_bytes_are_cut(case, server, http):
    if case.withheld:
        case = replace(case, answers=case.answers[:1], stays=False, runs=False)
    outcome = send(case, http, server.address, piece=5)
    assert outcome.is_right(case), outcome


@pytest.mark.parametrize("case", OTHER_PROTOCOLS, ids=lambda case: case.name)
def test_what_is_not_http_is_closed_at_once(case, server):
    with socket.create_connection(server.address, timeout=20) as wire:
        wire.sendall(case.sent)
        answer = b""
        while data := wire.recv(65536):
            answer += data
    assert b"\r\nConnection: close\r\n" in answer
