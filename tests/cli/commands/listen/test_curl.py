"""`--print curl`: commands that a shell runs, and that no text in a request can change."""

import base64
import subprocess

import pytest
from bambleweeny.cli.commands.listen.curl import LOGIN
from receivers import kept

BODIES = {
    "json": b'{"a": "it\'s", "b": "$HOME `id` \\\\ \\n"}',
    "lines": b"a\nb\n\n",
    "file": b"@/etc/passwd",
    "nul": b"a\x00b",
    "bytes": bytes(range(256)),
    "escapes": b"\x1b[2J\x08",
    "bidi": "a\u202eb".encode(),
    "carriage returns": b"a\r\nb\ttab",
    "large": b"x" * 200_000,
    "quotes": b"'; touch gone; echo '",
    "empty": b"",
    "option": b"--url=x",
}


def commands(typed, hooks, url, *words):
    return typed("listen", hooks, "--to", url, "--print", "curl", *words)


def run(text, folder, **variables):
    done = subprocess.run(
        ["sh", "-e"], input=text.encode(errors="surrogateescape"), capture_output=True, timeout=30, cwd=folder, check=False,
        env={"PATH": "/usr/bin:/bin", **variables},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture
def printed(typed, hooks, receiver, tmp_path):
    """Print the commands for a path of the receiver, and run them."""

    def print_and_run(path=""):
        run(commands(typed, hooks, receiver.url + path), tmp_path)

    return print_and_run


def test_the_dot_segments_of_a_url_are_sent_as_listen_sends_them(client, hooks, receiver, printed):
    client.push(hooks, kept("x", path="/a"))
    printed("/hook/../other/%2e")
    [got] = receiver.received
    assert got.path == "/hook/../other/%2e/a"


@pytest.mark.parametrize("name", BODIES)
def test_the_command_sends_the_same_bytes(client, hooks, receiver, printed, name):
    body = BODIES[name]
    client.push(
        hooks, kept({"base64": base64.b64encode(body).decode()}, path="/a", query="b[]=1&c={2}")
    )
    printed("/hook")
    [got] = receiver.received
    assert (got.method, got.path, got.body) == ("POST", "/hook/a?b[]=1&c={2}", body)
    assert got.header("content-type") == "application/json"
    assert client.lists.stats(hooks)["ready"] == 1


def test_headers_cannot_inject_anything(client, hooks, receiver, typed, tmp_path):
    headers = {
        "x-quote": "'; touch gone; '", "x-dollar": "$(touch gone) `touch gone` !!", "x-empty": "",
        "x-latin": "J\xf6rg", "x-utf8": "J\xc3\xb6rg", "x-tab": "a\tb", "x-at": "@/etc/passwd",
        "user-agent": "Hookshot",
    }  # fmt: skip
    client.push(hooks, kept("x", headers=headers))
    run(commands(typed, hooks, receiver.url), tmp_path)
    [got] = receiver.received
    for name, text in headers.items():
        assert got.header(name) == text, name
    assert got.header("content-type") is None
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PATCH", "B-O_G'S"])
def test_each_method(client, hooks, receiver, printed, method):
    client.push(hooks, kept("", method, headers={}))
    printed()
    assert [got.method for got in receiver.received] == [method]


def test_a_path_cannot_inject_anything(client, hooks, receiver, typed, tmp_path):
    client.push(hooks, kept("x", path="/'$(touch gone)'\n-o gone", query="a='b'"))
    run(commands(typed, hooks, receiver.url), tmp_path)
    assert receiver.received[0].path == "/'$(touch%20gone)'%0A-o%20gone?a='b'"


def test_a_login_is_a_variable_of_the_shell(client, hooks, receiver, typed, tmp_path):
    client.push(hooks, kept("x", headers={"authorization": "Bearer theirs"}))
    text = commands(typed, hooks, receiver.url.replace("//", "//ann:s3cret@"))
    assert "s3cret" not in text + typed.err
    assert LOGIN in typed.err
    run(text, tmp_path, TO_LOGIN="ann:s3cret")
    [got] = receiver.received
    assert got.header("authorization") == f"Basic {base64.b64encode(b'ann:s3cret').decode()}"


def test_one_item_all_dead_ones_or_the_first_ones(client, hooks, receiver, typed):
    ids = [client.push(hooks, kept(text)) for text in ("a", "b", "c", "d")]
    client.lists.change(hooks, bury=[item.lease for item in client.lists.lease(hooks, 2)])
    client.lists.delete_item(hooks, client.push(hooks, kept("x")))
    client.push(hooks, kept("x", path="/.."))
    for words, expected in (
        (["--item", ids[3]], ["d"]), (["--dead"], ["a", "b"]), (["--max", "1"], ["c"]),
    ):  # fmt: skip
        lines = commands(typed, hooks, "http://x", *words).splitlines()
        assert [line.split("--data-raw ")[1].split(" ")[0] for line in lines] == expected
    typed("listen", hooks, "--to", "http://x", "--print", "curl", status=1)
    assert "its path has a dot segment" in typed.err
    assert client.lists.stats(hooks)["leased"] == 0
