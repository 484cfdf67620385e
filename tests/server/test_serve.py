"""Servers as processes: start, restart, stop."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import requests
from servers import Http, Server, running, start, until


@pytest.fixture
def data(tmp_path) -> Path:
    return tmp_path / """it's "a" \\ dätä"""


def processes_of(server: Server) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children(recursive=True)


def password_of(data: Path) -> str:
    return (data / "admin-password").read_text().strip()


def test_the_banner_says_where_everything_is(data):
    with running("serve", "--data-dir", str(data)) as server:
        port = server.url.rpartition(":")[2]
        assert int(port) > 0
        assert requests.get(server.url, timeout=10).ok
        assert server.said("Console") == f"{server.url}/console"
        assert server.said("Docs") == f"{server.url}/docs"
        assert server.said("Data") == str(data)
        password = password_of(data)
        assert (
            server.said("Login")
            == f"admin, password {password} (made now, kept in {data}/admin-password)"
        )
        assert len(password) == 16
        assert server.token(password=password)


def test_data_and_login_are_there_after_a_restart(data):
    for number, end in enumerate((signal.SIGTERM, signal.SIGINT, signal.SIGTERM)):
        server = start("serve", "--data-dir", str(data))
        with Http(server.url, server.token(password=password_of(data))) as http:
            assert http.get("/incr/n").text == str(number + 1)
        if number:
            assert server.said("Login") == f"admin, password in {data}/admin-password"
        children = processes_of(server)
        assert len(children) >= 2
        assert server.stop(end) == 0
        assert not any(child.is_running() for child in children)


def test_tokens_are_good_after_a_restart(data):
    with running("serve", "--data-dir", str(data)) as server:
        token = server.token(password=password_of(data))
    with running("serve", "--data-dir", str(data)) as server, Http(server.url, token) as http:
        assert http.get("/keys").ok


def test_what_is_private_is_private(data):
    data.mkdir(mode=0o755)
    with running("serve", "--data-dir", str(data)):
        assert stat.S_IMODE((data / "admin-password").stat().st_mode) == 0o600
        assert stat.S_IMODE((data / "appendonly.aof").stat().st_mode) == 0o600


def test_a_given_password_is_the_admins(data):
    with running("serve", "--data-dir", str(data), BAMBLEWEENY_ADMIN_PASSWORD="one") as server:
        assert server.said("Login") == "admin, password as configured"
        token = server.token(password="one")
        assert not (data / "admin-password").exists()
    with running("serve", "--data-dir", str(data), "--admin-password", "two") as server:
        assert server.token(password="two")
        assert Http(server.url, token).get("/keys").status_code == 401
    with running("serve", "--data-dir", str(data)) as server:
        assert (
            server.said("Login") == "admin, password as set before; --admin-password sets another"
        )


def test_a_changed_password_is_not_shown_as_good(data):
    with (
        running("serve", "--data-dir", str(data)) as server,
        Http(server.url, server.token(password=password_of(data))) as http,
    ):
        assert http.put("/config/admin", json={"password": "newest"}).ok
    with running("serve", "--data-dir", str(data)) as server:
        assert (
            server.said("Login") == "admin, password as set before; --admin-password sets another"
        )
        assert not (data / "admin-password").exists()


def test_the_sandbox_leaves_nothing(data):
    with running("sandbox") as server:
        place = Path(server.said("Data").partition(",")[0])
        assert place.exists()
        assert server.said("Login") == "admin, password changeme"
        origin = {"Origin": "http://localhost:3000"}
        answer = requests.get(server.url, headers=origin, timeout=10)
        assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
        assert server.token()
    assert not place.exists()


@pytest.mark.parametrize("victim", ["worker", "redis-server"])
def test_a_process_that_dies_is_started_again(data, victim):
    with running("serve", "--data-dir", str(data), "--workers", "1") as server:
        token = server.token(password=password_of(data))
        with Http(server.url, token) as http:
            assert http.put("/keys/k", data=b"x").ok
        [process] = [
            p for p in processes_of(server) if (p.name() == "redis-server") == (victim != "worker")
        ]
        process.kill()

        def is_back():
            try:
                with Http(server.url, token) as http:
                    answer = http.get("/keys/k")
            except requests.ConnectionError:
                return False
            assert answer.status_code in (200, 503)
            return answer.text == "x"

        until(is_back)
    assert re.search(
        rf"ERROR {'worker 1' if victim == 'worker' else 'engine'} ended by signal 9", server.log
    )


