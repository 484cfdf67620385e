"""Servers of this machine that commands find by themselves: sandboxes, and those over a Redis."""

import json
import signal

import pytest
import requests
from bambleweeny.cli.connection.user_directories import registry
from servers import running, start


def port_of(server):
    return server.url.rpartition(":")[2]


def test_a_sandbox_is_found_without_a_login(typed, alone):
    with running("sandbox") as server:
        typed("set", "foo", "bar")
        assert typed("get", "foo") == "bar"
        assert typed("token", "test").startswith("admin (id 0). ")
        assert typed("get", "foo", "--url", server.url) == "bar"
        assert typed("get", "foo", "--url", f"http://localhost:{port_of(server)}/") == "bar"
        token = typed("token").strip()
        assert requests.get(f"{server.url}/keys/foo?token={token}", timeout=10).text == "bar"
    typed("get", "foo", status=1)
    assert typed.err.startswith("bambleweeny: No server is known. Looked for ")
    assert list(registry().iterdir()) == []


def test_its_own_password_is_known_too(typed, alone):
    with running("sandbox", "--admin-password", "mine"):
        typed("set", "foo", "bar")
        typed("get", "foo", "--password", "wrong", status=1)
        assert "(wrong_login)" in typed.err
        [note] = registry().iterdir()
        assert note.stat().st_mode & 0o777 == 0o600
        assert registry().stat().st_mode & 0o777 == 0o700


def test_the_runtime_directory_is_used_where_there_is_one(typed, alone, monkeypatch):
    (alone / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(alone / "run"))
    with running("sandbox"):
        assert len(list((alone / "run" / "bambleweeny").iterdir())) == 1
        typed("set", "foo", "bar")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(alone / "gone"))
    assert registry() == alone / "state" / "bambleweeny" / "run"


def test_a_killed_sandbox_is_not_asked(typed, alone):
    start("sandbox").stop(signal.SIGKILL)
    assert len(list(registry().iterdir())) == 1
    typed("get", "foo", status=1)
    assert typed.err.startswith("bambleweeny: No server is known. ")
    with running("sandbox"):
        typed("set", "foo", "bar")
        assert len(list(registry().iterdir())) == 1


def test_of_several_one_has_to_be_named(typed, alone):
    with running("sandbox") as one, running("sandbox") as two:
        typed("get", "foo", status=1)
        urls = ", ".join(sorted((one.url, two.url)))
        assert typed.err.startswith(
            f"bambleweeny: Several sandbox servers run: {urls}.\nName one, as in"
        )
        typed("health", status=1)
        assert typed.err.startswith(
            f"bambleweeny: Several sandbox servers run: {urls}.\nName one, as in"
        )
        assert typed("health", two.url)
        typed("set", "foo", "bar", "--url", two.url)
        assert typed("get", "foo", "--url", two.url) == "bar"
        typed("get", "foo", "--url", one.url, status=1)
        assert "(not_found)" in typed.err


def test_the_server_of_the_data_directory_goes_before_a_sandbox(typed, alone, monkeypatch):
    with running("sandbox"), running("serve", BAMBLEWEENY_DATA_DIR=str(alone / "d")) as server:
        monkeypatch.setenv("BAMBLEWEENY_DATA_DIR", str(alone / "d"))
        typed("set", "foo", "kept")
        assert typed("get", "foo", "--url", server.url) == "kept"
    with running("sandbox") as sandbox:
        typed("get", "foo", status=1)
        assert "(not_found)" in typed.err
        said = f"No server runs on {alone}/d (BAMBLEWEENY_DATA_DIR); asking the sandbox at"
        assert f"bambleweeny: {said} {sandbox.url}.\n" in typed.err


def test_a_server_elsewhere_is_named_and_not_asked(typed, alone):
    with running("serve", "--data-dir", str(alone / "else")) as server:
        typed("get", "foo", status=1)
        assert f"Give one of these that run as --url: {server.url} (serve, data in" in typed.err
        assert typed("get", "foo", "--url", server.url, status=1) == ""
        assert "(not_found)" in typed.err


def test_a_server_over_a_redis_is_found(typed, alone, raw):
    kwargs = raw.connection_pool.connection_kwargs
    url = f"unix://{kwargs['path']}"
    with running("serve", "--redis-url", url):
        typed("set", "foo", "bar")
        assert typed("token", "test").startswith("admin (id 0). ")


def test_a_kept_token_is_renewed_when_its_sandbox_starts_again(typed, alone):
    with running("sandbox") as server:
        typed("login", server.url, "--password", "changeme")
        port, token = port_of(server), kept(alone)
    with running("sandbox", listen=f"127.0.0.1:{port}"):
        typed("set", "foo", "bar")
        assert kept(alone) != token
        fresh = kept(alone)
        assert typed("get", "foo") == "bar"
        assert kept(alone) == fresh
        assert typed("token") == f"{fresh}\n"


@pytest.mark.parametrize("words", [["token"], ["token", "test"], ["shell"]])
def test_each_way_to_ask_renews_it(words, typed, alone):
    with running("sandbox") as server:
        typed("login", server.url, "--password", "changeme")
        file = alone / "config" / "bambleweeny" / "profiles.json"
        file.write_text(file.read_text().replace(kept(alone), "old"))
        out = typed(*words, given=b"token test\n")
        assert kept(alone) != "old"
        assert out == f"{kept(alone)}\n" or out.startswith("admin (id 0). ")


def test_a_kept_token_that_cannot_be_renewed_says_what_to_do(typed, alone):
    with running("sandbox") as server:
        typed("login", server.url, "--password", "changeme", "--profile", "work")
        file = alone / "config" / "bambleweeny" / "profiles.json"
        url, port = server.url, port_of(server)
    typed("get", "foo", status=1)
    assert f"There is no answer from {url}: connection refused." in typed.err
    assert "The profile 'work' names that server." in typed.err
    assert "bambleweeny logout --profile work" in typed.err
    words = ("serve", "--data-dir", str(alone / "x"), "--admin-password", "other")
    with running(*words, listen=f"127.0.0.1:{port}"):
        for command in (["get", "foo"], ["token"], ["password", "x"]):
            typed(*command, status=1)
            assert typed.err == (
                "bambleweeny: Unauthorized. (unauthorized)\nThe stored login 'work' is "
                f"no longer valid: run 'bambleweeny login {url} --user admin --profile work'.\n"
            )
        assert json.loads(file.read_text())["default"] == "work"


def kept(alone):
    """The token of the only profile."""
    text = (alone / "config" / "bambleweeny" / "profiles.json").read_text()
    [profile] = json.loads(text)["profiles"].values()
    return profile["token"]
