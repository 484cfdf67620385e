"""Other people's engines: TLS, ACL, Sentinel, Cluster; and the sentences when they cannot be used."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from engines import Cluster, RedisServer, Sentinels, make_certificates, wait_until
from load import Client, Reader, judge
from servers import Http, running

SECRET = "hunter2"


@pytest.fixture
def closing():
    with ExitStack() as stack:
        yield lambda thing: stack.callback(thing.stop) and thing


def serve(url, place, *more):
    return running("serve", "--data-dir", str(place), "--log-level", "warning", *more,
                   BAMBLEWEENY_REDIS_URL=url, BAMBLEWEENY_ADMIN_PASSWORD="x")  # fmt: skip


def use_options_of_keys(http):
    """Each way in which a key ends, matches, and changes in part."""
    made = http.put("/keys/o?ttl=1h", data=b'{"a":1}', headers={"If-None-Match": "*"})
    again = http.put("/keys/o?ttl=1h", data=b"x", headers={"If-None-Match": "*"})
    assert (made.status_code, again.status_code) == (200, 412)
    assert 7100 < int(http.get("/keys/o?touch=2h").headers["B9Y-TTL"]) <= 7200
    patch = {"Content-Type": "application/merge-patch+json", "If-Match": made.headers["ETag"]}
    assert http.patch("/keys/o?ttl=none", data=b'{"b":2}', headers=patch).ok
    assert http.get("/keys/o?path=b").text == "2"
    counts = [http.post("/incr/o:n?max=1&ttl=1m").status_code for _ in range(2)]
    assert counts == [200, 409]
    operations = [
        ["set", "o", "x", {"ttl": "1m", "type": "a/b"}],
        ["del", "o:n", {"if_match": "*"}],
    ]
    assert http.post("/batch?atomic=1", json=operations).json() == [{"ok": True}] * 2
    old = http.delete("/keys/o?return=old")
    assert (old.text, old.headers["Content-Type"]) == ("x", "a/b")


def use_everything(http):
    """One of each call, users and their deletion among them."""
    use_options_of_keys(http)
    assert http.put("/keys/k", data=b"\x00value").ok
    assert http.get("/keys/k").content == b"\x00value"
    assert http.get("/incr/n").text == "1"
    assert http.post("/lists/q", data=b"item").ok
    with ThreadPoolExecutor(1) as pool:
        waited = pool.submit(Http(http.url, http.token).get, "/lists/later?wait=10")
        time.sleep(0.05)
        assert http.get("/lists/q").content == b"item"
        assert http.post("/lists/later", data=b"came").ok
        assert waited.result().content == b"came"
    use_topics(http)
    operations = [
        ["set", "b", "1"],
        ["incr", "b", 4],
        ["push", "q", "x"],
        ["pop", "q"],
        ["get", "b"],
        ["del", "b"],
    ]
    outcomes = [{"ok": True}, {"ok": 5}, {"ok": True}, {"ok": "x"}, {"ok": "5"}, {"ok": True}]
    for path in ("/batch", "/batch?atomic=1"):
        assert http.post(path, json=operations).json() == outcomes
        assert http.post(path, json=[["get", "n"]]).json() == [{"ok": "1"}]
    assert http.post("/batch?atomic=1", json=[*operations, ["incr", "k"]]).json()["index"] == 6
    assert http.get("/keys?names=n,b&values=1").json()["keys"][0]["value"] == "1"
    assert len(http.get("/keys?names=n,b").json()["keys"]) == 1
    assert http.post("/lists/lines?split=lines", data=b"1\n2\n").json()["items"] == 2
    route = http.post("/routes", json={"key": "k", "content_type": "a/b"}).json()["path"]
    made = http.post("/bins", json={"list": "q"}).json()["path"]
    assert http.get(route).content == b"\x00value"
    assert http.post(made, data=b"x").ok
    user_id = http.post(
        "/users", json={"username": "uli", "password": "another", "quota": 5}
    ).json()["id"]
    assert http.put(f"/keys/mine?userid={user_id}", data=b"x").ok
    assert {"key": "mine", "owner": str(user_id)} in http.get("/keys").json()["keys"]
    assert len(http.get("/users").json()["users"]) == 2
    assert http.get("/info").json()["redis_info"]["redis_version"]
    assert http.get("/save").ok
    assert http.delete(f"/users/{user_id}").ok
    assert http.get("/routes").json()["routes"][0]["path"] == route
    assert http.delete(f"/routes?id={route.rpartition('/')[2]}").ok
    assert http.get(route).status_code == 404


def use_topics(http):
    """Publish and read, and follow a topic and what happens to keys."""
    assert http.post("/topics/t", data=b"1").ok
    lines = {"Accept": "application/x-ndjson"}
    with Http(http.url, http.token) as one, Http(http.url, http.token) as other:
        messages = one.get("/topics/t?since=all", headers=lines, stream=True).iter_lines(1)
        events = other.get("/events?keys=told", stream=True).iter_lines(1)
        assert [json.loads(next(line for line in messages if line))["value"]] == ["1"]
        assert [next(events), next(events)] == [b"", b""]
        assert http.post("/batch?atomic=1", json=[["publish", "t", "2"], ["set", "told", ""]]).ok
        assert json.loads(next(line for line in messages if line))["value"] == "2"
        assert json.loads(next(line for line in events if line))["name"] == "told"
        for following in (messages, events):
            following.close()
    assert http.delete("/keys/told").ok
    told = http.get("/topics/t?since=all").json()["messages"]
    assert [message["value"] for message in told] == ["1", "2"]
    assert http.get("/topics/t").json()["next"] == told[-1]["id"]


def test_an_engine_with_tls_a_client_certificate_and_acl(tmp_path, closing):
    make_certificates(tmp_path)
    files = {name: str(tmp_path / name) for name in os.listdir(tmp_path)}  # noqa: PTH208
    engine = closing(RedisServer(
        tmp_path, "--tls-cert-file", files["server.crt"], "--tls-key-file", files["server.key"],
        "--tls-ca-cert-file", files["ca.crt"], "--user", "ann", "on", f">{SECRET}", "~one:*", "&one:*",
        "+@all", "-@dangerous", "+info", "+client|list", "+bgsave", "--user", "default", "off", tls=True,
    ))  # fmt: skip
    url = f"rediss://ann:{SECRET}@127.0.0.1:{engine.port}/?ca={files['ca.crt']}&cert={files['client.crt']}&key={files['client.key']}"
    with serve(url, tmp_path / "data", "--key-prefix", "one") as server:
        with Http(server.url, server.token(password="x")) as http:
            use_everything(http)
            assert SECRET not in http.get("/info").text
        assert server.said("Data") == f"rediss://127.0.0.1:{engine.port}/0"
        with open(f"/proc/{server.process.pid}/cmdline") as file:
            assert SECRET not in file.read()
    assert SECRET not in server.log + server.banner


def test_a_cluster_does_everything(tmp_path, closing):
    cluster = closing(Cluster(tmp_path))
    with (
        serve(cluster.url, tmp_path / "data", "--replicas", "1") as server,
        Http(server.url, server.token(password="x")) as http,
    ):
        use_everything(http)


def test_moving_from_one_file_to_a_cluster_is_two_commands(tmp_path, closing):
    cluster = closing(Cluster(tmp_path))
    with running("serve", "--data-dir", str(tmp_path / "data"), "--admin-password", "x") as server:
        with Http(server.url, server.token(password="x")) as http:
            http.post("/users", json={"username": "uli", "password": "another", "quota": 300})
            with Http(server.url, server.token("uli", "another")) as uli:
                for number in range(200):
                    uli.put(f"/keys/k{number}", data=b"\xff%d" % number)
                    uli.post("/lists/q", data=b"%d" % number)
                    uli.post("/topics/t", data=b"%d" % number)
                route = uli.post("/routes", json={"key": "k7", "content_type": "a/b"}).json()[
                    "path"
                ]
    for command in (["backup", str(tmp_path / "file"), "--data-dir", str(tmp_path / "data")],
                    ["restore", str(tmp_path / "file"), "--redis-url", cluster.url]):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "bambleweeny", *command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with running(
        "serve", "--redis-url", cluster.url, "--data-dir", str(tmp_path / "other")
    ) as server:
        with Http(server.url, server.token("uli", "another")) as uli:
            assert len(uli.get("/keys").json()["keys"]) == 200
            assert uli.get("/keys/k9").content == b"\xff9"
            assert [uli.get("/lists/q").text for _ in range(200)] == [str(n) for n in range(200)]
            told = uli.get("/topics/t?since=all&limit=1000").json()["messages"]
            assert [message["value"] for message in told] == [str(n) for n in range(200)]
            assert uli.get(route).content == b"\xff7"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("replicas", ["0", "1"])
@pytest.mark.parametrize("kind", [Sentinels, Cluster])
def test_a_killed_master_is_followed_by_its_replica(tmp_path, closing, kind, replicas):
    """What asynchronous replication loses is reported; with a replica's word it is nothing."""
    engine = closing(kind(tmp_path))
    master = engine.primary if kind is Sentinels else engine.master_of("b9y:{0}:user")
    with serve(engine.url, tmp_path / "data", "--replicas", replicas, "--workers", "2") as server:
        token = server.token(password="x")
        go_on = threading.Event()
        go_on.set()
        port = int(server.url.rpartition(":")[2])
        clients = [Client(number, port, token, go_on) for number in range(8)]
        for client in clients:
            client.start()
        time.sleep(1)
        master.kill()
        # NOTE: one that asks for a replica's word needs a replica: the killed one comes back.
        back = threading.Timer(3.0, master.again)
        back.start()
        with Http(server.url, token) as http:
            seconds = wait_until(lambda: http.put("/keys/probe", data=b"x").status_code == 200)
            time.sleep(0.5)
            go_on.clear()
            for client in clients:
                client.join()
            verdict = judge([client.account for client in clients], Reader(http))
    back.join()
    answers = sum((client.account.statuses for client in clients), start=Counter())
    print(
        f"\n{kind.__name__}, --replicas {replicas}: back after {seconds:.1f} s, {verdict}, answers {dict(answers)}"
    )
    assert set(answers) <= {200, 204, 503}
    if replicas == "1":
        assert verdict.is_clean, verdict