def test_a_worker_that_keeps_dying_is_put_off_longer_each_time_and_reported(data):
    with running("serve", "--data-dir", str(data), "--workers", "1") as server:
        for _ in range(4):
            until(lambda: len(processes_of(server)) == 2)
            [worker] = [p for p in processes_of(server) if p.name() != "redis-server"]
            worker.kill()
            worker.wait()
        until(lambda: len(processes_of(server)) == 2)
    delays = re.findall(r"worker 1 ended by signal 9; starting it again in ([0-9.]+) s", server.log)
    assert delays == ["0.05", "0.10", "0.20", "0.40"]


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works(data):
    server = start("serve", "--data-dir", str(data))
    password = password_of(data)
    with Http(server.url, server.token(password=password)) as http:
        assert http.put("/keys/k", data=b"x").ok
    children = processes_of(server)
    server.stop(signal.SIGKILL)
    with running("serve", "--data-dir", str(data)) as after:
        with Http(after.url, after.token(password=password)) as http:
            assert http.get("/keys/k").text == "x"
        until(lambda: not any(child.is_running() for child in children))


def test_requests_that_were_accepted_are_answered_at_the_end(data):
    server = start("serve", "--data-dir", str(data), "--workers", "1")
    token = server.token(password=password_of(data))
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    head = f"PUT /keys/k HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    with socket.create_connection(address, timeout=10) as wire:
        wire.sendall(head.encode())
        assert wire.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(b"la")
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
        wire.sendall(b"te")
        assert b" 200 OK\r\n" in wire.recv(65536)
    assert server.stop() == 0


def run_to_its_end(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "bambleweeny", *arguments],
        capture_output=True, text=True, timeout=20, check=False, env={**os.environ, **variables},
    )  # fmt: skip


def test_a_second_server_on_the_same_data_is_refused(data):
    with running("serve", "--data-dir", str(data)):
        done = run_to_its_end("serve", "--listen", "127.0.0.1:0", "--data-dir", str(data))
    assert done.returncode == 1
    assert done.stderr == (
        f"bambleweeny: Another server uses {data}; stop it, or give this one a --data-dir.\n"
    )


def test_a_port_that_is_taken_is_told(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run_to_its_end("serve", "--listen", address, "--data-dir", str(data))
    assert done.returncode == 1
    assert (
        done.stderr
        == f"bambleweeny: Cannot listen on {address}: Address already in use; choose another address with --listen.\n"
    )


def test_an_engine_that_cannot_be_used_is_told(data):
    done = run_to_its_end(
        "serve", "--listen", "127.0.0.1:0", "--data-dir", str(data),
        BAMBLEWEENY_REDIS_URL="redis://:hunter2@127.0.0.1:1/0",
    )  # fmt: skip
    assert done.returncode == 1
    assert "Cannot use the engine at redis://127.0.0.1:1/0: " in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_data_of_a_newer_version_stop_the_start(engine_url, raw, data):
    raw.hset("b9y:instance", "schema", 99)
    done = run_to_its_end(
        "serve", "--listen", "127.0.0.1:0", "--redis-url", engine_url, "--data-dir", str(data)
    )
    assert done.returncode == 1
    assert "layout 99" in done.stderr


def test_an_external_engine_serves_and_prefixes_part_instances(engine_url, raw, data):
    both = [
        running("serve", "--redis-url", engine_url, "--data-dir", str(data), "--key-prefix", prefix,
                "--admin-password", "x")
        for prefix in ("one", "two")
    ]  # fmt: skip
    with both[0] as one, both[1] as two:
        assert one.said("Data") == engine_url
        with Http(one.url, one.token(password="x")) as http:
            assert http.put("/keys/k", data=b"x").ok
        with Http(two.url, two.token(password="x")) as http:
            assert http.get("/keys").json() == {"keys": []}
    assert raw.get("one:{0}:key:k") == b"x"
    assert {key.partition(b":")[0] for key in raw.keys("*")} == {b"one", b"two"}


def test_two_servers_over_one_engine_are_one_instance(engine_url, raw, tmp_path):
    both = [
        running(
            "serve",
            "--redis-url",
            engine_url,
            "--data-dir",
            str(tmp_path / name),
            "--admin-password",
            "x",
        )
        for name in ("a", "b")
    ]
    with both[0] as one, both[1] as two:
        token = one.token(password="x")
        with Http(one.url, token) as first, Http(two.url, token) as second:
            numbers = [int(http.get("/incr/n").text) for http in (first, second) * 5]
            assert numbers == list(range(1, 11))
            assert first.get("/").json()["instance"] == second.get("/").json()["instance"]


def test_the_log_is_text_or_json(data):
    for form in ("text", "json"):
        server = start("serve", "--data-dir", str(data), "--log-format", form)
        mine = {"X-Request-ID": "same"}
        requests.get(f"{server.url}/keys/a?token=hidden", headers=mine, timeout=10)
        server.stop()
        assert "hidden" not in server.log
        [line] = [line for line in server.log.splitlines() if "/keys/a" in line]
        if form == "text":
            said = r"\S+ INFO GET /keys/a 401 [\d.]+ms - same 127.0.0.1 unauthorized"
            assert re.fullmatch(said, line)
        else:
            entry = json.loads(line)
            assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/keys/a", 401)
            assert (entry["level"], entry["request_id"]) == ("info", "same")
            assert (entry["code"], entry["address"]) == ("unauthorized", "127.0.0.1")


def counted(server: Server, sample: str) -> float:
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(sample))


