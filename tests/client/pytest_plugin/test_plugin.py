"""The plug-in of pytest, in runs of pytest of their own."""

import signal
import socket
import subprocess
import sys
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from bambleweeny import Client
from servers import until

pytest_plugins = "pytester"

SEED = '{"key": {"name": "color", "value": "blue"}}\n{"item": {"list": "jobs", "value": "x"}}\n'
ISOLATED = """
import pytest

@pytest.mark.parametrize("number", range(40))
def test_it_is_alone(b9y_sandbox, number):
    assert [entry.name for entry in b9y_sandbox.keys.list()] == ["color"]
    assert b9y_sandbox.incr("calls") == 1
    assert b9y_sandbox.get("color") == b"blue"
    b9y_sandbox.set("color", str(number))
    assert b9y_sandbox.pop("jobs") == b"x"
    assert b9y_sandbox.pop("jobs") is None
    b9y_sandbox.push("jobs", str(number))
    b9y_sandbox.topics.publish("news", str(number))
    assert [m.value.text() for m in b9y_sandbox.topics.read("news", since="all")] == [str(number)]
    assert b9y_sandbox.get("color").text() == str(number)
"""


@pytest.fixture
def run(pytester, monkeypatch, temporary):
    """Run pytest in another process, with the plug-in and without those of these tests."""
    for name in ("URL", "TOKEN", "USER", "PASSWORD"):
        monkeypatch.delenv(f"BAMBLEWEENY_{name}", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    plugins = ("-p", "xdist.plugin", "-p", "bambleweeny.client.pytest_plugin")

    def run(*words):
        return pytester.runpytest_subprocess(
            *plugins, "-p", "no:cacheprovider", *words, timeout=100
        )

    run.plugins = (*plugins, "-p", "no:cacheprovider")
    return run


def is_refused(url):
    """Return whether nothing listens at a URL."""
    place = urlsplit(url)
    with socket.socket() as wire:
        return wire.connect_ex((place.hostname, place.port)) != 0


@pytest.fixture
def named(sandbox, monkeypatch, run):
    """A server that the variables name, and a client of its admin, who has no data."""
    monkeypatch.setenv("BAMBLEWEENY_URL", sandbox.url)
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
    with Client(sandbox.url, "admin", "changeme") as client:
        client.import_([], "replace")
        for made in client.sandboxes.list():
            made.delete()
        yield client


def test_tests_in_parallel_do_not_meet(pytester, run, named, temporary):
    pytester.makefile(".ndjson", seed=SEED)
    pytester.makepyfile(ISOLATED)
    before = list(named.export())
    run("-n", "4", "--b9y-seed", "seed.ndjson").assert_outcomes(passed=40)
    assert named.sandboxes.list() == []
    assert list(named.export()) == before
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_starts_one_server_and_stops_it(pytester, run, workers, temporary):
    pytester.makepyfile("""
    import pytest

    @pytest.mark.parametrize("number", range(8))
    def test_it(b9y_sandbox, b9y_server, number, tmp_path):
        b9y_sandbox.set("color", "blue")
        with open("urls", "a") as urls:
            print(b9y_server, file=urls)
    """)
    run("-n", workers).assert_outcomes(passed=8)
    [url] = {*(pytester.path / "urls").read_text().split()}
    place = urlsplit(url)
    with pytest.raises(ConnectionRefusedError):
        while True:  # until it has stopped
            with (
                suppress(ConnectionResetError),
                socket.create_connection((place.hostname, place.port)) as wire,
            ):
                wire.recv(1)
    until(lambda: not list(temporary.iterdir()))


def test_nothing_is_started_for_tests_that_do_not_ask(pytester, run):
    pytester.makepyfile("""
    import os, sys

    def test_it():
        assert os.listdir(os.environ["TMPDIR"]) == []
    """)
    run("-n", "2").assert_outcomes(passed=1)
    run().assert_outcomes(passed=1)


def test_urls_of_routes_and_bins_stay(pytester, run, named):
    pytester.makepyfile("""
    import json
    import pytest
    from urllib.request import urlopen

    SHOP = {"name": "shop", "rules": [{"path": "/ping", "answers": [{"text": "pong"}]}]}

    @pytest.fixture(scope="session")
    def b9y_seed():
        return [{"route": {"document": json.dumps(SHOP)}}]

    URLS = set()

    @pytest.mark.parametrize("number", range(3))
    def test_it(b9y_sandbox, number):
        [route] = b9y_sandbox.routes.list()
        assert urlopen(f"{route.url}/ping").read() == b"pong"
        b9y_sandbox.routes.delete(route.id)
        URLS.add(route.url)
        assert len(URLS) == 1
    """)
    run().assert_outcomes(passed=3)


def test_a_test_may_reset_and_save_its_sandbox(pytester, run, named):
    pytester.makepyfile("""
    def test_it(b9y_sandbox):
        b9y_sandbox.set("state", "paid")
        b9y_sandbox.sandboxes.snapshot("paid")
        b9y_sandbox.delete("state")
        b9y_sandbox.sandboxes.reset(to="paid")
        assert b9y_sandbox.get("state") == b"paid"

    def test_that_it_ends(b9y_sandbox):
        b9y_sandbox.sandboxes.delete()

    def test_the_next_one_has_another(b9y_sandbox):
        assert b9y_sandbox.sandboxes.get().name == "pytest"
    """)
    run().assert_outcomes(passed=3)
    assert named.sandboxes.list() == []


def test_a_test_sees_no_snapshot_of_another(pytester, run, named):
    pytester.makepyfile("""
    import pytest
    from bambleweeny.errors import NotFound

    @pytest.mark.parametrize("number", range(7))
    def test_it(b9y_sandbox, number):
        with pytest.raises(NotFound):
            b9y_sandbox.sandboxes.reset(to="paid")
        assert b9y_sandbox.sandboxes.get().snapshots == ()
        b9y_sandbox.sandboxes.snapshot("paid")
        b9y_sandbox.sandboxes.snapshot(f"number{number}")
    """)
    run().assert_outcomes(passed=7)


def test_a_test_may_close_its_client(pytester, run, named):
    pytester.makepyfile("""
    def test_it(b9y_sandbox):
        b9y_sandbox.set("color", "blue")
        b9y_sandbox.close()

    def test_the_next_one(b9y_sandbox):
        with b9y_sandbox:
            assert list(b9y_sandbox.export()) == []
    """)
    run("-W", "error").assert_outcomes(passed=2)
    assert named.sandboxes.list() == []


def test_a_program_that_starts_once_has_the_token_of_all_tests(pytester, run, named):
    pytester.makefile(".ndjson", seed=SEED)
    pytester.makepyfile("""
    import pytest
    from bambleweeny import Client

    @pytest.fixture(scope="session")
    def program(b9y_server, b9y_token):
        with Client(b9y_server, token=b9y_token) as client:
            yield client

    @pytest.mark.parametrize("number", range(4))
    def test_without_a_client_of_its_own(program, number):
        assert program.incr("calls") == 1

    @pytest.mark.parametrize("number", range(4))
    def test_both_see_the_same(program, b9y_sandbox, number):
        assert program.incr("calls") == 1
        assert b9y_sandbox.get("calls") == b"1"
        assert program.tokens.current() == b9y_sandbox.tokens.current()
    """)
    run("--b9y-seed", "seed.ndjson").assert_outcomes(passed=8)
    run("-n", "2").assert_outcomes(passed=8)
    assert named.sandboxes.list() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_killed_run_leaves_nothing(pytester, run, temporary, workers, number):
    pytester.makepyfile("""
    import os, pytest, threading

    @pytest.mark.parametrize("number", range(2))
    def test_it(b9y_sandbox, b9y_server, number):
        b9y_sandbox.set("color", "blue")
        with open("urls", "a") as urls:
            print(b9y_server, file=urls)
        threading.Event().wait(60)
    """)
    words = (sys.executable, "-m", "pytest", *run.plugins, "-n", workers)
    with (pytester.path / "out").open("wb") as out:
        # NOTE: a program below nohup ignores SIGHUP, and its children do.
        handler = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        process = subprocess.Popen(words, cwd=pytester.path, stdout=out, stderr=out)
        signal.signal(signal.SIGHUP, handler)
    urls, wanted = pytester.path / "urls", 2 if workers == "2" else 1
    try:
        until(lambda: urls.exists() and len(urls.read_text().split()) == wanted)
        assert any(path.name.startswith("bambleweeny-pytest-") for path in temporary.iterdir())
    finally:
        process.send_signal(number)
        process.wait(60)
    [url] = {*urls.read_text().split()}
    until(lambda: not list(temporary.iterdir()))
    until(lambda: is_refused(url))


def test_a_relative_path_of_a_seed_is_found_from_the_root(pytester, run, named, monkeypatch):
    pytester.makefile(".ndjson", seed=SEED)
    pytester.makeconftest("""
    import pytest
    from pathlib import Path

    @pytest.fixture(scope="session")
    def b9y_seed():
        return Path("seed.ndjson")
    """)
    pytester.makeini("[pytest]")
    below = pytester.mkdir("below")
    (below / "test_it.py").write_text(
        "def test_it(b9y_sandbox): assert b9y_sandbox.get('color') == b'blue'"
    )
    monkeypatch.chdir(below)
    run().assert_outcomes(passed=1)


def test_options_are_explained_and_a_token_is_enough(pytester, run, named, monkeypatch):
    help = run("--help").stdout.str()
    assert "--b9y-url=URL" in help
    assert "--b9y-seed=FILE" in help
    pytester.makepyfile("def test_it(b9y_sandbox): pass")
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", named.tokens.create())
    monkeypatch.delenv("BAMBLEWEENY_PASSWORD")
    run().assert_outcomes(passed=1)


def test_errors_are_sentences_without_tracebacks(pytester, run, named, monkeypatch, sandbox):
    pytester.makepyfile("def test_it(b9y_sandbox): pass\ndef test_too(b9y_sandbox): pass")

    def failed(*words):
        done = run(*words)
        done.assert_outcomes(errors=2)
        text = done.stdout.str()
        assert "Traceback" not in text
        assert "world.py" not in text
        return text

    pytester.makefile(".ndjson", bad='{"key": {}}\n')
    assert "Line 1" in failed("--b9y-seed", "bad.ndjson")
    assert named.sandboxes.list() == []
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{bound.getsockname()[1]}"
        assert "connection refused" in failed("--b9y-url", nowhere)
    assert "not an http:// or https:// URL" in failed("--b9y-url", "ftp://x")
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "wrong")
    assert "b9y_sandbox has no sandbox at" in failed()
    monkeypatch.delenv("BAMBLEWEENY_PASSWORD")
    assert "Unauthorized" in failed()
    missing = run("--b9y-seed", "nothing.ndjson")
    assert missing.ret == pytest.ExitCode.USAGE_ERROR
    missing.stderr.fnmatch_lines("*There is no file 'nothing.ndjson' for --b9y-seed.")


def test_a_server_that_cannot_start_is_explained(pytester, run, monkeypatch, temporary):
    pytester.makepyfile("def test_it(b9y_sandbox): pass")
    package = pytester.mkdir("broken") / "hiredis"
    package.mkdir()
    (package / "__init__.py").write_text("raise ModuleNotFoundError('no', name='hiredis')")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    for words in ((), ("-n", "2")):
        done = run(*words)
        done.assert_outcomes(errors=1)
        done.stdout.fnmatch_lines(
            "*did not start. Name a server with --b9y-url or BAMBLEWEENY_URL*"
        )
        done.stdout.fnmatch_lines("*needs the server, which is not installed*hiredis*")
    assert list(temporary.iterdir()) == []


def test_a_seed_is_found_from_the_root(pytester, run, named, monkeypatch):
    pytester.makefile(".ndjson", seed=SEED)
    pytester.makeini("[pytest]\naddopts = --b9y-seed=seed.ndjson\n")
    below = pytester.mkdir("below")
    (below / "test_it.py").write_text(
        "def test_it(b9y_sandbox): assert b9y_sandbox.get('color') == b'blue'"
    )
    monkeypatch.chdir(below)
    run().assert_outcomes(passed=1)
