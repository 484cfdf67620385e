"""`mock`: from a file to an API at the root, which follows the file."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest
import requests
from bambleweeny import Client
from servers import AT_A_TERMINAL, children_of, is_alive, running, start, until

SHOP = {
    "rules": [
        {"name": "paid", "method": "POST", "path": "/orders/{id:int}/pay", "answers": [{"status": 201, "json": {"id": "!@[$path.id|int]"}}]},
        {"name": "other", "path": "/**", "answers": [{"status": 418, "text": "shop"}]},
    ]
}  # fmt: skip
DB = {"posts": [{"id": 1, "title": "a"}], "profile": {"name": "ann"}}
PETS = """
openapi: 3.0.0
servers: [{url: /v1}, {url: /v2}]
paths:
  /pets:
    get:
      operationId: listPets
      tags: [pets]
      responses: {"200": {content: {application/json: {example: [{id: 1}]}}}, "404": {}}
  /stores:
    get: {operationId: listStores, responses: {"204": {}}}
"""
HAR = {
    "log": {
        "entries": [
            {
                "request": {"method": "GET", "url": "https://a.example/seen?x=1", "headers": []},
                "response": {"status": 203, "headers": [], "content": {"text": "recorded", "mimeType": "text/plain"}},
            }
        ]
    }
}  # fmt: skip

BLOCKED = (sys.executable, "-c", "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, (1, 2, 15)); " + AT_A_TERMINAL[-1])  # fmt: skip
"""Starts a command with its signals blocked, as some supervisors do."""


@pytest.fixture
def place(alone, monkeypatch):
    """A directory with a file of each format."""
    monkeypatch.chdir(alone)
    for name, document in (("shop.json", SHOP), ("db.json", DB), ("seen.har", HAR)):
        (alone / name).write_text(json.dumps(document))
    (alone / "pets.yaml").write_text(PETS)
    return alone


class Mock:
    """A running mock, what it has printed since, and its API."""

    def __init__(self, server):
        self.server = server
        self.url = server.url.rstrip("/")
        self.api = server.said("API")
        self._came = threading.Condition()
        self._lines = []
        streams = (server.process.stdout, server.process.stderr)
        self._readers = [threading.Thread(target=self._read, args=(s,)) for s in streams]
        for reader in self._readers:
            reader.start()

    def _read(self, stream):
        with stream:
            for line in stream:
                with self._came:
                    self._lines.append(line.rstrip("\n"))
                    self._came.notify_all()

    def stop(self):
        """Stop it, and return its exit status."""
        self.server.process.send_signal(signal.SIGTERM)
        status = self.server.process.wait(timeout=20)
        for reader in self._readers:
            reader.join()
        return status

    def printed(self, pattern):
        """Wait until a line is printed that matches, and return it; later calls see later lines."""
        with self._came:
            assert self._came.wait_for(lambda: self._find(pattern), timeout=20), self._lines
            found = self._find(pattern)
            del self._lines[: self._lines.index(found) + 1]
            return found

    def _find(self, pattern):
        return next((line for line in self._lines if re.search(pattern, line)), None)

    def get(self, path, **more):
        return requests.get(self.url + path, timeout=10, **more)

    def post(self, path, **more):
        return requests.post(self.url + path, timeout=10, **more)


@contextmanager
def mocked(*words, **variables):
    server = start("mock", *words, **variables)
    mock = Mock(server)
    try:
        yield mock
    finally:
        assert mock.stop() == 0


def replace(file, text):
    """Save by rename, as many editors do."""
    other = file.with_suffix(".tmp")
    other.write_text(text)
    other.rename(file)


def test_each_format_is_an_api_at_the_root(place):
    for file, path, status, body, rule in (
        ("shop.json", "/x?a=1&b", 418, "shop", "other"),
        ("db.json", "/posts/1", 200, '{"id": 1, "title": "a"}', "posts"),
        ("pets.yaml", "/v1/pets", 200, '[{"id": 1}]', "listPets"),
        ("seen.har", "/seen?x=1", 203, "recorded", "GET /seen"),
    ):
        with mocked(file) as mock:
            answer = mock.get(path)
            assert answer.status_code == status
            assert json_or_text(answer.text) == json_or_text(body)
            assert mock.printed("^GET") == f"GET {path} {status} {rule}"
            assert mock.server.banner.splitlines()[0].endswith(
                f" mocks {file} with {2 if file != 'seen.har' else 1} rule{'s' * (file != 'seen.har')}."
            )
            assert requests.get(f"{mock.api}/healthz", timeout=10).json() == {"info": "ok"}
            assert mock.api == f"{mock.url}/_b9y"


def json_or_text(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def test_what_was_guessed_is_printed(place):
    with mocked("pets.yaml") as mock:
        assert "servers" in mock.server.said("Note")


def test_several_files_are_one_mock_in_their_order(place):
    with mocked("db.json", "pets.yaml", "shop.json") as mock:
        assert " with 6 rules." in mock.server.banner
        assert mock.get("/posts").json() == DB["posts"]
        assert mock.get("/v1/pets").json() == [{"id": 1}]
        assert mock.get("/v1/stores").status_code == 204
        assert mock.post("/orders/7/pay").json() == {"id": 7}
        assert mock.get("/any").status_code == 418
        with Client(mock.api, "admin", "changeme") as client:
            assert [route.name for route in client.routes.list()] == ["mock"]
            assert client.routes.verify("@admin/mock", {"path": "/posts", "count": 1}) == 1
    with mocked("shop.json", "db.json") as mock:
        assert mock.get("/posts").status_code == 418


def test_files_of_one_format_do_not_share_their_keys(place):
    (place / "more.json").write_text(json.dumps({"posts": [{"id": 9}], "notes": [{"id": 3}]}))
    with mocked("db.json", "more.json") as mock:
        assert mock.get("/posts").json() == DB["posts"]
        assert mock.get("/notes").json() == [{"id": 3}]
        with Client(mock.api, "admin", "changeme") as client:
            client.routes.reset("@admin/mock")
        assert mock.get("/posts").json() == DB["posts"]


def test_a_saved_file_is_read_again(place):
    shop = place / "shop.json"
    with mocked("shop.json", "--log-level", "error") as mock:
        shop.write_text(json.dumps(SHOP).replace("418", "410"))
        assert mock.printed("bambleweeny:") == "bambleweeny: The mock was renewed: 2 rules."
        assert mock.get("/x").status_code == 410
        replace(shop, json.dumps({"rules": SHOP["rules"][:1]}))
        assert mock.printed("bambleweeny:") == "bambleweeny: The mock was renewed: 1 rule."
        assert mock.get("/x").status_code == 404
        assert mock.printed("^GET .* 404") == "GET /x 404"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"rules": [', "shop.json: The document is not valid JSON: "),
        ('{"rules": [{"pth": "/x", "answers": []}]}', "unknown field `pth`"),
        ('{"rules": [{"path": "/{x"}]}', "(invalid_path)"),
        ('{"openapi": "3.0.0"}', "(invalid_import)"),
        (None, "Cannot read shop.json: No such file or directory."),
    ],
)
def test_a_broken_file_is_one_line_and_the_old_mock_stays(place, text, says):
    shop = place / "shop.json"
    with mocked("shop.json", "db.json") as mock:
        shop.unlink() if text is None else replace(shop, text)
        line = mock.printed("bambleweeny:")
        assert says in line
        assert line.endswith(" The mock stays as it was.")
        assert mock.get("/x").status_code == 418
        assert mock.printed("") == "GET /x 418 other"
        replace(shop, json.dumps(SHOP))
        assert mock.printed("bambleweeny:") == "bambleweeny: The mock was renewed: 4 rules."


def test_a_touched_file_changes_nothing_and_a_new_db_restores_objects(place):
    db = place / "db.json"
    with mocked("db.json") as mock:
        assert mock.post("/posts", json={"title": "b"}).status_code == 201
        replace(db, json.dumps(DB))
        other = place / "pets.yaml"
        assert other.exists()
        replace(db, json.dumps({"posts": [{"id": 5}]}))
        assert mock.printed("bambleweeny:") == "bambleweeny: The mock was renewed: 1 rule."
        assert mock.get("/posts").json() == [{"id": 5}]


def test_a_change_of_rules_keeps_the_objects(place):
    with mocked("db.json", "shop.json") as mock:
        mock.post("/posts", json={"title": "b"})
        replace(place / "shop.json", json.dumps(SHOP).replace("418", "410"))
        mock.printed("renewed")
        assert [post["id"] for post in mock.get("/posts").json()] == [1, 2]
        assert mock.get("/x").status_code == 410


def test_a_journal_of_a_document_is_followed_too(place):
    shop = place / "shop.json"
    replace(shop, json.dumps({**SHOP, "journal": "mine", "name": "mine"}))
    with mocked("shop.json") as mock:
        assert mock.server.said("Route") == "@admin/mock, with its calls in the topic mine"
        mock.get("/x")
        mock.printed("^GET /x 418 other$")
        replace(shop, json.dumps(SHOP))
        mock.printed("renewed")
        mock.get("/y")
        assert mock.printed("^GET") == "GET /y 418 other"


def test_options_of_the_server_and_of_imports(place):
    words = ("pets.yaml", "--only", "pets", "--base-path", "/api/b9y", "--max-body", "1kb")
    with mocked(*words, "--admin-password", "s3cret") as mock:
        assert mock.api == f"{mock.url}/api/b9y"
        assert (mock.get("/v1/pets").status_code, mock.get("/v1/stores").status_code) == (200, 404)
        assert mock.post("/v1/pets", data=b"x" * 2000).status_code == 413
        assert mock.server.said("Login") == "admin, password s3cret"
    with mocked("db.json", BAMBLEWEENY_BASE_PATH="/env", BAMBLEWEENY_FRONT="@admin/x") as mock:
        assert mock.api == f"{mock.url}/env"
        assert mock.get("/posts").status_code == 200


def test_other_commands_find_the_mock(place, typed):
    with mocked("shop.json") as mock:
        mock.post("/orders/7/pay?x=1")
        mock.printed("^POST")
        assert typed("route", "calls", "@admin/mock") == "POST /orders/7/pay?x=1 201 paid\n"


def test_a_file_may_come_from_a_pipe(place):
    with subprocess.Popen(
        [sys.executable, "-m", "bambleweeny", "mock", "-", "--listen", "127.0.0.1:0"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        process.stdin.write(json.dumps(DB))
        process.stdin.close()
        lines = iter(process.stdout.readline, "")
        url = next(line.split()[1] for line in lines if line.split()[0] == "URL")
        assert requests.get(f"{url}posts", timeout=10).json() == DB["posts"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


@pytest.mark.parametrize(
    ("under", "number"),
    [(AT_A_TERMINAL, signal.SIGTERM), (AT_A_TERMINAL, signal.SIGINT), (AT_A_TERMINAL, signal.SIGHUP), (BLOCKED, signal.SIGTERM)],
)  # fmt: skip
def test_a_signal_stops_all_and_leaves_nothing(place, temporary, under, number):
    with running("mock", "db.json", under=under, TMPDIR=str(temporary)) as server:
        [child] = children_of(server.process.pid)
        assert list(temporary.glob("bambleweeny-*"))
        assert server.stop(number) == 0
        assert server.log == ""
        assert not is_alive(child)
    assert not list(temporary.iterdir())


def test_a_signal_raises_nothing_where_the_program_is(temporary):
    """An exception there could leave a lock of the client locked, or be lost in a finalizer."""
    script = """
