"""Topics over HTTP: publishing, reading, waiting, streaming."""

import json
import os
import re
import signal
import socket
import threading
import time
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from servers import Http, children_of, running, until

EVENTS, LINES = {"Accept": "text/event-stream"}, {"Accept": "application/x-ndjson"}


@contextmanager
def streaming(http, path, headers):
    """Give the lines of a stream, as they come."""
    with closing(http.get(path, headers=headers, stream=True, timeout=20)) as answer:
        assert answer.status_code == 200, answer.text
        yield answer.iter_lines(chunk_size=1)


def streams(stack, http, count):
    """Open so many streams, each over a connection of its own; give their lines."""
    opened = []
    for _ in range(count):
        one = stack.enter_context(Http(http.url, http.token))
        opened.append(stack.enter_context(streaming(one, "/topics/t", LINES)))
        next(opened[-1])
    return opened


def rows(lines, count):
    """Give the next rows of a stream of lines."""
    found = []
    while len(found) < count:
        if line := next(lines):
            found.append(json.loads(line))
    return found


def events(lines, count):
    """Give the next events that have data: their fields."""
    found, event = [], {}
    while len(found) < count:
        line = next(lines).decode()
        if line:
            name, _, value = line.partition(":")
            event.setdefault(name, []).append(value[1:])
        else:
            if "data" in event:
                found.append(event)
            event = {}
    return found


def metric(http, name):
    return float(re.search(rf"^bambleweeny_{name} (\S+)$", http.get("/metrics").text, re.M)[1])


def read(http, query=""):
    return http.get(f"/topics/t?{query}").json()


def test_what_is_published_is_read_as_often_as_one_likes(as_uli):
    first = as_uli.post("/topics/t", data="grüße".encode()).json()
    second = as_uli.post("/topics/t", data=b"\xff").json()
    assert first["info"] == "ok"
    for _ in range(2):
        told = read(as_uli, "since=all")
        assert [message["value"] for message in told["messages"]] == ["grüße", {"base64": "/w=="}]
        assert [m["id"] for m in told["messages"]] == [first["id"], second["id"]]
        assert told["next"] == second["id"]
    assert read(as_uli, f"since={first['id']}")["messages"][0]["id"] == second["id"]
    assert read(as_uli) == {"messages": [], "next": second["id"]}
    assert as_uli.get("/topics/t").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("application/json", "application/json"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("application/x-www-form-urlencoded", None),
        ("application/octet-stream", "application/octet-stream"),
        ("no type", None),
        (None, None),
    ],
)
def test_a_content_type_is_kept_that_was_given_on_purpose(as_uli, given, kept):
    as_uli.post("/topics/t", data=b"{}", headers={"Content-Type": given} if given else {})
    assert read(as_uli, "since=all")["messages"][0]["type"] == kept


def test_since_is_a_moment_too(as_uli, raw):
    long_ago = f"{int(time.time() * 1000) - 600_000}-0"
    raw.xadd("b9y:{1}:topic:t", {"v": "old"}, id=long_ago)
    as_uli.post("/topics/t", data=b"new")

    def values(since):
        told = as_uli.get("/topics/t", params={"since": since}).json()
        return [message["value"] for message in told["messages"]]

    assert values("11m") == values("all") == values("2026-01-01") == ["old", "new"]
    assert values("9m") == values("540") == ["new"]
    moment = read(as_uli, "since=all")["messages"][0]["time"]
    assert values(moment) == values(moment.replace("Z", "+00:00")) == ["old", "new"]
    assert as_uli.get(f"/topics/t?since={moment.replace('Z', '+00:00')}").ok
    assert values("9999-12-31T23:59:59-14:00") == []


def test_pages_have_a_limit_and_say_how_to_go_on(as_uli):
    for number in range(5):
        as_uli.post("/topics/t", data=b"%d" % number)
    seen, since = [], "all"
    while (told := read(as_uli, f"limit=2&since={since}"))["messages"]:
        seen.append([message["value"] for message in told["messages"]])
        since = told["next"]
    assert seen == [["0", "1"], ["2", "3"], ["4"]]


def test_the_last_messages_are_read(as_uli):
    for number in range(5):
        as_uli.post("/topics/t", data=b"%d" % number)

    def values(query):
        return [message["value"] for message in read(as_uli, query)["messages"]]

    assert values("last=2") == values("last=2&wait=20") == ["3", "4"]
    assert values("last=5") == values("last=1000") == ["0", "1", "2", "3", "4"]
    assert read(as_uli, "last=0") == {"messages": [], "next": read(as_uli, "last=1")["next"]}
    assert as_uli.get("/topics/none?last=5").json()["messages"] == []
    for number in range(5, 105):
        as_uli.post("/topics/t", data=b"%d" % number)
    assert len(values("last=101")) == 100  # the topic keeps 100


