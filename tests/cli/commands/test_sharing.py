"""`route`, `users`, `password`, `token`, `info` and `save`."""

import json
import re
from pathlib import Path

import pytest
import requests
from bambleweeny.errors import InvalidCode
from servers import Http, running


@pytest.mark.usefixtures("logged_in")
def test_a_route_is_public_until_it_is_deleted(typed):
    typed("set", "s:page", "<p>hi</p>")
    url = typed("route", "add", "s:page", "text/html").strip()
    answer = requests.get(url, timeout=10)
    assert (answer.text, answer.headers["Content-Type"]) == ("<p>hi</p>", "text/html")
    assert f"s:page\ttext/html\t{url}\t\t0\n" in typed("route")
    assert typed("route", "list") == typed("route")
    [row] = [row for row in json.loads(typed("route", "--json")) if row["url"] == url]
    page = {"key": "s:page", "content_type": "text/html", "url": url}
    assert row == {**page, "name": "", "rules": 0}
    typed("route", "del", url)
    assert requests.get(url, timeout=10).status_code == 404
    typed("route", "del", url.rpartition("/")[2], status=1)


@pytest.mark.usefixtures("logged_in")
def test_users_come_change_and_go(typed, sandbox):
    number = typed("users", "add", "s-user", "-", "--quota", "2", given=b"secret\n").strip()
    assert f"{number}\ts-user\t2\tuser\t\n" in typed("users")
    typed("users", "set", "s-user", "--quota", "3", "--rate", "5/m", "--max-bytes", "1kb")
    assert (
        typed("users", "get", number)
        == f"{number}\ts-user\t3\tuser\tmax_bytes=1024 rate=5/m burst=5\n"
    )
    typed("users", "set", "s-user", "--set-password", "-", given=b"another\n")
    assert sandbox.token("s-user", "another")
    typed("users", "set", "s-user", status=2)
    typed("users", "set", "s-user", "stray", "--quota", "1", status=2)
    typed("users", "del", "s-user")
    typed("users", "get", "s-user", status=1)
    assert typed.err == "bambleweeny: There is no user 's-user'. (not_found)\n"


def test_an_invited_user_accepts_and_an_admin_resets(typed, monkeypatch):
    with running("sandbox") as server:
        monkeypatch.setenv("BAMBLEWEENY_URL", server.url)
        monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
        code = typed("users", "invite", "ann", "--role", "admin", "--ttl", "2h").strip()
        assert code.startswith("b9y_code_1_")
        what_next = f"'bambleweeny accept CODE --url {server.url}'"
        said = rf"The code is valid until 20\S+Z; its user runs {re.escape(what_next)}\.\n"
        assert re.fullmatch(said, typed.err)
        assert "1\tann\t0\tinvited\t\n" in typed("users")
        typed("users", "add", "eva", "secret", "--invite", status=2)
        assert typed("users", "add", "eva", "--invite").startswith("b9y_code_2_")
        monkeypatch.delenv("BAMBLEWEENY_PASSWORD")
        typed("accept", code, "-", given=b"of ann\n")
        assert typed.err == (
            "The password of ann is set. "
            f"Log in with 'bambleweeny login {server.url} --user ann'.\n"
        )
        typed("accept", code, "of ann", status=1)
        assert typed.err.splitlines() == [
            f"bambleweeny: {InvalidCode.info} (invalid_code)",
            InvalidCode.hint,
        ]
        monkeypatch.setenv("BAMBLEWEENY_USER", "ann")
        monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "of ann")
        typed("password", "new of ann")
        assert server.token("ann", "new of ann")
        assert server.token("admin", "changeme")
        monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "new of ann")
        assert typed("users", "reset", "admin").startswith("b9y_code_0_")
        assert re.fullmatch(said, typed.err)
        made = json.loads(typed("users", "reset", "admin", "--json"))
        assert (made["expires_in"], typed.err) == (86400, "")


@pytest.mark.parametrize("is_in_shell", [False, True])
def test_a_code_leaves_the_stored_login_and_the_shell_to_their_user(is_in_shell, typed, sandbox):
    typed("login", sandbox.url, "--password", "changeme")
    code = typed("users", "invite", "s-invited").strip()
    if is_in_shell:
        said = typed("shell", given=f"accept {code} 'of invited'\ntoken test\n".encode())
        assert said.startswith("admin (id 0).")
    else:
        typed("accept", code, "-", "--url", sandbox.url, given=b"of invited\n")
    assert "The password of s-invited is set." in typed.err
    assert typed("token", "test").startswith("admin (id 0).")
    typed("users", "del", "s-invited")


@pytest.mark.usefixtures("logged_in")
def test_a_code_that_is_missing_is_not_taken_for_a_password(typed):
    for words in (["another"], ["", "another"], [""], ["-"]):
        typed("accept", *words, status=2, given=b"another\n")
        assert "There is no code.\nWrite it before the password" in typed.err
        assert "another" not in typed.err


