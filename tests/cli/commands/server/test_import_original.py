"""`import-original`, as a person types it."""

import os
import signal
import stat
import subprocess
import sys
import time

import pexpect
import pytest
from engines import LOCAL, RedisServer, make_certificates
from original import Original, fill
from servers import Http, running

SECRET = "s3:cr/et"
PASSWORD = {"BAMBLEWEENY_ADMIN_PASSWORD": "changeme", "BAMBLEWEENY_WORKERS": "1"}
URL_OF_SECRET = "s3%3Acr%2Fet"


def typed(*words: object, status: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "bambleweeny", "import-original", *map(str, words)],
        env={**os.environ, **variables}, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A Redis with a password, filled by an original."""
    server = RedisServer(tmp_path_factory.mktemp("original"), "--requirepass", SECRET)
    with server.client(password=SECRET) as client:
        fill(client, users=5, keys=40)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def url(engine):
    return f"redis://:{URL_OF_SECRET}@{LOCAL}:{engine.port}/0"


def sums_of(text: str) -> dict[str, list[int]]:
    """Read the table at the end: found, imported, left out of each kind."""
    rows = (line.rsplit(maxsplit=3) for line in text.splitlines() if line[-1:].isdigit())
    return {row[0].strip(): [int(number) for number in row[1:]] for row in rows if len(row) == 4}


FOUND = {"users": 5, "keys": 50, "lists": 10, "items": 105, "routes": 5, "bins": 5}


def test_a_dry_run_counts_everything_and_writes_nothing(url, tmp_path):
    done = typed(
        "--from", url, "--dry-run", "--data-dir", tmp_path / "d", "--passwords", tmp_path / "p"
    )
    assert sums_of(done.stderr) == {k: [n, n, 0] for k, n in FOUND.items()} | {
        "other names": [0, 0, 0]
    }
    assert done.stderr.endswith("Nothing was written: this was a dry run.\n")
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_an_import_takes_everything_over_and_prints_new_passwords_once(url, tmp_path):
    done = typed("--from", url, "--data-dir", tmp_path / "d")
    assert sums_of(done.stderr)["users"] == [5, 5, 0]
    assert f"Imported to {tmp_path / 'd'}. Admin: password" in done.stderr
    assert "(made now, kept in" in done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[:2] for row in rows] == [[str(n), f"user.{n}@example.org"] for n in range(1, 5)]
    passwords = {name: password for _, name, password in rows}
    assert len(set(passwords.values())) == 4
    with running("serve", "--data-dir", str(tmp_path / "d")) as server:
        for name, password in passwords.items():
            with Http(server.url, server.token(name, password)) as user:
                assert user.get("/lists/jobs").content == b"0\x00\xff"
        admin = (tmp_path / "d" / "admin-password").read_text().strip()
        with Http(server.url, server.token("admin", admin)) as user:
            assert user.get("/keys?count=1").json()["count"] == 10


def test_the_passwords_can_go_into_a_file_of_its_owner(url, tmp_path):
    file = tmp_path / "passwords"
    done = typed("--from", url, "--data-dir", tmp_path / "d", "--passwords", file)
    assert done.stdout == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text().splitlines()) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d", "passwords"]


def test_an_existing_file_is_not_overwritten(url, tmp_path):
    file = tmp_path / "passwords"
    file.write_text("old")
    words = ("--from", url, "--data-dir", tmp_path / "d", "--passwords", file)
    assert typed(*words, status=1).stderr.startswith(f"bambleweeny: The file {file} exists already")
    assert file.read_text() == "old"


def test_nothing_is_imported_if_the_passwords_cannot_be_written(url, tmp_path):
    """The error names no URL, which has the password of the Redis."""
    command = [sys.executable, "-m", "bambleweeny", "import-original", "--data-dir", tmp_path / "d"]
    environment = {**os.environ, "BAMBLEWEENY_FROM": url}
    for more, stdout in (
        (["--passwords", "/dev/full"], subprocess.DEVNULL),
        ([], open("/dev/full", "w")),
    ):
        done = subprocess.run(
            [*command, *more],
            env=environment,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1, more
        assert "No space left on device" in done.stderr
        assert URL_OF_SECRET not in done.stderr
        assert SECRET not in done.stderr
    stdout.close()
    assert sums_of(typed("--from", url, "--data-dir", tmp_path / "d").stderr)["users"] == [5, 5, 0]


def test_a_refused_import_changes_no_password(url, tmp_path):
    data = ("--data-dir", tmp_path / "d")
    typed("--from", url, *data, "--admin-password", "first")
    typed("--from", url, *data, "--admin-password", "second", status=1)
    typed(
        "--from", "redis://127.0.0.1:1", *data, "--admin-password", "second", "--replace", status=1
    )
    with running("serve", "--data-dir", str(tmp_path / "d")) as server, Http(server.url) as http:
        logins = [{"username": "admin", "password": word} for word in ("first", "second")]
        assert [http.post("/auth/token", json=login).status_code for login in logins] == [200, 401]


def test_a_prefix_of_the_original_is_refused(url, tmp_path):
    words = ("--from", url, "--data-dir", tmp_path / "d", "--key-prefix", "KEY:1:")
    assert "is used by version 0.36" in typed(*words, status=1).stderr


def test_a_terminal_gets_a_table(url, tmp_path):
    words = [
        "-m",
        "bambleweeny",
        "import-original",
        "--from",
        url,
        "--data-dir",
        str(tmp_path / "d"),
    ]
    with pexpect.spawn(
        sys.executable, words, encoding="utf-8", timeout=60, dimensions=(40, 120)
    ) as child:
        child.expect("USERNAME")
        child.expect(r"user\.4@example\.org\W+\w{16}\b")
        child.expect(r"keys +50 +50 +0")
        child.expect(pexpect.EOF)


def test_the_admin_of_the_place_keeps_its_password(url, tmp_path):
    place = ("--data-dir", str(tmp_path / "d"))
    with running("serve", *place, **PASSWORD) as server:
        token = server.token()
    typed("--from", url, *place)
    with running("serve", *place) as server:
        assert server.token("admin", "changeme")
        with Http(server.url, token) as admin:
            assert admin.get("/keys").status_code == 401, "tokens of before are good no more"


def test_the_url_can_be_a_variable_so_that_no_list_of_processes_shows_it(url):
    assert "dry run" in typed("--dry-run", BAMBLEWEENY_FROM=url).stderr
    assert "--from redis://" in typed("--dry-run", status=2).stderr


def test_a_place_with_data_is_refused_and_can_be_replaced(url, tmp_path):
    place = ("--data-dir", str(tmp_path / "d"))
    with running("serve", *place, **PASSWORD) as server, Http(server.url, server.token()) as admin:
        admin.put("/keys/mine", data=b"1")
        admin.post("/users", json={"username": "ann", "password": "secret"})
        done = typed("--from", url, *place, status=1)
        assert "Another server uses" in done.stderr
    done = typed("--from", url, *place, "--passwords", tmp_path / "p", status=1)
    assert "--replace" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "p").exists()
    typed("--from", url, *place, "--replace")
    with running("serve", *place) as server, Http(server.url, server.token()) as admin:
        assert admin.get("/keys/mine").status_code == 404
        assert len(admin.get("/users").json()["users"]) == 5


def test_a_redis_can_hold_both(engine, url):
    """The original's names and ours do not meet in one database."""
    place = ("--redis-url", url)
    with engine.client(password=SECRET) as client:
        before = {name: client.dump(name) for name in client.scan_iter(count=1000)}
        typed("--from", url, *place, BAMBLEWEENY_ADMIN_PASSWORD="changeme")
        assert {name: client.dump(name) for name in before} == before
        with running("serve", *place) as server, Http(server.url, server.token()) as admin:
            assert admin.get("/lists/jobs?userid=3").content == b"0\x00\xff"
        for name in client.scan_iter("b9y:*", count=1000):
            client.delete(name)


