"""Failures: order, retries, dead letters, kills, restarts of the server, expired tokens."""

import os
import signal
import threading

import pytest
from bambleweeny import Client
from receivers import kept, receiving
from servers import running, until


def bodies(requests):
    return [got.body.decode() for got in requests]


def test_a_failed_item_is_retried_and_the_next_has_its_turn(client, hooks, receiver, typed):
    receiver.answer = lambda got: 500 if got.body == b"0" else 204
    for number in range(4):
        client.push(hooks, kept(str(number)))
    out = typed("listen", hooks, "--to", receiver.url, "--idle", "0")
    assert bodies(receiver.received) == ["0", "1", "2", "3"]
    assert "500" in (first := out.splitlines()[0])
    [item] = client.lists.items(hooks, "delayed")
    assert first.endswith(f" ms, retried in 5 s, item {item.id}")
    assert item.attempt == 1


def test_in_order_a_failed_item_holds_the_later_ones(client, hooks, receiver, listening):
    failed = threading.Event()

    def answer(got):
        if got.body == b"1" and not failed.is_set():
            failed.set()
            return 500
        return 200

    receiver.answer = answer
    for number in range(3):
        client.push(hooks, kept(str(number)))
    process = listening(hooks, receiver.url, "--in-order", "--max", 4)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err.splitlines()[1:]) == (0, [])
    assert bodies(receiver.received) == ["0", "1", "1", "2"]
    assert out.splitlines()[2].endswith(" ms, attempt 2")


def test_after_its_last_attempt_an_item_is_dead(client, hooks, receiver, typed):
    client.lists.set_policy(hooks, max_attempts=1)
    receiver.answer = lambda got: 410 if got.body == b"bad" else 200
    client.push(hooks, kept("bad"))
    client.push(hooks, kept("good"))
    out = typed("listen", hooks, "--to", receiver.url, "--idle", "0", "--in-order")
    [item] = client.lists.items(hooks, "dead")
    assert out.splitlines()[0].endswith(f" ms, dead, item {item.id}")
    assert bodies(receiver.delivered) == ["good"]


def test_dead_letters_go_to_their_list_and_are_sent_again(client, hooks, receiver, typed):
    unsent = f"{hooks}:unsent"
    client.lists.set_policy(hooks, max_attempts=1, dead_letter=unsent)
    client.push(unsent, kept("of another list"))
    client.push(hooks, kept("bad"))
    receiver.answer = lambda _: 500
    out = typed("listen", hooks, "--to", receiver.url, "--max", "1", status=1)
    assert out.endswith(f" ms, dead, in the list '{unsent}'\n")
    [_, item] = client.lists.items(unsent)
    out = typed("listen", hooks, "--to", receiver.url, "--dead", status=1)
    assert out.endswith(f" ms, stays dead, item {item.id}\n")
    receiver.answer = lambda _: 200
    typed("listen", hooks, "--to", receiver.url, "--dead")
    assert bodies(receiver.delivered) == ["bad"]
    assert len([*client.lists.items(unsent)]) == 1


def test_all_dead_items_are_sent_again_and_deleted(client, hooks, receiver, typed):
    for number in range(5):
        client.push(hooks, kept(str(number)))
    leases = [item.lease for item in client.lists.lease(hooks, 4)]
    client.lists.change(hooks, bury=leases)
    receiver.answer = lambda got: 200 if int(got.body) % 2 else 404
    out = typed("listen", hooks, "--to", receiver.url, "--dead", status=1)
    assert bodies(receiver.received) == ["0", "1", "2", "3"]
    assert ["stays dead" in line for line in out.splitlines()] == [True, False] * 2
    assert len([*client.lists.items(hooks, "dead")]) == 2
    assert len([*client.lists.items(hooks)]) == 1


def test_dead_items_wait_for_a_target_that_answers(client, hooks, typed):
    for number in range(5):
        client.push(hooks, kept(str(number)))
    client.lists.change(hooks, bury=[item.lease for item in client.lists.lease(hooks, 5)])
    with receiving() as receiver:
        url = receiver.url
    out = typed("listen", hooks, "--to", url, "--dead", status=1)
    assert len(out.splitlines()) == 3
    assert typed.err.startswith("bambleweeny: 3 items in a row got no answer")