@pytest.mark.parametrize("query", ["last=0&wait=20", "last=5&wait=20"])
def test_a_read_of_the_last_waits_for_the_first(as_uli, session_url, query):
    with Http(session_url, as_uli.token) as other, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(read, as_uli, query)
        until(lambda: metric(other, "waits") == 1)
        other.post("/topics/t", data=b"late")
        assert [message["value"] for message in waiting.result(20)["messages"]] == ["late"]


@pytest.mark.parametrize(("last", "shown"), [(0, []), (2, ["2", "3"]), (9, ["1", "2", "3"])])
def test_a_stream_begins_with_the_last_messages(as_uli, last, shown):
    ids = [as_uli.post("/topics/t", data=b"%d" % number).json()["id"] for number in (1, 2, 3)]
    with streaming(as_uli, f"/topics/t?last={last}", LINES) as lines:
        assert [row["value"] for row in rows(lines, len(shown))] == shown
        with Http(as_uli.url, as_uli.token) as other:
            other.post("/topics/t", data=b"4")
        assert rows(lines, 1)[0]["value"] == "4"
    with Http(as_uli.url, as_uli.token) as other:
        back = {**EVENTS, "Last-Event-ID": ids[0]}
        with streaming(other, f"/topics/t?last={last}", back) as lines:
            assert [event["data"] for event in events(lines, 3)] == [["2"], ["3"], ["4"]]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("since=soon", "since"),
        ("since=", "since"),
        ("since=1-2-3", "since"),
        ("since=2026-13-01", "since"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("limit=1_0", "limit"),
        ("limit=%2B1", "limit"),
        ("limit=%D9%A1", "limit"),
        ("wait=31", "wait"),
        ("last=1001", "last"),
        ("last=-1", "last"),
        ("last=", "last"),
    ],
)
def test_a_bad_parameter_is_named(as_uli, query, named):
    answer = as_uli.get(f"/topics/t?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert named in answer.json()["info"]


def test_a_bad_last_id_is_named(as_uli):
    answer = as_uli.get("/topics/t?since=all", headers={"Last-Event-ID": "x"})
    assert (answer.status_code, "Last-Event-ID" in answer.json()["info"]) == (400, True)


def test_a_bad_name_is_told(as_uli):
    for path in ("/topics/a%20b", "/topics/a/b"):
        answer = as_uli.get(path)
        assert (answer.status_code, answer.json()["info"]) == (400, "Topic name is invalid.")


def test_a_read_waits_for_a_message(as_uli, session_url):
    with Http(session_url, as_uli.token) as other, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(read, as_uli, "wait=20")
        until(lambda: metric(other, "waits") == 1)
        published = other.post("/topics/t", data=b"late").json()["id"]
        assert [message["value"] for message in waiting.result(20)["messages"]] == ["late"]
    assert read(as_uli, "wait=0") == {"messages": [], "next": published}


def test_topics_are_listed_and_deleted(as_uli, as_admin):
    as_uli.post("/topics/a", data=b"")
    as_admin.post("/topics/b?userid=1", data=b"")
    mine = [{"key": "a", "owner": "1"}, {"key": "b", "owner": "1"}]
    assert as_uli.get("/topics").json() == as_admin.get("/topics").json() == {"topics": mine}
    assert as_uli.delete("/topics/a").json() == {"info": "ok"}
    assert as_uli.delete("/topics/a").status_code == 404
    assert as_uli.get("/topics").json() == {"topics": mine[1:]}


def test_topics_are_their_owners(as_uli, as_admin, http):
    as_admin.post("/topics/t", data=b"the admin's")
    assert read(as_uli, "since=all")["messages"] == []
    assert http.get("/topics/t").status_code == http.post("/topics/t").status_code == 401


def test_head_opens_no_stream(as_uli, services):
    answer = as_uli.head("/topics/t?since=all", headers=EVENTS)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert services.metrics.counted().streams == 0


def test_events_have_ids_and_text_line_by_line(as_uli):
    as_uli.post("/topics/t", data=b"one")
    with streaming(as_uli, "/topics/t?since=all", EVENTS) as lines:
        assert [next(lines) for _ in range(3)] == [b"retry: 2000", b"id: 0-0", b""]
        [event] = events(lines, 1)
        assert event["data"] == ["one"]
        with Http(as_uli.url, as_uli.token) as other:
            for body in (b"two\nlines\r\n", b"\xff\x00", b"", b": no comment"):
                published = other.post("/topics/t", data=body).json()["id"]
                [event] = events(lines, 1)
                assert event["id"] == [published]
                if body == b"\xff\x00":
                    assert event["event"] == ["base64"]
                    assert b64decode(event["data"][0]) == body
                else:
                    assert "\n".join(event["data"]) == body.decode().replace("\r\n", "\n")


def test_a_stream_begins_with_what_comes_and_says_from_where(as_uli):
    published = as_uli.post("/topics/t", data=b"before").json()["id"]
    with streaming(as_uli, "/topics/t", EVENTS) as lines:
        assert [next(lines), next(lines)] == [b"retry: 2000", b"id: " + published.encode()]
        with Http(as_uli.url, as_uli.token) as other:
            other.post("/topics/t", data=b"after")
        assert events(lines, 1)[0]["data"] == ["after"]


def test_lines_are_the_messages_of_a_read(as_uli):
    as_uli.post("/topics/t", data=b"{}", headers={"Content-Type": "application/json"})
    as_uli.post("/topics/t", data=b"\xff")
    with streaming(as_uli, "/topics/t?since=all", LINES) as lines:
        assert rows(lines, 2) == read(Http(as_uli.url, as_uli.token), "since=all")["messages"]


def test_a_stream_is_told_as_it_should_be_for_browsers_and_proxies(as_uli):
    origin = {"Origin": "http://localhost:3000"}
    path = f"/topics/t?token={as_uli.token}"
    with Http(as_uli.url) as page:
        with closing(page.get(path, headers=EVENTS | origin, stream=True)) as answer:
            assert answer.headers["Content-Type"] == "text/event-stream"
            assert answer.headers["Transfer-Encoding"] == "chunked"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Accel-Buffering"] == "no"
            assert answer.headers["Access-Control-Allow-Origin"] == origin["Origin"]
        asked = {**origin, "Access-Control-Request-Method": "GET"}
        allowed = page.options("/topics/t", headers=asked).headers["Access-Control-Allow-Headers"]
        assert "Last-Event-ID" in allowed


def test_a_client_of_http_1_0_gets_it_without_chunks(as_uli):
    place = urlsplit(as_uli.url)
    as_uli.post("/topics/t", data=b"one")
    with socket.create_connection((place.hostname, place.port), timeout=10) as wire:
        wire.sendall(
            f"GET /topics/t?since=all&token={as_uli.token} HTTP/1.0\r\n"
            "Accept: application/x-ndjson\r\n\r\n".encode()
        )
        got = b""
        while b"}\n" not in got:
            got += wire.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert b"Connection: close" in head
    assert json.loads(body.split(b"\n")[1])["value"] == "one"


def test_a_silent_stream_says_that_it_is_there(as_uli, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.02)
    with streaming(as_uli, "/topics/t", EVENTS) as lines:
        assert [next(lines) for _ in range(9)][3:] == [b":", b""] * 3
    with streaming(as_uli, "/topics/t", LINES) as lines:
        assert [next(lines) for _ in range(9)] == [b""] * 9


def test_a_stream_ends_with_its_token(as_uli, as_admin, monkeypatch):
    monkeypatch.setattr("bambleweeny.core.notify.streams._CHECK_SECONDS", 0.02)
    admin = {**LINES, "Authorization": f"Bearer {as_admin.token}"}
    with (
        streaming(as_uli, "/topics/t", LINES) as lines,
        Http(as_uli.url) as other,
        streaming(other, "/topics/t?userid=1", admin) as theirs,
    ):
        next(lines)
        next(theirs)
        as_admin.put("/users/1", json={"password": "another"})
        assert set(lines) <= {b""}
        next(theirs)
        as_admin.delete("/users/1")
        assert set(theirs) <= {b""}


def test_past_the_cap_a_stream_is_refused_and_a_read_does_not_wait(as_uli):
    with ExitStack() as stack:
        readers = streams(stack, as_uli, 4)
        assert metric(as_uli, "streams") == 4
        refused = as_uli.get("/topics/t", headers=EVENTS)
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert refused.headers["Retry-After"] == "1"
        began = time.monotonic()
        assert read(as_uli, "wait=20")["messages"] == []
        assert time.monotonic() - began < 15
        assert len(readers) == 4
    until(lambda: metric(as_uli, "streams") == metric(as_uli, "waits") == 0)


@contextmanager
def taking_nothing(http):
    """A stream that nobody reads."""
    place = urlsplit(http.url)
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect((place.hostname, place.port))
        wire.sendall(
            f"GET /topics/t HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {http.token}\r\n"
            "Accept: text/event-stream\r\n\r\n".encode()
        )
        until(lambda: metric(http, "streams") == 1)
        yield wire


@pytest.mark.parametrize("size", [1 << 20, 200_000])
def test_a_reader_who_takes_nothing_is_cut_off(as_uli, monkeypatch, size):
    monkeypatch.setattr("bambleweeny.server.http.connection._STALL_SECONDS", 0.5)
    with taking_nothing(as_uli) as wire:
        while metric(as_uli, "streams"):
            as_uli.post("/topics/t", data=bytes(size))
            time.sleep(0.01)
        wire.settimeout(10)
        with suppress(ConnectionResetError):
            while wire.recv(1 << 20):  # it ends, or this would time out
                pass


def test_a_reader_who_takes_nothing_does_not_delay_the_end():
    with running("sandbox", "--log-level", "warning", "--workers", "1") as server:
        with Http(server.url, server.token()) as http, taking_nothing(http):
            for _ in range(6):
                http.post("/topics/t", data=bytes(1_000_000))
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 9.5


@pytest.fixture
def served(tmp_path):
    """A server of two workers, and somebody who is logged in."""
    with (
        running("serve", "--data-dir", str(tmp_path), "--workers", "2", "--max-waits", "256", "--log-level", "warning",
                "--admin-password", "x") as server,
        Http(server.url, server.token(password="x")) as http,
    ):  # fmt: skip
        yield server, http


def test_every_reader_at_any_worker_gets_every_message_in_order(served):
    server, http = served
    with ExitStack() as stack:
        readers = streams(stack, http, 50)
        assert metric(http, "streams") == 50
        for number in range(100):
            with Http(server.url, http.token) as other:  # a connection of its own, at any worker
                assert other.post("/topics/t", data=b"%d" % number).ok
        for reader in readers:
            assert [row["value"] for row in rows(reader, 100)] == [str(n) for n in range(100)]
    until(lambda: metric(http, "streams") == 0)


class Publisher(threading.Thread):
    """Publishes numbers until it is told to stop; notes which were acknowledged."""

    def __init__(self, http):
        super().__init__()
        self.http, self.going, self.acknowledged, self.tried = http, True, [], 0

    def run(self):
        while self.going:
            if self.http.post("/topics/t", data=b"%d" % self.tried).ok:
                self.acknowledged.append(self.tried)
            self.tried += 1


def follow(http, last_number, seen, *, breaks_after, deadline):
    """Stream, breaking off and coming back with the last id, until a number is there."""
    last_id = "0-0"
    while not seen or seen[-1] < last_number():
        assert time.monotonic() < deadline
        answer = http.get(
            "/topics/t", headers={**EVENTS, "Last-Event-ID": last_id}, stream=True, timeout=30
        )
        if answer.status_code != 200:
            time.sleep(0.05)
            continue
        with closing(answer):
            got = 0
            for line in answer.iter_lines(chunk_size=1):
                name, _, value = line.decode().partition(": ")
                if name == "id" and value != last_id:
                    last_id = value
                elif name == "data":
                    seen.append(int(value))
                    got += 1
                if got >= breaks_after or (seen and seen[-1] >= last_number()):
                    break


def test_who_comes_back_with_the_last_id_has_no_gap_and_no_double(served):
    server, http = served
    with Http(server.url, http.token) as other:
        publisher, seen = Publisher(other), []
        publisher.start()
        try:
            deadline = time.monotonic() + 60
            follow(http, lambda: 300, seen, breaks_after=17, deadline=deadline)
        finally:
            publisher.going = False
            publisher.join()
    assert seen[:300] == list(range(300))


def engine_of(server):
    [engine] = (
        pid
        for pid in children_of(server.process.pid)
        if b"redis-server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    return engine


def test_an_engine_that_is_killed_loses_no_message_of_a_stream(tmp_path):
    with (
        running("serve", "--data-dir", str(tmp_path), "--workers", "1", "--log-level", "error",
                "--admin-password", "x") as server,
        Http(server.url, server.token(password="x")) as http,
        Http(server.url, http.token) as other,
        Http(server.url, http.token) as third,
    ):  # fmt: skip
        publisher, seen, rest, last = Publisher(other), [], [], [10**9]
        with streaming(third, "/topics/t", LINES) as lines:
            next(lines)
            publisher.start()
            reader = threading.Thread(
                target=follow,
                args=(http, lambda: last[0], seen),
                kwargs={"breaks_after": 10**9, "deadline": time.monotonic() + 60},
            )
            until(lambda: len(publisher.acknowledged) > 20)
            reader.start()
            os.kill(engine_of(server), signal.SIGKILL)
            count = len(publisher.acknowledged)
            until(lambda: len(publisher.acknowledged) > count + 50)
            publisher.going = False
            publisher.join()
            last[0] = publisher.tried
            assert other.post("/topics/t", data=b"%d" % last[0]).ok
            while not rest or rest[-1] < last[0]:
                rest += [int(row["value"]) for row in rows(lines, 1)]
        reader.join()
    for got in (seen, rest):
        assert got == sorted(set(got))
        assert set(publisher.acknowledged) <= set(got)


def test_streams_end_with_the_server_at_once_and_whole():
    with running("sandbox", "--log-level", "warning") as server, ExitStack() as stack:
        readers = streams(stack, stack.enter_context(Http(server.url, server.token())), 5)
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 9.5
        for reader in readers:
            assert set(reader) <= {b""}
