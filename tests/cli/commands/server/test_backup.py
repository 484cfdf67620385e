"""`backup` and `restore`, as a person types them."""

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pexpect
import pytest
import redis
from bambleweeny.core.auth.caller import Caller
from bambleweeny.core.auth.passwords import Passwords
from bambleweeny.core.instance.instance import open_instance
from bambleweeny.core.services import make_services
from bambleweeny.core.topics import Bounds
from bambleweeny.store import open_store
from bambleweeny.store.engine.running import running_engine_url
from bambleweeny.store.scripts import PUSH_WITHIN_BOUNDS, SET_WITHIN_QUOTA
from engines import LOCAL, RedisServer
from servers import Http, running

PASSWORD = {"BAMBLEWEENY_ADMIN_PASSWORD": "changeme", "BAMBLEWEENY_WORKERS": "1"}


def typed(
    *arguments: object, status: int = 0, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "bambleweeny", *map(str, arguments)],
        input=given, capture_output=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


@pytest.fixture
def backup(tmp_path):
    """A backup of a place with a user and a key; the place is `home`, which nobody uses."""
    with running("serve", "--data-dir", str(tmp_path / "home"), **PASSWORD) as server:
        with Http(server.url, server.token()) as admin:
            admin.post("/users", json={"username": "uli", "password": "secret", "quota": 7})
            admin.put("/keys/foo?userid=1", data=b"\xff\x00bar")
        typed("backup", "--data-dir", tmp_path / "home", tmp_path / "b.ndjson")
    return tmp_path / "b.ndjson"


def test_a_backup_moves_from_one_directory_to_another(tmp_path):
    with running("serve", "--data-dir", str(tmp_path / "a"), **PASSWORD) as server:
        with Http(server.url, server.token()) as admin:
            admin.post("/users", json={"username": "uli", "password": "secret"})
            token = server.token("uli", "secret")
            admin.put("/keys/foo?userid=1", data=b"\xff\x00bar")
            document = {
                "list": "hooks",
                "name": "gh",
                "verify": {"scheme": "gitlab", "secrets": ["s"]},
            }
            admin.post("/bins?userid=1", json=document)
        said = typed("backup", "--data-dir", tmp_path / "a", tmp_path / "file").stderr.decode()
        assert said.startswith(
            "Backed up 2 users, 1 key, 0 items, 0 topics, 0 messages, 0 routes and 1 bin "
            f"from {tmp_path / 'a'}."
        )
    said = typed("restore", "--data-dir", tmp_path / "b", tmp_path / "file").stderr.decode()
    assert said.startswith("Restored 2 users, 1 key, ")
    with running("serve", "--data-dir", str(tmp_path / "b")) as server:
        assert "password as set before" in server.banner
        with Http(server.url, token) as uli:
            assert uli.get("/keys/foo").status_code == 401
        with Http(server.url, server.token("uli", "secret")) as uli:
            assert uli.get("/keys/foo").content == b"\xff\x00bar"
            assert uli.post("/bins/@uli/gh", data=b"x").json()["code"] == "invalid_signature"
            assert uli.post("/bins/@uli/gh", data=b"x", headers={"X-Gitlab-Token": "s"}).ok
            assert uli.get("/lists/hooks").content == b"x"
        assert server.token("admin", "changeme")


def test_the_file_is_its_owners_alone_and_nothing_else_is_left(backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in backup.parent.iterdir()) == ["b.ndjson", "home"]


def test_a_place_that_nobody_uses_is_backed_up_the_same(backup, tmp_path):
    again = tmp_path / "again"
    typed("backup", "--data-dir", tmp_path / "home", again)
    assert again.read_bytes().splitlines()[1:-1] == backup.read_bytes().splitlines()[1:-1]
    assert running_engine_url(tmp_path / "home") is None


def test_standard_output_and_input_can_be_piped(backup, tmp_path):
    piped = gzip.compress(typed("backup", "--data-dir", tmp_path / "home", "-").stdout)
    typed("restore", "--data-dir", tmp_path / "b", "-", given=gzip.decompress(piped))
    copy = typed("backup", "--data-dir", tmp_path / "b", "/dev/stdout").stdout
    assert copy.splitlines()[1:-1] == backup.read_bytes().splitlines()[1:-1]


def test_a_directory_with_a_long_name_is_found_while_its_server_runs(tmp_path):
    place = tmp_path / ("x" * 120)
    with running("serve", "--data-dir", str(place), **PASSWORD):
        assert b"Backed up 1 user, " in typed("backup", "--data-dir", place, tmp_path / "f").stderr


