"""A receiver, a list, and `listen` in this process or in one of its own."""

import subprocess
import sys

import pytest
from bambleweeny import Client
from receivers import receiving


@pytest.fixture
def client(logged_in, sandbox, sandbox_token):
    with Client(sandbox.url, token=sandbox_token) as client:
        yield client


@pytest.fixture
def topic_bin(client):
    """A bin without a name that adds to a topic."""
    bin = client.bins.set({"topic": "topic_bin"})
    yield bin
    client.bins.delete(bin.id)


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hooks(client, request):
    """The name of a list that is empty, and is deleted in the end."""
    name = f"hooks:{request.node.name.partition('[')[0][:200]}"
    yield name
    client.lists.purge(name)
    for entry in client.lists.list(prefix=name):
        client.lists.delete(entry.name)


@pytest.fixture
def listening():
    """Start `listen` as a process; all are killed in the end."""
    started = []

    def start(name, url, *words):
        process = subprocess.Popen(
            [sys.executable, "-m", "bambleweeny", "listen", name, "--to", url, *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
