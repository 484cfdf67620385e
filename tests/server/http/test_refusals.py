"""What is refused before the application is answered as the application would, and closed."""

import json
import logging
import re
import socket
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from bambleweeny.api.middleware.access_log import AccessLog
from bambleweeny.api.middleware.gate import Gate
from bambleweeny.core.instance.metrics import Metrics
from bambleweeny.core.instance.shared_counters import SharedCounters
from bambleweeny.server.http.server import HttpServer

FRIEND, STRANGER = "http://localhost:5173", "https://evil.example"
FAULTS = {
    400: "Content-Length: +1",
    413: "Content-Length: 99999999999",
    417: "Expect: x",
    431: f"X: {'x' * 70_000}",
    501: "Transfer-Encoding: gzip",
}


def answer_to(url, *lines, body=b""):
    """Send a head and a body; return status, headers and body of the only answer."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = b""
        while data := wire.recv(65536):
            answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in fields), body


def refused(url, fault, *more, start="PUT /keys/a HTTP/1.1"):
    status, headers, body = answer_to(url, start, "Host: localhost", *more, FAULTS[fault])
    assert headers["Connection"] == "close"
    return status, headers, body


@pytest.mark.parametrize("fault", FAULTS)
def test_a_friend_can_read_why(session_url, http, fault):
    usual = http.get("/nowhere", headers={"Origin": FRIEND, "X-Request-ID": "mine"})
    status, headers, body = refused(session_url, fault, f"Origin: {FRIEND}", "X-Request-ID: mine")
    assert (status, int(headers["Content-Length"])) == (fault, len(body))
    varying = {"date", "content-length"}
    for name in {name.lower() for name in usual.headers} - varying:
        [ours] = [value for key, value in headers.items() if key.lower() == name]
        assert ours == usual.headers[name], name
    assert {*json.loads(body)} >= {"info", "code"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_stranger_cannot(session_url, http, fault):
    for more in ([], [f"Origin: {STRANGER}"], ["Origin: null"]):
        status, headers, _ = refused(session_url, fault, *more)
        assert (status, headers["X-Content-Type-Options"]) == (fault, "nosniff")
        assert re.fullmatch("[0-9a-f]{16}", headers["X-Request-Id"])
        assert not any(name.startswith("Access-Control") for name in headers)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", ["/routes/x", "/routes/x/y?z", "/bins/x"])
def test_any_page_can_read_why_a_public_call_is_refused(session_url, http, fault, path):
    usual = http.get("/routes/x")
    status, headers, _ = refused(
        session_url, fault, f"Origin: {STRANGER}", start=f"POST {path} HTTP/1.1"
    )
    assert status == fault
    for name in ("Access-Control-Allow-Origin", "Content-Security-Policy"):
        assert headers[name] == usual.headers[name]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refused_preflight_of_a_friend_lets_the_request_itself_be_refused(
    session_url, http, fault
):
    asked = "Access-Control-Request-Method: PUT"
    start = "OPTIONS /keys/a HTTP/1.1"
    usual = http.options("/nowhere", headers={"Origin": FRIEND, **dict([asked.split(": ")])})
    status, headers, body = refused(session_url, fault, f"Origin: {FRIEND}", asked, start=start)
    assert (status, body) == (usual.status_code, b"") == (204, b"")
    for name in ("Origin", "Methods", "Headers"):
        assert (
            headers[f"Access-Control-Allow-{name}"] == usual.headers[f"Access-Control-Allow-{name}"]
        )
    status, headers, _ = refused(session_url, fault, f"Origin: {STRANGER}", asked, start=start)
    assert (status, "Access-Control-Allow-Methods" in headers) == (fault, False)


@pytest.mark.parametrize("fault", [400, 413, 417, 501])
def test_a_refused_head_has_no_body(session_url, http, fault):
    status, headers, body = refused(session_url, fault, start="HEAD / HTTP/1.1")
    assert (status, body) == (fault, b"")
    assert int(headers["Content-Length"]) > 0


@contextmanager
def serving(app):
    """A server of an application that is not Bambleweeny."""
    listener = socket.create_server(("127.0.0.1", 0))
    log, gate = AccessLog(Metrics(SharedCounters(1).part(0))), Gate(["http://localhost:*"], None)
    server = HttpServer(app, listener, threads=2, max_body=1000, access_log=log, gate=gate)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.stop()
    thread.join()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_that_cannot_be_written_is_500_with_all_headers(method):
    def app(environ, start_response):
        start_response("200 OK", [("X", "\u20ac"), ("Content-Length", "1")])
        return [b"x"]

    lines = (f"{method} / HTTP/1.1", "Host: localhost", f"Origin: {FRIEND}", "X-Request-ID: mine")
    with serving(app) as url:
        status, headers, body = answer_to(url, *lines)
    assert (status, headers["X-Request-Id"]) == (500, "mine")
    assert headers["Access-Control-Allow-Origin"] == FRIEND
    assert (body == b"") == (method == "HEAD")


def test_the_log_says_that_a_client_began_tls(session_url, http, caplog):
    place = urlsplit(session_url)
    with caplog.at_level(logging.INFO):
        with socket.create_connection((place.hostname, place.port), timeout=10) as wire:
            wire.sendall(b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03")
            while wire.recv(65536):
                pass
    assert "127.0.0.1 began TLS, but this port serves plain HTTP" in caplog.text
    [record] = [record for record in caplog.records if record.name == "bambleweeny.access"]
    assert (record.status, record.code) == (400, "tls_not_served")


def test_http_1_0_is_not_asked_for_its_body(session_url, as_uli):
    place = urlsplit(session_url)
    head = f"PUT /keys/k?token={as_uli.token} HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=0.1) as wire:
        wire.sendall(head.encode())
        with pytest.raises(TimeoutError):
            wire.recv(65536)
        wire.sendall(b"ok")
        wire.settimeout(10)
        assert wire.recv(65536).startswith(b"HTTP/1.0 200 ")


def test_chunks_that_add_up_to_the_limit_are_taken(as_uli):
    chunks = [b"x" * 8192] * 256
    assert as_uli.put("/keys/k", data=iter(chunks)).ok
    assert len(as_uli.get("/keys/k").content) == 2 << 20
    assert as_uli.put("/keys/k", data=iter([*chunks, b"x"])).status_code == 413