def test_the_numbers_are_those_of_all_workers(data):
    home = 'bambleweeny_requests_total{method="GET",route="/",status="200"}'
    with running("serve", "--data-dir", str(data), "--workers", "3") as server:
        for _ in range(60):
            assert requests.get(server.url, timeout=10).ok  # each on a connection of its own
        assert {counted(server, home) for _ in range(20)} == {60}
        workers = [p for p in processes_of(server) if p.name() != "redis-server"]
        assert len(workers) == 3
        for worker in workers:
            worker.kill()
        until(lambda: not any(worker.is_running() for worker in workers))
        assert {counted(server, home) for _ in range(10)} == {60}


def test_waits_of_all_workers_are_seen(data):
    with running("serve", "--data-dir", str(data), "--workers", "2") as server:
        token = server.token(password=password_of(data))
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        head = f"GET /lists/q?wait=30 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        with ExitStack() as opened:
            for _ in range(6):
                wire = opened.enter_context(socket.create_connection(address, timeout=10))
                wire.sendall(head.encode())
            until(lambda: counted(server, "bambleweeny_waits ") == 6)
        until(lambda: counted(server, "bambleweeny_waits ") == 0)


def test_an_ipv6_address_and_all_addresses_can_be_listened_on(data):
    for listen in ("[::1]:0", "0.0.0.0:0"):
        process = subprocess.Popen(
            [sys.executable, "-m", "bambleweeny", "sandbox", "--listen", listen],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        lines = [process.stdout.readline() for _ in range(5)]
        url = lines[1].split()[1]
        assert requests.get(url, timeout=10).ok
        process.terminate()
        process.communicate()
        assert process.returncode == 0


def test_traffic_is_stored_at_the_end_and_the_log_has_the_audit(data):
    server = start("serve", "--data-dir", str(data), "--workers", "2", "--log-format", "json")
    with Http(server.url, server.token(password=password_of(data))) as http:
        for _ in range(5):
            http.put("/keys/a", data=b"123")
    assert server.stop() == 0
    lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    [entry] = [line for line in lines if line.get("action") == "login"]
    assert (entry["outcome"], entry["user"], entry["user_id"]) == ("ok", "admin", "0")
    assert entry["message"] == 'audit: login by "admin" from 127.0.0.1: ok'
    with (
        running("serve", "--data-dir", str(data)) as again,
        Http(again.url, again.token(password=password_of(data))) as http,
    ):
        days = http.get("/usage").json()["traffic"]
        assert [sum(day[count] for day in days) for count in ("requests", "bytes_in")] == [5, 15]
        assert [e["action"] for e in http.get("/audit").json()["entries"]] == ["login"] * 2