def test_one_item_is_sent_again_and_stays(client, hooks, receiver, typed):
    first, _ = client.push(hooks, kept("one")), client.push(hooks, kept("two"))
    for status in (0, 1):
        receiver.answer = lambda _, status=status: 500 if status else 200
        out = typed("listen", hooks, "--to", receiver.url, "--item", first, status=status)
        assert len(out.splitlines()) == 1
    assert bodies(receiver.received) == ["one", "one"]
    assert next(client.lists.items(hooks)).id == first
    for word in ("123", "abc", "", "9" * 20, "../x"):
        typed("listen", hooks, "--to", receiver.url, "--item", word, status=1)
        assert typed.err == (
            f"bambleweeny: The list '{hooks}' has no item '{word}'.\n"
            "An item that was delivered is deleted.\n"
        )


def test_the_delivery_of_a_killed_program_is_made_again(client, hooks, receiver, listening):
    go = threading.Event()
    receiver.answer = lambda got: 200 if got.body != b"1" or go.wait(20) else 500
    for number in range(4):
        client.push(hooks, kept(str(number)))
    process = listening(hooks, receiver.url, "--lease", "1s", "--in-order")
    until(lambda: len(receiver.received) == 2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    go.set()
    process = listening(hooks, receiver.url, "--in-order", "--max", 3)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err.splitlines()[1:]) == (0, [])
    assert bodies(receiver.received) == ["0", "1", "1", "2", "3"]
    assert "attempt 2" in out.splitlines()[0]
    assert receiver.received[1].header("b9y-item") == receiver.received[2].header("b9y-item")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_delivery_finish(client, hooks, receiver, listening, number):
    go = threading.Event()
    receiver.answer = lambda _: 200 if go.wait(20) else 500
    for text in ("one", "two"):
        client.push(hooks, kept(text))
    process = listening(hooks, receiver.url, "--lease", "1s")
    until(lambda: receiver.received)
    process.send_signal(number)
    go.set()
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err.splitlines()[1:]) == (0, [])
    assert len(out.splitlines()) == 1
    assert bodies(receiver.received) == ["one"]
    assert len([*client.lists.items(hooks)]) == 1


def test_a_delivery_that_takes_longer_than_the_lease_keeps_its_item(
    client, hooks, receiver, listening
):
    go = threading.Event()
    receiver.answer = lambda _: 200 if go.wait(20) else 500
    client.push(hooks, kept("x"))
    process = listening(hooks, receiver.url, "--lease", "1s", "--max", 1)
    until(lambda: receiver.received)
    assert client.lists.lease(hooks, wait=2) == []
    go.set()
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err.splitlines()[1:]) == (0, [])
    assert client.lists.stats(hooks)["ready"] == 0


def test_a_restart_of_the_server_and_an_expired_token_end_nothing(
    alone, monkeypatch, tmp_path, listening, receiver
):
    settings = {
        "BAMBLEWEENY_ADMIN_PASSWORD": "changeme", "BAMBLEWEENY_DATA_DIR": str(tmp_path / "data"),
        "BAMBLEWEENY_TOKEN_EXPIRY": "1",
    }  # fmt: skip
    monkeypatch.setenv("BAMBLEWEENY_USER", "admin")
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
    go = threading.Event()
    receiver.answer = lambda got: 200 if got.body != b"1" or go.wait(20) else 500
    with running("serve", **settings) as server:
        monkeypatch.setenv("BAMBLEWEENY_URL", server.url)
        address = server.url.removeprefix("http://")
        process = listening("hooks", receiver.url, "--lease", "2s", "--max", 3)
        with Client(server.url, "admin", "changeme") as client:
            client.push("hooks", kept("0"))
            until(lambda: len(receiver.received) == 1)
            # NOTE: two long polls without an item: the token expires meanwhile.
            first = client.tokens.current()
            until(lambda: client.lists.stats("hooks") and client.tokens.current() != first)
            client.push("hooks", kept("1"))
            until(lambda: len(receiver.received) == 2)
    go.set()
    assert process.stderr.readline().startswith("Listening to the list 'hooks', ")
    err = process.stderr.readline()
    assert "trying again" in err or "another worker may get the item" in err
    with running("serve", listen=address, **settings) as server:
        with Client(server.url, "admin", "changeme") as client:
            client.push("hooks", kept("2"))
            until(lambda: len(receiver.received) == 3)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert bodies(receiver.received) == ["0", "1", "2"]
    assert len(out.splitlines()) == 3