@pytest.mark.usefixtures("logged_in")
def test_urls_are_those_of_the_server_that_the_user_named(typed, sandbox, monkeypatch):
    named = sandbox.url.replace("127.0.0.1", "localhost")
    assert named != sandbox.url
    monkeypatch.setenv("BAMBLEWEENY_URL", named)
    typed("set", "s:home", "x")
    urls = [
        typed("bin", "add", "s:urls", "--name", "s-urls"),
        typed("bin", "set", '{"name": "s-urls", "list": "s:urls"}'),
        typed("route", "add", "s:home"),
        typed("route", "set", '{"name": "s-urls", "key": "s:home"}'),
        json.loads(typed("route", "set", '{"name": "s-urls", "key": "s:home"}', "--json"))["url"],
    ]
    assert all(url.startswith(f"{named}/") for url in urls), urls
    for noun, url in (("bin", urls[0]), ("route", urls[2])):
        assert url.strip() in typed(noun)
        assert sandbox.url not in typed(noun)
    typed("route", "del", urls[2].strip(), "s-urls")
    typed("bin", "del", urls[0].strip())
    typed("users", "invite", "s-named")
    assert f"accept CODE --url {named}'" in typed.err
    typed("users", "del", "s-named")


@pytest.mark.usefixtures("logged_in")
def test_a_list_in_place_of_its_bin_is_said_to_be_one(typed):
    typed("bin", "add", "s:filled", "--name", "s-fills")
    for verb in ("refused", "show", "del"):
        typed("bin", verb, "s:filled", status=1)
        assert "'s:filled' is filled by the bin 's-fills'; give its name or id." in typed.err
        typed("bin", verb, "s:other", status=1)
        assert "is filled by" not in typed.err
    typed("bin", "del", "s-fills")


def test_everybody_changes_the_own_password(typed, monkeypatch):
    with running("sandbox") as server:
        monkeypatch.setenv("BAMBLEWEENY_URL", server.url)
        monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
        typed("users", "add", "ann", "secret")
        typed("password", "-", given=b"of the admin\n")
        assert server.token("admin", "of the admin")
        monkeypatch.setenv("BAMBLEWEENY_USER", "ann")
        monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "secret")
        typed("password", "of ann")
        token = server.token("ann", "of ann")
        monkeypatch.setenv("BAMBLEWEENY_TOKEN", token)
        typed("password", "no", "--current", "wrong", status=1)
        typed("password", "at last", "--current", "of ann")
        monkeypatch.setenv("BAMBLEWEENY_TOKEN", server.token("ann", "at last"))
        typed("password", "--current", "-", "-", given=b"at last\nthe very last\n")
        assert server.token("ann", "the very last")
        typed("users", status=1)
        assert "(unauthorized)" in typed.err


@pytest.mark.parametrize("path", ["/config/admin", "/auth/password", "/users/0"])
def test_the_file_of_a_password_that_was_changed_is_gone(path, typed, alone):
    with running("serve", XDG_DATA_HOME=str(alone / "data")) as server:
        file = alone / "data" / "bambleweeny" / "admin-password"
        old = file.read_text().strip()
        with Http(server.url, server.token(password=old)) as http:
            assert http.put("/users/0", json={"quota": 0}).ok
            assert file.exists()
            assert http.put(path, json={"password": "newest", "current": old}).ok or (
                http.put(path, json={"password": "newest"}).ok
            )
        assert not file.exists()
        typed("get", "foo", status=1)
        assert typed.err == (
            "bambleweeny: Unauthorized. (unauthorized)\nLog in with 'bambleweeny login "
            f"{server.url}', or give --token, or --user and --password.\n"
        )


def test_a_password_that_is_changed_here_says_what_is_next(typed, alone):
    with running("serve", XDG_DATA_HOME=str(alone / "data")) as server:
        typed("password", "-", given=b"my own\n")
        assert typed.err == (
            "The password of admin is changed. Earlier tokens are no longer valid: log in again with "
            f"'bambleweeny login {server.url} --user admin'.\n"
        )
        assert not (alone / "data" / "bambleweeny" / "admin-password").exists()
        typed("get", "foo", status=1)
        assert f"'bambleweeny login {server.url}'" in typed.err
        typed("login", server.url, "--user", "admin", given=b"my own\n")
        typed("set", "foo", "bar")
        typed("password", "-", given=b"another\n")
        assert typed.err == (
            "The password of admin is changed. The stored login 'default' is renewed.\n"
        )
        assert typed("get", "foo") == "bar"
        assert typed("password", "-", "--json", given=b"the last\n") == '{"ok": true}\n'
        out = typed("shell", given=b"password once-more\nget foo\n")
        assert out == "bar\n"
        assert typed("get", "foo") == "bar"


