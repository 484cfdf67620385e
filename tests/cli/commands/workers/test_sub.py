"""`sub`, as a process of its own: with commands that fail, and with signals."""

import os
import signal
import subprocess
import sys

import pytest
from bambleweeny import Client
from servers import running, until

pytestmark = pytest.mark.usefixtures("logged_in")


@pytest.fixture
def client(sandbox, sandbox_token):
    with Client(sandbox.url, token=sandbox_token) as client:
        yield client


def sub(*words, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "bambleweeny", "sub", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more,
    )  # fmt: skip


def ended(process, status=0):
    out, err = process.communicate(timeout=30)
    assert process.returncode == status, err
    return out, err


def test_each_item_is_on_standard_input_once_and_in_order(client):
    for item in (b"one\n", b"\x00two\n", b"three\n"):
        client.push("w:a", item)
    out, err = ended(sub("w:a", "--max", 3, "--", "sh", "-c", 'cat; echo "of $BAMBLEWEENY_LIST"'))
    assert out == "one\nof w:a\n\x00two\nof w:a\nthree\nof w:a\n"
    assert err == ""
    assert client.pop("w:a") is None


def test_it_waits_for_an_item(client):
    process = sub("w:wait", "--once", "--", "cat")
    client.push("w:wait", b"late")
    assert ended(process) == ("late", "")


def test_it_leaves_when_nothing_comes(client):
    client.push("w:idle", b"x")
    assert ended(sub("w:idle", "--idle", "0", "--", "cat")) == ("x", "")


def test_an_item_whose_command_fails_comes_again_later(client):
    client.push("w:fail", b"\xffbad")
    client.push("w:fail", b"next")
    _, err = ended(sub("w:fail", "--once", "--", "sh", "-c", "exit 3"), status=1)
    assert err == "bambleweeny: The command ended with status 3; its item is retried in 5 s.\n"
    assert client.pop("w:fail") == b"next"
    [item] = client.lists.items("w:fail", "delayed")
    assert (item.value, item.attempt) == (b"\xffbad", 1)
    client.lists.delete("w:fail")


DEAD = (
    "bambleweeny: The command ended with status 1; its item is dead after 1 attempt, in the list "
)


def test_an_item_is_dead_after_its_last_attempt_and_is_tried_again(client, typed, logged_in):
    client.lists.set_policy("w:dead", max_attempts=1)
    client.push("w:dead", b"bad")
    _, err = ended(sub("w:dead", "--once", "--", "false"), status=1)
    [item] = client.lists.items("w:dead", "dead")
    redrive = f"items deliver w:dead {item.id}"
    assert err == f"{DEAD}'w:dead'. To try it again: bambleweeny {redrive}\n"
    typed(*redrive.split())
    _, err = ended(sub("w:dead", "--once", "--", "/nope/nope"), status=1)
    assert "/nope: No such file or directory. The item is dead after 1 attempt, in" in err
    client.lists.set_policy("w:dead", max_attempts=2)
    client.lists.move("w:dead", "w:dead")
    client.lists.change("w:dead", retry=[client.lists.lease("w:dead")[0].lease])
    _, err = ended(sub("w:dead", "--once", "--", "false"), status=1)
    assert "its item is dead after 2 attempts, in the list 'w:dead'. " in err
    client.lists.delete("w:dead")


def test_an_item_in_the_dead_letter_list_is_tried_again(client, typed, logged_in):
    client.lists.set_policy("w:dead", max_attempts=1, dead_letter="w:graves")
    client.push("w:dead", b"bad")
    _, err = ended(sub("w:dead", "--once", "--", "false"), status=1)
    redrive = "items move w:graves w:dead --state ready"
    assert err == f"{DEAD}'w:graves'. To try it again: bambleweeny {redrive}\n"
    assert typed(*redrive.split()) == "1\n"
    assert client.lists.pop("w:dead") == b"bad"
    client.lists.delete("w:dead")


def test_the_fate_of_an_item_is_left_open_without_the_right_to_read(client, monkeypatch):
    made = client.tokens.add("w:may", ["lists:pop:w:may"])
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", made.text)
    client.push("w:may", b"bad")
    _, err = ended(sub("w:may", "--once", "--", "false"), status=1)
    assert err.endswith("its item is retried in 5 s, unless the policy of 'w:may' makes it dead.\n")
    client.tokens.revoke(made.token.id)
    client.lists.delete("w:may")