def test_a_token_alone_that_expires_ends_the_program_with_advice(
    client, hooks, receiver, monkeypatch, typed
):
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", "not-a-token")
    typed("listen", hooks, "--to", receiver.url, "--idle", "0", status=1)
    assert typed.err.startswith("bambleweeny: Unauthorized. (unauthorized)")


def test_options_of_which_one_would_be_ignored(hooks, typed):
    for words in (
        ["--item", "", "--in-order"], ["--dead", "--in-order"], ["--item", "1", "--idle", "5"],
        ["--print", "curl", "--lease", "5s"], ["--scheme", "github"], ["--resign", "x", "--scheme", "nope"],
        ["--resign", ""], ["--resign", "x", "--scheme", "hmac"],
    ):  # fmt: skip
        typed("listen", hooks, "--to", "http://x", *words, status=2)
        assert typed.err.startswith("bambleweeny: ")
    typed("listen", hooks, status=2)
    assert "--to" in typed.err


def test_a_broken_pipe_loses_no_item(client, hooks, receiver, listening):
    for number in range(3):
        client.push(hooks, kept(str(number)))
    process = listening(hooks, receiver.url)
    process.stdout.close()
    process.stdout = open(os.devnull)
    assert process.wait(timeout=30) == 141
    assert client.lists.stats(hooks)["leased"] == 0


def test_requests_that_cannot_be_delivered_do_not_slow_the_others_down(
    client, hooks, receiver, listening
):
    receiver.answer = lambda got: 200 if got.body == b"good" else 401
    for _ in range(6):
        client.push(hooks, kept("bad"))
        client.push(hooks, kept("worse", path="/.."))
    client.push(hooks, kept("good"))
    # NOTE: with pauses it would take minutes.
    _, err = listening(hooks, receiver.url, "--max", 13).communicate(timeout=30)
    assert bodies(receiver.received) == ["bad"] * 6 + ["good"]
    assert err.count(" is dead: its path has a dot segment.") == 6


def test_a_delivery_that_could_not_be_acknowledged_is_not_made_again(
    alone, monkeypatch, tmp_path, listening, receiver
):
    settings = {
        "BAMBLEWEENY_ADMIN_PASSWORD": "changeme", "BAMBLEWEENY_DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip
    monkeypatch.setenv("BAMBLEWEENY_USER", "admin")
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
    go = threading.Event()
    receiver.answer = lambda _: 200 if go.wait(20) else 500
    with running("serve", **settings) as server:
        monkeypatch.setenv("BAMBLEWEENY_URL", server.url)
        address = server.url.removeprefix("http://")
        process = listening("hooks", receiver.url, "--lease", "1s", "--max", 2, "--in-order")
        with Client(server.url, "admin", "changeme") as client:
            client.push("hooks", kept("first"))
            until(lambda: receiver.received)
    go.set()
    while "becomes ready again when its lease expires" not in (line := process.stderr.readline()):
        assert line
    with running("serve", listen=address, **settings) as server:
        with Client(server.url, "admin", "changeme") as client:
            client.push("hooks", kept("second"))
        process.communicate(timeout=60)
        assert process.returncode == 0
        assert bodies(receiver.received) == ["first", "second"]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_errors_of_a_proxy_are_waited_for(hooks, receiver, listening, monkeypatch, status):
    receiver.answer = lambda _: (status, {"Content-Type": "text/html"}, b"<h1>Bad Gateway</h1>")
    monkeypatch.setenv("BAMBLEWEENY_URL", receiver.url)
    process = listening(hooks, "http://127.0.0.1:1")
    assert process.stderr.readline().endswith("; trying again\n")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0
