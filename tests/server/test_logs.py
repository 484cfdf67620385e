"""The log: when its lines are written, and which of them together."""

import json
import logging
import os
import select

import pytest
import requests
from bambleweeny.server import logs
from servers import running


@pytest.fixture
def written(monkeypatch):
    """What is written, each time; the lines of requests are held."""
    root = logging.getLogger()
    known, level = root.handlers[:], root.level
    chunks: list[bytes] = []
    monkeypatch.setattr(logs, "_stderr", logs._Stderr())
    monkeypatch.setattr(os, "write", lambda _, data: chunks.append(data))
    logs.set_up_logs("text", "info")
    yield chunks
    root.handlers, root.level = known, level


def note(path):
    of_request = {"ms": 1.5, "user": "uli", "request_id": "ab", "code": None}
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
    assert [line.split()[4] for line in written[1].splitlines()] == [b"%s", b"%s"]
    assert len(written) == 2


def test_what_is_no_request_is_written_at_once_and_behind_those_before(written):
    logs.hold_requests()
    note("/a")
    logging.getLogger("bambleweeny").warning("low")
    [lines] = written
    assert [line.split()[2] for line in lines.splitlines()] == [b"INFO", b"WARNING"]


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