def test_a_restore_is_refused_while_a_server_runs(backup, tmp_path):
    with running("serve", "--data-dir", str(tmp_path / "b"), **PASSWORD) as server:
        done = typed("restore", "--replace", "--data-dir", tmp_path / "b", backup, status=1)
        assert b"Another server uses" in done.stderr
        with Http(server.url, server.token()) as admin:
            assert len(admin.get("/users").json()["users"]) == 1


def test_data_stay_unless_they_may_be_replaced(backup, tmp_path):
    done = typed("restore", "--data-dir", tmp_path / "home", backup, status=1)
    assert b"--replace" in done.stderr
    typed("restore", "--replace", "--data-dir", tmp_path / "home", backup)
    with (
        running("serve", "--data-dir", str(tmp_path / "home")) as server,
        Http(server.url, server.token("uli", "secret")) as uli,
    ):
        assert uli.get("/keys/foo").content == b"\xff\x00bar"


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data.replace(b"7", b"8"), lambda data: b"PK"]
)
def test_a_damaged_file_is_refused_before_anything_changes(backup, tmp_path, damage):
    bad = tmp_path / "bad"
    bad.write_bytes(damage(backup.read_bytes()))
    done = typed("restore", "--data-dir", tmp_path / "b", bad, status=1)
    assert done.stderr.startswith(b"bambleweeny: The ")
    assert not (tmp_path / "b").exists()
    before = (tmp_path / "home" / "appendonly.aof").read_bytes()
    typed("restore", "--replace", "--data-dir", tmp_path / "home", bad, status=1)
    assert (tmp_path / "home" / "appendonly.aof").read_bytes() == before


