"""The examples of every help, typed where they are shown: into bash, and into our own shell."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pexpect
import pytest
import redis
from bambleweeny import Client
from bambleweeny.cli.command_table import COMMANDS, SERVER, verb_of
from bambleweeny.cli.commands.help import FIRST_STEPS, overview
from bambleweeny.cli.commands.shell.help import OWN, help_of, shell_examples_of
from bambleweeny.cli.commands.shell.help import overview as overview_of_the_shell
from bambleweeny.cli.verb import examples_of
from bambleweeny.store.engine.embedded import EmbeddedEngine
from original import fill
from receivers import receiving
from servers import running

URL = "http://127.0.0.1:8080"
TARGET = "http://localhost:3000"
REDIS = "redis://127.0.0.1:6379/0"
ORIGINAL = "rediss://:s3@redis.lan"
BEFORE = {
    "accept": "bambleweeny users add uli secret 2> /dev/null",
    "events": "(for _ in 1 2 3 4 5 6 7 8; do sleep 1; bambleweeny set app:x 1; "
    "bambleweeny push jobs x; bambleweeny pop jobs; done) > /dev/null 2>&1 &",
    "logout": f"bambleweeny login {URL} --profile work 2> /dev/null; "
    f"bambleweeny login {URL} 2> /dev/null",
    "listen": "for n in 1 2 3; do bambleweeny push hooks $n; done; "
    "L=$(bambleweeny lease hooks | cut -f 1); bambleweeny ack hooks $L --bury broken",
    "policy": "bambleweeny policy set jobs --lease 1m",
    "shell": f"bambleweeny login {URL} --profile work 2> /dev/null",
    "import": "bambleweeny export mine.ndjson; bambleweeny export - | gzip > mine.gz",
    "backup": "bambleweeny backup - 2> /dev/null | "
    f"bambleweeny restore --redis-url {REDIS} - 2> /dev/null",
    "import-original": "export BAMBLEWEENY_DATA_DIR=$PWD/imported",
    "restore": "bambleweeny backup monday.ndjson 2> /dev/null; gzip -k monday.ndjson; "
    "export BAMBLEWEENY_DATA_DIR=$PWD/new",
}
"""What has to be there, or to happen meanwhile, for the examples of a command."""
BEFORE_IN_THE_SHELL = {
    "users set": "users add uli secret",
    "users del": "users add uli secret",
    "users reset": "users add uli secret",
    "policy get": "policy set jobs --lease 1m",
    "policy del": "policy set mail --paused",
    "import": "export mine.ndjson",
    "token set": "token add ann --scope read",
    "token rotate": "token add ci --scope read",
    "token revoke ann": "token add ann --scope read",
}
SHOP = {"name": "shop", "journal": "shop-calls", "rules": [{"path": "/ping"}]}
HOOK = {"list": "hooks", "name": "gh", "keep": "request"}
PETSTORE = """
openapi: 3.0.0
paths:
  /pets:
    get: {responses: {"200": {content: {application/json: {example: [{id: 1}]}}}}}
