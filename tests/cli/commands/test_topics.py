"""`publish`, `topics` and `follow`."""

import json
import subprocess
import sys
import threading

import pytest
from bambleweeny import Client

pytestmark = pytest.mark.usefixtures("logged_in")


def test_messages_stay_for_every_reader(typed):
    published = typed("publish", "p:t", "one").strip()
    told = json.loads(typed("publish", "p:t", "--json", given=b"\x00two\n"))
    assert told["topic"] == "p:t"
    for _ in range(2):
        assert typed("topics", "read", "p:t") == "one\n\x00two\n"
    assert typed("topics", "read", "p:t", "--since", published) == "\x00two\n"
    assert typed("topics", "read", "p:t", "--limit", "1") == "one\n"
    typed("topics", "read", "p:t", "--since", "soon", status=1)
    typed("topics", "read", "p:t", "--limit", "0", status=2)


def test_the_last_messages_are_read_and_followed(typed):
    for value in ("1", "2", "3"):
        typed("publish", "p:last", value)
    assert typed("topics", "read", "p:last", "--last", "2") == "2\n3\n"
    assert typed("topics", "read", "p:last", "--last", "0") == ""
    assert typed("follow", "p:last", "--last", "2", "--max", "2") == "2\n3\n"
    for words in (["topics", "read"], ["follow"]):
        typed(*words, "p:last", "--last", "1", "--since", "all", status=2)
        assert "--last or --since" in typed.err
        typed(*words, "p:last", "--last", "-1", status=2)
    typed("topics", "read", "p:last", "--last", "1", "--limit", "1", status=2)
    typed("topics", "read", "p:last", "--last", "1001", status=1)


def test_a_type_is_kept(typed):
    typed("publish", "p:json", "{}", "--type", "application/json")
    [row] = typed("topics", "read", "p:json", "--json").splitlines()
    row = json.loads(row)
    assert (row["type"], row["value"]) == ("application/json", "{}")
    assert set(row) == {"id", "time", "type", "value"}


def test_a_read_waits(typed, sandbox, sandbox_token):
    with Client(sandbox.url, token=sandbox_token) as client:
        is_read = threading.Event()

        def publish_until_read():
            while not is_read.wait(0.05):
                client.topics.publish("p:wait", "late")

        publisher = threading.Thread(target=publish_until_read)
        publisher.start()
        assert typed("topics", "read", "p:wait", "--wait", "10s") == "late\n"
        is_read.set()
        publisher.join()


def test_what_comes_is_printed_as_it_comes(sandbox, sandbox_token):
    with Client(sandbox.url, token=sandbox_token) as client:
        client.topics.publish("p:f", "before")
        following = subprocess.Popen(
            [sys.executable, "-m", "bambleweeny", "follow", "p:f", "--since", "all", "--max", "2"],
            stdout=subprocess.PIPE,
        )
        assert following.stdout.readline() == b"before\n"
        client.topics.publish("p:f", "after")
        assert following.communicate(timeout=10)[0] == b"after\n"
        assert following.returncode == 0


def test_following_gives_a_row_of_json_each(typed):
    typed("publish", "p:rows", "1")
    [row] = typed("follow", "p:rows", "--since", "all", "--max", "1", "--json").splitlines()
    assert json.loads(row)["value"] == "1"


def test_topics_are_listed_and_deleted(typed):
    typed("publish", "pl:a", "x")
    typed("publish", "pl:b", "x")
    assert typed("topics", "--prefix", "pl:") == "pl:a\npl:b\n"
    assert typed("topics", "list", "--prefix", "pl:", "--long") == "pl:a\t0\npl:b\t0\n"
    assert typed("topics", "--after", "pl:a", "--limit", "1") == "pl:b\n"
    assert typed("topics", "--prefix", "pl:", "--count") == "2\n"
    typed("topics", "del", "pl:a", "pl:b")
    assert typed("topics", "--prefix", "pl:") == ""
    typed("topics", "del", "pl:a", status=1)
