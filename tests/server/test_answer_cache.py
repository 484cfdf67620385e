"""Answers of public routes that are given again: never after a write that was answered."""

import itertools
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from servers import Http, Server, kill_workers, running, until

OFTEN = 40
"""How often a request is sent until each of two workers has surely kept its answer."""


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    # NOTE: the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="b9y-") as place:
        yield Path(place)


@pytest.fixture(scope="module")
def server(data) -> Iterator[Server]:
    # NOTE: nobody reads the log, and a full pipe would block the supervisor.
    options = ("--workers", "2", "--admin-password", "changeme", "--log-level", "warning")
    with running("serve", "--data-dir", str(data), *options) as server:
        yield server


@pytest.fixture(scope="module")
def token(server) -> str:
    return server.token()


@pytest.fixture
def admin(server, token) -> Iterator[Http]:
    with Http(server.url, token) as http:
        yield http


@pytest.fixture
def strangers(server) -> Iterator[list[Http]]:
    """Connections without a login, to both workers."""
    with ExitStack() as stack:
        yield [stack.enter_context(Http(server.url)) for _ in range(6)]


@pytest.fixture
def calls_of_engine(data) -> Iterator[object]:
    """A function that returns how many commands the engine has run."""
    with redis.Redis(unix_socket_path=str(data / "run" / "engine.sock")) as client:
        yield lambda: client.info("stats")["total_commands_processed"]


def plain_route(admin: Http, key: str, value: str) -> str:
    assert admin.put(f"/keys/{key}", data=value).ok
    return admin.post("/routes", json={"key": key, "content_type": "text/plain"}).json()["path"]


def mock(admin: Http, **document) -> str:
    answer = admin.post("/routes", json=document)
    assert answer.ok, answer.text
    return answer.json()["path"]


def texts(strangers: list[Http], path: str, times: int = OFTEN, **more) -> set[str]:
    """Return the different answers to the same request, over all connections."""
    seen = set()
    for number in range(times):
        answer = strangers[number % len(strangers)].get(path, **more)
        seen.add(answer.text if answer.ok else str(answer.status_code))
    return seen


DOCUMENTS = {
    "plain": None,
    "constant": {"rules": [{"answers": [{"text": "one"}]}]},
    "template": {"rules": [{"answers": [{"text": "!@[cached-key] !@[$query.a]"}]}]},
    "tested": {"rules": [{"when": {"key": {"cached-key": {"is": "one"}}}, "answers": [{"key": "cached-key"}]}]},
    "collection": {"rules": [{"path": "/things", "collection": "cached-things:"}]},
}  # fmt: skip


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_engine_is_not_asked_again(admin, strangers, calls_of_engine, kind):
    plain = plain_route(admin, "cached-key", "one")
    path = plain if DOCUMENTS[kind] is None else mock(admin, **DOCUMENTS[kind])
    path += "/things" if kind == "collection" else "?a=b"
    assert len(texts(strangers, path)) == 1
    before = calls_of_engine()
    assert len(texts(strangers, path, 200)) == 1
    # Each answer is kept for a second at most, in each worker.
    assert calls_of_engine() - before < 100


