"""The log: when its lines are written, and which of them together."""

import json
import logging
import os
import re
import select
from datetime import datetime

import pytest
import requests
from bambleweeny.api.middleware.access_log import one_word
from bambleweeny.server import logs
from servers import over_the_wire, running


@pytest.fixture
def written(monkeypatch, replace_in):
    """What is written, each time; the lines of requests are held."""
    root = logging.getLogger()
    known, level = root.handlers[:], root.level
    chunks: list[bytes] = []
    monkeypatch.setattr(logs, "_stderr", logs._Stderr())
    replace_in(logs, os, write=lambda _, data: chunks.append(data))
    logs.set_up_logs("text", "info")
    yield chunks
    root.handlers, root.level = known, level


def note(path):
    of_request = {"ms": 1.5, "user": "uli", "request_id": "ab", "address": "::1", "code": None}
    logging.getLogger("bambleweeny.access").info("GET %s 200", path, extra=of_request)


def test_lines_of_requests_wait_for_the_next_write(written):
    note("/a")
    assert len(written) == 1
    write_held = logs.hold_requests()
    note("/b")
    note("/c")
    assert len(written) == 1
    write_held()
    write_held()
    assert [line.split()[3] for line in written[1].splitlines()] == [b"%s", b"%s"]
    assert len(written) == 2


def test_what_is_no_request_is_written_at_once_and_behind_those_before(written):
    logs.hold_requests()
    note("/a")
    logging.getLogger("bambleweeny").warning("low")
    [lines] = written
    assert [line.split()[1] for line in lines.splitlines()] == [b"INFO", b"WARNING"]


def test_only_what_a_pipe_takes_whole_is_written_together(written):
    write_held = logs.hold_requests()
    for _ in range(100):
        note("/a")
    logging.getLogger("bambleweeny").warning("x" * 5000)
    write_held()
    *short, long = written
    assert len(long) > 5000
    assert len(short) > 1
    assert all(len(chunk) <= select.PIPE_BUF and chunk.endswith(b"\n") for chunk in short)
    assert b"".join(short).count(b"\n") == 100


def test_where_nobody_reads_the_oldest_lines_go(written, monkeypatch):
    monkeypatch.setattr(logs, "_MOST_HELD", 3)
    monkeypatch.setattr(logs, "_stderr", logs._Stderr())
    logs.set_up_logs("json", "info")
    write_held = logs.hold_requests()
    for number in range(5):
        note(f"/{number}")
    write_held()
    [lines] = written
    assert [json.loads(line)["message"] for line in lines.splitlines()] == [
        "GET /2 200",
        "GET /3 200",
        "GET /4 200",
    ]


def test_a_request_is_in_the_log_while_the_server_runs(tmp_path):
    with running("serve", "--data-dir", str(tmp_path)) as server:
        for number in range(3):
            requests.get(f"{server.url}/keys/a{number}", timeout=10)
            assert any(f"/keys/a{number} 401" in line for line in server.process.stderr)


LINE = re.compile(
    r"(?P<time>\S+) (?P<level>[A-Z]+) (?P<method>\S+) (?P<path>\S+) (?P<status>\d{3}) "
    r"[0-9.]+ms (?P<user>\S+) (?P<id>\S+) (?P<address>\S+)(?: (?P<code>\w+))?"
)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwIn0.c2lnbmF0dXJl"
NAMED = "b9y_7_k3x9q2_" + "9fJsecre" * 6
FORGERIES = [
    "/a%20200%201ms%20admin%20zz",
    "/a%0A2026-11-22T17:05:44.120Z%20INFO%20GET%20/b%20200",
    "/a%0D%1B%5B2Jb",
    "/a%E2%80%A8b%C2%85c%C2%A0d",
    "/a%22,%22user%22:%22admin",
    "/a%5Cu000Ab%2520c",
    "/%FF%FE",
    "/" + "x" * 60_000,
    "/" + "%20" * 3000,
    f"/{TOKEN}/a%20b",
    f"/a-{NAMED}",
    f"/{'x' * 1000}{NAMED}",
]


def test_the_time_of_a_line_has_its_offset(written, monkeypatch):
    for zone, offset in (("EST5EDT,M3.2.0,M11.1.0", r"-0[45]:00"), ("IST-5:30", r"\+05:30")):
        monkeypatch.setenv("TZ", zone)
        logs.time.tzset()
        logs._local_time.cache_clear()
        note("/a")
        at = written[-1].split()[0].decode()
        assert re.fullmatch(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}{offset}", at)
        assert abs(datetime.fromisoformat(at).timestamp() - logs.time.time()) < 5
    monkeypatch.undo()
    logs.time.tzset()
    logs._local_time.cache_clear()


def test_a_message_is_one_line_of_bounded_length(written):
    try:
        int("no")
    except ValueError:
        logging.getLogger("waitress").exception("Exception while serving %s", "/a\nb\x1b\u2028c")
    first, *trace = written[0].decode().splitlines()
    assert first.endswith("ERROR Exception while serving /a\\nb\\x1b\\u2028c")
    assert trace[0] == "Traceback (most recent call last):"
    assert trace[-1].startswith("ValueError: ")
    logging.getLogger("waitress").error("x" * 50_000)
    assert 8192 < len(written[1]) < 8300


@pytest.mark.parametrize("text", ["", " ", "a b", 'a"b', "a\\b", "a%b", "ä", "\ud800", "x" * 1025])
def test_a_word_of_the_log_is_one_word(text):
    word = one_word(text)
    assert re.fullmatch(r"[!#$%&-\[\]-~]{1,1024}", word)
    assert word != text


def test_a_plain_word_stays_as_it_is():
    for text in ("/keys/a:b.c-d_e", "/routes/1/x?y=(z);,'*+@!$&~[]", "x" * 1024):
        assert one_word(text) == text


def test_a_long_text_full_of_beginnings_of_tokens_takes_no_time():
    before = logs.time.process_time()
    one_word("eyJ" * 20_000)
    assert logs.time.process_time() - before < 0.1


@pytest.fixture(scope="module", params=["text", "json"])
def logged(request):
    """Send requests that try to forge lines, and read what the log has of each."""
    with running("sandbox", "--log-format", request.param) as server:
        for path in FORGERIES:
            over_the_wire(server.url, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        over_the_wire(server.url, b"GE{T /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        over_the_wire(server.url, b"GET /x HTTP/1.1\r\nHost: a 200\r\nX-Request-ID: a 200\r\n\r\n")
        over_the_wire(
            server.url, b"PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n"
        )
        server.stop()
        yield request.param, server.log.splitlines()


def test_no_request_forges_a_field_or_a_line(logged):
    form, lines = logged
    assert len(lines) == len(FORGERIES) + 3
    for line in lines:
        assert len(line) < 2600
        assert TOKEN not in line
        assert "secre" not in line
        if form == "text":
            fields = LINE.fullmatch(line).groupdict()
            assert fields["user"] == "-"
        else:
            fields = json.loads(line)
            assert "user" not in fields
        assert int(fields["status"]) >= 400
        assert len(fields["path"]) <= 1024
        assert re.fullmatch("[!#$%&-~]+", fields["path"])
        assert fields["address"] == "127.0.0.1"