def test_tls_and_a_database_are_read_from_the_url(tmp_path):
    make_certificates(tmp_path)
    files = (
        "--tls-cert-file",
        "server.crt",
        "--tls-key-file",
        "server.key",
        "--tls-ca-cert-file",
        "ca.crt",
    )
    settings = [str(tmp_path / word) if "." in word else word for word in files]
    server = RedisServer(tmp_path, *settings, "--tls-auth-clients", "no", tls=True)
    ca = str(tmp_path / "ca.crt")
    with server.client(ssl=True, ssl_ca_certs=ca, db=3) as client:
        fill(client, users=2, keys=3)
    address = f"rediss://{LOCAL}:{server.port}/3"
    assert sums_of(typed("--from", f"{address}?ca={ca}", "--dry-run").stderr)["users"] == [2, 2, 0]
    assert "certificate" in typed("--from", address, "--dry-run", status=1).stderr
    server.stop()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("redis://127.0.0.1:1", "The original's Redis at redis://127.0.0.1:1/0 cannot be read"),
        ("redis://:wrong@{}", "WRONGPASS"),
        ("redis://{}", "cannot be read"),
        ("redis+cluster://{}", "cannot use a Cluster"),
        ("redis://:s3%3Acr%2Fet@{}/1", "There is no user of an original"),
        ("http://x", "The URL of --from cannot be read: it is not one of"),
        ("dump.rdb", "cannot be read: it is not one of"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(engine, tmp_path, source, sentence):
    address = f"{LOCAL}:{engine.port}"
    for words in (["--dry-run"], ["--data-dir", tmp_path / "d"]):
        done = typed("--from", source.format(address), *words, status=1)
        assert sentence in done.stderr
        assert done.stderr.startswith("bambleweeny: ")
        assert done.stderr.count("\n") == 1
        assert SECRET not in done.stderr


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An original whose data take a while, and do not fit into 8 MB."""
    server = RedisServer(tmp_path_factory.mktemp("large"))
    with server.client() as client:
        original = Original(client)
        original.start()
        for _ in range(3):
            user = original.create_user(
                f"user{client.get('_USERID_')}".translate({98: None, 39: None})
            )
            with client.pipeline(transaction=False) as pipe:
                for number in range(5_000):
                    pipe.set(f"KEY:{user}::k{number}", os.urandom(500))
                pipe.execute()
    yield f"redis://{LOCAL}:{server.port}"
    server.stop()


def test_a_place_that_is_too_small_keeps_nothing_but_its_admin(large, tmp_path):
    place = ("--data-dir", str(tmp_path / "d"))
    with running("serve", *place, **PASSWORD):
        pass
    done = typed(
        "--from", large, *place, "--max-memory", "8mb", "--passwords", tmp_path / "p", status=1
    )
    assert "Nothing was kept." in done.stderr
    assert not (tmp_path / "p").exists()
    with running("serve", *place) as server, Http(server.url, server.token()) as admin:
        assert [user["username"] for user in admin.get("/users").json()["users"]] == ["admin"]
        assert admin.get("/keys").json() == {"keys": []}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_import_that_is_broken_off_is_all_or_nothing_once_repeated(large, tmp_path, number):
    place = ("--data-dir", str(tmp_path / "d"))
    with running("serve", *place, **PASSWORD):
        pass
    file = tmp_path / "d" / "appendonly.aof"
    before = file.stat().st_size
    command = [sys.executable, "-m", "bambleweeny", "import-original", "--from", large, *place]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        while file.stat().st_size < before + (3 << 20):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        said = process.communicate(timeout=60)[1]
    if number != signal.SIGKILL:
        assert said.endswith("bambleweeny: Interrupted; nothing was kept.\n"), process.returncode
        with running("serve", *place) as server, Http(server.url, server.token()) as admin:
            assert len(admin.get("/users").json()["users"]) == 1
    again = typed("--from", large, *place, "--replace")
    assert sums_of(again.stderr)["keys"] == [15_000, 15_000, 0]
    with running("serve", *place) as server, Http(server.url, server.token()) as admin:
        assert len(admin.get("/users").json()["users"]) == 4
        assert admin.get("/keys?count=1&userid=3").json()["count"] == 5_000
