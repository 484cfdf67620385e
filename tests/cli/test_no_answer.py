"""A server that does not answer, asked by every command."""

import socket
import threading
from importlib.resources import files

import pytest
from bambleweeny import Client
from bambleweeny.cli.command_table import COMMANDS, verb_of

ITEM, LEASE = "1795387415584138", "1795387415584138.1"
ID = "3f8ab8ba-715d-47b9-b645-798caded306b"
DOCUMENT = str(files("bambleweeny") / "openapi.yaml")
CALLS = {
    "get": ["x"],
    "set": ["x", "y"],
    "patch": ["x", "{}"],
    "expire": ["x", "1h"],
    "del": ["x"],
    "keys": [],
    "incr": ["x"],
    "push": ["x", "y"],
    "pop": ["x"],
    "lists list": [],
    "lists del": ["x"],
    "lease": ["x"],
    "ack": ["x", LEASE],
    "items list": ["x"],
    "items get": ["x", ITEM],
    "items del": ["x", ITEM],
    "items deliver": ["x", ITEM],
    "items bury": ["x", ITEM],
    "items move": ["x", "y"],
    "items purge": ["x"],
    "stats": ["x"],
    "policy get": ["x"],
    "policy set": ["x"],
    "policy del": ["x"],
    "publish": ["x", "y"],
    "topics list": [],
    "topics read": ["x"],
    "topics del": ["x"],
    "follow": ["x"],
    "export": ["-"],
    "import": ["/dev/null"],
    "events": [],
    "route list": [],
    "route add": ["x"],
    "route set": ["{}"],
    "route show": [ID],
    "route calls": [ID],
    "route verify": [ID, "{}"],
    "route reset": [ID],
    "route import": [DOCUMENT],
    "route del": [ID],
    "bin list": [],
    "bin add": ["x"],
    "bin set": ["{}"],
    "bin show": [ID],
    "bin refused": [ID],
    "bin tail": [ID],
    "bin del": [ID],
    "listen": ["x", "--to", "http://x", "--item", ITEM],
    "users list": [],
    "users get": ["1"],
    "users add": ["x", "y"],
    "users set": ["1", "--quota", "1"],
    "users del": ["1"],
    "users invite": ["x"],
    "users reset": ["1"],
    "accept": ["b9y_code_1_x", "another"],
    "sandboxes list": [],
    "sandboxes add": [],
    "sandboxes show": ["k3x9q2"],
    "sandboxes reset": ["k3x9q2"],
    "sandboxes snapshot": ["k3x9q2", "paid"],
    "sandboxes extend": ["k3x9q2", "2h"],
    "sandboxes del": ["k3x9q2"],
    "usage": [],
    "audit": [],
    "token add": ["x", "--scope", "read"],
    "token list": [],
    "token set": ["x", "--ttl", "1h"],
    "token rotate": ["x"],
    "token revoke": ["x"],
    "password": ["x"],
    "token new": [],
    "token test": [],
    "info": [],
    "save": [],
    "console": ["--print"],
    "login": ["--password", "x"],
}
ASK_NOBODY = {
    "serve", "sandbox", "mock", "backup", "restore", "import-original", "logout", "completion", "help", "version", "licenses",
}  # fmt: skip
OTHERWISE = {"health", "sub", "shell"}
"""Tested below."""
LOGINS = {"nobody": [], "token": ["--token", "x"], "password": ["--user", "u", "--password", "p"]}


@pytest.fixture(scope="module")
def nowhere():
    """A URL at which nothing listens, kept from others."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_every_command_is_asked():
    asked = {name.split()[0] for name in CALLS}
    assert asked | ASK_NOBODY | OTHERWISE == {*COMMANDS}
    for name in asked:
        verbs = verb_of(name).verbs
        assert {call.split()[1] for call in CALLS if call.split()[0] == name and verbs} == {*verbs}


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("call", CALLS)
def test_each_says_that_there_is_no_answer(call, login, typed, nowhere):
    given = LOGINS[login] if call != "login" else []
    typed(*call.split(), *CALLS[call], *given, "--url", nowhere, given=b"{}", status=1)
    first, *_ = typed.err.splitlines()
    assert first == (
        f"bambleweeny: There is no answer from {nowhere}: connection refused. (unreachable)"
    )
    assert "nauthorized" not in typed.err


def test_health_says_so_too(typed, nowhere):
    typed("health", nowhere, status=1)
    assert typed.err == f"bambleweeny: There is no answer from {nowhere}: Connection refused.\n"


def test_the_shell_says_so_for_each_command(typed, nowhere):
    typed("shell", "-k", "--url", nowhere, given=b"get a\nset a b\n", status=1)
    assert typed.err.count(f"There is no answer from {nowhere}: connection refused.") == 2


def test_a_name_that_nobody_knows(typed):
    typed("get", "x", "--url", "http://nobody.invalid:8080", status=1)
    assert typed.err.startswith(
        "bambleweeny: There is no answer from http://nobody.invalid:8080: its name cannot be resolved."
    )


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener, f"127.0.0.1:{listener.getsockname()[1]}"


def answered(listener, answer):
    """Answer one connection with bytes, and close it."""

    def run():
        wire, _ = listener.accept()
        with wire:
            wire.recv(4096)
            wire.sendall(answer)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_what_speaks_no_tls(typed, listener):
    socket_, place = listener
    thread = answered(socket_, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    typed("get", "x", "--url", f"https://{place}", status=1)
    thread.join()
    assert typed.err.startswith(f"bambleweeny: There is no answer from https://{place}: TLS failed")
    assert "try http://" in typed.err


def test_what_closes_at_once(typed, listener):
    socket_, place = listener
    threads = [answered(socket_, b"") for _ in range(2)]
    typed("get", "x", "--url", f"http://{place}", status=1)
    for thread in threads:
        thread.join()
    said = f"bambleweeny: There is no answer from http://{place}: the connection broke."
    assert typed.err.startswith(said)


def test_what_never_answers(typed, listener, monkeypatch):
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "timeout", 0.2)
    typed("get", "x", "--url", f"http://{listener[1]}", status=1)
    said = f"bambleweeny: There is no answer from http://{listener[1]} within 0.2 seconds."
    assert typed.err.startswith(said)
