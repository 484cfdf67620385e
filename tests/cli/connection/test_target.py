"""Which server is asked, and as whom."""

import signal
import stat
import time
from dataclasses import fields

import pytest
import requests
from bambleweeny.cli.connection.connection_options import Connection, load_connection
from bambleweeny.config import Config
from bambleweeny.options import ConfigError, option_of, variable_of
from bambleweeny.system.data_directory import SERVER, is_in_use, noted_url
from servers import running, start


def test_a_server_of_this_machine_needs_no_set_up(typed, alone):
    with running("serve", XDG_DATA_HOME=str(alone / "data")) as server:
        typed("set", "foo", "bar")
        assert typed("get", "foo") == "bar"
        assert typed("token", "test").startswith("admin (id 0). ")
        assert typed("get", "foo", "--url", server.url) == "bar"
    typed("get", "foo", status=1)


def test_the_data_directory_may_be_named(typed, alone, monkeypatch):
    place = str(alone / "other")
    with running("serve", "--data-dir", place):
        monkeypatch.setenv("BAMBLEWEENY_DATA_DIR", place)
        typed("set", "foo", "there")
        assert typed("get", "foo") == "there"


def test_where_it_was_looked_is_said(typed, alone):
    typed("get", "foo", status=1)
    told = f"a profile in {alone}/config/bambleweeny/profiles.json, a server on {alone}/data/bambl"
    assert told in typed.err
    assert "bambleweeny login URL" in typed.err


def test_the_word_of_a_killed_server_is_not_believed(typed, alone):
    home = alone / "data" / "bambleweeny"
    killed = start("serve", "--data-dir", str(home))
    killed.stop(signal.SIGKILL)
    while is_in_use(home):  # its engine ends by itself
        time.sleep(0.02)
    assert noted_url(home, SERVER) == killed.url
    typed("get", "foo", status=1)
    assert typed.err.startswith("bambleweeny: No server is known. ")


def test_login_keeps_a_token_that_its_owner_alone_can_read(typed, alone, sandbox):
    typed("login", sandbox.url, given=b"changeme\n")
    file = alone / "config" / "bambleweeny" / "profiles.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "changeme" not in file.read_text()
    typed("set", "p:a", "x")
    assert typed("get", "p:a") == "x"
    assert typed("logout") == ""
    assert typed.err.startswith("Forgot the token for ")
    typed("get", "p:a", status=1)
    typed("logout", status=1)


def test_a_password_is_a_line_of_any_system(typed, alone, sandbox):
    line = b"\xef\xbb\xbfchangeme\r\n"
    typed("login", sandbox.url, "--user", "admin", given=line)
    assert "admin (id 0)" in typed("token", "test")


def test_a_wrong_password_keeps_nothing(typed, alone, sandbox):
    typed("login", sandbox.url, given=b"wrong\n", status=1)
    assert "(wrong_login)" in typed.err
    typed("login", sandbox.url, given=b"", status=2)
    typed("login", status=2)
    assert not (alone / "config").exists()


def test_profiles_stand_beside_each_other(typed, sandbox, monkeypatch):
    typed("login", sandbox.url, "--password", "changeme")
    typed("users", "add", "p-user", "secret")
    typed("login", sandbox.url, "--user", "p-user", "--password", "secret", "--profile", "second")
    assert typed("token", "test").startswith("p-user ")
    assert typed("token", "test", "--profile", "default").startswith("admin ")
    monkeypatch.setenv("BAMBLEWEENY_PROFILE", "default")
    assert typed("token", "test").startswith("admin ")
    monkeypatch.delenv("BAMBLEWEENY_PROFILE")
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", "nonsense")
    assert typed("token", "test", "--profile", "second").startswith("p-user ")
    monkeypatch.delenv("BAMBLEWEENY_TOKEN")
    typed("logout", "--profile", "second")
    assert typed("token", "test").startswith("admin ")
    typed("keys", "--profile", "second", status=1)
    assert "There is no profile 'second'" in typed.err


def test_a_kept_token_goes_to_its_own_server_alone(typed, alone, sandbox):
    typed("login", sandbox.url, "--password", "changeme")
    with running("serve", "--data-dir", str(alone / "other"), "--admin-password", "x") as other:
        typed("keys", "--url", other.url, status=1)
        assert "(unauthorized)" in typed.err
        assert "bambleweeny login" in typed.err
    assert typed("token", "test", "--url", sandbox.url).startswith("admin ")


