"""A full disk and a full memory: writes answer 507, the rest goes on, nothing is lost."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from load import Client, Reader, judge
from servers import Http, children_of, is_alive, start, until

CLIENTS = 8
DISK = 24 << 20
BODY = b"x" * 100_000


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a tmpfs cannot be mounted")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@contextmanager
def serving(data, *options, listen="127.0.0.1:0"):
    server = start(
        "serve", "--data-dir", str(data), "--workers", "2", "--log-level", "warning", *options,
        listen=listen, BAMBLEWEENY_ADMIN_PASSWORD="x",
    )  # fmt: skip
    try:
        yield server
    finally:
        if server.process.poll() is None:
            assert server.stop() == 0


def client_of(server):
    return Http(server.url, server.token(password="x"))


def status_of_a_write(http):
    try:
        answer = http.put("/keys/probe", data=b"x")
    except requests.ConnectionError:
        return 0
    if answer.status_code == 507:
        assert answer.json()["code"] == "store_full"
    return answer.status_code


def fill_store(http):
    """Put keys until there is no room; give how many there are."""
    for number in range(2000):
        answer = http.put(f"/keys/big-{number}", data=BODY)
        if answer.status_code != 200:
            assert (answer.status_code, answer.json()["code"]) == (507, "store_full")
            return number
    raise AssertionError("it never got full")


def take_all(place) -> Path:
    """Do as another program would that fills the disk."""
    file = place / "somebody-elses"
    with open(file, "wb") as opened:
        for size in (1 << 20, 1 << 16, 1 << 12):
            end = False
            while not end:
                try:
                    os.posix_fallocate(opened.fileno(), opened.seek(0, os.SEEK_END), size)
                except OSError:
                    end = True
    state = os.statvfs(place)
    assert state.f_bavail * state.f_frsize < 8192
    return file


def reads_pops_and_deletes_go_on(http, keys):
    assert http.get("/keys/big-0").content == BODY
    assert http.get("/lists/q").content == b"first"
    assert http.delete(f"/keys/big-{keys - 1}").status_code == 200
    assert http.get(f"/keys/big-{keys - 1}").status_code == 404


def every_write_is_refused(http):
    for method, path, body in (
        ("PUT", "/keys/new", BODY[:50]), ("POST", "/incr/new", b""), ("POST", "/lists/new", BODY[:50]),
    ):  # fmt: skip
        answer = http.request(method, path, data=body)
        assert (answer.status_code, answer.json()["code"]) == (507, "store_full")


def push_two(http):
    assert http.post("/lists/q", data=b"first").ok
    assert http.post("/lists/q", data=b"second").ok


def test_a_disk_that_the_store_fills_is_emptied_by_deleting(disk):
    with serving(disk / "data") as server, client_of(server) as http:
        push_two(http)
        keys = fill_store(http)
        assert keys > 50
        reads_pops_and_deletes_go_on(http, keys)
        every_write_is_refused(http)
        for number in range(keys - 1):
            assert http.delete(f"/keys/big-{number}").status_code == 200
        until(lambda: status_of_a_write(http) == 200)
        assert http.get("/lists/q").content == b"second"
        until(lambda: fill_store(http) > 50)
    assert "the disk is full" in server.log
    assert "the disk has room again" in server.log


def test_a_disk_that_somebody_else_fills_is_outlived(disk):
    with serving(disk / "data") as server, client_of(server) as http:
        push_two(http)
        for number in range(20):
            assert http.put(f"/keys/big-{number}", data=BODY).ok
        foreign = take_all(disk)
        until(lambda: status_of_a_write(http) == 507)
        take_all(disk)
        reads_pops_and_deletes_go_on(http, 20)
        every_write_is_refused(http)
        for _ in range(2000):
            assert http.delete("/keys/big-1").status_code in (200, 404)
        foreign.unlink()
        until(lambda: status_of_a_write(http) == 200)


def test_a_server_starts_and_serves_on_a_full_disk(disk):
    with serving(disk / "data") as server, client_of(server) as http:
        push_two(http)
        keys = fill_store(http)
    foreign = take_all(disk)
    with serving(disk / "data") as server, client_of(server) as http:
        until(lambda: status_of_a_write(http) == 507)
        reads_pops_and_deletes_go_on(http, keys)
        every_write_is_refused(http)
        foreign.unlink()
        for number in range(keys - 1):
            assert http.delete(f"/keys/big-{number}").status_code == 200
        until(lambda: status_of_a_write(http) == 200)


def test_a_new_server_on_a_full_disk_says_what_is_wrong(disk):
    take_all(disk)
    server = subprocess.run(
        [sys.executable, "-m", "bambleweeny", "serve", "--data-dir", str(disk / "data"),
         "--listen", "127.0.0.1:0"],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert server.returncode == 1
    assert "No space left on device" in server.stderr
    assert "Traceback" not in server.stderr


def test_nothing_acknowledged_is_lost_on_a_full_disk(disk):
    """The disk fills under load, the engine is killed, the server started again."""
    with serving(disk / "data") as server:
        token, port = server.token(password="x"), int(server.url.rpartition(":")[2])
        go_on = threading.Event()
        go_on.set()
        clients = [Client(number, port, token, go_on) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        refused = lambda: sum(c.account.statuses[507] for c in clients)  # noqa: E731
        try:
            with Http(server.url, token) as http:
                until(lambda: sum(c.account.statuses[200] for c in clients) > 500)
                foreign = take_all(disk)
                until(lambda: refused() > 200)
                kill_engine(server)
                seen = refused()
                until(lambda: refused() > seen + 200)
                foreign.unlink()
                until(lambda: status_of_a_write(http) == 200)
                foreign = take_all(disk)
                until(lambda: status_of_a_write(http) == 507)
        finally:
            go_on.clear()
            for client in clients:
                client.join()
        kill_engine(server)
    with serving(disk / "data", listen=f"127.0.0.1:{port}") as server:
        foreign.unlink()
        with Http(server.url, token) as http:
            until(lambda: status_of_a_write(http) == 200)
            verdict = judge([client.account for client in clients], Reader(http))
    print(f"\nfull disk: {CLIENTS} clients, {verdict}, {refused()} times 507")
    assert verdict.is_clean, verdict
    assert verdict.acknowledged > 500


def kill_engine(server):
    [engine] = [
        pid
        for pid in children_of(server.process.pid)
        if Path(f"/proc/{pid}/comm").read_text().strip() == "redis-server"
    ]
    os.kill(engine, signal.SIGKILL)
    until(lambda: not is_alive(engine))


def test_large_bodies_that_fill_the_disk_at_once_lose_nothing(disk):
    body = os.urandom(1_000_000)
    with serving(disk / "data") as server:
        token = server.token(password="x")
        held = {}

        def overwrite(number):
            with Http(server.url, token) as http:
                refused = 0
                for turn in range(100):
                    value = b"%d:%d:" % (number, turn) + body
                    answer = http.put(f"/keys/c{number}", data=value)
                    assert answer.status_code in (200, 507)
                    if answer.status_code == 200:
                        held[number] = value
                    refused += answer.status_code == 507
                    if refused > 3:
                        return

        threads = [threading.Thread(target=overwrite, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kill_engine(server)
        with Http(server.url, token) as http:
            until(lambda: http.get("/keys/c0").status_code != 503)
            for number, value in held.items():
                assert http.get(f"/keys/c{number}").content == value
                assert http.delete(f"/keys/c{number}").status_code == 200
            until(lambda: status_of_a_write(http) == 200)


def test_a_full_memory_refuses_writes_until_there_is_room(tmp_path):
    with serving(tmp_path / "data", "--max-memory", "12mb") as server, client_of(server) as http:
        push_two(http)
        keys = fill_store(http)
        assert keys > 20
        reads_pops_and_deletes_go_on(http, keys)
        kill_engine(server)
        until(lambda: http.get("/keys/big-0").status_code == 200)
        assert http.put("/keys/new", data=BODY * 9).status_code == 507
    with serving(tmp_path / "data", "--max-memory", "8mb") as server, client_of(server) as http:
        every_write_is_refused(http)
        for number in range(keys - 1):
            assert http.get(f"/keys/big-{number}").content == BODY
            assert http.delete(f"/keys/big-{number}").status_code == 200
        until(lambda: status_of_a_write(http) == 200)
        assert http.get("/lists/q").content == b"second"