@pytest.mark.parametrize(
    "document",
    [
        {"rules": [{"answers": [{"text": "!@[$uuid]"}]}]},
        {"rules": [{"answers": [{"text": "!@[$now]"}]}]},
        {"rules": [{"answers": [{"text": "!@[$count]"}]}]},
        {"rules": [{"answers": [{"text": "!@[$int.1.1000000000]"}]}]},
        {"rules": [{"answers": [{"headers": {"X-A": "!@[$uuid]"}, "text": "a"}]}]},
        {"rules": [{"answers": [{"text": str(n)} for n in range(20)], "order": "loop"}]},
        {"rules": [{"answers": [{"text": str(n)} for n in range(20)], "order": "random"}]},
        {"rules": [{"answers": [{"text": "a"}], "then": [["incr", "cached-counter"]]}]},
        {"rules": [{"answers": [{"text": "a"}]}], "journal": "cached-calls"},
        {"rules": [{"answers": [{"text": "a", "delay_ms": 1}]}]},
        {"rules": [{"answers": [{"key": "cached-text", "expand": True}]}]},
    ],
    ids=["uuid", "now", "count", "int", "header", "loop", "random", "then", "journal", "delay", "expanded"],
)  # fmt: skip
def test_what_differs_each_time_is_not_kept(admin, strangers, document):
    admin.put("/keys/cached-text", data="!@[$uuid]")
    admin.put("/keys/cached-counter", data="0")
    path = mock(admin, **document)
    answers = [strangers[number % 6].get(path) for number in range(OFTEN)]
    assert all(answer.ok for answer in answers)
    if "then" in document["rules"][0]:
        assert admin.get("/keys/cached-counter").text == str(OFTEN)
    elif "journal" in document:
        assert admin.post(f"/routes/verify?id={path[8:]}", json={"count": OFTEN}).ok
    elif "delay_ms" not in document["rules"][0]["answers"][0]:
        seen = {(answer.text, answer.headers.get("X-A")) for answer in answers}
        assert len(seen) > OFTEN / 3


def test_each_write_is_seen_by_the_next_request(admin, strangers):
    """Also those that are neither PUT nor of a key."""
    path = plain_route(admin, "cached-key", "0")
    list_path = mock(admin, rules=[{"path": "/things", "collection": "cached-list:"}]) + "/things"
    name = path[8:]
    writes = [
        ("PUT", "/keys/cached-key", {"data": "1"}, path, "1"),
        ("GET", "/incr/cached-key", {}, path, "2"),
        ("POST", "/batch", {"json": [["set", "cached-key", "3"]]}, path, "3"),
        ("PUT", "/keys/cached-key", {"data": "a !@[cached-other]"}, path, "a "),
        ("PUT", "/keys/cached-other", {"data": "b"}, path, "a b"),
        ("DELETE", "/keys/cached-other", {}, path, "a "),
        ("DELETE", "/keys?prefix=cached-k&confirm=1", {}, path, "404"),
        ("PUT", "/keys/cached-key", {"data": "4"}, path, "4"),
        ("POST", list_path, {"json": {"id": 1}}, list_path, '[{"id":1}]'),
        ("PUT", f"{list_path}/1", {"json": {"a": 1}}, list_path, '[{"a":1,"id":1}]'),
        ("DELETE", f"{list_path}/1", {}, list_path, "[]"),
        ("PUT", f"/routes?id={name}", {"json": {"rules": [{"answers": [{"text": "5"}]}]}}, path, "5"),
        ("DELETE", f"/routes?id={name}", {}, path, "404"),
    ]  # fmt: skip
    for method, place, body, shown, expected in writes:
        texts(strangers, shown)
        answer = admin.request(method, place, **body)
        assert answer.ok, (method, place, answer.text)
        found = texts(strangers, shown)
        if expected.startswith("["):
            assert [json.loads(text) for text in found] == [json.loads(expected)], place
        else:
            assert found == {expected}, (method, place)


def test_a_key_with_a_ttl_ends_when_it_is_due(admin, strangers):
    path = plain_route(admin, "cached-ttl", "")
    for _ in range(3):
        begun = time.monotonic()
        assert admin.put("/keys/cached-ttl?ttl=1", data="here").ok
        written = time.monotonic()
        seen = []
        while not seen or seen[-1][1] == 200:
            asked = time.monotonic()
            answer = strangers[len(seen) % 6].get(path)
            seen.append((asked, answer.status_code, time.monotonic()))
            assert asked < written + 3
        assert len(seen) > OFTEN
        assert seen[-1][2] >= begun + 1
        assert all(asked <= written + 1.01 for asked, status, _ in seen if status == 200)


def test_a_deleted_user_has_no_routes(server, admin, strangers):
    made = admin.post("/users", json={"username": "cached", "password": "secret"})
    assert made.ok, made.text
    with Http(server.url, server.token("cached", "secret")) as user:
        path = plain_route(user, "key", "value")
        assert texts(strangers, path) == {"value"}
    assert admin.delete(f"/users/{made.json()['id']}").ok
    assert texts(strangers, path) == {"404"}