def test_the_admin_sets_the_own_password_among_those_of_users(typed, alone):
    with running("serve", XDG_DATA_HOME=str(alone / "data")) as server:
        typed("users", "add", "ann", "secret")
        typed("users", "set", "ann", "--set-password", "newest")
        assert typed.err == ""
        typed("users", "set", "admin", "--set-password", "my own")
        assert f"with 'bambleweeny login {server.url} --user admin'.\n" in typed.err
        typed("login", server.url, "--password", "my own")
        typed("users", "set", "0", "--set-password", "another")
        assert "is renewed" in typed.err
        assert typed("get", "foo", "--userid", "0", status=1) == ""
        assert "(not_found)" in typed.err


def test_a_password_file_that_is_old_is_named_as_such(typed, alone, monkeypatch):
    with running("serve", XDG_DATA_HOME=str(alone / "data")) as server:
        (alone / "data" / "bambleweeny" / "admin-password").write_text("old\n")
        typed("get", "foo", status=1)
        assert typed.err == (
            "bambleweeny: Wrong user name or password. (wrong_login)\nThe admin's password "
            f"has changed: log in with 'bambleweeny login {server.url}'.\n"
        )
        typed("get", "foo", "--password", "wrong", status=1)
        assert "another one" not in typed.err


def test_a_token_alone_changes_no_password_of_a_user(typed, sandbox, logged_in, monkeypatch):
    typed("users", "add", "s-token", "secret")
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", sandbox.token("s-token", "secret"))
    typed("password", "new", status=2)
    assert "give --current" in typed.err
    monkeypatch.setenv("BAMBLEWEENY_TOKEN", "nonsense")
    typed("password", "new", status=1)
    assert "(unauthorized)" in typed.err


@pytest.mark.usefixtures("logged_in")
def test_a_token_is_good_for_another_program(typed, sandbox, monkeypatch):
    assert typed("token", "test").startswith("admin (id 0). Session expires in ")
    monkeypatch.delenv("BAMBLEWEENY_TOKEN")
    monkeypatch.setenv("BAMBLEWEENY_PASSWORD", "changeme")
    token = typed("token").strip()
    with Http(sandbox.url, token) as other:
        assert other.get("/keys").status_code == 200
    assert json.loads(typed("token", "test", "--json"))["user"] == "admin"
    typed("token", "test", "--token", "x.y.z", status=1)


@pytest.mark.usefixtures("logged_in")
def test_the_server_tells_of_itself_and_saves(typed, monkeypatch):
    told = dict(line.split("\t") for line in typed("info").splitlines())
    assert told["msg"] == "This is bambleweeny"
    assert told["redis_version"].startswith("6.2")
    assert json.loads(typed("info", "--json"))["redis_info"]
    assert typed("save") == ""
    monkeypatch.delenv("BAMBLEWEENY_TOKEN")
    assert "redis_version" not in typed("info")


@pytest.mark.usefixtures("logged_in")
def test_an_import_over_the_largest_body_names_the_option(typed, alone, monkeypatch):
    monkeypatch.chdir(alone)
    Path("db.json").write_text(json.dumps({"posts": [{"id": 1, "text": "x" * 1_100_000}]}))
    typed("route", "import", "db.json", status=1)
    assert "--max-body" in typed.err
    assert "16 MB" in typed.err


@pytest.mark.usefixtures("logged_in")
def test_a_route_has_a_name_and_its_document_a_file(typed, alone, monkeypatch):
    monkeypatch.chdir(alone)
    Path("w1.json").write_text(json.dumps({"name": "w1", "journal": "w1-calls", "rules": [{}]}))
    for words in (("set",), ("verify", "w1")):
        typed("route", *words, "w1.json", status=2)
        assert "Did you mean @w1.json?" in typed.err
        typed("route", *words, "w2.json", status=2)
        assert "not valid JSON" in typed.err
        assert "Did you mean @w2.json?" in typed.err
        typed("route", *words, "x" * 5000, status=2)
        assert "not valid JSON" in typed.err
    url = typed("route", "set", "@w1.json").strip()
    assert url.endswith("/routes/@admin/w1")
    assert requests.get(url, timeout=10).status_code == 200
    assert url in typed("route")
    assert json.loads(typed("route", "show", "w1"))["name"] == "w1"
    assert typed("route", "calls", "w1") == "GET / 200 rule 1\n"
    assert typed("route", "verify", "w1", '{"count": 1}') == ""
    typed("route", "reset", "w1")
    typed("route", "set", "@w1.json", "--id", "w1")
    typed("route", "reset", "w2", status=1)
    assert "You have no route 'w2'." in typed.err
    assert "@USER/NAME" in typed.err
    typed("route", "del", url)
    assert (
        typed("route", "set", '{"key": "a", "content_type": "text/plain"}').count("/routes/") == 1
    )
