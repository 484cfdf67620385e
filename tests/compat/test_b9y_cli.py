"""The original's command line from PyPI, unmodified: every command of b9y-cli 0.1.34,
typed at a terminal."""

import re
import sys
from pathlib import Path

import pexpect
import pytest
import requests
from servers import running

PROMPT = r"b9y v1\.1> "


@pytest.fixture(scope="module")
def url():
    with running("sandbox") as server:
        yield server.url


class Terminal:
    """b9y-cli at a terminal; keeps what was seen."""

    def __init__(self, url, *arguments):
        command = str(Path(sys.executable).parent / "b9y-cli")
        self.child = pexpect.spawn(command, ["-h", url, *arguments], encoding="utf-8", timeout=30)
        self.child.expect(PROMPT)
        self.greeting = self.child.before

    def type(self, line):
        self.child.sendline(line)
        self.child.expect(PROMPT)
        return self.child.before.replace("\r", "").partition("\n")[2].strip()

    def leave(self, line):
        self.child.sendline(line)
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.before


def test_every_command_works(url):
    b9y = Terminal(url)
    assert re.search(r"Connected to [0-9a-f]{8} as admin", b9y.greeting)
    assert b9y.type("token").count(".") == 2
    assert b9y.type("save") == "ok"
    assert b9y.type("set foo bar") == "OK"
    assert b9y.type("get foo") == "bar"
    assert b9y.type("get none") == "None"
    assert b9y.type("set message 'cool stuff!'") == "OK"
    assert b9y.type("get message") == "cool stuff!"
    assert b9y.type("keys") == "foo\nmessage"
    assert b9y.type("keys ^m") == "message"
    assert b9y.type("del foo") == "OK"
    assert b9y.type("del foo") == "Error"
    assert [b9y.type("incr n"), b9y.type("incr n")] == ["1", "2"]
    assert b9y.type("incr message") == "Error"
    assert b9y.type("push jobs 'first one'") == "OK"
    assert b9y.type("push jobs second") == "OK"
    assert b9y.type("pop jobs") == "first one"
    assert b9y.type("pop jobs") == "second"
    assert b9y.type("pop jobs") == "None"
    assert b9y.type("""set api '{"message": "!@[message]"}'""") == "OK"
    path = b9y.type("route api 'application/json;charset=utf-8'")
    assert requests.get(url + path, timeout=10).json() == {"message": "cool stuff!"}
    made = b9y.type("bin hooks")
    assert requests.post(url + made, data="hi", timeout=10).text == "OK"
    assert b9y.type("pop hooks") == "hi"
    assert b9y.type("create_user uli secret") == "OK. New user id is 1"
    assert b9y.type("create_user uli secret") == "error"
    assert b9y.type("users") == "USER: admin ID: 0 QUOTA: 0\nUSER: uli ID: 1 QUOTA: 0"
    for command in ("?", "help", "help set", "help exit", "nonsense", ""):
        b9y.type(command)
    assert b9y.type("password another") == "OK. Please login again with the new password."
    assert b9y.type("get foo") == "None"
    assert "Bye!" in b9y.leave("exit")
    again = Terminal(url, "-p", "another")
    assert again.type("password changeme").startswith("OK")
    assert "Bye!" in again.leave("q")


def test_a_user_and_its_limits(url):
    admin = Terminal(url)
    admin.type("create_user ann secret")
    ann = Terminal(url, "-u", "ann", "-p", "secret")
    assert ann.type("set mine x") == "OK"
    assert ann.type("keys") == "mine"
    assert ann.type("users") == "Error. Are you admin?"
    assert ann.type("save") == "error - are you admin?"
    assert re.search(r"mine \(OWNER:\d\)", admin.type("keys mine"))
    assert "Bye!" in ann.leave("EOF")
    assert "Bye!" in admin.leave("exit")


def test_a_wrong_password_is_told(url):
    command = str(Path(sys.executable).parent / "b9y-cli")
    said, status = pexpect.run(
        f"{command} -h {url} -p wrong", encoding="utf-8", withexitstatus=True
    )
    assert "credentials not valid" in said
    assert status == 0