def test_a_failed_backup_leaves_the_earlier_file(backup, tmp_path):
    before = backup.read_bytes()
    done = typed("backup", "--redis-url", "unix:///nowhere", backup, status=1)
    assert b"The store is not available." in done.stderr
    assert backup.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["backup", "--data-dir", "{}/none", "{}/f"], "There are no data in"),
        (["restore", "--data-dir", "{}/none", "{}/none"], "No such file or directory"),
        (["backup", "--data-dir", "{}/home", "{}/none/f"], "No such file or directory"),
        (["restore", "--redis-url", "redis://127.0.0.1:1/0", "{}/b.ndjson"], "not available"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(backup, tmp_path, arguments, sentence):
    done = typed(*(text.format(tmp_path) for text in arguments), status=1)
    assert sentence in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
    assert not (tmp_path / "none").exists()


def test_an_engine_that_is_too_small_is_left_empty(tmp_path):
    with running("serve", "--data-dir", str(tmp_path / "a"), **PASSWORD) as server:
        with Http(server.url, server.token()) as admin:
            for number in range(12):
                admin.put(f"/keys/k{number}", data=os.urandom(1 << 20))
        typed("backup", "--data-dir", tmp_path / "a", tmp_path / "f")
    target = ("--data-dir", tmp_path / "b", tmp_path / "f")
    done = typed("restore", "--max-memory", "8mb", *target, status=1)
    assert (
        b"Nothing was kept. Delete data, or give the store more room: a larger --max-memory, or space on its disk."
        in done.stderr
    )
    typed("restore", "--max-memory", "64mb", *target)


@pytest.mark.parametrize(("command", "word"), [("backup", "Writing"), ("restore", "Checking")])
def test_a_terminal_gets_a_progress_bar(backup, tmp_path, command, word):
    place = tmp_path / ("home" if command == "backup" else "b")
    arguments = ["-m", "bambleweeny", command, "--data-dir", str(place), str(backup)]
    with pexpect.spawn(
        sys.executable, arguments, timeout=20, encoding="utf-8", env={**os.environ, "TERM": "xterm"}
    ) as terminal:
        terminal.expect(word)
        terminal.expect("━")
        terminal.expect("users, 1 key,")
        terminal.expect(pexpect.EOF)
    assert terminal.exitstatus == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_broken_off_leaves_no_engine(backup, tmp_path, number):
    home, nobody_reads = tmp_path / "home", tmp_path / "fifo"
    os.mkfifo(nobody_reads)
    arguments = ["-m", "bambleweeny", "backup", "--data-dir", str(home), str(nobody_reads)]
    with subprocess.Popen([sys.executable, *arguments], stderr=subprocess.PIPE) as process:
        while running_engine_url_of(home) is None:
            assert process.poll() is None
        process.send_signal(number)
        assert (
            process.communicate(timeout=20)[1] == b"bambleweeny: Interrupted; nothing was kept.\n"
        )
    assert process.returncode == 1
    assert running_engine_url(home) is None


def running_engine_url_of(home: Path) -> str | None:
    with suppress(FileNotFoundError):
        return running_engine_url(home)
    return None


def fill(url: str) -> None:
    """Write 20,000 keys, 2,000 lists of 10 items, 40 users, 500 routes and 500 bins, by the rules."""
    store = open_store(url)
    services = make_services(
        store, open_instance(store), passwords=Passwords(memory_kib=8, time_cost=1), token_lifetime=3000,
        max_list_items=1000, max_list_bytes=1 << 20, topic_bounds=Bounds(10, 60, 1000), max_waits=1, append_only_file=None,
    )  # fmt: skip
    values = random.Random(7)
    owners = [
        "0",
        *(services.users.create(f"user{n}", f"secret{n}", n * 1000).id for n in range(40)),
    ]
    for owner in owners:
        caller, tenant = Caller(owner, "", ""), store.schema.tenant(owner)
        services.users.change(owner, quota=0)
        services.keys.set(caller, "first", b"")
        services.lists.push(caller, "first", b"")
        commands = []
        for number in range(12_000 if owner == "0" else 200):
            name, value = f"key:{number}", values.randbytes(values.randrange(200))
            commands.append(("EVALSHA", SET_WITHIN_QUOTA.sha, 1, tenant.user, "", name, value))
        for number in range(500 if owner == "0" else 40):
            name = f"list:{number}"
            commands += [
                (
                    "EVALSHA",
                    PUSH_WITHIN_BOUNDS.sha,
                    1,
                    tenant.user,
                    "",
                    name,
                    1000,
                    1 << 20,
                    "",
                    "",
                    values.randbytes(40),
                )
                for _ in range(10)
            ]
        for begin in range(0, len(commands), 1000):
            store.write(*commands[begin : begin + 1000])
        for number in range(13):
            services.routes.create(caller, f"key:{number}", "text/plain")
            services.inboxes.bins.create(caller, f"list:{number}")
        services.users.change(owner, quota=int(owner) * 3000)
    store.close()


def content(url: str, prefix: str) -> dict[bytes, object]:
    """Give all that should come along, read by a client that is not ours."""
    read = {
        b"string": lambda pipe, name: pipe.get(name),
        b"list": lambda pipe, name: pipe.lrange(name, 0, -1),
        b"zset": lambda pipe, name: pipe.zrange(name, 0, -1),
        b"set": lambda pipe, name: pipe.smembers(name),
        b"hash": lambda pipe, name: pipe.hgetall(name),
    }
    found = {}
    with redis.Redis.from_url(url) as client, client.pipeline(transaction=False) as pipe:
        names = [
            name
            for name in client.scan_iter(f"{prefix}:*", count=10_000)
            if b":instance" not in name
        ]
        for begin in range(0, len(names), 5000):
            page = names[begin : begin + 5000]
            for name in page:
                pipe.type(name)
            for name, kind in zip(page, pipe.execute(), strict=True):
                read[kind](pipe, name)
            found |= {
                name.partition(b":")[2]: row for name, row in zip(page, pipe.execute(), strict=True)
            }
    for row in found.values():
        if isinstance(row, dict):
            row.pop(b"version", None)
    return found


@pytest.mark.timeout(300)
def test_a_round_trip_of_20_000_keys(tmp_path):
    """From the engine of a running server to another engine, and from there to a file once more."""
    home, file, again = tmp_path / "home", tmp_path / "b.ndjson", tmp_path / "again.ndjson"
    other = RedisServer(tmp_path)
    engine_url = f"redis://{LOCAL}:{other.port}"
    with running("serve", "--data-dir", str(home), **PASSWORD):
        url = running_engine_url(home)
        fill(url)
        began = time.monotonic()
        typed("backup", "--data-dir", home, file)
        written = time.monotonic()
        typed("restore", "--redis-url", engine_url, "--key-prefix", "moved", file)
        restored = time.monotonic()
        assert content(engine_url, "moved") == content(url, "b9y")
    typed("backup", "--redis-url", engine_url, "--key-prefix", "moved", again)
    lines, copied = file.read_bytes().splitlines(), again.read_bytes().splitlines()
    assert sum(line.startswith(b'{"key"') for line in lines) == 20_041
    assert lines[1:-1] == copied[1:-1]
    print(
        f"{len(lines)} lines, {file.stat().st_size} bytes, {written - began:.1f} s, {restored - written:.1f} s"
    )
    other.stop()