"""
ID = "3f8ab8ba-715d-47b9-b645-798caded306b"
ITEM = "1795387415584138"
SANDBOX = "k3x9q2"
TALKS = ("bambleweeny shell", "bambleweeny shell --profile work")
"""At a terminal; tests/cli/shell has that."""
ASKS = "bambleweeny password"
SERVES = re.compile(
    "(BAMBLEWEENY_LOG_LEVEL=warning )?bambleweeny (serve|sandbox|mock .*)( --listen .*)?"
)
SHOWN = [
    line.strip().split("   ")[0]
    for line in f"{FIRST_STEPS}\n{overview()}".splitlines()
    if line.startswith("  bambleweeny ")
]
EXAMPLES = dict.fromkeys(
    [*SHOWN, *(example for name in COMMANDS for example in examples_of(verb_of(name)))]
)
IN_THE_SHELL = dict.fromkeys(
    example
    for name in OWN
    for verb in (verb_of(name), *verb_of(name).verbs.values())
    for example in shell_examples_of(verb)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    place = str(tmp_path_factory.mktemp("place"))
    with running(
        "serve", "--data-dir", place, BAMBLEWEENY_ADMIN_PASSWORD="changeme",
        BAMBLEWEENY_LOG_LEVEL="warning",
    ) as server:  # fmt: skip
        yield server


@pytest.fixture
def place(server, alone, monkeypatch):
    """A home and a server with what the examples need, and a function that fills in ids."""
    monkeypatch.setenv("HOME", str(alone))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("BAMBLEWEENY_URL", server.url)
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
    monkeypatch.setenv("BAMBLEWEENY_LISTEN", server.url.removeprefix("http://"))
    monkeypatch.setenv("BAMBLEWEENY_DATA_DIR", server.said("Data"))
    monkeypatch.setenv("PATH", f"{alone}/bin:{os.environ['PATH']}")
    put_less_into(alone / "bin")
    with Client(server.url, "admin", "changeme") as client:
        for user in client.users.list()[1:]:
            client.users.delete(user.id)
        client.tokens.revoke_all()
        client.routes.set(SHOP)
        for bin in client.bins.list():
            client.bins.delete(bin.id)
        client.bins.set(HOOK)
        put_documents_into(alone)
        for sandbox in client.sandboxes.list():
            sandbox.delete()
        with closing(client.sandboxes.create(name="ci")) as sandbox:
            sandbox.snapshot("paid")
        client.set("foo", "1")
        client.set("settings", json={})
        client.lists.delete("jobs") if "jobs" in [e.name for e in client.lists.list()] else None
        for name in ("jobs", "files", "todo", "jobs"):
            client.push(name, "x")
        for name in ("news", "alerts"):
            client.topics.publish(name, "x")
        bin_id, route_id = client.bins.create("jobs").id, client.routes.create("foo").id
        [leased] = client.lists.lease("jobs")
        ready = next(iter(client.lists.items("jobs")))
    return lambda line: (
        line.replace(f"bin del {ID}", f"bin del {bin_id}")
        .replace(f"route del {ID}", f"route del {route_id}")
        .replace(f"{ITEM}.1", leased.lease)
        .replace(ITEM, ready.id)
        .replace(SANDBOX, sandbox.id)
        .replace(URL, server.url)
        .replace("127.0.0.1:9000", server.url.removeprefix("http://"))
    )


def put_documents_into(folder):
    """Write the files of which the examples make mocks and bins."""
    (folder / "shop.json").write_text(json.dumps(SHOP))
    (folder / "gh.json").write_text(json.dumps(HOOK))
    (folder / "seed.ndjson").write_text('{"key": {"name": "color", "value": "blue"}}')
    (folder / "secret").write_text("s3\n")
    (folder / "db.json").write_text('{"posts": [{"id": 1}]}')
    (folder / "petstore.yaml").write_text(PETSTORE)


def put_less_into(folder):
    """Make a pager that does not wait for a key."""
    folder.mkdir()
    (folder / "less").write_text("#!/bin/sh\ncat")
    (folder / "less").chmod(0o755)


@pytest.fixture
def engine(tmp_path):
    """An engine of somebody else, in the place of the one at the usual port."""
    engine = EmbeddedEngine(tmp_path / "engine", max_memory=64 << 20)
    engine.start()
    engine.wait_until_ready()
    yield engine.url
    engine.stop()


@pytest.fixture
def receiver():
    """What the examples of `listen` send to."""
    with receiving() as receiver:
        yield receiver


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_the_examples_of_a_help_can_be_typed_in_their_order(name, place, shell_of, alone, request):
    examples = examples_of(verb_of(name)) if name else SHOWN
    script = ["set -e -o pipefail", BEFORE.get(name, "true")]
    for example in examples:
        if example != ASKS and not SERVES.fullmatch(example):
            typed = example.replace("--idle 5m", "--idle 0").replace("--max 100", "--idle 0")
            typed = typed.replace("sub jobs", "sub jobs --idle 0")
            typed = re.sub(r"(listen .*/hook)$", r"\1 --idle 0", typed)
            script.append(f"{typed} < /dev/null" if typed in TALKS else typed)
    text = place("\n".join(script))
    if TARGET in text:
        text = text.replace(TARGET, request.getfixturevalue("receiver").url)
    if REDIS in text:
        url = request.getfixturevalue("engine")
        text = text.replace(REDIS, url).replace(ORIGINAL, url)
        if name == "import-original":
            with redis.Redis.from_url(url) as client:
                fill(client, users=1, keys=1)
    done = shell_of(text, cwd=alone)
    assert done.returncode == 0, done.stderr
    assert b"bambleweeny:" not in done.stderr


@pytest.mark.parametrize("example", [one for one in EXAMPLES if SERVES.fullmatch(one)])
def test_an_example_starts_a_server(example, alone, monkeypatch):
    monkeypatch.setenv("BAMBLEWEENY_LISTEN", "127.0.0.1:0")
    put_documents_into(alone)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    process = subprocess.Popen(
        ["bash", "-c", f"exec env {example}"], env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=alone,
    )  # fmt: skip
    with process:
        try:
            assert re.search(r"is up\.$| mocks .* with \d rules?\.$", process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()


@pytest.mark.parametrize("example", [one for one in IN_THE_SHELL if one != "password"])
def test_an_example_does_what_it_shows_in_our_shell(example, place, typed, alone, monkeypatch):
    monkeypatch.chdir(alone)
    needed = [first for words, first in BEFORE_IN_THE_SHELL.items() if words in example]
    for line in needed:
        typed(*line.split())
    typed("shell", given=place(f"{example}\n").encode())
    assert "arning" not in typed.err


def test_a_new_password_is_asked_for_at_a_terminal(server, alone, monkeypatch):
    monkeypatch.setenv("BAMBLEWEENY_URL", server.url)
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
    command = str(Path(sys.executable).parent / "bambleweeny")
    for words, prompt in (([command, "password"], None), ([command, "shell"], "b9y>")):
        child = pexpect.spawn(words[0], words[1:], encoding="utf-8", timeout=20, echo=False)
        if prompt:
            child.expect(prompt)
            child.send("password\r")
        for question in ("New password: ", "Repeat the password: "):
            child.expect(question)
            child.sendline("changeme")
        child.expect("The password of admin is changed. ")
        child.close(force=True)


def test_every_help_shows_examples_that_run_there():
    assert len(EXAMPLES) > 90
    assert len(IN_THE_SHELL) > 40
    assert {"bambleweeny serve", "bambleweeny set foo bar"} <= {*SHOWN}
    for name in OWN:
        for verb, words in [(verb_of(name), [name])] + [
            (sub, [name, verb]) for verb, sub in verb_of(name).verbs.items()
        ]:
            shown = help_of(words).partition("examples:\n")[2].splitlines()
            assert [line.strip() for line in shown] == shell_examples_of(verb), words
            assert shown or name == "accept"  # it needs a code from another command
    for line in overview_of_the_shell().splitlines():
        assert not re.search(r"[|<>;&$`]|bambleweeny", line) or not line.startswith(" " * 12)


def test_the_examples_of_every_help_are_those_that_run(typed):
    for name in COMMANDS:
        for words in ([name], *([name, verb] for verb in verb_of(name).verbs)):
            shown = typed(*words, "--help").partition("examples:\n")[2].splitlines()
            assert shown, words
            assert {line.strip() for line in shown} <= {*EXAMPLES}, words


def test_there_are_examples_of_every_command():
    assert all(examples_of(verb_of(name)) for name in COMMANDS)
    assert all(COMMANDS[name].group != SERVER for name in OWN)