def test_nothing_is_said_of_an_item_whose_lease_is_lost(client):
    client.push("w:lost", b"bad")
    line = f"{sys.executable} -m bambleweeny items purge w:lost; exit 1"
    _, err = ended(sub("w:lost", "--once", "--", "sh", "-c", line), status=1)
    assert "lease_not_found" in err
    assert err.endswith("The command ended with status 1.\n")


def test_an_item_comes_back_when_the_program_is_killed(client):
    client.push("w:kill", b"x")
    process = sub("w:kill", "--lease", "1s", "--", "sleep", "3")
    until(lambda: client.lists.stats("w:kill")["leased"])
    process.kill()
    process.communicate()
    [item] = client.lists.lease("w:kill", wait=20)
    assert (item.value, item.attempt) == (b"x", 2)
    client.lists.ack("w:kill", item.lease)


def test_a_command_that_takes_longer_than_the_lease_keeps_its_item(client):
    client.push("w:long", b"x")
    line = "cat; echo $BAMBLEWEENY_ATTEMPT; sleep 1.5"
    process = sub("w:long", "--lease", "1s", "--once", "--", "sh", "-c", line)
    until(lambda: client.lists.stats("w:long")["leased"])
    assert client.lists.lease("w:long", wait=4) == []
    assert ended(process) == ("x1\n", "")
    assert client.lists.stats("w:long")["ready"] == 0


def test_an_item_whose_command_fails_is_dropped_when_asked(client):
    client.push("w:drop", b"bad")
    _, err = ended(sub("w:drop", "--once", "--drop", "--", "sh", "-c", "kill -9 $$"), status=1)
    assert err == "bambleweeny: The command ended by signal 9; its item is deleted.\n"
    assert client.pop("w:drop") is None


def test_after_a_failure_the_next_item_has_its_turn(client):
    for item in (b"1\n", b"ok\n"):
        client.push("w:turn", item)
    out, err = ended(sub("w:turn", "--max", 2, "--", "grep", "ok"))
    assert out == "ok\n"
    assert "status 1" in err
    assert [item.value for item in client.lists.items("w:turn", "delayed")] == [b"1\n"]


def test_a_command_that_does_not_exist_costs_no_item(client):
    client.push("w:none", b"x")
    _, err = ended(sub("w:none", "--", "/nope/nope"), status=1)
    assert err == (
        "bambleweeny: Cannot run /nope/nope: No such file or directory. "
        "The item is back in 'w:none'.\n"
    )
    assert client.pop("w:none") == b"x"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_command_finish(client, tmp_path, number):
    os.mkfifo(tmp_path / "go")
    client.push("w:sig", b"one")
    client.push("w:sig", b"two")
    line = f"touch {tmp_path}/begun; cat {tmp_path}/go; cat >> {tmp_path}/done"
    process = sub("w:sig", "--", "sh", "-c", line, start_new_session=True)
    until((tmp_path / "begun").exists)
    os.killpg(process.pid, number)
    (tmp_path / "go").write_text("go")
    ended(process)
    assert (tmp_path / "done").read_text() == "one"
    assert client.pop("w:sig") == b"two"


def test_a_signal_ends_who_only_waits(client):
    client.push("w:end", b"x")
    process = sub("w:end", "--", "cat")
    assert process.stdout.read(1) == "x"
    process.send_signal(signal.SIGTERM)
    ended(process)


def test_a_server_that_is_away_is_waited_for(alone, monkeypatch, tmp_path):
    settings = {"BAMBLEWEENY_ADMIN_PASSWORD": "changeme", "BAMBLEWEENY_DATA_DIR": str(tmp_path)}
    monkeypatch.delenv("BAMBLEWEENY_TOKEN")
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
    with running("serve", **settings) as server:
        monkeypatch.setenv("BAMBLEWEENY_URL", server.url)
        address = server.url.removeprefix("http://")
        process = sub("jobs", "--once", "--", "cat")
        with Client(server.url, "admin", "changeme") as client:
            client.keys.set("there", b"")
    err = process.stderr.readline()
    assert "trying again" in err
    with running("serve", listen=address, **settings) as server:
        with Client(server.url, "admin", "changeme") as client:
            client.push("jobs", b"at last")
        assert ended(process)[0] == "at last"


def test_what_cannot_be_understood(typed):
    typed("sub", "w:x", status=2)
    assert typed.err.startswith("bambleweeny: Write the command after --")
    for words in (["sub", "--", "cat"], ["sub", "x", "--max", "0", "--", "cat"]):
        typed(*words, status=2)
        assert "usage: bambleweeny sub" in typed.err