def test_a_flag_goes_before_a_variable(typed, sandbox, monkeypatch):
    monkeypatch.setenv("BAMBLEWEENY_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("BAMBLEWEENY_USER", "admin")
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "wrong")
    assert typed("token", "test", "--url", sandbox.url, "--password", "changeme")
    typed("keys", status=1)
    assert typed.err.startswith(
        "bambleweeny: There is no answer from http://127.0.0.1:1: connection refused. (unr"
    )


def test_a_user_without_a_password_is_told_so_in_a_pipe(typed, sandbox):
    typed("keys", "--url", sandbox.url, "--user", "somebody", status=2)
    assert typed.err == (
        "bambleweeny: There is no password; give --password or BAMBLEWEENY_PASSWORD.\n"
    )


NO_URL = '{"default": "a", "profiles": {"a": {"url": "http://:80", "user": "admin", "token": "x"}}}'


def test_a_damaged_file_of_profiles_is_told(typed, alone):
    file = alone / "config" / "bambleweeny" / "profiles.json"
    file.parent.mkdir(parents=True)
    for text in (
        "{",
        "[]",
        '{"default": null}',
        '{"default": 1, "profiles": {"a": {"url": 1}}}',
        NO_URL,
    ):
        file.write_text(text)
        file.chmod(0o600)
        typed("keys", status=1)
        assert typed.err.startswith(f"bambleweeny: The profiles in {file} cannot be read.")


BAD = {
    "url": [
        "localhost:8080",
        "ftp://x",
        "http://",
        "http://:80",
        "http://a:99999",
        "http://a b",
        "http://a:x",
        "http://[::1",
        "http://[x]",
        "http://a..b",
        "http://%",
        "http://a?b",
        "http://a#b",
    ],
    "user": ["a b", "x" * 65],
    "password": ["x" * 1025],
    "token": ["a b", "ä"],
    "profile": ["a b", "a/b"],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in BAD.items() for t in texts])
def test_a_bad_value_names_its_source(name, text):
    with pytest.raises(ConfigError, match=rf"^--{name}: .+\.$"):
        load_connection({name: text}, {})
    with pytest.raises(ConfigError, match=rf"^BAMBLEWEENY_{name.upper()}: .+\.$"):
        load_connection({}, {f"BAMBLEWEENY_{name.upper()}": text})


def test_every_option_has_a_bad_value():
    assert {column.name for column in fields(Connection)} == set(BAD)


@pytest.mark.parametrize("url", BAD["url"])
def test_no_url_is_wrong_use_of_each_way_to_name_a_server(url, typed):
    for words in (["get", "x", "--url", url], ["login", url, "--password", "x"]):
        typed(*words, status=2)
        assert "URL" in typed.err or "of a host" in typed.err
        assert typed.err.count("\n") == 1
    assert typed("completion", "candidates", "--", f"get --url={url} ") == ""


def test_a_url_that_has_a_password_is_not_repeated(typed):
    typed("get", "x", "--url", "http://admin:secret@127.0.0.1", status=2)
    assert "secret" not in typed.err


def test_a_bad_value_is_wrong_use(typed):
    typed("keys", "--url", "nonsense", status=2)
    assert typed.err.startswith("bambleweeny: --url: ")
    typed("keys", "--url", "http://x", "--profile", "x", status=2)


def test_the_two_tables_share_no_variable():
    servers = {variable_of(column) for column in fields(Config)}
    assert not servers & {variable_of(column) for column in fields(Connection)}
    assert option_of(fields(Connection)[2]).secret


def test_the_variables_of_a_client_do_not_disturb_a_server(alone, sandbox):
    variables = {"BAMBLEWEENY_URL": sandbox.url, "BAMBLEWEENY_TOKEN": "x", "BAMBLEWEENY_USER": "y"}
    with running("sandbox", **variables) as server:
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200


def test_a_flag_of_a_login_wins_over_the_variable_of_a_token():
    variables = {"BAMBLEWEENY_TOKEN": "one", "BAMBLEWEENY_USER": "eva"}
    assert load_connection({}, variables).token == "one"
    named = load_connection({"user": "uli"}, variables)
    assert (named.user, named.token) == ("uli", None)
    named = load_connection({"password": "secret"}, variables)
    assert (named.user, named.password, named.token) == ("eva", "secret", None)
    assert load_connection({"user": "uli", "token": "two"}, variables).token == "two"
