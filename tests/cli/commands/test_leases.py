"""`lease`, `ack`, `policy`, `items` and `stats`."""

import json
import re

import pytest
from bambleweeny import Client

pytestmark = pytest.mark.usefixtures("logged_in")


@pytest.fixture
def client(sandbox, sandbox_token):
    with Client(sandbox.url, token=sandbox_token) as client:
        yield client


def test_a_lease_is_printed_and_ended(typed, client):
    typed("push", "e:a", "one")
    typed("push", "e:a", given=b"\xff")
    lease, attempt, enqueued, value = typed("lease", "e:a").rstrip("\n").split("\t")
    assert (attempt, value) == ("1", "one")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", enqueued)
    assert typed("items", "e:a", "--state", "leased").split("\t")[3] == enqueued
    [row] = json.loads(typed("lease", "e:a", "--max", 5, "--for", "5m", "--json"))
    assert row["value"] == {"base64": "/w=="}
    typed("lease", "e:a", status=1)
    assert typed.err == "bambleweeny: The list 'e:a' has no item to lease.\n"
    typed("ack", "e:a", lease, "--retry", "0")
    typed("ack", "e:a", lease, status=1)
    assert "(lease_not_found)" in typed.err
    typed("ack", "e:a", row["lease"], "--extend", "1m")
    typed("ack", "e:a", row["lease"], "--bury", "no text")
    again = typed("lease", "e:a").split("\t")[0]
    typed("ack", "e:a", again, "--retry", "5", "--bury", "x", status=2)
    typed("ack", "e:a", again)
    assert "\tno text\t" in typed("items", "e:a", "--state", "dead")
    assert typed("items", "move", "e:a", "e:a") == "1\n"
    assert client.pop("e:a") == b"\xff"


def test_a_policy_is_shown_set_and_ended(typed):
    typed("policy", "set", "e:p", "--lease", "2m", "--max-attempts", 3, "--dead-letter", "e:d")
    assert typed("policy", "e:p") == (
        "lease\t120\nmax_attempts\t3\ndead_letter\te:d\noverflow\treject\npaused\tfalse\n"
    )
    assert json.loads(typed("policy", "get", "e:p", "--json"))["lease"] == 120
    typed("policy", "del", "e:p")
    typed("policy", "e:p", status=1)


def test_items_are_listed_from_either_end_and_waited_for(typed, client):
    typed("push", "e:n", "--lines", given=b"1\n2\n3\n")

    def listed(*words):
        return [line.split("\t") for line in typed("items", "list", "e:n", *words).splitlines()]

    rows = listed("--newest", "--limit", 2)
    assert [row[-1] for row in rows] == ["3", "2"]
    assert [row[-1] for row in listed("--newest", "--after", rows[1][0])] == ["1"]
    assert listed("--after", rows[0][0], "--wait", "0") == []
    client.push("e:n", "4")
    assert [row[-1] for row in listed("--after", rows[0][0], "--wait", "20s")] == ["4"]
    typed("items", "list", "e:n", "--newest", "--after", rows[0][0], "--wait", "1s", status=1)
    assert "leave out 'order'" in typed.err
    typed("items", "list", "e:n", "--limit", 0, status=2)


def test_items_are_seen_counted_and_deleted(typed):
    typed("push", "e:i", "--lines", "--front", given=b"a\nb\n")
    typed("push", "e:i", "later", "--delay", "5m", "--ttl", "1h")
    for _ in range(2):
        typed("push", "e:i", "once", "--key", "k")
    typed("push", "e:i", "--lines", "--key", "k", given=b"a", status=2)
    rows = [line.split("\t") for line in typed("items", "e:i").splitlines()]
    assert [row[-1] for row in rows] == ["a", "b", "once"]
    assert typed("items", "get", "e:i", rows[1][0]) == "b"
    typed("items", "del", "e:i", rows[1][0])
    typed("items", "get", "e:i", rows[1][0], status=1)
    assert "ready\t2\n" in typed("stats", "e:i")
    assert json.loads(typed("stats", "e:i", "--json"))["delayed"] == 1
    for words in (["pop", "e:i"], ["lease", "e:i"], ["items", "move", "e:i", "e:i"]):
        typed(*words, "--max", "0", status=2)
    assert typed("pop", "e:i", "--max", 10) == "a\nonce\n"
    assert typed("pop", "e:i", "--max", 10, "--json") == "[]\n"
    assert typed("items", "purge", "e:i") == "1\n"


def test_single_items_are_delivered_and_buried(typed):
    typed("push", "e:d", "later", "--delay", "1h")
    [late] = [
        line.split("\t")[0] for line in typed("items", "e:d", "--state", "delayed").splitlines()
    ]
    name, item_id, state = typed("items", "deliver", "e:d", late).rstrip("\n").split("\t")
    assert (name, state) == ("e:d", "ready")
    [row] = json.loads(typed("items", "list", "e:d", "--preview", 2, "--json"))
    assert (row["value"], row["size"]) == ("la", 5)
    assert typed("items", "bury", "e:d", item_id, "--reason", "old") == f"e:d\t{item_id}\tdead\n"
    assert "\told\t" in typed("items", "e:d", "--state", "dead")
    typed("items", "deliver", "e:d", item_id)
    [lease] = [line.split("\t")[0] for line in typed("lease", "e:d").splitlines()]
    typed("items", "bury", "e:d", lease.partition(".")[0], status=1)
    assert "(item_leased)" in typed.err
    assert typed("lists", "--prefix", "e:d", "--stats") == "e:d\t0\t1\t0\t0\t5\t1\t0\tfalse\n"
    assert typed("lists", "--match", "^e:d$", "--stats", "--limit", 1).startswith("e:d\t")
    for words in ("--long", "--count"):
        typed("lists", "--stats", words, status=2)