import os, signal
from bambleweeny.cli.commands.server.mock.process import Stopped, running_sandbox
from bambleweeny.config import load_config
from bambleweeny.errors import Busy
config = load_config({"listen": "127.0.0.1:0"}, {}, sandbox=True)
for failure in (None, Busy()):
    try:
        with running_sandbox(config) as server:
            os.kill(os.getpid(), signal.SIGTERM)
            print("here", server.is_stopping)
            if failure:
                raise failure
            server.check()
    except Stopped:
        print("stopped")
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("here True\nstopped\n" * 2, "")
    assert not list(temporary.iterdir())


def test_a_killed_mock_leaves_no_server(place):
    server = start("mock", "db.json")
    [child] = children_of(server.process.pid)
    server.process.kill()
    server.process.communicate(timeout=20)
    until(lambda: not is_running(child))
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=20)


def is_running(pid):
    """Whether a process runs; one that nobody waits for is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_server_that_dies_ends_the_mock(place):
    server = start("mock", "db.json")
    [child] = children_of(server.process.pid)
    os.kill(child, signal.SIGTERM)
    _, err = server.process.communicate(timeout=20)
    assert server.process.returncode == 1
    assert err == "bambleweeny: The server has stopped.\n"


def test_a_worker_that_dies_does_not_end_it(place):
    with mocked("db.json") as mock:
        [child] = children_of(mock.server.process.pid)
        for pid in children_of(child):
            if b"redis-server" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        mock.printed("worker 1 ended by signal 9")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                assert mock.get("/posts").status_code == 200
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        mock.printed("^GET /posts 200 posts$")
        replace(place / "db.json", '{"posts": [{"id": 7}]}')
        mock.printed("renewed")
        assert mock.get("/posts").json() == [{"id": 7}]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["wrong.json"], 1, "Did you mean 'path'? See 'bambleweeny help mock-reference'."),
        (["nope.json"], 1, "Cannot read nope.json: No such file or directory.\n"),
        (["shop.json", "."], 1, ".: The document is a directory; name a file in it.\n"),
        (["mapping.json"], 1, "mapping.json: It is a mapping of WireMock"),
        (["broken.json"], 1, "broken.json: The document is not valid JSON: "),
        (["wrong.json"], 1, "wrong.json: Object contains unknown field `pth`"),
        (["shop.json", "wrong.json"], 1, "wrong.json: Object contains unknown field `pth`"),
        (["empty.json"], 1, "empty.json: There is nothing in it that a route could answer."),
        ([], 2, "the following arguments are required: FILE"),
        (["shop.json", "--base-path", ""], 2, "it needs --base-path"),
        (["shop.json", "--front", "x"], 2, "The command 'mock' has no option '--front'."),
        (["shop.json", "--listen", "x"], 2, "'x' is not HOST:PORT"),
    ],
)
def test_what_cannot_be_mocked_ends_at_once(place, words, status, says):
    (place / "broken.json").write_text("{")
    (place / "empty.json").write_text("{}")
    (place / "mapping.json").write_text('{"request": {"url": "/"}, "response": {}}')
    (place / "wrong.json").write_text('{"rules": [{"pth": "/x", "answers": []}]}')
    listen = () if "--listen" in words else ("--listen", "127.0.0.1:0")
    done = subprocess.run(
        [sys.executable, "-m", "bambleweeny", "mock", *words, *listen],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (status, "")
    assert says in done.stderr


def test_an_address_that_is_taken_is_one_line(place, sandbox):
    address = sandbox.url.removeprefix("http://")
    done = subprocess.run(
        [sys.executable, "-m", "bambleweeny", "mock", "db.json", "--listen", address],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert address in done.stderr


@pytest.mark.parametrize("is_coloured", [True, False])
def test_calls_are_in_columns_at_a_terminal(place, monkeypatch, is_coloured):
    monkeypatch.setenv("TERM", "xterm")
    if not is_coloured:
        monkeypatch.setenv("NO_COLOR", "1")
    words = ["-m", "bambleweeny", "mock", "shop.json", "--listen", "127.0.0.1:0"]
    with pexpect.spawn(sys.executable, words, encoding="utf-8", timeout=20) as child:
        child.expect(r"URL +(http://[\d.:]+)/")
        url = child.match[1]
        child.expect("Login ")
        requests.post(f"{url}/orders/7/pay", timeout=10)
        requests.get(f"{url}/x?%1b=" + "y" * 90, timeout=10)
        child.expect(r"y{90}[^\n]*other[^\n]*\n")
        shown = child.before + child.after
        child.sendintr()
        child.expect(pexpect.EOF)
        child.close()
    assert child.exitstatus == 0
    assert ("\x1b[32m201" in shown) == is_coloured
    assert ("\x1b[33m418" in shown) == is_coloured
    lines = re.sub(r"\x1b\[[\d;]*m", "", shown).splitlines()
    assert "POST    /orders/7/pay                        201 paid" in lines


def test_a_route_without_a_journal_is_served_and_followed(place):
    shop = place / "shop.json"
    replace(shop, json.dumps({**SHOP, "journal": ""}))
    with mocked("shop.json") as mock:
        assert mock.server.said("Route").startswith("@admin/mock, without a journal")
        assert mock.get("/x").status_code == 418
        replace(shop, json.dumps({**SHOP, "journal": "mine"}))
        mock.printed("renewed")
        mock.get("/y")
        assert mock.printed("^GET") == "GET /y 418 other"
        replace(shop, json.dumps({**SHOP, "journal": ""}).replace("418", "410"))
        mock.printed("renewed")
        assert mock.get("/z").status_code == 410
    with mocked("shop.json", "db.json") as mock:
        assert "without a journal" in mock.server.said("Route")
        assert mock.get("/z").status_code == 410


def contract(size, name="a", operations=1):
    """An OpenAPI document whose bodies have `size` bytes each."""
    example = {"application/json": {"example": "x" * size}}
    paths = {
        f"/{name}{n}": {"get": {"responses": {"200": {"content": example}}}}
        for n in range(operations)
    }
    return json.dumps({"openapi": "3.0.0", "paths": paths})


def test_a_broken_file_of_several_changes_no_key(place):
    big, shop = place / "big.json", place / "shop.json"
    big.write_text(contract(300_000))
    with mocked("big.json", "shop.json") as mock, Client(mock.api, "admin", "changeme") as client:
        before = {key.name: bytes(client.get(key.name)) for key in client.keys.list()}
        [(name, value)] = before.items()
        assert name == "mock-file-1:body:1" and len(value) > 300_000
        big.write_text(contract(310_000).replace("xx", "yy"))
        shop.write_text('{"rules": [{"pth": "/x"}]}')
        assert "unknown field `pth`" in mock.printed("The mock stays as it was.")
        assert {key.name: bytes(client.get(key.name)) for key in client.keys.list()} == before
        assert [user.username for user in client.users.list()] == ["admin"]
        shop.write_text(json.dumps(SHOP))
        mock.printed("renewed")
        values = [bytes(client.get(key.name)) for key in client.keys.list()]
        assert any(value.startswith(b'"yy') for value in values)
        assert [user.username for user in client.users.list()] == ["admin"]


def test_a_large_file_is_imported_and_one_over_16_mb_names_the_bound(place):
    big = place / "big.json"
    big.write_text(contract(1_100_000))
    with mocked("big.json") as mock:
        assert len(mock.get("/a0").json()) == 1_100_000
    big.write_text(contract(16 << 20))
    assert "has up to 16 MB" in refused("big.json")
    big.write_text(contract(3000))
    assert "larger --max-body" in refused("big.json", "--max-body", "1kb")


@pytest.mark.parametrize(("size", "operations"), [(1100, 150), (10, 150)])
def test_files_that_are_too_much_together_name_a_way_out(place, size, operations):
    for name in "ab":
        (place / f"{name}.json").write_text(contract(size, name, operations))
    said = refused("a.json", "b.json")
    assert "a.json and b.json: " in said
    assert "--only, or start one mock for each file" in said
    (place / "a.json").write_text(contract(size, "a", 201))
    assert "with --only: the start of a path" in refused("a.json")


def refused(*words):
    """What a mock says that ends at its start."""
    done = subprocess.run(
        [sys.executable, "-m", "bambleweeny", "mock", *words, "--listen", "127.0.0.1:0"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr
