"""`bin tail`: requests are shown, and stay."""

import json
import subprocess
import sys

import pytest
from receivers import kept

MULTIPART = (
    '--B\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--B\r\nContent-Disposition: form-data; '
    'name="file"; filename="a\\"\x1b.png"\r\nContent-Type: image/png\r\n\r\n\x00\r\n--B--'
)


def test_the_newest_are_shown_and_the_newest_is_last(client, hooks, typed):
    for number in range(7):
        client.push(
            hooks,
            kept(
                f'{{"n":{number}}}',
                path=f"/{number}",
                query="a=1",
                ip="1.2.3.4",
                verified=bool(number % 2),
            ),
        )
    lines = typed("bin", "tail", hooks).splitlines()
    assert [line.split(" ")[3] for line in lines] == [f"/{number}?a=1" for number in range(2, 7)]
    newest = [*client.lists.items(hooks)][-1]
    assert (
        lines[-1]
        == f"2026-01-01T00:00:00.000Z {newest.id} POST /6?a=1 1.2.3.4 application/json 7 bytes, not verified"
    )
    assert lines[-2].endswith(", verified")
    assert len(typed("bin", "tail", hooks, "-n", "1").splitlines()) == 1
    assert client.lists.stats(hooks)["ready"] == 7


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (kept('{"a":{"b":"\u00e4"}}'), ["{", '  "a": {', '    "b": "ä"', "  }", "}"]),
        (kept("{broken\nx\x1b"), ["{broken", "x\\x1b"]),
        (kept({"base64": "AP8="}), ["binary, 2 bytes"]),
        (kept(""), []),
        (b"plain", ["plain"]),
        (kept("x" * 70_000), ["x" * 65536, "... 4464 characters more"]),
        (kept(MULTIPART, headers={"content-type": "multipart/form-data; boundary=B"}),
         ['"note" text/plain 5 bytes = hello', '"file" file "a\\"\\u001b.png" image/png 1 byte']),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_body_by_its_kind(client, hooks, typed, item, shown):
    client.push(hooks, item)
    assert typed("bin", "tail", hooks, "--body").splitlines()[1:] == [f"  {line}" for line in shown]


def test_as_json(client, hooks, typed):
    item = client.push(
        hooks, kept(MULTIPART, headers={"content-type": "multipart/form-data; boundary=B"})
    )
    client.push(hooks, kept({"base64": "AP8="}))
    first, second = map(json.loads, typed("bin", "tail", hooks, "--json").splitlines())
    assert first["id"] == item
    assert [part["size"] for part in first["parts"]] == [5, 1]
    assert second["body"] == {"base64": "AP8="}
    assert (second["state"], second["attempt"], second["reason"]) == ("ready", 0, None)


def test_a_request_cannot_write_lines_of_its_own(client, hooks, typed):
    client.push(hooks, kept("", path="/a\nb", headers={"content-type": "x\ny"}))
    assert len(typed("bin", "tail", hooks).splitlines()) == 1


def test_requests_are_shown_as_they_arrive(client, hooks):
    bin = client.bins.create(hooks)
    process = subprocess.Popen(
        [sys.executable, "-m", "bambleweeny", "bin", "tail", bin.url, "--follow", "--body"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        for text in ("one", "two", "three"):
            client.bins.post(bin.id, text)
            assert process.stdout.readline().endswith(f" POST / {len(text)} bytes\n")
            assert process.stdout.readline() == f"  {text}\n"
        process.kill()
    assert client.lists.stats(hooks)["ready"] == 3
    client.bins.delete(bin.id)


def test_the_requests_of_a_state(client, hooks, typed):
    for number in range(4):
        client.push(hooks, kept("", path=f"/{number}"))
    first, second, third = client.lists.lease(hooks, 3)
    client.lists.change(hooks, bury=[{"lease": first.lease, "reason": "no\nuse"}])
    client.lists.change(hooks, retry=[{"lease": second.lease, "delay": 600}])
    for state, item in (("dead", first), ("delayed", second), ("leased", third)):
        [line] = typed("bin", "tail", hooks, "--state", state).splitlines()
        assert line.split(" ")[1] == item.id
        assert line.endswith(r", dead: no\nuse") == (state == "dead")
        assert json.loads(typed("bin", "tail", hooks, "--state", state, "--json"))["state"] == state
        typed("bin", "tail", hooks, "--state", state, "--follow", status=2)
        assert f"it has no --state {state}." in typed.err
    assert len(typed("bin", "tail", hooks).splitlines()) == 1


def test_the_dead_ones_of_a_dead_letter_list(client, hooks, typed):
    unsent = f"{hooks}:unsent"
    client.push(unsent, kept("of another list"))
    for policy in ({}, {"dead_letter": unsent}):
        client.lists.set_policy(hooks, max_attempts=9, **policy)
        for number in range(2):
            client.push(hooks, kept("", path=f"/{number}{len(policy)}"))
            [item] = client.lists.lease(hooks)
            client.lists.change(hooks, bury=[item.lease])
    for most, paths in ((5, ["/00", "/10", "/01", "/11"]), (3, ["/10", "/01", "/11"])):
        lines = typed("bin", "tail", hooks, "--state", "dead", "-n", most).splitlines()
        assert [line.split(" ")[3] for line in lines] == paths


@pytest.mark.parametrize("words", [[], ["--follow"], ["--state", "dead"]])
def test_a_word_that_is_no_bin_and_no_list(client, hooks, topic_bin, typed, words):
    assert (topic_bin.name, topic_bin.list) == ("", "")
    for word in (hooks, "a*b", ""):
        typed("bin", "tail", word, *words, status=1)
        assert typed.err.startswith(f"bambleweeny: You have no bin and no list '{word}'.\n")
    client.push(f"{hooks}:longer", "x")
    typed("bin", "tail", hooks, *words, status=1)


def test_a_list_that_is_empty_exists_with_a_bin_or_a_policy(client, hooks, typed):
    bin = client.bins.create(hooks)
    assert typed("bin", "tail", hooks) == typed("bin", "tail", bin.id) == ""
    client.bins.delete(bin.id)
    client.lists.set_policy(hooks, max_attempts=1)
    assert typed("bin", "tail", hooks) == ""
