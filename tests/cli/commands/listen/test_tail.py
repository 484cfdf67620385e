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
