"""The examples of --help, typed into a shell against a live server."""

import os

import pytest
from bambleweeny import Client
from bambleweeny.cli.commands import COMMANDS, SERVER, verb_of
from bambleweeny.cli.verb import examples_of
from servers import running

SETS = {
    "users get": "bambleweeny users add uli secret",
    "users set": "bambleweeny users add uli secret",
    "users del": "bambleweeny users add uli secret",
    "events --": "(for _ in 1 2 3 4 5 6 7 8; do sleep 1; bambleweeny set app:x 1; "
    "bambleweeny push jobs x; done) > /dev/null 2>&1 &",
    "logout": "echo changeme | bambleweeny login http://127.0.0.1:8080 --profile work",
    "shell --profile": "echo changeme | bambleweeny login http://127.0.0.1:8080 --profile work",
    "password": "true",
    "import mine.ndjson": "bambleweeny export mine.ndjson",
    "zcat mine.gz": "bambleweeny export - | gzip > mine.gz",
}
"""What has to be there for an example whose words these are."""
ID = "3f8ab8ba-715d-47b9-b645-798caded306b"
TALKS = ("bambleweeny shell", "bambleweeny shell --profile work")
"""At a terminal; tests/cli/shell has that."""
EXAMPLES = [
    example
    for name, command in COMMANDS.items()
    if command.group != SERVER and name != "licenses"
    for example in examples_of(verb_of(name))
]


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
    monkeypatch.setenv("PATH", f"{alone}/bin:{os.environ['PATH']}")
    for name in ("bin", ".zfunc", ".config/fish/completions"):
        (alone / name).mkdir(parents=True)
    (alone / "dot.png").write_text("x")
    (alone / "alert.json").write_text("{}")
    (alone / "handle.py").write_text("import sys; sys.stdin.read()")
    (alone / "bin" / "sendmail").write_text("#!/bin/sh\ncat")
    (alone / "bin" / "sendmail").chmod(0o755)
    with Client(server.url, "admin", "changeme") as client:
        for user in client.users.list()[1:]:
            client.users.delete(user.id)
        for name in ("foo", "dot.png"):
            client.set(name, "1")
        for name in ("jobs", "photos", "todo"):
            client.push(name, "x")
        for name in ("news", "alerts"):
            client.topics.publish(name, "x")
        made = client.bins.create("jobs").id, client.routes.create("foo").id
    return lambda line: (
        line.replace("bin del " + ID, "bin del " + made[0])
        .replace("route del " + ID, "route del " + made[1])
        .replace("http://127.0.0.1:8080", server.url)
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_does_what_it_shows(example, place, shell_of, alone):
    typed = example.replace("--idle 5m", "--idle 0")
    typed = typed.replace("sub jobs", "sub jobs --idle 0").replace("--max 100", "--idle 0")
    if typed in TALKS:
        typed += " < /dev/null"
    needed = next((first for words, first in SETS.items() if words in example), "true")
    done = shell_of(place(f"set -e -o pipefail\n{needed}\n{typed}"), cwd=alone)
    assert done.returncode == 0, done.stderr
    assert b"bambleweeny:" not in done.stderr


def test_there_are_examples_of_every_command():
    assert all(examples_of(verb_of(name)) for name in COMMANDS)
    assert len(EXAMPLES) > 40