def test_nobody_sees_an_older_value_after_a_newer_one(server, token):
    """Many read the key itself and its route, while one writes: no read goes back in time."""
    with Http(server.url, token) as admin:
        path = plain_route(admin, "cached-key", "0")
    answered = itertools.count()
    last, wrong, ended = [0], [], threading.Event()

    def read() -> None:
        with Http(server.url, token) as inside, Http(server.url) as outside:
            seen = 0
            while not ended.is_set():
                floor = max(seen, last[0])
                for _ in range(random.randrange(1, 12)):
                    found = int(outside.get(path).text)
                    next(answered)
                    if found < floor:
                        wrong.append(("route", found, floor))
                    floor = max(floor, found)
                found = int(inside.get("/keys/cached-key").text)
                if found < floor:
                    wrong.append(("key", found, floor))
                seen = max(floor, found)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    with Http(server.url, token) as admin:
        for number in range(1, 151):
            assert admin.put("/keys/cached-key", data=str(number)).ok
            last[0] = number
            # Long enough for the same request to come often, and be kept.
            target = next(answered) + random.choice([0, 5, 60])
            while next(answered) < target:
                ended.wait(0.002)
    ended.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert next(answered) > 1500


def without(headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in ("Date", "X-Request-Id")}


def test_headers_are_as_from_the_application(server, admin, strangers):
    path = plain_route(admin, "cached-key", "value")
    first = strangers[0].get(path).headers
    ids = set()
    for number in range(OFTEN):
        headers = strangers[number % 6].get(path).headers
        ids.add(headers["X-Request-ID"])
        assert without(headers) == without(first)
    assert len(ids) == OFTEN
    given = {"X-Request-ID": "mine.1"}
    assert {strangers[0].get(path, headers=given).headers["X-Request-ID"] for _ in range(20)} == {
        "mine.1"
    }
    until(lambda: strangers[0].get(path).headers["Date"] != first["Date"])


def test_each_repeated_answer_is_logged_and_counted(data, tmp_path):
    with running("sandbox", "--workers", "2") as server, Http(server.url, server.token()) as admin:
        path = plain_route(admin, "key", "value")
        with Http(server.url) as stranger:
            for _ in range(100):
                assert stranger.get(path).text == "value"
        [line] = [
            line
            for line in admin.get("/metrics").text.splitlines()
            if "requests_total" in line and 'route="/routes/{public_id}"' in line
        ]
        assert line.endswith(" 100.0")
        assert server.stop() == 0
        assert server.log.count(f"GET {path} 200 ") == 100


def test_the_log_has_the_path_that_the_client_sent():
    options = ("--workers", "1", "--base-path", "/base", "--front", "@admin/front")
    with running("sandbox", *options) as server, Http(server.url, server.token()) as admin:
        mock(admin, name="front", rules=[{"path": "/a", "answers": [{"text": "x"}]}])
        root = server.url.removesuffix("/base")
        for url, path in ((root, "/a"), (server.url, "/base/routes/@admin/front/a")):
            with Http(url) as stranger:
                assert texts([stranger], path.removeprefix("/base")) == {"x"}
        assert server.stop() == 0
        assert server.log.count("GET /a 200 ") == OFTEN
        assert server.log.count("GET /base/routes/@admin/front/a 200 ") == OFTEN


def test_a_killed_worker_leaves_no_old_answer(server, admin, strangers):
    path = plain_route(admin, "cached-key", "0")
    for number in range(3):
        texts(strangers, path)
        kill_workers(server)
        while True:
            try:
                assert admin.put("/keys/cached-key", data=str(number)).ok
                break
            except OSError:
                continue
        found = set()
        while len(found) < 2:
            try:
                found |= {*texts(strangers, path), ""}
            except OSError:
                continue
        assert found == {str(number), ""}
