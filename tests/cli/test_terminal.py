"""What people see at a terminal, and what a command does not import."""

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pexpect
import pytest

COMMAND = str(Path(sys.executable).parent / "bambleweeny")


@pytest.fixture
def at_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    made = []

    def spawn(*words):
        made.append(pexpect.spawn(COMMAND, [*words], encoding="utf-8", timeout=30))
        return made[-1]

    yield spawn
    for child in made:
        child.close(force=True)


def test_login_asks_for_the_password_and_does_not_show_it(at_terminal, typed, sandbox):
    child = at_terminal("login", sandbox.url)
    child.expect(f"Password of admin at {sandbox.url}: ")
    child.waitnoecho()
    child.sendline("changeme")
    child.expect("Logged in to")
    assert "changeme" not in child.before
    assert typed("token", "test").startswith("admin ")


def test_a_new_password_is_asked_for_twice(at_terminal, logged_in, sandbox):
    child = at_terminal("users", "add", "t-user")
    for question in ("New password: ", "Repeat the password: "):
        child.expect(question)
        child.waitnoecho()
        child.sendline("secret")
    child.expect(r"\d+")
    child.expect(pexpect.EOF)
    assert sandbox.token("t-user", "secret")
    child = at_terminal("users", "add", "t-other")
    for question, answer in (("New password: ", "one"), ("Repeat the password: ", "two")):
        child.expect(question)
        child.waitnoecho()
        child.sendline(answer)
    child.expect("The two passwords differ.")


def test_no_quota_reads_as_unlimited(at_terminal, logged_in, typed, sandbox):
    typed("users", "add", "t-free", "secret", "--quota", "unlimited")
    typed("users", "add", "t-bound", "secret", "--quota", "7")
    for words in (("users",), ("users", "get", "t-free")):
        child = at_terminal(*words)
        child.expect(r"QUOTA\s")
        child.expect(r"t-free\s+unlimited\s")
    child = at_terminal("shell")
    child.expect("b9y>")
    child.send("users\r")
    child.expect(r"t-bound\s+7\s")
    assert re.search(r"t-free\s+unlimited\s", child.before)
    child = at_terminal("users", "--json")
    child.expect('"quota": 0')
    assert "\tt-free\t0\t" in typed("users")


def test_a_long_transfer_shows_that_it_goes_on(at_terminal, alone):
    seen = threading.Event()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.wait(10)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"at last")

        def log_message(self, *_):
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        child = at_terminal("get", "foo", "--url", url, "--token", "x")
        child.expect("Reading foo.*0:00:01")
        seen.set()
        child.expect("at last\r\n")
    finally:
        seen.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_get_imports_no_server_no_engine_and_nothing_for_terminals(typed, logged_in):
    typed("set", "t:foo", "bar")
    code = (
        "import sys; from bambleweeny.cli import main; main(['get', 't:foo']); print(*sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in told.stdout.split()}
    heavy = {"falcon", "waitress", "hiredis", "rich", "prompt_toolkit", "jwt", "argon2", "msgspec"}
    assert not loaded & heavy
    assert not re.search(r"bambleweeny\.(server|api|core|store)\b", told.stdout)