def refused(url, place, *more):
    """Try to start; give the sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "bambleweeny", "serve", "--listen", "127.0.0.1:0", "--data-dir", str(place), *more],
        capture_output=True, text=True, timeout=30, check=False, env={**os.environ, "BAMBLEWEENY_REDIS_URL": url},
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
    [line] = done.stderr.splitlines()
    return line


def test_an_engine_that_cannot_be_used_is_told_in_a_sentence(tmp_path, closing):
    engine = closing(
        RedisServer(
            tmp_path, "--requirepass", SECRET, "--user", "weak", "on", ">x", "~*", "+@read", "+info"
        )
    )
    with socket.create_server(("127.0.0.1", 0)) as no_redis:
        port = no_redis.getsockname()[1]

        def answer():
            connection, _ = no_redis.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threads = [threading.Thread(target=answer) for _ in range(2)]
        for thread in threads:
            thread.start()
        assert refused(f"redis://127.0.0.1:{port}", tmp_path) == (
            f"bambleweeny: Cannot use the engine at redis://127.0.0.1:{port}/0: it does not speak the protocol of Redis."
        )
        for thread in threads:
            thread.join()
    here = f"127.0.0.1:{engine.port}"
    for url, reason in [
        ("redis://127.0.0.1:1", "Connection refused"),
        (f"redis://:wrong-{SECRET}@{here}", "WRONGPASS"),
        (f"redis://{here}", "NOAUTH"),
        (f"redis://weak:x@{here}", "NOPERM"),
        (f"redis://:{SECRET}@{here}/99", "DB index is out of range"),
        (f"rediss://:{SECRET}@{here}?connect_timeout=1s&timeout=1s", "."),
        (f"redis+cluster://:{SECRET}@{here}", "cluster support disabled"),
        (f"redis+sentinel://{here}/m", "unknown command"),
        (f"redis://:{SECRET}@{here}?color=red", "unknown parameter 'color'"),
        ("redis://nowhere.invalid", "Name or service not known"),
    ]:
        assert reason in refused(url, tmp_path), url


def test_an_engine_that_is_too_old_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as old:

        def answer():
            connection, _ = old.accept()
            with connection:
                connection.recv(1000)
                info = b"# Server\r\nredis_version:5.0.14\r\n"
                connection.sendall(b"$%d\r\n%s\r\n" % (len(info), info))

        thread = threading.Thread(target=answer)
        thread.start()
        port = old.getsockname()[1]
        assert "it is Redis 5.0, and 6.2 is the oldest" in refused(
            f"redis://127.0.0.1:{port}", tmp_path
        )
        thread.join()


def test_a_server_can_wait_for_its_engine(tmp_path, closing):
    engine = RedisServer(tmp_path)
    engine.stop()
    threading.Timer(1.0, engine.again).start()
    url = f"redis://127.0.0.1:{engine.port}"
    with serve(url, tmp_path / "data", "--wait-for-engine", "20s") as server:
        assert server.token(password="x")
    engine.stop()


def test_two_servers_over_one_engine_keep_every_promise_together(tmp_path, closing):
    """A token of one is good at the other, counters have no gap, quotas are exact, deletions are at once."""
    engine = closing(RedisServer(tmp_path))
    url = f"redis://127.0.0.1:{engine.port}"
    with serve(url, tmp_path / "a") as one, serve(url, tmp_path / "b") as two:
        token = one.token(password="x")
        with Http(one.url, token) as first, Http(two.url, token) as second:
            first.post("/users", json={"username": "uli", "password": "another", "quota": 10})
            uli = two.token("uli", "another")
            names = [f"k{number}" for number in range(40)]

            def work(number):
                with Http((one, two)[number % 2].url, uli) as http:
                    return [
                        http.put(f"/keys/{names[(number * 7 + i) % 40]}", data=b"x").status_code
                        for i in range(20)
                    ]

            with ThreadPoolExecutor(50) as pool:
                statuses = Counter(status for part in pool.map(work, range(50)) for status in part)
            assert set(statuses) == {200, 400}
            with engine.client() as raw:
                assert raw.zcard("b9y:{1}:keys") == 10
            with ThreadPoolExecutor(16) as pool:
                counted = [
                    int(answer.text)
                    for answer in pool.map(
                        lambda i: Http((one, two)[i % 2].url, token).post("/incr/n"), range(200)
                    )
                ]
            assert sorted(counted) == list(range(1, 201))
            assert first.delete("/users/1").ok
            with Http(two.url, uli) as gone:
                assert gone.get("/keys").status_code == 401
            assert second.get("/users").json() == first.get("/users").json()
